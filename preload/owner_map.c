/*
 * owner_map.c - whose block this is: a byte for every 16 bytes of addresses.
 * SPDX-License-Identifier: MIT
 */
#include "preload/owner_map.h"

#include <sys/mman.h>

#include "config/raw.h"
#include "preload/kernel/rlimit.h"

#define LEAVES ((size_t)1 << (OWNER_ADDRESS_BITS - OWNER_LEAF_BITS))
#define PLACES ((size_t)1 << (OWNER_LEAF_BITS - 4))

/* Behind its places: room for what a block at the end writes, and the list. */
struct leaf {
	unsigned char places[PLACES];
	unsigned char slack[64];
	struct leaf *next;
};

unsigned char **owner_leaves;
static struct leaf *leaves;

bool owner_map_start(void)
{
	owner_leaves = raw_memory(LEAVES * sizeof(*owner_leaves));
	return owner_leaves;
}

static void publish(struct leaf *leaf)
{
	leaf->next = __atomic_load_n(&leaves, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&leaves, &leaf->next, leaf, false,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

unsigned char *owner_map_make(const void *block)
{
	uintptr_t at = (uintptr_t)block >> OWNER_LEAF_BITS;
	unsigned char *none = NULL;
	struct leaf *leaf;

	if (at >= LEAVES)
		return NULL;
	if (owner_leaves[at])
		return owner_place(block);
	rlimit_raise(sizeof(*leaf));
	leaf = raw_memory(sizeof(*leaf));
	if (!leaf)
		return NULL;
	if (__atomic_compare_exchange_n(&owner_leaves[at], &none, leaf->places,
					false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		publish(leaf);
	else
		RAW(munmap, leaf, sizeof(*leaf));
	return owner_place(block);
}

void owner_map_each(void (*see)(unsigned account, size_t bytes, void *context),
		    void *context)
{
	for (struct leaf *leaf = leaves; leaf; leaf = leaf->next) {
		for (size_t i = 0; i < PLACES; i++) {
			size_t bytes;
			unsigned account = owner_read(&leaf->places[i], &bytes);

			if (!account)
				continue;
			see(account, bytes, context);
			/* A block is two places or more: skip its charge. */
			i += leaf->places[i + 1] == OWNER_LONG ? 1 + OWNER_BITS : 1;
		}
	}
}
