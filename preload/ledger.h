/*
 * ledger.h - what is live, in bytes and blocks, against its limits.
 * SPDX-License-Identifier: MIT
 *
 * An account has limits: the process is one, and so is each library that is
 * told apart. Every thread has a purse per account. It may spend up to `allow`
 * by itself, with plain loads and stores; what it gets beyond comes in batches
 * from the account, under a lock. When the account has nothing left, what lies
 * unused in other purses is taken back first, so that a refusal means that the
 * limit would really be exceeded, however many threads there are.
 *
 * Why that is exact: a thread stores what it spends, then loads `allow`. Who
 * takes back lowers `allow`, has every running thread pass a barrier
 * (membarrier(2)), and reads what is spent again. So either the thread saw the
 * lowered `allow` and queues for the lock, or its spending is seen.
 *
 * Signal handlers and vfork children may be anywhere in here: counts change by
 * one instruction each, and the lock is held with all signals blocked.
 */
#ifndef PRELOAD_LEDGER_H
#define PRELOAD_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "preload/front.h"

/*
 * A part of an account. What is spent is what libc gave, less what of it lies
 * in the front cache; it is negative for a thread that frees others' blocks.
 * Drawn and allow are counted from `base`, which lies where so much has been
 * given back that the account is to get some: drawn is negative then, which
 * costs the fast way no comparison.
 */
struct purse {
	int64_t drawn;  /* bytes from libc, less those given back */
	int64_t cached; /* bytes of them in the front cache */
	int64_t blocks;
	int64_t allow; /* what is spent may rise to it */
	int64_t allow_blocks;
	int64_t base;
};

/* Accounts by number: the process, and libraries. */
enum { PROCESS = 0, ACCOUNTS = 255 };

/* Who was seen to call from a page of code; see owners.h. */
enum { SEEN = 256 };
struct seen {
	uintptr_t page;
	unsigned account, generation;
};

/*
 * A thread's purses. They outlive it: the next thread goes on with them, so
 * that nothing has to be settled when one ends, also by a fork.
 */
struct thread {
	struct purse purse; /* of the process */
	int64_t most;       /* that may be cached */
	struct front front;
	struct purse *owned; /* of libraries, by account; or NULL */
	struct seen seen[SEEN];
	struct thread *next; /* all that ever were */
	struct thread *next_unused;
	int64_t before, before_blocks; /* while taking back */
};

/* This thread's; `nobody` before its first operation and after its last. */
extern __thread struct thread *ledger_thread
    __attribute__((visibility("hidden")));
extern struct thread ledger_nobody __attribute__((visibility("hidden")));

#define NO_LIMIT (INT64_C(1) << 62)

/* The limits of an account, and what is against them now. */
struct standing {
	int64_t limit, limit_blocks; /* or NO_LIMIT */
	int64_t bytes, blocks;
};

/* By an instruction that no signal handler divides: nothing is lost. */
static inline void ledger_add(int64_t *to, int64_t n)
{
#if defined(__x86_64__)
	__asm__ volatile("addq %1, %0" : "+m"(*to) : "er"(n) : "cc");
#else
	__atomic_fetch_add(to, n, __ATOMIC_RELAXED);
#endif
}

static inline int64_t ledger_seen(const int64_t *at)
{
	return __atomic_load_n(at, __ATOMIC_RELAXED);
}

/* The same, the other way; true if what remains is negative. */
static inline bool ledger_sub(int64_t *from, int64_t n)
{
#if defined(__x86_64__)
	bool negative;

	__asm__ volatile("subq %2, %0"
			 : "+m"(*from), "=@ccs"(negative)
			 : "er"(n));
	return negative;
#else
	return __atomic_sub_fetch(from, n, __ATOMIC_RELAXED) < 0;
#endif
}

/*
 * Bytes that are spent, counted from `base`. `cached` is read last, and what
 * goes back to libc leaves it first: who looks from outside sees too much
 * rather than too little.
 */
static inline int64_t ledger_spent(const struct purse *purse)
{
	int64_t drawn = __atomic_load_n(&purse->drawn, __ATOMIC_ACQUIRE);

	return drawn - ledger_seen(&purse->cached);
}

/* Changes what this thread has from libc, without asking. */
static inline void ledger_draw(struct purse *purse, int64_t bytes,
			       int64_t blocks)
{
	ledger_add(&purse->drawn, bytes);
	ledger_add(&purse->blocks, blocks);
}

/* Is what was spent allowed? If not, it is undone, and ledger_charge asked. */
static inline bool ledger_allows(const struct purse *purse)
{
	return __builtin_expect(ledger_spent(purse) <=
					ledger_seen(&purse->allow) &&
				    ledger_seen(&purse->blocks) <=
					ledger_seen(&purse->allow_blocks),
				1);
}

/*
 * Opens purses for threads, with or without a front cache. Before, all that is
 * counted goes to a common one. `leave` is called when a thread that has one
 * ends; it calls ledger_leave.
 */
void ledger_start(bool fronts, void (*leave)(void *thread));
void ledger_leave(struct thread *thread);

/* From here on threads have purses of libraries too; false without memory. */
bool ledger_start_owned(void);

/* Is anything counted? From ledger_start on. */
bool ledger_counts(void);

/* Who asks for memory. */
struct site {
	const char *call;
	const void *caller;
};

/* Sets the limits of an account; 0 is none. */
void ledger_limit(unsigned account, uint64_t bytes, uint64_t blocks);

/* From here on a library's account is shown at that place of the status page. */
void ledger_show(unsigned account, unsigned place);

/*
 * Charges bytes and blocks, negative ones too. 0, or -ENOMEM if a limit would
 * be exceeded: then nothing is changed, and *standing says by how little.
 */
int ledger_charge(unsigned account, int64_t bytes, int64_t blocks,
		  struct standing *standing);

/* The same beyond every limit: where refusals are only recorded. */
void ledger_force(unsigned account, int64_t bytes, int64_t blocks);

/*
 * When drawn has become negative, with what was last taken off: the account
 * gets what the thread does not use.
 */
void ledger_report(unsigned account, int64_t bytes, int64_t blocks);

/*
 * Where an account stands. Exact while no other thread allocates; else every
 * thread's part is from a moment of its own. No lock.
 */
struct standing ledger_standing(unsigned account);

/* In the child of a fork: other threads are gone, what they spent is not. */
void ledger_forked(void);

#endif
