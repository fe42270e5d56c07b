/*
 * names.c - which addresses the resolver gave for which names of `connect`.
 * SPDX-License-Identifier: MIT
 */
#include "preload/names.h"

#include <string.h>
#include <sys/socket.h>

/*
 * An entry is claimed (FREE to TAKEN), written, and then published (READY).
 * Nobody waits for a TAKEN one: a handler may have interrupted its writer. The
 * same address can thus stand in two entries, and a look-up takes both.
 */
enum state { FREE, TAKEN, READY };

struct entry {
	uint32_t state;
	uint8_t address[16];
	uint64_t items;
};

static struct entry table[NAMES_MAX]; /* untouched pages cost nothing */

/* IPv4 addresses as their IPv4-mapped form. */
static void key_of(const struct net_address *address, uint8_t key[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (address->family == AF_INET) {
		memcpy(key, mapped, sizeof(mapped));
		memcpy(key + sizeof(mapped), address->bytes, 4);
	} else {
		memcpy(key, address->bytes, 16);
	}
}

static unsigned hash_of(const uint8_t key[16])
{
	uint32_t hash = 2166136261; /* FNV-1a */

	for (int i = 0; i < 16; i++)
		hash = (hash ^ key[i]) * 16777619;
	return hash ^ hash >> 16;
}

/* The items of `connect` that name this host; those after 64 never do. */
static uint64_t items_for(const char *host)
{
	const struct setting *connect = &gate_policy->at[KEY_connect];
	uint64_t items = 0;

	for (unsigned i = 0; i < connect->count && i < 64; i++)
		if (net_match_host(&connect->items[i].net, host))
			items |= UINT64_C(1) << i;
	return items;
}

static bool claim(struct entry *entry, const uint8_t key[16], uint64_t items)
{
	uint32_t is = FREE;

	if (!__atomic_compare_exchange_n(&entry->state, &is, TAKEN, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return false;
	memcpy(entry->address, key, 16);
	entry->items = items;
	__atomic_store_n(&entry->state, READY, __ATOMIC_RELEASE);
	return true;
}

static bool holds(const struct entry *entry, const uint8_t key[16])
{
	return __atomic_load_n(&entry->state, __ATOMIC_ACQUIRE) == READY &&
	       memcmp(entry->address, key, 16) == 0;
}

void names_learn(const char *host, const struct net_address *address)
{
	uint64_t items = items_for(host);
	uint8_t key[16];
	unsigned at;

	if (!items)
		return;
	key_of(address, key);
	at = hash_of(key);
	for (unsigned i = 0; i < NAMES_MAX; i++, at++) {
		struct entry *entry = &table[at % NAMES_MAX];

		if (claim(entry, key, items))
			return;
		if (holds(entry, key)) {
			__atomic_or_fetch(&entry->items, items,
					  __ATOMIC_RELAXED);
			return;
		}
	}
}

uint64_t names_items(const struct net_address *address)
{
	uint64_t items = 0;
	uint8_t key[16];
	unsigned at;

	if (address->family != AF_INET && address->family != AF_INET6)
		return 0;
	key_of(address, key);
	at = hash_of(key);
	for (unsigned i = 0; i < NAMES_MAX; i++, at++) {
		const struct entry *entry = &table[at % NAMES_MAX];

		if (__atomic_load_n(&entry->state, __ATOMIC_RELAXED) == FREE)
			break;
		if (holds(entry, key))
			items |=
			    __atomic_load_n(&entry->items, __ATOMIC_RELAXED);
	}
	return items;
}
