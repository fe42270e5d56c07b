/*
 * owners.h - which library asks for memory, and what it may have.
 * SPDX-License-Identifier: MIT
 *
 * A library has an account of the ledger from its first request on, and keeps
 * it when it is closed and opened again. Who asks is known from the return
 * address.
 */
#ifndef PRELOAD_OWNERS_H
#define PRELOAD_OWNERS_H

#include "preload/blocks.h"

struct policy;

/* Is there anything that only owners can tell: limits of libraries, leaks? */
bool owners_wanted(const struct policy *policy);

/* Blocks have owners from here on; false if there is no memory for that. */
bool owners_start(const struct policy *policy);

/* The account of who calls from there, remembered elsewhere or not yet. */
unsigned owners_look_up(const void *caller);

/* In the child of a fork, whose other threads are gone. */
void owners_forked(void);

/* What threads remember of callers is void: a library was unloaded. */
void owners_forget(void);
extern unsigned owners_generation __attribute__((visibility("hidden")));

/* By the page of code, which belongs to one object. */
static inline unsigned owners_find(const void *caller)
{
	uintptr_t page = (uintptr_t)caller >> 12;
	const struct seen *seen = &ledger_thread->seen[page % SEEN];

	if (__builtin_expect(
		seen->page == page && seen->generation == owners_generation, 1))
		return seen->account;
	return owners_look_up(caller);
}

/* Has this account a limit of its own? All others need no purses. */
extern bool owners_limited[ACCOUNTS] __attribute__((visibility("hidden")));

/* The library's path, resolved; of the last account: "other libraries". */
const char *owners_name(unsigned account);

/*
 * Charges a library's own account when its purse does not allow it; 0, or
 * -ENOMEM and errno set.
 */
int owners_charge(unsigned account, const char *call, const void *caller,
		  int64_t bytes, int64_t blocks);

static inline bool owners_spend(unsigned account, int64_t bytes)
{
	struct purse *owned = ledger_thread->owned;

	if (__builtin_expect(!owned, 0))
		return false;
	ledger_draw(&owned[account], bytes, 1);
	if (ledger_allows(&owned[account]))
		return true;
	ledger_draw(&owned[account], -bytes, -1);
	return false;
}

static inline void owners_uncharge(unsigned account, int64_t bytes,
				   int64_t blocks)
{
	struct purse *owned = ledger_thread->owned;

	if (__builtin_expect(owned != NULL, 1)) {
		ledger_add(&owned[account].blocks, -blocks);
		if (!ledger_sub(&owned[account].drawn, bytes))
			return;
	}
	ledger_report(account, bytes, blocks);
}

/*
 * Charges memory that is mapped: 0, and in *owner the tag (1 to 254) that is to
 * be handed back; or -ENOMEM and errno set, with the refusal recorded.
 */
int owners_map(const struct site *site, uint64_t bytes, unsigned char *owner);
void owners_unmap(uint64_t bytes, unsigned char owner);

/* owned.c: with the front cache of glibc's chunks, or without. */
void owned_start(bool front);

/* leaks.c: lists what is live, by library and size. At the process's end. */
void leaks_report(void);

#endif
