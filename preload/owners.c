/*
 * owners.c - which library asks for memory, and what it may have.
 * SPDX-License-Identifier: MIT
 *
 * The table by name (uthash) is only read under the lock, and only when a
 * thread meets a page of code for the first time.
 */
#include "preload/owners.h"

#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

#include "config/arena.h"
#include "config/glob.h"
#include "config/raw.h"
#include "preload/audit.h"
#include "preload/caller.h"
#include "preload/gate.h"
#include "preload/lock.h"
#include "preload/path.h"
#include "preload/scratch.h"
#include "preload/start.h"
#include "preload/status.h"

static void *take(size_t size);

#define uthash_malloc(size) take(size)
#define uthash_free(block, size) ((void)(block)) /* arenas take nothing back   \
						  */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

enum { OTHERS = ACCOUNTS - 1, ROOM = 2 << 20 };

struct owner {
	UT_hash_handle hh;
	unsigned account;
	const struct overlay *overlay; /* its limits, of all that match */
	char name[];
};

static struct owner *by_name, *by_account[ACCOUNTS];
static struct arena room;
static const struct overlay *overlays;
static unsigned accounts = PROCESS + 1;
static int locked;
static bool started;
unsigned owners_generation;
bool owners_limited[ACCOUNTS];

static void *take(size_t size)
{
	return arena_take(&room, size);
}

static void narrow(struct setting *setting, const struct setting *by)
{
	if (by->chosen && by->number &&
	    (!setting->number || by->number < setting->number))
		*setting = *by;
}

/* All overlays that match count: each may only narrow. */
static struct overlay *narrowest(const char *name)
{
	struct overlay *overlay = NULL;

	for (const struct overlay *o = overlays; o; o = o->next) {
		if (!overlay_limits_memory(o) || !glob_match(o->match, name))
			continue;
		if (!overlay)
			overlay = take(sizeof(*overlay));
		if (!overlay)
			audit_fatal("no memory for the limits of libraries");
		narrow(&overlay->at[KEY_memory_limit],
		       &o->at[KEY_memory_limit]);
		narrow(&overlay->at[KEY_max_allocs], &o->at[KEY_max_allocs]);
	}
	return overlay;
}

/* Tells others about a library with limits, if there is a place left. */
static void show(const struct owner *owner, uint64_t bytes, uint64_t blocks)
{
	static unsigned places;
	size_t len = strlen(owner->name);
	struct status_library *library;

	if (places == STATUS_LIBRARIES)
		return;
	library = &status->libraries[places];
	library->memory_limit = bytes;
	library->max_allocs = blocks;
	len = len < STATUS_NAME ? 0 : len + 1 - STATUS_NAME;
	strcpy(library->name, owner->name + len);
	ledger_show(owner->account, places++);
}

static void limit(struct owner *owner)
{
	const struct overlay *limits = narrowest(owner->name);
	uint64_t bytes = limits ? limits->at[KEY_memory_limit].number : 0;
	uint64_t blocks = limits ? limits->at[KEY_max_allocs].number : 0;

	owner->overlay = limits;
	owners_limited[owner->account] = bytes || blocks;
	ledger_limit(owner->account, bytes, blocks);
	if (bytes || blocks)
		show(owner, bytes, blocks);
}

/* With the lock. Without memory or numbers, one of those that share the last.
 */
static unsigned add(const char *name, size_t len)
{
	struct owner *owner = NULL;

	if (accounts < OTHERS)
		owner = take(sizeof(*owner) + len + 1);
	if (!owner)
		return OTHERS;
	memcpy(owner->name, name, len + 1);
	owner->account = accounts;
	HASH_ADD_KEYPTR(hh, by_name, owner->name, len, owner);
	if (!owner->hh.tbl)
		return OTHERS;
	by_account[accounts++] = owner;
	limit(owner);
	return owner->account;
}

static unsigned account_of(const char *name)
{
	size_t len = strlen(name);
	struct owner *owner;
	unsigned account;
	struct signals old = lock_take(&locked);

	HASH_FIND(hh, by_name, name, len, owner);
	account = owner ? owner->account : add(name, len);
	lock_drop(&locked, &old);
	return account;
}

extern __typeof__(_dl_find_object) _dl_find_object __attribute__((weak));

