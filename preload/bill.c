/*
 * bill.c - what a mapping call costs, from the ledger to the table and back.
 * SPDX-License-Identifier: MIT
 */
#include "preload/bill.h"

#include <errno.h>

#include "preload/memory.h"
#include "preload/owners.h"
#include "preload/start.h"

#define ADDRESSES (UINT64_C(1) << 56) /* there are no more */

bool bill_covers(struct range *range, const void *addr, uint64_t len)
{
	range->start = (uint64_t)addr;
	range->end = range->start + page_up(len);
	return range->start % PAGE == 0 && len && page_up(len) >= len &&
	       range->end > range->start && range->end < ADDRESSES;
}

bool bill_counts(const struct site *site)
{
	start_sandbox();
	return ledger_counts() && !memory_is_allocator(site->caller);
}

int bill_charge(struct bill *bill, const struct site *site, uint64_t bytes)
{
	*bill = (struct bill){ .bytes = bytes };
	if (!bytes)
		return 0;
	if (mapped_ready() == 0 && owners_map(site, bytes, &bill->owner) == 0)
		return 0;
	errno = ENOMEM;
	return -ENOMEM;
}

static void give(uint64_t bytes, unsigned char owner)
{
	if (bytes && is_counted(owner))
		owners_unmap(bytes, owner);
}

void bill_cancel(const struct bill *bill)
{
	give(bill->bytes, bill->owner);
}

void bill_settle(const struct bill *bill, struct range range,
		 unsigned char from)
{
	uint64_t counted = 0;

	if (bill->bytes)
		counted = mapped_turn(range.start, range.end, from, bill->owner,
				      bill->bytes);
	give(bill->bytes - counted, bill->owner);
}

void bill_settle_new(const struct bill *bill, struct range range)
{
	struct bill rest = *bill;

	if (!bill->bytes)
		return;
	rest.bytes -= mapped_turn(range.start, range.end, 0, bill->owner,
				  bill->bytes);
	bill_settle(&rest, range, RESERVED);
}

void bill_give_back(const struct spans_old *gone)
{
	for (size_t i = 0; i < gone->n; i++)
		give(gone->at[i].end - gone->at[i].start, gone->at[i].tag);
}

void bill_replace(struct range range, unsigned char tag)
{
	struct spans_old gone;

	while (range.start < range.end) {
		range.start = mapped_put(range.start, range.end, tag, &gone);
		bill_give_back(&gone);
	}
}
