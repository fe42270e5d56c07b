/*
 * front.h - the front cache: a thread's own lists of blocks that it freed.
 * SPDX-License-Identifier: MIT
 *
 * To glibc these blocks are in use; to the books they are free. A list holds
 * blocks of one class of chunk sizes: to 1040 bytes there is a class per size,
 * above it eight per power of two, whose blocks are at least as large as its
 * name says. When more than FRONT_MOST bytes lie there, all go back to glibc.
 *
 * Links are mangled and freed blocks carry a key, as in glibc's own tcache
 * (malloc/malloc.c, PROTECT_PTR and tcache_key), so that a stray write does not
 * choose an address and a double free is noticed. Only its thread touches a
 * front; like tcache it is not for signal handlers that interrupt malloc.
 */
#ifndef PRELOAD_FRONT_H
#define PRELOAD_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A chunk of glibc: its size and three flags stand in the word before the block
 * (malloc/malloc.c, struct malloc_chunk). memory.c proves that at start.
 */
enum {
	CHUNK_WORD = sizeof(size_t),
	CHUNK_ALIGN = 2 * CHUNK_WORD,
	CHUNK_MIN = 4 * CHUNK_WORD,
	CHUNK_MMAPPED = 2,
	CHUNK_FLAGS = 7,
};

enum {
	SMALL_CLASSES = 64, /* chunks of 32, 48 … 1040 bytes */
	LARGE_CLASSES = 56, /* 1024, 1152 … 122880 bytes and more */
	CLASSES = SMALL_CLASSES + LARGE_CLASSES,
	SMALL_CHUNK = 1040,
	LARGE_CHUNK = 128 * 1024,             /* below it */
	SMALL_MAX = SMALL_CHUNK - CHUNK_WORD, /* what can be asked of them */
	LARGE_MAX = 120 * 1024 - CHUNK_WORD,
	FRONT_MOST = 1 << 20, /* bytes in all lists of a thread */
};

/* A block in a list. */
struct spare {
	uintptr_t next; /* mangled */
	uintptr_t key;
};

struct front {
	struct spare *head[CLASSES];
};

/* Random, never 0. */
extern uintptr_t front_key __attribute__((visibility("hidden")));

static inline size_t chunk_word(const void *block)
{
	return ((const size_t *)block)[-1];
}

/* What the program may use of a chunk that has no mapping of its own. */
static inline size_t chunk_bytes(size_t word)
{
	return (word & ~(size_t)CHUNK_FLAGS) - CHUNK_WORD;
}

/* What the program may use of any block, as malloc_usable_size says. */
static inline size_t chunk_usable(const void *block)
{
	size_t word = chunk_word(block);

	return chunk_bytes(word) - (word & CHUNK_MMAPPED ? CHUNK_WORD : 0);
}

/* The chunk that glibc makes for a request. */
static inline size_t chunk_for(size_t size)
{
	size_t least = CHUNK_MIN - CHUNK_WORD;

	size = size < least ? least : size;
	return (size + CHUNK_WORD + CHUNK_ALIGN - 1) &
	       ~(size_t)(CHUNK_ALIGN - 1);
}

static inline unsigned class_of_small(size_t chunk)
{
	return (unsigned)(chunk / CHUNK_ALIGN) - CHUNK_MIN / CHUNK_ALIGN;
}

/* The class that a chunk of 1024 bytes or more belongs to: not above its size.
 */
static inline unsigned class_of_large(size_t chunk)
{
	unsigned power = 63 - (unsigned)__builtin_clzl(chunk);

	return SMALL_CLASSES + (power - 10) * 8 +
	       ((unsigned)(chunk >> (power - 3)) & 7);
}

/* The smallest chunk size of a large class that holds `chunk`. */
static inline size_t round_to_class(size_t chunk)
{
	size_t step = (size_t)1 << (60 - __builtin_clzl(chunk));

	return (chunk + step - 1) & -step;
}

static inline uintptr_t mangle(const struct spare *at, uintptr_t next)
{
	return (uintptr_t)&at->next >> 12 ^ next;
}

/* A block of the class, or NULL. */
static inline void *front_pop(struct front *front, unsigned class)
{
	struct spare *spare = front->head[class];

	if (!spare)
		return NULL;
	if (__builtin_expect((uintptr_t)spare % CHUNK_ALIGN != 0, 0))
		__builtin_trap(); /* somebody wrote to a freed block */
	front->head[class] = (struct spare *)mangle(spare, spare->next);
	spare->key = 0;
	return spare;
}

static inline void front_push(struct front *front, unsigned class, void *block)
{
	struct spare *spare = block;

	spare->next = mangle(spare, (uintptr_t)front->head[class]);
	spare->key = front_key;
	front->head[class] = spare;
}

/* Does a block look as if it were in a list? Then front_remove knows. */
static inline bool front_suspects(const void *block)
{
	return __builtin_expect(((const struct spare *)block)->key == front_key,
				0);
}

/* Once, before the first push. */
void front_start(void);

/*
 * Is this block in the list, that is, freed for a second time? Takes it out
 * then.
 */
bool front_remove(struct front *front, unsigned class, void *block);

#endif
