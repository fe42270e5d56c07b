/*
 * operators.h - the operators new of C++ where they are not simply malloc.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_OPERATORS_H
#define PRELOAD_OPERATORS_H

#include <stdbool.h>
#include <stddef.h>

#include "preload/allocator.h"

/*
 * When an operator new has no memory, with the alignment that was asked for or
 * 0: what the C++ library does then. It calls the new_handler, asks again, and
 * throws std::bad_alloc, or returns NULL if `nothrow`.
 */
void *operators_failed(size_t size, size_t alignment, bool nothrow);

/* Fills in what the operators lead to while nothing is counted. */
void operators_uncounted(struct allocator *out);

/*
 * Operators that somebody else has defined, neither the C++ library nor the
 * malloc behind us, stay theirs: blocks must go back to where they came from.
 */
void operators_respect_others(struct allocator *out);

#endif
