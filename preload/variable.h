/*
 * variable.h - variables that make ld.so or libc load or write by themselves.
 * SPDX-License-Identifier: MIT
 *
 * In a child's environment they would do, unasked, what the policy withholds
 * from this process. As the program was started with them they may stay: that
 * was the operator's will, or passed by here already.
 */
#ifndef PRELOAD_VARIABLE_H
#define PRELOAD_VARIABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the policy minds this "NAME=VALUE", and a child has to be asked for. */
bool variable_asks(const char *entry);
/* Asks, with a record; false: to be left out. */
bool variable_may_pass(const char *entry);

/* The same for one library of LD_PRELOAD, not ours; `file` has `len` bytes. */
bool variable_asks_library(const char *file, size_t len);
bool variable_may_preload(const char *file, size_t len);

#endif
