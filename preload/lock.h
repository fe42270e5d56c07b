/*
 * lock.h - a lock that a signal handler cannot meet.
 * SPDX-License-Identifier: MIT
 *
 * Whoever holds it has all signals blocked, and so comes to the end; nothing is
 * called meanwhile that might wait. In the child of a fork the lock may look
 * taken by a thread that is not there: it is set to 0.
 */
#ifndef PRELOAD_LOCK_H
#define PRELOAD_LOCK_H

#include <signal.h>
#include <stdint.h>

#include "config/raw.h"

/* The kernel's signal set. */
struct signals {
	uint64_t bits;
};

static inline struct signals lock_take(int *lock)
{
	static const struct signals all = { UINT64_MAX };
	struct signals old;

	RAW(rt_sigprocmask, SIG_SETMASK, &all, &old, sizeof(old));
	while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE))
		RAW(sched_yield);
	return old;
}

static inline void lock_drop(int *lock, const struct signals *old)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
	RAW(rt_sigprocmask, SIG_SETMASK, old, NULL, sizeof(*old));
}

#endif
