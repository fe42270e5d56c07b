/*
 * blocks.c - the rare ways of malloc and free.
 * SPDX-License-Identifier: MIT
 *
 * See blocks.h. Nothing here is inlined; where the purse's own word is not
 * enough, the ledger is asked, and where that says no, the policy.
 */
#include "preload/blocks.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "preload/gate.h"
#include "preload/kernel/rlimit.h"
#include "preload/start.h"
#include "preload/status.h"

enum {
	PAGE = 4096,
	SLACK = 1 << 20, /* that a heap may grow by to hold a small block */
};

bool blocks_are_chunks;

/* A foreign malloc_usable_size may itself allocate: tcmalloc's does, once. */
static __thread bool measuring;

size_t blocks_worth(void *block)
{
	size_t worth;

	if (blocks_are_chunks)
		return chunk_usable(block);
	measuring = true;
	worth = real.malloc_usable_size(block);
	measuring = false;
	return worth;
}

int blocks_refuse(unsigned account, const struct overlay *overlay,
		  const struct site *site, int64_t bytes, int64_t blocks,
		  const struct standing *standing)
{
	const struct query query = {
	    .right = MEM_ALLOC,
	    .overlay = overlay,
	    .size = (uint64_t)bytes,
	    .live = standing->bytes > 0 ? (uint64_t)standing->bytes : 0,
	    .allocs = standing->blocks > 0 ? (uint64_t)standing->blocks : 0,
	};
	struct asked ask;
	int err;

	gate_enter(&ask, site->call, site->caller);
	STATUS_ADD(denied_allocs, 1);
	err = gate_leave(&ask, gate_decide(&ask, &query));
	if (!err)
		ledger_force(account, bytes, blocks);
	return err;
}

int blocks_charge(const struct site *site, uint64_t size, int64_t blocks)
{
	struct purse *purse = &ledger_thread->purse;
	int64_t bytes = (int64_t)size;
	struct standing standing;

	if (size >= NO_LIMIT) {
		errno = ENOMEM;
		return -ENOMEM;
	}
	ledger_draw(purse, bytes, blocks);
	if (ledger_allows(purse))
		return 0;
	ledger_draw(purse, -bytes, -blocks);
	if (ledger_charge(PROCESS, bytes, blocks, &standing) == 0)
		return 0;
	return blocks_refuse(PROCESS, NULL, site, bytes, blocks, &standing);
}

void blocks_uncharge(uint64_t bytes, int64_t blocks)
{
	struct purse *purse = &ledger_thread->purse;

	ledger_add(&purse->blocks, -blocks);
	if (ledger_sub(&purse->drawn, (int64_t)bytes))
		ledger_report(PROCESS, (int64_t)bytes, blocks);
}

static void free_quietly(void *block)
{
	int saved = errno;

	real.free(block);
	errno = saved;
}

