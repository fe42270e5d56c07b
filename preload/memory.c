/*
 * memory.c - live allocations, counted and limited.
 * SPDX-License-Identifier: MIT
 *
 * A block is charged what was asked for before libc is called, and what it is
 * really worth afterwards; if that is too much, it goes back. So the books
 * never exceed a limit, not even for a moment. A block is given back to libc
 * before its bytes are. The books are ours; the status page, which others can
 * write, only gets a copy.
 */
#include "preload/memory.h"

#include "preload/real.h"
#include "preload/start.h"
#include "preload/status.h"

enum { PAGE = 4096 };

static uint64_t max_bytes = UINT64_MAX, max_blocks = UINT64_MAX;
static uint64_t live_bytes, live_blocks;

/* The copy of one of the two in the status page. */
static uint64_t *shown(const uint64_t *counter)
{
	return counter == &live_bytes ? &status->live_bytes :
					&status->live_allocs;
}

void memory_start(const struct policy *policy)
{
	uint64_t bytes = policy->at[KEY_memory_limit].number;
	uint64_t blocks = policy->at[KEY_max_allocs].number;

	max_bytes = bytes ? bytes : UINT64_MAX;
	max_blocks = blocks ? blocks : UINT64_MAX;
	if (bytes || blocks)
		return;
	live_bytes = live_blocks = 0; /* nobody counts from here on */
	status->live_bytes = status->live_allocs = 0;
	status->peak_bytes = 0;
}

/* Who asks for memory. */
struct site {
	const char *call;
	const void *caller;
};

#define SITE(name)                                                             \
	{                                                                      \
		.call = (name), .caller = __builtin_return_address(0)          \
	}

/* Adds n unless that exceeds max; *seen is what there was. */
static bool take(uint64_t *counter, uint64_t n, uint64_t max, uint64_t *seen)
{
	*seen = __atomic_load_n(counter, __ATOMIC_RELAXED);
	do {
		if (n > max || *seen > max - n)
			return false;
	} while (n && !__atomic_compare_exchange_n(counter, seen, *seen + n,
						   true, __ATOMIC_RELAXED,
						   __ATOMIC_RELAXED));
	__atomic_add_fetch(shown(counter), n, __ATOMIC_RELAXED);
	return true;
}

