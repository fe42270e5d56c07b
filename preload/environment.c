/*
 * environment.c - the environment that children get: the program's, and us.
 * SPDX-License-Identifier: MIT
 *
 * Other threads may change what `environ` leads to while we read it, as with
 * libc itself; no such change makes us write past what was counted.
 */
#include "preload/environment.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/raw.h"
#include "config/text.h"
#include "preload/gate.h"
#include "preload/kernel/rlimit.h"
#include "preload/start.h"
#include "preload/variable.h"

#define PRELOAD "LD_PRELOAD="
#define FAMILY "FIG_SANDBOX_"
#define POLICY "FIG_SANDBOX_POLICY="
#define SEPARATORS " :" /* ld.so takes both */

enum { EXTRA = 3 }; /* our two entries and the NULL */

/* The two entries; LD_PRELOAD's where the program wants no other library. */
static char *preload, *policy;
static size_t library_len;
static const char *library_name; /* without its directory */

/* What a look at an environment found. */
struct found {
	size_t count;      /* entries, ours and theirs */
	const char *value; /* of the last LD_PRELOAD, which counts; or NULL */
	bool right;        /* may go to a child as it is */
};

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool is_ours(const char *entry)
{
	return starts(entry, PRELOAD) || starts(entry, FAMILY);
}

/* The first library of the list is ours, by the name that we would write. */
static bool leads(const char *value)
{
	return strncmp(value, start_library, library_len) == 0 &&
	       (value[library_len] == '\0' ||
		strchr(SEPARATORS, value[library_len]));
}

/* This library, or another copy of it: not to be loaded twice. */
static bool names_us(const char *file, size_t len)
{
	size_t name = strlen(library_name);

	return len >= name &&
	       memcmp(file + len - name, library_name, name) == 0 &&
	       (len == name || file[len - name - 1] == '/');
}

/* Some library of the list, other than ours, has to be asked about. */
static bool asks_in(const char *value)
{
	while (*value) {
		size_t len = strcspn(value, SEPARATORS);

		if (len && !names_us(value, len) &&
		    variable_asks_library(value, len))
			return true;
		value += len + (value[len] != '\0');
	}
	return false;
}

static struct found look(char *const *envp)
{
	struct found found = { 0 };
	unsigned preloads = 0, policies = 0, others = 0;

	for (; envp && envp[found.count]; found.count++) {
		const char *entry = envp[found.count];

		if (starts(entry, PRELOAD)) {
			found.value = entry + strlen(PRELOAD);
			preloads++;
		} else if (entry == policy || strcmp(entry, policy) == 0) {
			policies++;
		} else if (starts(entry, FAMILY) || variable_asks(entry)) {
			others++;
		}
	}
	found.right = preloads == 1 && policies == 1 && others == 0 &&
		      leads(found.value) && !asks_in(found.value);
	return found;
}

/* "LD_PRELOAD=" us, then the others in their order. */
static void merge(const char *value, struct text *text)
{
	text_add(text, preload);
	while (*value) {
		size_t len = strcspn(value, SEPARATORS);

		if (len && !names_us(value, len) &&
		    variable_may_preload(value, len)) {
			text_char(text, ':');
			text_add_n(text, value, len);
		}
		value += len + (value[len] != '\0');
	}
}

static size_t merged_size(const struct found *found)
{
	return found->value ? strlen(preload) + strlen(found->value) + 2 : 0;
}

static size_t size_of(const struct found *found)
{
	return (found->count + EXTRA) * sizeof(char *) + merged_size(found);
}

/* Builds the list in size_of(found) bytes of memory. */
static char **build(void *memory, size_t size, const struct found *found,
		    char *const *envp)
{
	char **list = memory;
	size_t n = 0, head = (found->count + EXTRA) * sizeof(*list);

	list[n++] = preload;
	list[n++] = policy;
	for (size_t i = 0; i < found->count && envp[i]; i++)
		if (!is_ours(envp[i]) && variable_may_pass(envp[i]))
			list[n++] = envp[i];
	list[n] = NULL;
	if (found->value) {
		struct text text = text_in((char *)memory + head, size - head);

		merge(found->value, &text);
		list[0] = text.at;
	}
	return list;
}

