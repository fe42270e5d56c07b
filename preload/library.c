/*
 * library.c - which libraries the program has opened.
 * SPDX-License-Identifier: MIT
 *
 * The table keeps every name it ever saw, since libc may still be reading one;
 * a name costs its length and some hundred bytes. The lock is a leaf: it is
 * held for a few instructions on the table and for nothing else.
 */
#include "preload/library.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "config/arena.h"
#include "config/raw.h"
#include "preload/loaded.h"
#include "preload/status.h"

static void *take(size_t size);

#define uthash_malloc(size) take(size)
#define uthash_free(block, size) ((void)(block)) /* arenas take nothing back */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

enum { CHUNK = 64 << 10, OPENING_SECONDS = 10 };

struct opened {
	UT_hash_handle hh;
	bool open;
	long thread;    /* that opened it last … */
	long since;     /* … at this second */
	uint64_t seen;  /* the last walk that met it */
	char name[];
};

static struct opened *table;
static struct arena room;
static unsigned count; /* of those that are open */
static uint64_t walks;
static bool locked;

static void lock(void)
{
	while (__atomic_test_and_set(&locked, __ATOMIC_ACQUIRE))
		RAW(sched_yield);
}

static void unlock(void)
{
	__atomic_clear(&locked, __ATOMIC_RELEASE);
}

/* From the arena, which grows by whole mappings. */
static void *take(size_t size)
{
	size_t chunk = size + 64 > CHUNK ? size + 64 : CHUNK;
	void *block = room.base ? arena_take(&room, size) : NULL;

	if (block)
		return block;
	block = raw_memory(chunk);
	if (!block)
		return NULL;
	arena_init(&room, block, chunk);
	return arena_take(&room, size);
}

void library_start(void)
{
	loaded_start();
}

/* A table that another thread was changing is given up: counting restarts. */
void library_forked(void)
{
	if (locked) {
		table = NULL;
		room = (struct arena){ 0 };
		count = 0;
	}
	unlock();
}

static long now(void)
{
	struct timespec time = { 0 };

	RAW(clock_gettime, CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static struct opened *find(const char *name)
{
	struct opened *entry;

	HASH_FIND_STR(table, name, entry);
	return entry;
}

static void see(const char *name, void *context)
{
	uint64_t walk = *(uint64_t *)context;
	struct opened *entry;

	lock();
	entry = find(name);
	if (entry && entry->seen < walk)
		entry->seen = walk;
	unlock();
}

/*
 * Not there, and not on its way: this thread's own dlopen has ended when the
 * thread asks again; another's is given some time before we call it failed.
 */
static bool is_gone(const struct opened *entry, uint64_t walk, long thread)
{
	return entry->open && entry->seen < walk &&
	       (entry->thread == thread ||
		now() - entry->since > OPENING_SECONDS);
}

unsigned library_count(void)
{
	long thread = RAW(gettid);
	unsigned left;
	uint64_t walk;

	lock();
	walk = ++walks;
	unlock();
	loaded_guests(see, &walk);
	lock();
	for (struct opened *e = table; e; e = e->hh.next) {
		if (is_gone(e, walk, thread)) {
			e->open = false;
			count--;
		}
	}
	left = count;
	status->loaded_libs = left;
	unlock();
	return left;
}

bool library_is_open(const char *name)
{
	const struct opened *entry;
	bool open;

	lock();
	entry = find(name);
	open = entry && entry->open;
	unlock();
	return open;
}

/* A new entry in the table, or NULL. */
static struct opened *add(const char *name)
{
	size_t len = strlen(name);
	struct opened *entry = take(sizeof(*entry) + len + 1);

	if (!entry)
		return NULL;
	memcpy(entry->name, name, len + 1);
	HASH_ADD_KEYPTR(hh, table, entry->name, len, entry);
	return entry->hh.tbl ? entry : NULL;
}

const char *library_keep(const char *name, bool counts)
{
	struct opened *entry;

	lock();
	entry = find(name);
	if (!entry)
		entry = add(name);
	if (entry && counts) {
		count += !entry->open;
		entry->open = true;
		entry->thread = RAW(gettid);
		entry->since = now();
		status->loaded_libs = count;
	}
	unlock();
	return entry ? entry->name : NULL;
}
