/*
 * spans.h - a sorted set of address ranges, each with a tag of one byte.
 * SPDX-License-Identifier: MIT
 *
 * Ranges [start, end) below 2^56 that do not overlap; neighbours of one tag are
 * one span. Tag 0 is "nothing there"; the caller gives meaning to the others.
 *
 * The spans lie in one array with a gap where it was last changed, so that
 * work in one place moves little, and a search halves. An update writes into
 * the gap alone, and one store makes it so: a process that is forked in the
 * middle of one finds the spans as they were before or after. There is no lock
 * in here, and no memory is taken; the caller brings both.
 */
#ifndef PRELOAD_SPANS_H
#define PRELOAD_SPANS_H

#include <stddef.h>
#include <stdint.h>

struct span {
	uint64_t start : 56, tag : 8;
	uint64_t end;
};

struct spans {
	uint64_t used; /* spans before the gap, and << 32 those behind it */
	uint64_t room; /* in all */
	struct span at[];
};

/* What was there; one more and an update stops. */
enum { SPANS_OLD = 16 };
struct spans_old {
	size_t n;
	struct span at[SPANS_OLD];
};

/* Updates need so much room; it is the caller's part to see to it. */
enum { SPANS_SPARE = 3 };

/* Makes `size` bytes of memory an empty set; they must be zero. */
void spans_init(struct spans *spans, size_t size);

/* Puts all that is in `from` into `to`, which is empty and has more room. */
void spans_copy(struct spans *to, const struct spans *from);

size_t spans_count(const struct spans *spans);
size_t spans_spare(const struct spans *spans);

/*
 * The first span that ends behind `address`, cut to what lies in [address,
 * end); with a start of `end` and tag 0 if there is none.
 */
struct span spans_next(const struct spans *spans, uint64_t address,
		       uint64_t end);

/* How many bytes of [start, end) have this tag; 0 is what has none. */
uint64_t spans_sum(const struct spans *spans, uint64_t start, uint64_t end,
		   unsigned char tag);

/*
 * Gives [start, end) this tag, and tells in *old what it had, cut to the range.
 * Stops before more than SPANS_OLD of these. Returns where it stopped. With
 * NULL it tells nothing and goes to the end.
 */
uint64_t spans_put(struct spans *spans, uint64_t start, uint64_t end,
		   unsigned char tag, struct spans_old *old);

/*
 * Gives what in [start, end) has the tag `from` (also 0) the tag `to`, from
 * the start on and `most` bytes at most. Returns how many; less without room.
 */
uint64_t spans_turn(struct spans *spans, uint64_t start, uint64_t end,
		    unsigned char from, unsigned char to, uint64_t most);

#endif
