/*
 * blocks.h - the fast way of malloc and free, for all that allocate.
 * SPDX-License-Identifier: MIT
 *
 * What is here is inlined into malloc, free and the operators of C++; all that
 * is rare is a call into blocks.c. A block costs what malloc_usable_size says.
 * Small ones are charged after glibc made them, or when they leave the front
 * cache; large ones before, so that a giant never reaches mmap. A block's
 * charge is given back just before the block.
 */
#ifndef PRELOAD_BLOCKS_H
#define PRELOAD_BLOCKS_H

#include "preload/ledger.h"
#include "preload/real.h"

/* Blocks are glibc's chunks; else malloc_usable_size tells what they are worth.
 */
extern bool blocks_are_chunks __attribute__((visibility("hidden")));

#define RARE __attribute__((noinline, cold))
#define CALLER __builtin_return_address(0)

/* The functions of libc that make blocks. */
enum maker { MALLOC, CALLOC, MEMALIGN, ALIGNED_ALLOC, VALLOC, PVALLOC };
void *blocks_from_libc(enum maker maker, size_t alignment, size_t size);

/*
 * 0, or -ENOMEM and errno set when the policy refuses: that is recorded. More
 * than any libc has, so that sums overflow, is refused without asking.
 */
int blocks_charge(const struct site *site, uint64_t bytes, int64_t blocks);
void blocks_uncharge(uint64_t bytes, int64_t blocks);

/*
 * The ledger said no: the policy is asked, an overlay's or the process's, and
 * what it says is recorded. Where refusals are only recorded, the books exceed
 * the limit. 0, or -ENOMEM and errno set.
 */
struct overlay;
int blocks_refuse(unsigned account, const struct overlay *overlay,
		  const struct site *site, int64_t bytes, int64_t blocks,
		  const struct standing *standing);

/* A block of any kind, or NULL with errno set. */
void *blocks_make(enum maker maker, const char *call, const void *caller,
		  size_t alignment, size_t size);
/* Not NULL; keeps errno. */
void blocks_free(void *block);
/* As realloc(old, size); `old` is not NULL. */
void *blocks_resize(void *old, size_t size, const char *call,
		    const void *caller);

/* What a block is worth: its usable bytes. */
size_t blocks_worth(void *block);
/* What a realloc to `size`, less than NO_LIMIT, can cost. */
size_t blocks_most_for(size_t size);
/* May posix_memalign be asked for it? */
bool blocks_is_alignment(size_t alignment);

/* Gives all that a thread has cached back to glibc. */
void blocks_flush(struct thread *thread);

/*
 * What the fast ways leave to others. With a front cache: a block that is not
 * in it, and one of more than SMALL_MAX bytes.
 */
void *blocks_draw(size_t size, const char *call, const void *caller);
void *blocks_make_large(size_t size, const char *call, const void *caller);
/* A new block that was charged and not allowed: asks, or frees it. */
void *blocks_settle(void *block, const char *call, const void *caller);
/* When glibc has no memory: once more, without what the front cache holds. */
RARE void *blocks_retry(size_t size, const char *call, const void *caller);
/* One that has a mapping of its own, which is worth a word less. */
void *blocks_accept_mapped(void *block, const char *call, const void *caller);
/* With the bytes of `block` taken off: tells the ledger, then frees it. */
void blocks_report_and_free(void *block);
/* A block for which the front cache has no room, or which looks freed. */
void blocks_free_chunk(void *block);
void blocks_free_suspect(void *block);
/* One of libc's own, not counted; or one that is in the front cache already. */
void blocks_free_unknown(void *block);

/* Charges a chunk that glibc just made. */
static inline void *blocks_accept(void *block, const char *call,
				  const void *caller)
{
	struct purse *purse = &ledger_thread->purse;
	size_t word = chunk_word(block);

	if (__builtin_expect((word & CHUNK_MMAPPED) != 0, 0))
		return blocks_accept_mapped(block, call, caller);
	ledger_draw(purse, (int64_t)chunk_bytes(word), 1);
	if (ledger_allows(purse))
		return block;
	return blocks_settle(block, call, caller);
}

/* Gives a chunk back to glibc. */
static inline void blocks_return(void *block)
{
	struct purse *purse = &ledger_thread->purse;
	size_t word = chunk_word(block);

	if (__builtin_expect((word & CHUNK_MMAPPED) != 0, 0)) {
		blocks_free(block);
		return;
	}
	ledger_add(&purse->blocks, -1);
	if (__builtin_expect(
		ledger_sub(&purse->drawn, (int64_t)chunk_bytes(word)), 0))
		blocks_report_and_free(block);
	else
		real.free(block);
}

static inline __attribute__((always_inline)) void *blocks_malloc(
    size_t size, const char *call, const void *caller)
{
	struct thread *me = ledger_thread;
	size_t chunk;
	void *block;

	if (__builtin_expect(size > SMALL_MAX, 0))
		return blocks_make_large(size, call, caller);
	chunk = chunk_for(size);
	block = front_pop(&me->front, class_of_small(chunk));
	if (__builtin_expect(!block, 0))
		return blocks_draw(size, call, caller);
	ledger_add(&me->purse.cached, -(int64_t)(chunk - CHUNK_WORD));
	ledger_add(&me->purse.blocks, 1);
	if (ledger_allows(&me->purse))
		return block;
	return blocks_settle(block, call, caller);
}

static inline __attribute__((always_inline)) void blocks_give(void *block)
{
	struct thread *me = ledger_thread;
	size_t word, chunk;
	int64_t bytes;

	if (!block)
		return;
	if (front_suspects(block)) {
		blocks_free_suspect(block);
		return;
	}
	word = chunk_word(block);
	chunk = word & ~(size_t)CHUNK_FLAGS;
	bytes = (int64_t)(chunk - CHUNK_WORD);
	if (__builtin_expect(chunk > SMALL_CHUNK || word & CHUNK_MMAPPED ||
				 me->purse.cached + bytes > me->most,
			     0)) {
		blocks_free_chunk(block);
		return;
	}
	front_push(&me->front, class_of_small(chunk), block);
	ledger_add(&me->purse.cached, bytes);
	ledger_add(&me->purse.blocks, -1);
}

#endif
