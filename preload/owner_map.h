/*
 * owner_map.h - whose block this is: a byte for every 16 bytes of addresses.
 * SPDX-License-Identifier: MIT
 *
 * Two levels: a table of leaves, a leaf for each 64 MiB of addresses, made when
 * the first block lies there; pages that nobody touches cost nothing. At the
 * place of a block's first byte stands its account, and behind it what it was
 * charged, in words: in one byte, or as 255 and 32 more, one a bit. A block
 * covers at least two places, a large one all that it needs.
 *
 * So the books know a block by its address alone: one that libc freed or
 * resized without us, or that never came from us, changes nothing in them.
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
	OWNER_LONG = 255,     /* the words follow, bit by bit */
	OWNER_DATA = 255,     /* a bit that is set */
	OWNER_BITS = 32,
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

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "owner_pair");

/* Account and words, as they stand side by side. */
static inline uint16_t owner_pair(const unsigned char *place)
{
	uint16_t pair;

	__builtin_memcpy(&pair, place, sizeof(pair));
	return pair;
}

static inline void owner_set_pair(unsigned char *place, unsigned account,
				  unsigned words)
{
	uint16_t pair = (uint16_t)(account | words << 8);

	__builtin_memcpy(place, &pair, sizeof(pair));
}

/*
 * Bits as bytes of 0 or OWNER_DATA, which is no account: a block that starts
 * where the charge of a larger one stood finds no note there. Eight at a time:
 * byte i of a word stands for bit i.
 */
#define OWNER_EACH UINT64_C(0x0101010101010101)
#define OWNER_DIAGONAL UINT64_C(0x8040201008040201)

static inline uint64_t owner_spread(uint8_t bits)
{
	uint64_t low = OWNER_EACH * 0x7f,
		 x = bits * OWNER_EACH & OWNER_DIAGONAL;

	return ((((x & low) + low) | x) >> 7 & OWNER_EACH) * OWNER_DATA;
}

static inline void owner_write_long(unsigned char *place, uint32_t words)
{
	for (unsigned i = 0; i < OWNER_BITS; i += 8) {
		uint64_t eight = owner_spread((uint8_t)(words >> i));

		__builtin_memcpy(place + 2 + i, &eight, sizeof(eight));
	}
}

/* False if a note of another block lies in between by now. */
static inline bool owner_read_long(const unsigned char *place, uint32_t *words)
{
	*words = 0;
	for (unsigned i = 0; i < OWNER_BITS; i += 8) {
		uint64_t eight;

		__builtin_memcpy(&eight, place + 2 + i, sizeof(eight));
		if ((eight & OWNER_EACH) * OWNER_DATA != eight)
			return false;
		eight = (eight & OWNER_DIAGONAL) * OWNER_EACH >> 56;
		*words |= (uint32_t)eight << i;
	}
	return true;
}

/* The account of the block at a place, with its charge in *bytes; 0 if none. */
static inline unsigned owner_read(const unsigned char *place, size_t *bytes)
{
	uint16_t pair = owner_pair(place);
	unsigned account = pair & 255;
	uint32_t words = pair >> 8;

	*bytes = 0;
	if (account == OWNER_DATA ||
	    (__builtin_expect(words == OWNER_LONG, 0) &&
	     !owner_read_long(place, &words)))
		return 0;
	*bytes = (size_t)words * OWNER_WORD;
	return account;
}

static inline void owner_write(unsigned char *place, unsigned account,
			       size_t bytes)
{
	size_t words = bytes / OWNER_WORD;

	if (__builtin_expect(words < OWNER_LONG, 1)) {
		owner_set_pair(place, account, (unsigned)words);
		return;
	}
	owner_set_pair(place, account, OWNER_LONG);
	owner_write_long(place,
			 words < UINT32_MAX ? (uint32_t)words : UINT32_MAX);
}

/* What was written there is gone, to the last byte. Only where a note is. */
static inline void owner_clear(unsigned char *place)
{
	if (__builtin_expect(place[1] == OWNER_LONG, 0))
		__builtin_memset(place + 2, 0, OWNER_BITS);
	owner_set_pair(place, 0, 0);
}

#endif
