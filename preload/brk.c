/*
 * brk.c - the end of the data segment, moved by the program.
 * SPDX-License-Identifier: MIT
 *
 * libc's malloc moves it, too, unseen by us: what it gets is counted by block.
 * So only the pages that the program itself gets are in the table, and only
 * these are given back when the end moves down again.
 */
#include <unistd.h>

#include "config/raw.h"
#include "preload/bill.h"
#include "preload/mapping.h"
#include "preload/real.h"

/* The pages between two ends; none if the second is the lower one. */
static struct range pages(uint64_t from, uint64_t to)
{
	struct range range = { page_up(from), page_up(to) };

	if (to < from || range.end < range.start)
		range.end = range.start;
	return range;
}

static int charge(struct bill *bill, const struct site *site, uint64_t from,
		  uint64_t to)
{
	struct range more = pages(from, to);

	return bill_charge(bill, site, more.end - more.start);
}

/* The end has moved. */
static void settle(const struct bill *bill, uint64_t from, uint64_t to)
{
	bill_settle_new(bill, pages(from, to));
	bill_replace(pages(to, from), 0);
}

int mapping_brk(const struct site *site, void *end)
{
	struct bill bill;
	uint64_t now;
	int err;

	if (!bill_counts(site))
		return real.brk(end);
	now = (uint64_t)real.sbrk(0);
	if (charge(&bill, site, now, (uint64_t)end))
		return -1;
	err = real.brk(end);
	if (err)
		bill_cancel(&bill);
	else
		settle(&bill, now, (uint64_t)end);
	return err;
}

/* The end may have been moved by another thread's malloc in between. */
void *mapping_sbrk(const struct site *site, intptr_t more,
		   void *(*sbrk)(intptr_t more))
{
	struct bill bill;
	uint64_t now;
	void *was;

	if (!more || !bill_counts(site))
		return sbrk(more);
	now = (uint64_t)real.sbrk(0);
	if (charge(&bill, site, now, now + (uint64_t)more))
		return (void *)-1;
	was = sbrk(more);
	if (was == (void *)-1)
		bill_cancel(&bill);
	else
		settle(&bill, (uint64_t)was, (uint64_t)was + (uint64_t)more);
	return was;
}

long mapping_raw_brk(const struct site *site, long end)
{
	uint64_t now = (uint64_t)RAW(brk, 0);
	struct bill bill;
	long result;

	if (!bill_counts(site))
		return RAW(brk, end);
	if (charge(&bill, site, now, (uint64_t)end))
		return (long)now;
	result = RAW(brk, end);
	if (result == end)
		settle(&bill, now, (uint64_t)end);
	else
		bill_cancel(&bill);
	return result;
}