int environment_take(struct environment *out, char *const *envp)
{
	struct found found;
	size_t size;

	*out = (struct environment){ .list = envp };
	if (gate_idle())
		return 0;
	rlimit_release();
	found = look(envp);
	if (found.right)
		return 0;
	size = size_of(&found);
	out->room = room_take(size);
	if (!out->room) {
		rlimit_rearm();
		return -ENOMEM;
	}
	out->list = build(room_space(out->room), size, &found, envp);
	return 0;
}

void environment_drop(struct environment *environment)
{
	room_drop(environment->room);
	rlimit_rearm();
}

const char *environment_value(const char *name)
{
	size_t len = strlen(name);

	for (char **entry = environ; entry && *entry; entry++)
		if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
			return *entry + len + 1;
	return NULL;
}

static char *join(char *out, const char *name, const char *value)
{
	size_t len = strlen(name);

	memcpy(out, name, len);
	memcpy(out + len, value, strlen(value) + 1);
	return out;
}

int environment_start(void)
{
	size_t first;
	char *block;

	library_len = strlen(start_library);
	library_name = strrchr(start_library, '/');
	library_name = library_name ? library_name + 1 : start_library;
	first = strlen(PRELOAD) + library_len + 1;
	block = raw_memory(first + strlen(POLICY) + strlen(start_policy) + 1);
	if (!block)
		return -ENOMEM;
	preload = join(block, PRELOAD, start_library);
	policy = join(block + first, POLICY, start_policy);
	return 0;
}

/*
 * system, popen and wordexp take `environ` as it is. Where it is not what a
 * child should get, it is replaced by a copy for as long as libc is at work.
 * Threads that come meanwhile find the copy in place and share it. The last one
 * out puts the program's own back, unless the program has put something else
 * there; then that counts. A thread that was cancelled, or left by longjmp,
 * never gets out: its copy stays, which is a right environment.
 *
 * Other threads may still walk along a copy that is no longer in place, so it
 * is kept until SWAPS more were made.
 */
enum { SWAPS = 8 };

struct swap {
	char **list, **theirs;
	size_t size; /* mapped; 0 if the place is empty */
	unsigned users;
};

static struct swap swaps[SWAPS];
static unsigned swap_turn;
static int swap_lock; /* never held while libc is called */

static void lock(void)
{
	while (__atomic_exchange_n(&swap_lock, 1, __ATOMIC_ACQUIRE))
		RAW(sched_yield);
}

static void unlock(void)
{
	__atomic_store_n(&swap_lock, 0, __ATOMIC_RELEASE);
}

/* The copy that is in place; NULL if the program's own environment is. */
static struct swap *current(void)
{
	for (unsigned i = 0; i < SWAPS; i++)
		if (swaps[i].users && swaps[i].list == environ)
			return &swaps[i];
	return NULL;
}

/* The place that was longest unused, emptied. */
static struct swap *empty_place(void)
{
	for (unsigned i = 0; i < SWAPS; i++) {
		struct swap *swap = &swaps[swap_turn++ % SWAPS];

		if (swap->users)
			continue;
		if (swap->size)
			RAW(munmap, swap->list, swap->size);
		swap->size = 0;
		return swap;
	}
	return NULL;
}

static int put_copy(struct swap **out, const struct found *found)
{
	struct swap *swap = empty_place();
	size_t size = size_of(found);
	void *block = swap ? raw_memory(size) : NULL;

	if (!block)
		return swap ? -ENOMEM : -EAGAIN;
	*swap = (struct swap){ .theirs = environ, .size = size, .users = 1 };
	swap->list = build(block, size, found, environ);
	__atomic_store_n(&environ, swap->list, __ATOMIC_RELEASE);
	*out = swap;
	return 0;
}

int environment_swap(struct swap **out)
{
	struct found found;
	int err = 0;

	*out = NULL;
	if (gate_idle())
		return 0;
	rlimit_release();
	lock();
	*out = current();
	if (*out) {
		(*out)->users++;
	} else {
		found = look(environ);
		if (!found.right)
			err = put_copy(out, &found);
	}
	unlock();
	if (err)
		rlimit_rearm();
	return err;
}

void environment_restore(struct swap *swap)
{
	rlimit_rearm();
	if (!swap)
		return;
	lock();
	if (--swap->users == 0 && environ == swap->list)
		__atomic_store_n(&environ, swap->theirs, __ATOMIC_RELEASE);
	unlock();
}

/* Copies that other threads used stay where they are: one may be in place. */
void environment_forked(void)
{
	unlock();
}
