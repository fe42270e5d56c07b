/*
 * counting.c - how blocks are counted: chosen once, at start.
 * SPDX-License-Identifier: MIT
 *
 * Glibc's chunks are read only when glibc's malloc is really the one behind us,
 * and some of its blocks have shown that they look as we think.
 */
#include <link.h>
#include <malloc.h>
#include <string.h>

#include "preload/allocator.h"
#include "preload/audit.h"
#include "preload/blocks.h"
#include "preload/gate.h"
#include "preload/kernel/rlimit.h"
#include "preload/memory.h"
#include "preload/operators.h"
#include "preload/owner_map.h"
#include "preload/owners.h"
#include "preload/start.h"
#include "preload/status.h"

static void refuse_to_start(const struct link_map *map, const char *why)
{
	char words[512];
	struct text text = text_in(words, sizeof(words));

	text_add(&text, "memory limits cannot be kept: ");
	text_add(&text, map->l_name[0] ? map->l_name : start_program);
	text_add(&text, why);
	audit_fatal(text.at);
}

/* Valgrind's tools put a malloc of theirs in the place of everybody's. */
static bool replaces(const struct link_map *map)
{
	return strstr(map->l_name, "/vgpreload_") &&
	       !strstr(map->l_name, "/vgpreload_core");
}

/* What another malloc gives instead of ours, we never see. */
static void check_others(void)
{
	const struct link_map *map = _r_debug.r_map;

	for (; map && map->l_ld != _DYNAMIC; map = map->l_next)
		if (real_symbol(map, "malloc"))
			refuse_to_start(map, " has a malloc that comes before "
					     "the sandbox's");
	for (map = _r_debug.r_map; map; map = map->l_next)
		if (replaces(map))
			refuse_to_start(map, " replaces malloc everywhere");
}

static bool is_libcs(const char *name, const void *function)
{
	return real_symbol(real_libc(), name) == function;
}

static bool libc_is_next(void)
{
	return is_libcs("malloc", (void *)real.malloc) &&
	       is_libcs("free", (void *)real.free) &&
	       is_libcs("calloc", (void *)real.calloc) &&
	       is_libcs("realloc", (void *)real.realloc) &&
	       is_libcs("memalign", (void *)real.memalign) &&
	       is_libcs("malloc_usable_size", (void *)real.malloc_usable_size);
}

static bool proves(void *block)
{
	bool proven =
	    block && chunk_usable(block) == real.malloc_usable_size(block);

	real.free(block);
	return proven;
}

static bool are_chunks(void)
{
	return libc_is_next() && proves(real.malloc(1)) &&
	       proves(real.malloc(SMALL_MAX)) &&
	       proves(real.malloc(SMALL_MAX + 1)) &&
	       proves(real.malloc(200000)) && proves(real.memalign(256, 100));
}

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Settings of glibc's malloc that a cache in front of it would defeat. */
static bool is_being_checked(void)
{
	for (char *const *entry = start_env; *entry; entry++)
		if (starts(*entry, "MALLOC_PERTURB_=") ||
		    starts(*entry, "MALLOC_CHECK_=") ||
		    (starts(*entry, "GLIBC_TUNABLES=") &&
		     strstr(*entry, "glibc.malloc.")))
			return true;
	return false;
}

/* The destructor of a thread's purses. Those of others may still free. */
static void leave(void *thread)
{
	blocks_flush(thread);
	ledger_leave(thread);
}

/* glibc's own functions, and the operators that lead to them. */
static void count_nothing(void)
{
	status->live_bytes = status->live_allocs = status->peak_bytes = 0;
	allocator.malloc = real.malloc;
	allocator.free = real.free;
	allocator.calloc = real.calloc;
	allocator.realloc = real.realloc;
	allocator.reallocarray = real.reallocarray;
	allocator.memalign = real.memalign;
	allocator.aligned_alloc = real.aligned_alloc;
	allocator.posix_memalign = real.posix_memalign;
	allocator.valloc = real.valloc;
	allocator.pvalloc = real.pvalloc;
	operators_uncounted(&allocator);
}

extern __typeof__(_dl_find_object) _dl_find_object __attribute__((weak));

static const struct link_map *object_of(const void *address)
{
	struct dl_find_object found;

	if (!_dl_find_object || _dl_find_object((void *)address, &found) != 0)
		return NULL;
	return found.dlfo_link_map;
}

bool memory_is_allocator(const void *caller)
{
	const struct link_map *map;

	if (blocks_are_chunks)
		return false;
	map = object_of((void *)real.malloc);
	return map && map != real_libc() && map == object_of(caller);
}

/* Which table: blocks with owners have one of their own. */
static void choose(const struct policy *policy, bool front)
{
	if (owners_wanted(policy)) {
		if (!owner_map_start() || !owners_start(policy))
			audit_fatal("no memory for the owners of memory");
		owned_start(front);
		allocator = allocator_owned;
	} else if (blocks_are_chunks) {
		allocator = front ? allocator_front : allocator_chunks;
	}
	operators_respect_others(&allocator);
}

void memory_start(const struct policy *policy)
{
	uint64_t bytes = policy->at[KEY_memory_limit].number;
	uint64_t blocks = policy->at[KEY_max_allocs].number;
	bool front;

	memory_started = true;
	if (gate_idle() || !(bytes || blocks || owners_wanted(policy))) {
		count_nothing();
		return;
	}
	check_others();
	blocks_are_chunks = are_chunks();
	front = blocks_are_chunks && policy->at[KEY_malloc_cache].number &&
		!is_being_checked();
	front_start();
	ledger_start(front, leave);
	ledger_limit(PROCESS, bytes, blocks);
	choose(policy, front);
	rlimit_start(bytes);
	if (rlimit_armed())
		strcpy(status->layers, "preload,rlimit");
}