/* Blocks that libc got without us and gave back through us must not count. */
static void give(uint64_t *counter, uint64_t n)
{
	uint64_t now = __atomic_load_n(counter, __ATOMIC_RELAXED), less;

	do {
		less = now > n ? n : now;
	} while (less && !__atomic_compare_exchange_n(
				 counter, &now, now - less, true,
				 __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	__atomic_sub_fetch(shown(counter), less, __ATOMIC_RELAXED);
}

/* Beyond every limit: where refusals are only recorded. */
static void add(uint64_t *counter, uint64_t n)
{
	__atomic_add_fetch(counter, n, __ATOMIC_RELAXED);
	__atomic_add_fetch(shown(counter), n, __ATOMIC_RELAXED);
}

static void uncharge(uint64_t bytes, uint64_t blocks)
{
	give(&live_bytes, bytes);
	give(&live_blocks, blocks);
}

/*
 * Asks about what did not fit, at the counts that were seen: they may have
 * changed since. Where refusals are only recorded, the books exceed the limit.
 */
static int refuse(const struct site *site, const struct query *query,
		  uint64_t blocks)
{
	struct asked ask;
	int err;

	gate_enter(&ask, site->call, site->caller);
	STATUS_ADD(denied_allocs, 1);
	err = gate_leave(&ask, gate_decide(&ask, query));
	if (!err) {
		add(&live_bytes, query->size);
		add(&live_blocks, blocks);
	}
	return err;
}

static int charge(const struct site *site, uint64_t bytes, uint64_t blocks)
{
	struct query query = {
	    .right = MEM_ALLOC,
	    .size = bytes,
	    .live = live_bytes,
	};

	if (bytes > PTRDIFF_MAX) { /* libc never has that much */
		errno = ENOMEM;
		return -ENOMEM;
	}
	if (take(&live_blocks, blocks, max_blocks, &query.allocs)) {
		if (take(&live_bytes, bytes, max_bytes, &query.live))
			return 0;
		give(&live_blocks, blocks);
	}
	return refuse(site, &query, blocks);
}

static void note_peak(void)
{
	uint64_t live = __atomic_load_n(&live_bytes, __ATOMIC_RELAXED);
	uint64_t peak = __atomic_load_n(&status->peak_bytes, __ATOMIC_RELAXED);

	while (live > peak && !__atomic_compare_exchange_n(
				  &status->peak_bytes, &peak, live, true,
				  __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/*
 * Corrects the charge of a new block from `charged` to what it is worth; or
 * gives the block and its charge back. The arena's blocks are not counted.
 */
static void *settle(const struct site *site, uint64_t charged, void *block)
{
	uint64_t worth = 0;

	if (!block || boot_owns(block)) {
		uncharge(charged, 1);
		return block;
	}
	worth = real.malloc_usable_size(block);
	if (worth < charged)
		uncharge(charged - worth, 0);
	else if (charge(site, worth - charged, 0)) {
		int refusal = errno;

		real.free(block);
		uncharge(charged, 1);
		errno = refusal;
		return NULL;
	}
	note_peak();
	return block;
}

enum kind { MALLOC, CALLOC, MEMALIGN, ALIGNED_ALLOC, VALLOC, PVALLOC };

static void *ask_libc(enum kind kind, size_t alignment, size_t size)
{
	switch (kind) {
	case MALLOC:
		return real.malloc(size);
	case CALLOC:
		return real.calloc(1, size);
	case MEMALIGN:
		return real.memalign(alignment, size);
	case ALIGNED_ALLOC:
		return real.aligned_alloc(alignment, size);
	case VALLOC:
		return real.valloc(size);
	case PVALLOC:
		return real.pvalloc(size);
	}
	return NULL;
}

/*
 * A new block while blocks are counted. The first call of the process may be
 * one for memory, before there are any limits; within the start that returns.
 */
static __attribute__((noinline)) void *counted(enum kind kind,
					       const struct site *site,
					       size_t alignment, size_t size)
{
	start_sandbox();
	if (charge(site, size, 1))
		return NULL;
	return settle(site, size, ask_libc(kind, alignment, size));
}

/* Away from the caller's fast path, which is one branch and a jump. */
#define COUNTED(name, kind, alignment, size)                                   \
	({                                                                     \
		struct site site = SITE(name);                                 \
		counted(kind, &site, alignment, size);                         \
	})

static inline bool counts(void)
{
	return gate_restricts(RIGHT(MEM_ALLOC));
}

EXPORT void *malloc(size_t size)
{
	return !counts() ? real.malloc(size)
			 : COUNTED("malloc", MALLOC, 0, size);
}

EXPORT void *calloc(size_t n, size_t size)
{
	size_t bytes;

	if (!counts() || __builtin_mul_overflow(n, size, &bytes))
		return real.calloc(n, size);
	return COUNTED("calloc", CALLOC, 0, bytes);
}

EXPORT void *memalign(size_t alignment, size_t size)
{
	return !counts() ? real.memalign(alignment, size)
			 : COUNTED("memalign", MEMALIGN, alignment, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	return !counts()
		   ? real.aligned_alloc(alignment, size)
		   : COUNTED("aligned_alloc", ALIGNED_ALLOC, alignment, size);
}

EXPORT void *valloc(size_t size)
{
	return !counts() ? real.valloc(size)
			 : COUNTED("valloc", VALLOC, 0, size);
}

EXPORT void *pvalloc(size_t size)
{
	return !counts() ? real.pvalloc(size)
			 : COUNTED("pvalloc", PVALLOC, 0, size);
}

EXPORT int posix_memalign(void **block, size_t alignment, size_t size)
{
	const struct site site = SITE("posix_memalign");
	int saved, err;

	if (!counts())
		return real.posix_memalign(block, alignment, size);
	saved = errno;
	err = charge(&site, size, 1) ? ENOMEM : 0;
	if (!err) {
		void *new = NULL;

		err = real.posix_memalign(&new, alignment, size);
		new = settle(&site, size, err ? NULL : new);
		if (new)
			*block = new;
		else if (!err)
			err = ENOMEM;
	}
	errno = saved;
	return err;
}

static __attribute__((noinline)) void release(void *block)
{
	size_t worth;
	int saved = errno;

	if (!block || boot_owns(block))
		return;
	if (!counts()) {
		real.free(block);
		return;
	}
	worth = real.malloc_usable_size(block);
	real.free(block);
	uncharge(worth, 1);
	errno = saved;
}

EXPORT void free(void *block)
{
	if (!counts() && !boot_owns(block))
		real.free(block);
	else
		release(block);
}

EXPORT void cfree(void *block)
{
	release(block);
}

EXPORT size_t malloc_usable_size(void *block)
{
	return boot_owns(block) ? boot_size(block)
				: real.malloc_usable_size(block);
}

/* Grows into a block of its own, charged to the byte; `old` stays if refused.
 */
static void *move(const struct site *site, void *old, size_t had, size_t size)
{
	void *new;

	if (charge(site, size - had, 0))
		return NULL;
	new = real.malloc(size);
	if (!new || charge(site, real.malloc_usable_size(new) - size, 0)) {
		int refusal = errno;

		real.free(new);
		uncharge(size - had, 0);
		errno = refusal;
		return NULL;
	}
	memcpy(new, old, had);
	real.free(old);
	return new;
}

/*
 * What a realloc to `size` can cost: allocators round to size classes a quarter
 * apart at most, and to pages.
 */
static uint64_t bound(size_t size)
{
	return (uint64_t)size + size / 4 + 2 * PAGE;
}

static void *resize(const struct site *site, void *old, size_t size)
{
	uint64_t had = real.malloc_usable_size(old), charged = had, worth, seen;
	void *new;

	if (size > PTRDIFF_MAX) {
		errno = ENOMEM;
		return NULL;
	}
	if (size > had) {
		charged = bound(size);
		if (!take(&live_bytes, charged - had, max_bytes, &seen))
			return move(site, old, had, size);
	}
	new = real.realloc(old, size);
	if (!new) { /* with 0 it was free */
		uncharge(size ? charged - had : had, size ? 0 : 1);
		return NULL;
	}
	worth = real.malloc_usable_size(new);
	if (worth < charged)
		uncharge(charged - worth, 0);
	else
		add(&live_bytes, worth - charged);
	return new;
}

static __attribute__((noinline)) void *counted_realloc(const struct site *site,
						       void *old, size_t size)
{
	void *new;

	if (old && !boot_owns(old)) {
		new = resize(site, old, size);
		note_peak();
		return new;
	}
	new = counted(MALLOC, site, 0, size);
	if (new &&old)
		memcpy(new, old, size < boot_size(old) ? size : boot_size(old));
	return new;
}

EXPORT void *realloc(void *old, size_t size)
{
	if (counts() || boot_owns(old)) {
		struct site site = SITE("realloc");

		return counted_realloc(&site, old, size);
	}
	return real.realloc(old, size);
}

EXPORT void *reallocarray(void *old, size_t n, size_t size)
{
	struct site site = SITE("reallocarray");
	size_t bytes;

	if (!counts() && !boot_owns(old))
		return real.reallocarray(old, n, size);
	if (__builtin_mul_overflow(n, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return counted_realloc(&site, old, bytes);
}
