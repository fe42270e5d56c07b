/*
 * spans.c - a sorted set of address ranges, each with a tag of one byte.
 * SPDX-License-Identifier: MIT
 *
 * See spans.h. What lies outside the gap is never written, only given up: by
 * publish(), which moves both ends of the gap at once.
 */
#include "preload/spans.h"

#include <stdbool.h>
#include <string.h>

static size_t before(const struct spans *spans)
{
	return (uint32_t)spans->used;
}

static size_t behind(const struct spans *spans)
{
	return spans->used >> 32;
}

/* Ordered after what was written into the gap, and before what will be. */
static void publish(struct spans *spans, size_t front, size_t back)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
	__atomic_store_n(&spans->used, (uint64_t)back << 32 | front,
			 __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

void spans_init(struct spans *spans, size_t size)
{
	spans->used = 0;
	spans->room = (size - sizeof(*spans)) / sizeof(spans->at[0]);
}

size_t spans_count(const struct spans *spans)
{
	return before(spans) + behind(spans);
}

size_t spans_spare(const struct spans *spans)
{
	return spans->room - spans_count(spans);
}

/* The first one behind the gap. */
static struct span *back_of(const struct spans *spans)
{
	return (struct span *)spans->at + (spans->room - behind(spans));
}

void spans_copy(struct spans *to, const struct spans *from)
{
	size_t front = before(from), back = behind(from);

	memcpy(to->at, from->at, front * sizeof(to->at[0]));
	memcpy(to->at + to->room - back, back_of(from),
	       back * sizeof(to->at[0]));
	publish(to, front, back);
}

static struct span *span(const struct spans *spans, size_t i)
{
	size_t front = before(spans);

	return i < front ? (struct span *)&spans->at[i] :
			   back_of(spans) + (i - front);
}

/* The first that ends behind the address. */
static size_t find(const struct spans *spans, uint64_t address)
{
	size_t low = 0, high = spans_count(spans);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span(spans, middle)->end > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The part in [start, end) of number i. */
static struct span part(const struct spans *spans, size_t i, uint64_t start,
			uint64_t end)
{
	struct span found = { .start = end, .end = end };

	if (start >= end || i == spans_count(spans) ||
	    span(spans, i)->start >= end)
		return found;
	found = *span(spans, i);
	if (found.start < start)
		found.start = start;
	if (found.end > end)
		found.end = end;
	return found;
}

struct span spans_next(const struct spans *spans, uint64_t address,
		       uint64_t end)
{
	return part(spans, find(spans, address), address, end);
}

uint64_t spans_sum(const struct spans *spans, uint64_t start, uint64_t end,
		   unsigned char tag)
{
	uint64_t sum = 0, covered = 0;

	for (size_t i = find(spans, start);; i++) {
		struct span found = part(spans, i, start, end);

		if (!found.tag)
			break;
		covered += found.end - found.start;
		if (found.tag == tag)
			sum += found.end - found.start;
	}
	return tag ? sum : end - start - covered;
}

/* Moves the gap in front of number i, never over what is not copied yet. */
static void go(struct spans *spans, size_t i)
{
	size_t spare = spans_spare(spans), front, back, n;

	while ((front = before(spans)) != i) {
		back = behind(spans);
		n = front < i ? i - front : front - i;
		if (n > spare)
			n = spare;
		if (front < i) {
			memcpy(&spans->at[front], back_of(spans),
			       n * sizeof(spans->at[0]));
			publish(spans, front + n, back - n);
		} else {
			memcpy(back_of(spans) - n, &spans->at[front - n],
			       n * sizeof(spans->at[0]));
			publish(spans, front - n, back + n);
		}
	}
}

/*
 * Notes what has to give way, which begins at number i and ends at `end` at the
 * latest; returns where it ends if it is more than can be told.
 */
static uint64_t note(const struct spans *spans, size_t i, uint64_t start,
		     uint64_t end, struct spans_old *old)
{
	for (old->n = 0;; i++) {
		struct span found = part(spans, i, start, end);

		if (!found.tag)
			return end;
		if (old->n == SPANS_OLD)
			return old->at[SPANS_OLD - 1].end;
		old->at[old->n++] = found;
	}
}

/* Of what stands behind the gap: the rest that sticks out of [start, end). */
static void keep_left(struct span *at, const struct span *old, struct span *new)
{
	if (old->tag == new->tag)
		new->start = old->start;
	else
		*at = (struct span){ .start = old->start, .tag = old->tag,
				     .end = new->start };
}

static bool keep_right(struct span *at, const struct span *old,
		       struct span *new)
{
	if (old->tag == new->tag) {
		new->end = old->end;
		return false;
	}
	*at = (struct span){ .start = new->end, .tag = old->tag,
			     .end = old->end };
	return true;
}

uint64_t spans_put(struct spans *spans, uint64_t start, uint64_t end,
		   unsigned char tag, struct spans_old *old)
{
	struct span new = { .start = start, .tag = tag }, rest[2], *back;
	size_t i = find(spans, start), left = 0, right = 0, n = 0, gone = 0;
	size_t front;

	new.end = old ? note(spans, i, start, end, old) : end;
	end = new.end;
	if (tag && i && span(spans, i - 1)->end == start &&
	    span(spans, i - 1)->tag == tag)
		i--; /* grows */
	go(spans, i);
	back = back_of(spans);
	if (behind(spans) && back->start < start) {
		keep_left(&rest[0], back, &new);
		left = new.start == start;
	}
	while (gone < behind(spans) && back[gone].start < end)
		gone++;
	if (gone && back[gone - 1].end > end)
		right = keep_right(&rest[1], &back[gone - 1], &new);
	else if (tag && gone < behind(spans) && back[gone].start == end &&
		 back[gone].tag == tag)
		new.end = back[gone++].end;
	front = before(spans);
	if (left)
		spans->at[front + n++] = rest[0];
	if (tag)
		spans->at[front + n++] = new;
	if (right)
		spans->at[front + n++] = rest[1];
	publish(spans, front + n, behind(spans) - gone);
	return end;
}

uint64_t spans_turn(struct spans *spans, uint64_t start, uint64_t end,
		    unsigned char from, unsigned char to, uint64_t most)
{
	uint64_t turned = 0;

	while (start < end && turned < most &&
	       spans_spare(spans) >= SPANS_SPARE) {
		struct span found = spans_next(spans, start, end);
		uint64_t stop = from ? found.end : found.start;

		if (from)
			start = found.start;
		if (found.tag == from || (!from && start < stop)) {
			if (stop - start > most - turned)
				stop = start + (most - turned);
			if (start < stop)
				spans_put(spans, start, stop, to, NULL);
			turned += stop - start;
		}
		start = from ? stop : found.end;
	}
	return turned;
}
