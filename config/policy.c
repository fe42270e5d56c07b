/*
 * policy.c - the table of settings, and what follows from the settings at once.
 * SPDX-License-Identifier: MIT
 */
#include "config/policy.h"

#include <string.h>

#include "config/policy_internal.h"

const struct key_info policy_keys[KEYS] = {
#define KEY(name, alias, type, choices, fig, confined, restrictive,            \
	    permissive, idle, help)                                            \
	[KEY_##name] = {#name,                                                 \
			alias,                                                 \
			type,                                                  \
			choices,                                               \
			{fig, confined, restrictive, permissive},              \
			idle,                                                  \
			help},
#include "config/keys.def"
#undef KEY
};

const char *policy_right_name(enum right right)
{
	static const char *const names[RIGHTS] = {
	    [FS_READ] = "fs.read",         [FS_WRITE] = "fs.write",
	    [FS_STAT] = "fs.stat",         [EXEC] = "exec",
	    [PROC_FORK] = "proc.fork",     [PROC_SIGNAL] = "proc.signal",
	    [NET_CONNECT] = "net.connect", [NET_BIND] = "net.bind",
	    [NET_LISTEN] = "net.listen",   [NET_LOCAL] = "net.unix",
	    [NET_SOCKET] = "net.socket",   [LIB_LOAD] = "lib.load",
	    [LIB_SYMBOL] = "lib.symbol",   [MEM_ALLOC] = "mem.alloc",
	    [MEM_EXEC] = "mem.exec",       [CALL_TIME] = "call.time",
	    [SYS_RAW] = "sys.raw",
	};

	return right < RIGHTS ? names[right] : "unknown";
}

bool key_is_list(enum key key)
{
	return policy_keys[key].type >= GLOBS;
}

bool choice_next(const char **choices, struct word *word)
{
	if (!*choices)
		return false;
	word->at = *choices;
	word->len = strcspn(word->at, "|");
	*choices = word->at[word->len] ? word->at + word->len + 1 : NULL;
	return true;
}

bool word_is(struct word word, const char *text)
{
	return strlen(text) == word.len && memcmp(text, word.at, word.len) == 0;
}

bool word_same(struct word a, struct word b)
{
	return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

struct word choice_name(enum key key, uint64_t number)
{
	const char *choices = policy_keys[key].choices;
	struct word word = {"", 0};

	for (uint64_t i = 0; i <= number; i++) {
		if (!choice_next(&choices, &word))
			return (struct word){"", 0};
	}
	return word;
}

/* The value in the syntax of keys.def, for what is no list and not 0. */
static struct word value_name(enum key key, const struct setting *setting)
{
	switch (policy_keys[key].type) {
	case NAME:
		return choice_name(key, setting->number);
	case BOOL:
		return setting->number ? (struct word){"true", 4}
				       : (struct word){"false", 5};
	default:
		return setting->number ? (struct word){"more", 4}
				       : (struct word){"0", 1};
	}
}

/* An empty table of pins pins nothing; any other empty list means none. */
bool policy_unenforced(enum key key, const struct setting *setting)
{
	const char *idle = policy_keys[key].idle;
	struct word value, word;

	if (!idle)
		return false;
	if (policy_keys[key].type == PINS)
		return setting->count > 0;
	if (key_is_list(key))
		return setting->given;
	value = value_name(key, setting);
	while (choice_next(&idle, &word)) {
		if (word_same(word, value))
			return false;
	}
	return true;
}

bool overlay_limits_memory(const struct overlay *overlay)
{
	return overlay->at[KEY_memory_limit].chosen ||
	       overlay->at[KEY_max_allocs].chosen;
}

bool overlay_unenforced(const struct overlay *overlay)
{
	for (unsigned key = 0; key < KEYS; key++)
		if (overlay->at[key].chosen && key != KEY_memory_limit &&
		    key != KEY_max_allocs)
			return true;
	return false;
}

static uint32_t restricted_files(const struct setting *at)
{
	bool none = !at[KEY_allow_file_io].number;
	bool read = none || at[KEY_read].given;
	bool write = none || at[KEY_write].given;
	uint32_t rights = 0;

	if (read || at[KEY_deny_read].count)
		rights |= RIGHT(FS_READ);
	if ((read && write) || at[KEY_deny_read].count)
		rights |= RIGHT(FS_STAT);
	if (write || at[KEY_deny_write].count)
		rights |= RIGHT(FS_WRITE);
	return rights;
}

static uint32_t restricted_processes(const struct setting *at)
{
	bool none = !at[KEY_allow_process].number;
	uint32_t rights = 0;

	if (none || at[KEY_exec].given)
		rights |= RIGHT(EXEC);
	if (none && !at[KEY_exec].count)
		rights |= RIGHT(PROC_FORK);
	if (none)
		rights |= RIGHT(PROC_SIGNAL);
	return rights;
}

static uint32_t restricted_network(const struct setting *at)
{
	bool none = !at[KEY_allow_network].number;
	uint32_t rights = 0;

	if (none || at[KEY_connect].given)
		rights |= RIGHT(NET_CONNECT) | RIGHT(NET_LOCAL);
	if (none || at[KEY_bind].given)
		rights |= RIGHT(NET_BIND) | RIGHT(NET_LISTEN);
	return rights ? rights | RIGHT(NET_SOCKET) : 0;
}

static uint32_t withheld(const struct setting *at)
{
	uint32_t rights = restricted_files(at) | restricted_processes(at) |
			  restricted_network(at);

	if (at[KEY_allowed_libs].given || at[KEY_block_system_libs].number)
		rights |= RIGHT(LIB_LOAD);
	if (!at[KEY_allow_exec_memory].number)
		rights |= RIGHT(MEM_EXEC);
	return rights;
}

/* The process's memory, or that of some library. */
static bool limits_memory(const struct policy *policy)
{
	const struct overlay *overlay = policy->overlays;

	while (overlay && !overlay_limits_memory(overlay))
		overlay = overlay->next;
	return overlay || policy->at[KEY_memory_limit].number ||
	       policy->at[KEY_max_allocs].number;
}

void policy_finish(struct policy *policy)
{
	const struct setting *at = policy->at;
	uint64_t syscalls = at[KEY_allow_syscalls].number;

	policy->closed = false;
	policy->withheld = policy->restricted = policy->kept = 0;
	if (at[KEY_mode].number == MODE_OFF)
		return;
	policy->withheld = policy->restricted = withheld(at);
	if (at[KEY_max_loaded_libs].number)
		policy->restricted |= RIGHT(LIB_LOAD);
	if (limits_memory(policy))
		policy->restricted |= RIGHT(MEM_ALLOC);
	if (syscalls == SYSCALLS_NONE ||
	    (syscalls == SYSCALLS_POLICED && policy->withheld))
		policy->restricted |= RIGHT(SYS_RAW);
	policy->kept = policy->withheld | (policy->restricted & RIGHT(MEM_ALLOC));
	if (syscalls == SYSCALLS_NONE)
		policy->kept |= RIGHT(SYS_RAW);
}

void policy_close(struct policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	policy->closed = true;
	policy->restricted = policy->withheld = policy->kept = UINT32_MAX;
}
