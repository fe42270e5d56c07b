/*
 * bill.h - what a mapping call costs, from the ledger to the table and back.
 * SPDX-License-Identifier: MIT
 *
 * Charge, call the kernel, then settle for the range that it gave, or cancel.
 * Of all these only bill_charge writes errno, and only when it refuses.
 */
#ifndef PRELOAD_BILL_H
#define PRELOAD_BILL_H

#include <stdbool.h>
#include <stdint.h>

#include "preload/ledger.h"
#include "preload/mapped.h"

enum { PAGE = 4096 };

static inline uint64_t page_up(uint64_t n)
{
	return (n + PAGE - 1) & -(uint64_t)PAGE;
}

struct range {
	uint64_t start, end;
};

/* Bytes that are charged, and the tag of who pays them. */
struct bill {
	uint64_t bytes;
	unsigned char owner;
};

/* Which pages these are; false if the kernel will not hear of such a range. */
bool bill_covers(struct range *range, const void *addr, uint64_t len);

/* Are calls from there counted? Starts the sandbox if need be. */
bool bill_counts(const struct site *site);

/* 0, or -ENOMEM with errno set: refused, and recorded. */
int bill_charge(struct bill *bill, const struct site *site, uint64_t bytes);

/* The call failed. */
void bill_cancel(const struct bill *bill);

/* What has the tag `from` there is counted now; the rest is given back. */
void bill_settle(const struct bill *bill, struct range range,
		 unsigned char from);

/* All that is not counted there is counted now; the rest is given back. */
void bill_settle_new(const struct bill *bill, struct range range);

/* Gives back what these spans cost, which are in the table no more. */
void bill_give_back(const struct spans_old *gone);

/* The range has this tag now, and what it had is given back. */
void bill_replace(struct range range, unsigned char tag);

#endif