void *blocks_from_libc(enum maker maker, size_t alignment, size_t size)
{
	switch (maker) {
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

/* A new block was charged `charged`: corrects that, or takes both back. */
static void *adjust(void *block, uint64_t charged, const struct site *site)
{
	uint64_t worth = blocks_worth(block);

	if (worth <= charged) {
		blocks_uncharge(charged - worth, 0);
		return block;
	}
	if (blocks_charge(site, worth - charged, 0) == 0)
		return block;
	free_quietly(block);
	blocks_uncharge(charged, 1);
	return NULL;
}

void *blocks_make(enum maker maker, const char *call, const void *caller,
		  size_t alignment, size_t size)
{
	const struct site site = {call, caller};
	void *block;

	if (measuring)
		return blocks_from_libc(maker, alignment, size);
	if (blocks_charge(&site, size, 1))
		return NULL;
	block = blocks_from_libc(maker, alignment, size);
	if (!block && rlimit_armed()) { /* it was allowed */
		rlimit_raise(size + alignment + SLACK);
		block = blocks_from_libc(maker, alignment, size);
	}
	if (block)
		return adjust(block, size, &site);
	blocks_uncharge(size, 1);
	return NULL;
}

void *blocks_settle(void *block, const char *call, const void *caller)
{
	const struct site site = {call, caller};
	int64_t bytes = (int64_t)chunk_usable(block);

	ledger_draw(&ledger_thread->purse, -bytes, -1);
	if (blocks_charge(&site, (uint64_t)bytes, 1) == 0)
		return block;
	free_quietly(block);
	return NULL;
}

void *blocks_accept_mapped(void *block, const char *call, const void *caller)
{
	struct purse *purse = &ledger_thread->purse;

	ledger_draw(purse, (int64_t)chunk_usable(block), 1);
	return ledger_allows(purse) ? block
				    : blocks_settle(block, call, caller);
}

/* When glibc has no memory, what the front cache holds may serve. */
void *blocks_retry(size_t size, const char *call, const void *caller)
{
	blocks_flush(ledger_thread);
	return blocks_make(MALLOC, call, caller, 0, size);
}

/* At most SMALL_MAX bytes. */
void *blocks_draw(size_t size, const char *call, const void *caller)
{
	void *block = real.malloc(size);

	return block ? blocks_accept_mapped(block, call, caller)
		     : blocks_retry(size, call, caller);
}

/* A block of its class that the thread has cached, or NULL. */
static void *pop_large(struct thread *me, size_t chunk)
{
	void *block = front_pop(&me->front, class_of_large(chunk));

	if (block) {
		ledger_add(&me->purse.cached, -(int64_t)chunk_usable(block));
		ledger_add(&me->purse.blocks, 1);
	}
	return block;
}

/*
 * Sizes are rounded so that the block serves its class later; but not when only
 * the exact size fits into the limit.
 */
void *blocks_make_large(size_t size, const char *call, const void *caller)
{
	struct thread *me = ledger_thread;
	struct standing standing;
	size_t chunk;
	int64_t bytes;
	void *block;

	if (size > LARGE_MAX)
		return blocks_make(MALLOC, call, caller, 0, size);
	chunk = round_to_class(chunk_for(size));
	block = pop_large(me, chunk);
	if (!block) {
		block = real.malloc(chunk - CHUNK_WORD);
		if (!block)
			return blocks_retry(size, call, caller);
		ledger_draw(&me->purse, (int64_t)chunk_usable(block), 1);
	}
	if (ledger_allows(&me->purse))
		return block;
	bytes = (int64_t)chunk_usable(block);
	ledger_draw(&me->purse, -bytes, -1);
	if (ledger_charge(PROCESS, bytes, 1, &standing) == 0)
		return block;
	real.free(block);
	return blocks_make(MALLOC, call, caller, 0, size);
}

void blocks_free(void *block)
{
	if (!measuring)
		blocks_uncharge(blocks_worth(block), 1);
	free_quietly(block);
}

void blocks_flush(struct thread *me)
{
	struct purse *purse = &me->purse;

	for (unsigned class = 0; class < CLASSES; class ++) {
		void *block;

		while ((block = front_pop(&me->front, class))) {
			int64_t bytes = (int64_t)chunk_usable(block);

			ledger_add(&purse->cached, -bytes);
			ledger_add(&purse->drawn, -bytes);
			real.free(block);
		}
	}
	if (purse->drawn < 0)
		ledger_report(PROCESS, 0, 0);
}

void blocks_report_and_free(void *block)
{
	ledger_report(PROCESS, (int64_t)chunk_usable(block), 1);
	real.free(block);
}

/* Into the list of its class; false if it has none. */
static bool keep(struct thread *me, void *block, size_t chunk)
{
	bool small = chunk <= SMALL_CHUNK;

	if (me->most < 0 || chunk >= LARGE_CHUNK ||
	    chunk_word(block) & CHUNK_MMAPPED)
		return false;
	front_push(&me->front,
		   small ? class_of_small(chunk) : class_of_large(chunk),
		   block);
	ledger_add(&me->purse.cached, (int64_t)(chunk - CHUNK_WORD));
	ledger_add(&me->purse.blocks, -1);
	return true;
}

/* When the cache is full all of it goes back: it holds what nobody wants. */
void blocks_free_chunk(void *block)
{
	size_t chunk = chunk_word(block) & ~(size_t)CHUNK_FLAGS;
	struct thread *me = ledger_thread;

	if (!keep(me, block, chunk)) {
		blocks_return(block);
	} else if (me->purse.cached > me->most) {
		blocks_flush(me);
	}
}

/* A second free is passed on after the first: glibc says what it is. */
static void check_twice(void *block)
{
	size_t chunk = chunk_word(block) & ~(size_t)CHUNK_FLAGS;
	struct front *front = &ledger_thread->front;
	unsigned class = chunk <= SMALL_CHUNK ? class_of_small(chunk)
					      : class_of_large(chunk);

	if (chunk < LARGE_CHUNK && front_remove(front, class, block)) {
		real.free(block);
		real.free(block);
		__builtin_trap(); /* not even glibc may overlook it */
	}
}

void blocks_free_suspect(void *block)
{
	check_twice(block);
	((struct spare *)block)->key = 0; /* only looked like it */
	blocks_free_chunk(block);
}

void blocks_free_unknown(void *block)
{
	if (front_suspects(block))
		check_twice(block);
	real.free(block);
}

/*
 * Grows into a block of its own, charged to the byte; `old` stays if refused.
 * In the books there is never more than one of the two.
 */
static void *move(void *old, size_t had, size_t size, const struct site *site)
{
	void *new;

	if (blocks_charge(site, size - had, 0))
		return NULL;
	new = real.malloc(size);
	if (new &&blocks_charge(site, blocks_worth(new) - size, 0)) {
		free_quietly(new);
		new = NULL;
	}
	if (!new) {
		blocks_uncharge(size - had, 0);
		return NULL;
	}
	memcpy(new, old, had);
	free_quietly(old);
	return new;
}

/*
 * What a realloc to `size` can cost: glibc leaves less than a chunk unsplit,
 * and rounds to pages what has a mapping; others round to size classes, a
 * quarter apart at most.
 */
size_t blocks_most_for(size_t size)
{
	return blocks_are_chunks ? size + 2 * CHUNK_MIN + PAGE
				 : size + size / 4 + 2 * PAGE;
}

/* Charges what growing may cost; false if only the exact size might fit. */
static bool charge_growth(uint64_t bytes)
{
	struct purse *purse = &ledger_thread->purse;
	struct standing standing;

	ledger_draw(purse, (int64_t)bytes, 0);
	if (ledger_allows(purse))
		return true;
	ledger_draw(purse, -(int64_t)bytes, 0);
	return ledger_charge(PROCESS, (int64_t)bytes, 0, &standing) == 0;
}

void *blocks_resize(void *old, size_t size, const char *call,
		    const void *caller)
{
	const struct site site = {call, caller};
	uint64_t had = blocks_worth(old), charged = had, worth;
	void *new;

	if (size >= NO_LIMIT) {
		errno = ENOMEM;
		return NULL;
	}
	if (blocks_are_chunks && size && size <= had && had - size < CHUNK_MIN)
		return old;
	if (size > had) {
		charged = blocks_most_for(size);
		if (charged < had)
			charged = had;
		if (!charge_growth(charged - had))
			return move(old, had, size, &site);
	}
	new = real.realloc(old, size);
	if (!new) { /* with 0 it was free */
		blocks_uncharge(size ? charged - had : had, size ? 0 : 1);
		return NULL;
	}
	worth = blocks_worth(new);
	if (worth <= charged)
		blocks_uncharge(charged - worth, 0);
	else
		ledger_force(PROCESS, (int64_t)(worth - charged), 0);
	return new;
}

/* POSIX: a power of two, and a multiple of a pointer's size. */
bool blocks_is_alignment(size_t alignment)
{
	return alignment >= sizeof(void *) && !(alignment & (alignment - 1));
}
