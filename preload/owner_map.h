/*
 * owner_map.h - whose block this is: a byte for every 16 bytes of addresses.
 * SPDX-License-Identifier: MIT
 *
 * Two levels: a table of leaves, a leaf for each 64 MiB of addresses, made when
 * the first block lies there; pages that nobody touches cost nothing. At the
 * place of a block's first byte stands its account, and behind it what it was
 * charged, in words: in one byte, or as 255 and four more. A block covers at
 * least two places, a large one all that it needs.
 *
 * So the books know a block by its address alone: one that libc freed or resized
 * without us, or that never came from us, changes nothing in them.
 *
 * A place belongs to whoever has the block. No lock.
 */
#ifndef PRELOAD_OWNER_MAP_H
#define PRELOAD_OWNER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	OWNER_LEAF_BITS = 26, /* addresses of a leaf */
	OWNER_PLACE = 16,     /* bytes of memory for a byte of the map */
	OWNER_WORD = 8,       /* what is charged is counted in */
	OWNER_LONG = 255,     /* four bytes with the words follow */
	OWNER_ADDRESS_BITS = 47,
};

extern unsigned char **owner_leaves __attribute__((visibility("hidden")));

/* Maps the table; false if there is no memory. Once. */
bool owner_map_start(void);

/* The place of a block, its leaf made if need be; NULL if that cannot be. */
unsigned char *owner_map_make(const void *block);

/* Calls `see` for every block that has an owner. At the end of the process. */
void owner_map_each(void (*see)(unsigned account, size_t bytes, void *context),
		    void *context);

static inline unsigned char *owner_place(const void *block)
{
	uintptr_t address = (uintptr_t)block;
	uintptr_t leaf = address >> OWNER_LEAF_BITS;

	if (__builtin_expect(address >> OWNER_ADDRESS_BITS != 0, 0) ||
	    !owner_leaves[leaf])
		return NULL;
	address &= ((uintptr_t)1 << OWNER_LEAF_BITS) - 1;
	return owner_leaves[leaf] + address / OWNER_PLACE;
}

/* The account of the block at a place, 0 if none; *bytes is its charge. */
static inline unsigned owner_read(const unsigned char *place, size_t *bytes)
{
	uint32_t words = place[1];

	if (__builtin_expect(words == OWNER_LONG, 0))
		__builtin_memcpy(&words, place + 2, sizeof(words));
	*bytes = (size_t)words * OWNER_WORD;
	return place[0];
}

static inline void owner_write(unsigned char *place, unsigned account,
			       size_t bytes)
{
	size_t words = bytes / OWNER_WORD;
	uint32_t clipped = words < UINT32_MAX ? (uint32_t)words : UINT32_MAX;

	place[0] = (unsigned char)account;
	if (__builtin_expect(words < OWNER_LONG, 1)) {
		place[1] = (unsigned char)words;
		return;
	}
	place[1] = OWNER_LONG;
	__builtin_memcpy(place + 2, &clipped, sizeof(clipped));
}

/* What was written there is gone, to the last byte. */
static inline void owner_clear(unsigned char *place)
{
	if (__builtin_expect(place[1] == OWNER_LONG, 0))
		__builtin_memset(place + 2, 0, sizeof(uint32_t));
	place[0] = place[1] = 0;
}

#endif