/* The file's name, into slot->path; a relative one is the kernel's to tell. */
static bool resolve(const char *name, const void *caller, struct scratch *slot)
{
	if (!slot)
		return false;
	return name[0] == '/'
		   ? path_resolve(AT_FDCWD, name, FOLLOW, slot->path) == 0
		   : caller_file(caller, slot);
}

/* The account of the object that holds an address. */
static unsigned look_up(const void *caller)
{
	struct dl_find_object found;
	struct scratch *slot;
	unsigned account;
	const char *name;

	if (!_dl_find_object || _dl_find_object((void *)caller, &found) != 0)
		return OTHERS;
	name = found.dlfo_link_map->l_name;
	if (!name[0])
		return account_of(start_program);
	slot = scratch_take();
	if (resolve(name, caller, slot))
		name = slot->path;
	account = account_of(name);
	scratch_drop(slot);
	return account;
}

/* Where a page is remembered whose first place is another's. */
static struct seen *second_place(struct thread *me, uintptr_t page)
{
	return &me->seen[page * UINT64_C(0x9e3779b97f4a7c15) >> 56];
}

/* A handler may come in between: then the place is nobody's. */
static void remember(struct seen *seen, uintptr_t page, unsigned account,
		     unsigned now)
{
	seen->page = 0;
	seen->account = account;
	seen->generation = now;
	seen->page = page;
}

unsigned owners_look_up(const void *caller)
{
	uintptr_t page = (uintptr_t)caller >> 12;
	struct thread *me = ledger_thread;
	struct seen *seen = second_place(me, page);
	unsigned now = __atomic_load_n(&owners_generation, __ATOMIC_ACQUIRE);
	unsigned account;

	if (seen->page == page && seen->generation == now)
		return seen->account;
	account = look_up(caller);
	if (me == &ledger_nobody)
		return account;
	if (me->seen[page % SEEN].generation != now ||
	    !me->seen[page % SEEN].page)
		seen = &me->seen[page % SEEN];
	remember(seen, page, account, now);
	return account;
}

void owners_forget(void)
{
	__atomic_add_fetch(&owners_generation, 1, __ATOMIC_RELEASE);
}

void owners_forked(void)
{
	locked = 0;
}

const char *owners_name(unsigned account)
{
	return by_account[account] ? by_account[account]->name
				   : "other libraries";
}

int owners_charge(unsigned account, const char *call, const void *caller,
		  int64_t bytes, int64_t blocks)
{
	const struct site site = {call, caller};
	const struct owner *owner = by_account[account];
	struct standing standing;

	if (ledger_charge(account, bytes, blocks, &standing) == 0)
		return 0;
	return blocks_refuse(account, owner ? owner->overlay : NULL, &site,
			     bytes, blocks, &standing);
}

int owners_map(const struct site *site, uint64_t bytes, unsigned char *owner)
{
	unsigned account = started ? owners_find(site->caller) : OTHERS;

	if (blocks_charge(site, bytes, 0))
		return -ENOMEM;
	if (owners_limited[account] &&
	    owners_charge(account, site->call, site->caller, (int64_t)bytes,
			  0)) {
		blocks_uncharge(bytes, 0);
		return -ENOMEM;
	}
	STATUS_ADD(mapped_bytes, bytes);
	*owner = (unsigned char)account;
	return 0;
}

void owners_unmap(uint64_t bytes, unsigned char owner)
{
	STATUS_ADD(mapped_bytes, -bytes);
	if (owners_limited[owner])
		owners_uncharge(owner, (int64_t)bytes, 0);
	blocks_uncharge(bytes, 0);
}

bool owners_wanted(const struct policy *policy)
{
	if (policy->at[KEY_strict_memory].number ||
	    policy->at[KEY_leaks].number)
		return true;
	for (const struct overlay *o = policy->overlays; o; o = o->next)
		if (overlay_limits_memory(o))
			return true;
	return false;
}

bool owners_start(const struct policy *policy)
{
	void *block = raw_memory(ROOM);

	if (!block)
		return false;
	arena_init(&room, block, ROOM);
	overlays = policy->overlays;
	ledger_limit(OTHERS, 0, 0);
	started = ledger_start_owned();
	return started;
}
