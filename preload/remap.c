/*
 * remap.c - mremap: mappings that grow, shrink and move.
 * SPDX-License-Identifier: MIT
 *
 * What is moved keeps its tags. It is out of the table while the kernel is at
 * it: the old addresses may be another thread's as soon as they are free.
 */
#include <errno.h>
#include <sys/mman.h>

#include "preload/bill.h"
#include "preload/mapping.h"
#include "preload/real.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4 /* newer than the headers of Debian 11 */
#endif

/* One call on its way. */
struct remap {
	struct range old, new; /* an empty old one: shared memory again */
	bool keeps;            /* the old one stays */
	unsigned char tail;    /* the tag of its end, or of what is copied */
	struct spans_old held;
	struct bill bill;
};

static void *call(const struct remap_wish *wish)
{
	return real.mremap(wish->old, wish->old_len, wish->len, wish->flags,
			   wish->addr);
}

static uint64_t length(struct range range)
{
	return range.end - range.start;
}

/* Takes note of what is there, and out of the table what may move. */
static bool hold(struct remap *remap)
{
	struct range look = remap->old;
	struct spans_old *held = &remap->held;
	bool whole;

	if (!length(look))
		look.end += PAGE;
	if (remap->keeps)
		whole = mapped_list(look.start, look.end, held);
	else
		whole = mapped_put(look.start, look.end, 0, held) == look.end;
	if (held->n && held->at[held->n - 1].end == look.end)
		remap->tail = held->at[held->n - 1].tag;
	if (!whole && !remap->keeps)
		mapped_back(held);
	if (!length(remap->old))
		held->n = 0;
	return whole;
}

/* What is new: the part by which it grows, and a copy. */
static uint64_t cost(const struct remap *remap)
{
	uint64_t bytes = 0;

	if (is_counted(remap->tail) && length(remap->new) > length(remap->old))
		bytes = length(remap->new) - length(remap->old);
	for (size_t i = 0; remap->keeps && i < remap->held.n; i++) {
		const struct span *span = &remap->held.at[i];

		bytes += is_counted(span->tag) ? span->end - span->start : 0;
	}
	return bytes;
}

/* It did not come to that. */
static void put_back(const struct remap *remap)
{
	if (!remap->keeps)
		mapped_back(&remap->held);
	bill_cancel(&remap->bill);
}

static unsigned char tag_of_new(const struct remap *remap, unsigned char tag)
{
	return is_counted(tag) ? remap->bill.owner : tag;
}

/* Where the spans are now; what has been cut off is given back. */
static void carry(struct remap *remap)
{
	struct spans_old there = { .n = 0 }, gone = { .n = 0 };
	uint64_t to = remap->new.start, from = remap->old.start;

	for (size_t i = 0; i < remap->held.n; i++) {
		struct span span = remap->held.at[i], cut;

		if (remap->keeps)
			span.tag = tag_of_new(remap, span.tag);
		span.start = span.start - from + to;
		span.end = span.end - from + to;
		cut = span;
		if (cut.start < remap->new.end)
			cut.start = remap->new.end;
		if (span.end > remap->new.end)
			span.end = remap->new.end;
		if (span.start < span.end)
			there.at[there.n++] = span;
		if (cut.start < cut.end)
			gone.at[gone.n++] = cut;
	}
	mapped_back(&there);
	bill_give_back(&gone);
}

static void settle(struct remap *remap, const void *at)
{
	uint64_t had = length(remap->old);
	struct range more;

	remap->new.end += (uint64_t)at - remap->new.start;
	remap->new.start = (uint64_t)at;
	bill_replace(remap->new, 0); /* what it covers */
	carry(remap);
	more = (struct range){ remap->new.start + had, remap->new.end };
	if (more.start < more.end && remap->tail)
		bill_replace(more, tag_of_new(remap, remap->tail));
}

void *mapping_remap(const struct site *site, const struct remap_wish *wish)
{
	struct remap remap = {
		.keeps = !wish->old_len || wish->flags & MREMAP_DONTUNMAP,
	};
	size_t had = wish->old_len;
	void *at;

	if (!bill_counts(site) ||
	    !bill_covers(&remap.old, wish->old, had ? had : 1) ||
	    !bill_covers(&remap.new, NULL, wish->len))
		return call(wish);
	if (!had)
		remap.old.end = remap.old.start;
	if (!hold(&remap)) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	if (bill_charge(&remap.bill, site, cost(&remap))) {
		put_back(&(struct remap){ .keeps = remap.keeps,
					  .held = remap.held });
		return MAP_FAILED;
	}
	at = call(wish);
	if (at == MAP_FAILED)
		put_back(&remap);
	else
		settle(&remap, at);
	return at;
}
