/*
 * mapped.h - which ranges the program has mapped, and who paid for them.
 * SPDX-License-Identifier: MIT
 *
 * One set of spans for the process. A tag is what owners_map gave for a range
 * that is counted, or RESERVED for one that costs nothing until it may be
 * written to; what has no tag is not of interest: files that are shared, and
 * what libc and ld.so map for themselves.
 *
 * Each function is one step under a lock, safe in signal handlers and vfork
 * children. None holds it over a mapping call of the program.
 */
#ifndef PRELOAD_MAPPED_H
#define PRELOAD_MAPPED_H

#include <stdbool.h>

#include "preload/spans.h"

enum { RESERVED = 255 };

static inline bool is_counted(unsigned char tag)
{
	return tag && tag != RESERVED;
}

/*
 * Is there room for what is to come? -ENOMEM if not, and if the kernel has none
 * either. Without it updates are left out, and what is charged stays charged.
 */
int mapped_ready(void);

/* As spans_put, spans_turn, spans_next and spans_sum, on the process's set. */
uint64_t mapped_put(uint64_t start, uint64_t end, unsigned char tag,
		    struct spans_old *old);
uint64_t mapped_turn(uint64_t start, uint64_t end, unsigned char from,
		     unsigned char to, uint64_t most);
struct span mapped_next(uint64_t start, uint64_t end);
uint64_t mapped_sum(uint64_t start, uint64_t end, unsigned char tag);

/* How many bytes of [start, end) are not counted. */
uint64_t mapped_uncounted(uint64_t start, uint64_t end);

/* What [start, end) holds; false if that is more than can be told. */
bool mapped_list(uint64_t start, uint64_t end, struct spans_old *found);

/* Puts spans (back) to where they say they are. */
void mapped_back(const struct spans_old *held);

/* In the child of a fork. */
void mapped_forked(void);

#endif
