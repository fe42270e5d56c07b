/*
 * room.c - work space for starting a program, given back or not.
 * SPDX-License-Identifier: MIT
 *
 * See room.h. Rooms are handed out in turn and not lowest first: a child made
 * by clone(CLONE_VM) may run beside its parent under the same thread pointer,
 * and a room taken for forgotten is then not used again at once.
 */
#include "preload/room.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#include "config/raw.h"
#include "preload/start.h"

enum { ROOMS = 32, ROOM_SIZE = 16 * 1024 };

/* Thread pointers are aligned to 64 bytes and no pid has more than 22 bits. */
enum { PID_BITS = 22, THREAD_SHIFT = 16 };
#define PID_MASK ((UINT64_C(1) << PID_BITS) - 1)

enum { FREE = 0, CLEARING = 1 }; /* no thread pointer is 0 */

struct room {
	uint64_t holder; /* thread pointer << 16 | pid, or one of the above */
	void *space;
	size_t mapped; /* bytes at `space` to unmap; 0 if it is ours */
};

/* Untouched pages cost nothing. */
static struct {
	_Alignas(64) char bytes[ROOM_SIZE];
} spaces[ROOMS];
static struct room rooms[ROOMS];
static unsigned turn;

static uint64_t thread_bits(uint64_t holder)
{
	return holder & ~PID_MASK;
}

static long pid_of(uint64_t holder)
{
	return (long)(holder & PID_MASK);
}

static uint64_t myself(void)
{
	uint64_t thread = (uint64_t)(uintptr_t)__builtin_thread_pointer();

	return thread_bits(thread << THREAD_SHIFT) | (uint64_t)RAW(getpid);
}

static bool change(struct room *room, uint64_t from, uint64_t to)
{
	return __atomic_compare_exchange_n(&room->holder, &from, to, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static uint64_t holder_of(const struct room *room)
{
	return __atomic_load_n(&room->holder, __ATOMIC_RELAXED);
}

/* Whoever gets from `holder` to CLEARING empties the room. */
static void clear(struct room *room, uint64_t holder)
{
	if (!change(room, holder, CLEARING))
		return;
	if (room->mapped)
		RAW(munmap, room->space, room->mapped);
	room->mapped = 0;
	__atomic_store_n(&room->holder, FREE, __ATOMIC_RELEASE);
}

/*
 * Left behind by a vfork child of this thread: the thread runs again, so the
 * child has done its execve or is dead. Not so if we are a vfork child
 * ourselves, and the holder is our parent, which sleeps in the middle of
 * something.
 */
static bool is_left(uint64_t holder, uint64_t me)
{
	return holder > CLEARING && thread_bits(holder) == thread_bits(me) &&
	       pid_of(holder) != pid_of(me) && pid_of(holder) != start_pid &&
	       pid_of(holder) != RAW(getppid);
}

static void clear_left(uint64_t me)
{
	for (unsigned i = 0; i < ROOMS; i++) {
		uint64_t holder = holder_of(&rooms[i]);

		if (is_left(holder, me))
			clear(&rooms[i], holder);
	}
}

/* Left behind by children of threads that are gone: if they are gone too. */
static void clear_dead(void)
{
	for (unsigned i = 0; i < ROOMS; i++) {
		uint64_t holder = holder_of(&rooms[i]);

		if (holder > CLEARING &&
		    RAW(kill, pid_of(holder), 0) == -ESRCH)
			clear(&rooms[i], holder);
	}
}

static struct room *find_free(uint64_t me)
{
	unsigned first = __atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED);

	for (unsigned i = 0; i < ROOMS; i++) {
		unsigned at = (first + i) % ROOMS;

		if (holder_of(&rooms[at]) == FREE &&
		    change(&rooms[at], FREE, me)) {
			rooms[at].space = spaces[at].bytes;
			return &rooms[at];
		}
	}
	return NULL;
}

/* One that is not of the pool, with its space behind it. */
static struct room *build(size_t size)
{
	struct room *room = raw_memory(sizeof(*room) + 64 + size);

	if (room) {
		room->space = (char *)room + 64;
		room->mapped = sizeof(*room) + 64 + size;
	}
	return room;
}

static bool is_pooled(const struct room *room)
{
	return room >= rooms && room < rooms + ROOMS;
}

struct room *room_take(size_t size)
{
	uint64_t me = myself();
	struct room *room;
	void *large;

	clear_left(me);
	room = find_free(me);
	if (!room) {
		clear_dead();
		room = find_free(me);
	}
	if (!room)
		return build(size);
	if (size <= ROOM_SIZE)
		return room;
	large = raw_memory(size);
	if (!large) {
		room_drop(room);
		return NULL;
	}
	room->space = large;
	room->mapped = size;
	return room;
}

void *room_space(const struct room *room)
{
	return room->space;
}

void room_drop(struct room *room)
{
	if (!room)
		return;
	if (is_pooled(room))
		clear(room, holder_of(room));
	else
		RAW(munmap, room, room->mapped);
}

/* This thread may have forked in a handler, in the middle of using a room. */
void room_forked(void)
{
	uint64_t me = thread_bits(myself());

	for (unsigned i = 0; i < ROOMS; i++) {
		uint64_t holder = holder_of(&rooms[i]);

		if (holder == CLEARING) { /* who knows how far it came */
			rooms[i].mapped = 0;
			rooms[i].holder = FREE;
		} else if (thread_bits(holder) != me) {
			clear(&rooms[i], holder);
		}
	}
}
