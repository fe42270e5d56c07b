/*
 * start.c - from an ordinary process to a sandboxed one.
 * SPDX-License-Identifier: MIT
 *
 * With -z initfirst our constructor is the first of the process; the first call
 * of malloc comes even earlier, from ld.so. Nothing of libc is assumed to be
 * ready but its code: the environment is read from the stack where the kernel
 * put it, memory comes from mmap, and every failure ends the process.
 */
#include "preload/start.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "config/load.h"
#include "config/raw.h"
#include "preload/audit.h"
#include "preload/environment.h"
#include "preload/gate.h"
#include "preload/library.h"
#include "preload/memory.h"
#include "preload/owners.h"
#include "preload/path.h"
#include "preload/process.h"
#include "preload/real.h"
#include "preload/status.h"

enum state { ASLEEP, BUSY, READY };

const char *start_library, *start_policy, *start_program;
char *const *start_env;
int start_pid;

static int state;
static long starter; /* the thread that starts */
static struct policy policy;
static struct arena arena;

extern __typeof__(_dl_find_object) _dl_find_object __attribute__((weak));

/* Where the kernel put argc, argv and the environment; from ld.so. */
extern void *__libc_stack_end;

static char **environment_at_start(void)
{
	long *stack = __libc_stack_end;

	return (char **)(stack + 1 + stack[0] + 1);
}

static void *take(size_t size)
{
	void *block = arena_take(&arena, size);

	if (!block)
		audit_fatal("the environment and the policy take too much memory");
	return block;
}

/* Programs overwrite their environment (setproctitle): keep a copy. */
static char **copy_environment(char **env)
{
	size_t n = 0;
	char **copy;

	while (env[n])
		n++;
	copy = take((n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = strcpy(take(strlen(env[i]) + 1), env[i]);
	return copy;
}

static const char *copy_text(const char *text)
{
	return strcpy(take(strlen(text) + 1), text);
}

/* Children are given this library by its absolute name. */
static const char *find_library(struct scratch *slot)
{
	const struct link_map *map = _r_debug.r_map;

	while (map && map->l_ld != _DYNAMIC)
		map = map->l_next;
	if (!map || path_resolve(AT_FDCWD, map->l_name, FOLLOW, slot->path))
		audit_fatal("cannot find the sandbox library's own file");
	if (strpbrk(slot->path, ": \t\n"))
		audit_fatal("the sandbox library's path holds a space or a "
			    "colon, which LD_PRELOAD cannot express");
	return copy_text(slot->path);
}

static const char *find_program(struct scratch *slot)
{
	long len = RAW(readlinkat, AT_FDCWD, "/proc/self/exe", slot->path,
		       sizeof(slot->path) - 1);

	slot->path[len < 0 ? 0 : len] = '\0';
	return copy_text(slot->path);
}

static const char *print_policy(void)
{
	static char room[POLICY_TEXT]; /* pages that stay untouched cost nothing */
	struct text text = text_in(room, sizeof(room));

	policy_print(&policy, &text);
	if (text.cut)
		audit_fatal("the policy is too long to hand on to children");
	return text.at;
}

static void load(struct scratch *slot)
{
	struct load_input input = { .env = start_env, .cwd = slot->path };
	struct load_error error;

	if (RAW(getcwd, slot->path, sizeof(slot->path)) < 0 ||
	    slot->path[0] != '/')
		memcpy(slot->path, "/", 2);
	if (load_policy(&input, true, &arena, &policy, &error))
		audit_fatal(error.text);
}

/* Names are read from /proc/thread-self/fd: without it no path rule can be kept. */
static void check_proc(void)
{
	uint32_t files = RIGHT(FS_READ) | RIGHT(FS_WRITE) | RIGHT(FS_STAT);

	if (policy.restricted & files &&
	    RAW(faccessat, AT_FDCWD, "/proc/thread-self/fd", 0) < 0)
		audit_fatal("rules for files need /proc to be mounted");
}

/* "profile fig; not enforced in this release: verify_libs, call_timeout". */
static void record_start(void)
{
	char words[256];
	struct text text = text_in(words, sizeof(words));
	const char *before = "; not enforced in this release: ";

	if (policy.at[KEY_log_level].number < LEVEL_INFO)
		return;
	text_add(&text, policy.at[KEY_profile].source.file);
	for (unsigned key = 0; key < KEYS; key++) {
		if (!policy_unenforced(key, &policy.at[key]))
			continue;
		text_add(&text, before);
		text_add(&text, policy_keys[key].name);
		before = ", ";
	}
	audit_record(&(struct event){ .event = "start",
				      .object = start_program,
				      .rule = words,
				      .layer = "preload" });
}

/* "fig.toml:3: audit: file:/a/b cannot be opened: No such file or directory". */
static void open_sinks(struct scratch *slot)
{
	struct text text = text_in(slot->path, sizeof(slot->path));
	const struct item *sink;
	int err = audit_start(&policy, &sink);

	if (!err)
		return;
	text_add(&text, sink->source.file);
	if (sink->source.line) {
		text_char(&text, ':');
		text_number(&text, sink->source.line);
	}
	text_add(&text, ": audit: ");
	text_plain(&text, sink->text, strlen(sink->text));
	text_add(&text, " cannot be opened: ");
	text_add(&text, strerrordesc_np(-err));
	audit_fatal(slot->path);
}

static void wake(void)
{
	struct scratch *slot = scratch_take();

	if (!slot)
		audit_fatal("no memory");
	start_program = find_program(slot);
	policy.program = start_program;
	start_library = find_library(slot);
	load(slot);
	policy.program = start_program;
	policy.library = start_library;
	gate_policy = &policy;
	check_proc();
	start_policy = print_policy();
	if (environment_start())
		audit_fatal("no memory for the children's environment");
	open_sinks(slot);
	scratch_drop(slot);
	status_start(&policy, start_env);
	library_start();
	process_start();
}

/* Set-uid and the like: ld.so trusts us, but the environment is a stranger's. */
static void stay_inert(void)
{
	policy.at[KEY_mode].number = MODE_OFF;
	gate_policy = &policy;
}

static void say(const char *text)
{
	size_t len = 0;

	while (text[len])
		len++;
	RAW(write, 2, text, len);
}

/*
 * A sanitizer's runtime stands before libc's string functions, and starts itself
 * at the first of them, through ours, in the middle of our start. Nothing of it
 * may be called here. Linked into the program it has been started by now.
 */
static void check_strings(void)
{
	const struct link_map *map = NULL;
	struct dl_find_object found;

	if (_dl_find_object && _dl_find_object((void *)strcmp, &found) == 0)
		map = found.dlfo_link_map;
	if (!map || map == real_libc() || !map->l_name[0])
		return;
	say("figsandbox: ");
	say(map->l_name);
	say(": the sandbox cannot start beside a runtime that has string "
	    "functions of its own\n");
	RAW(exit_group, 125);
}

static void start_once(void)
{
	void *block = raw_memory(LOAD_ARENA);
	uint32_t restricted = 0;

	if (!real_start())
		audit_fatal("cannot find libc's dlsym");
	check_strings();
	if (!block)
		audit_fatal("no memory");
	arena_init(&arena, block, LOAD_ARENA);
	start_pid = (int)RAW(getpid);
	start_env = copy_environment(environment_at_start());
	if (getauxval(AT_SECURE))
		stay_inert();
	else
		wake();
	memory_start(&policy);
	if (!gate_idle())
		restricted = policy.at[KEY_log_level].number >= LEVEL_INFO ?
				     UINT32_MAX :
				     policy.restricted;
	__atomic_store_n(&gate_restricted, restricted, __ATOMIC_RELEASE);
	if (!gate_idle())
		record_start();
}

void start_sandbox(void)
{
	int expected = ASLEEP;

	if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == READY)
		return;
	if (__atomic_compare_exchange_n(&state, &expected, BUSY, false,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		starter = RAW(gettid);
		start_once();
		__atomic_store_n(&state, READY, __ATOMIC_RELEASE);
	}
	/* The starter itself comes back here from malloc inside dlsym. */
	while (__atomic_load_n(&state, __ATOMIC_ACQUIRE) != READY &&
	       starter != RAW(gettid))
		RAW(sched_yield);
}

__attribute__((constructor)) static void begin(void)
{
	start_sandbox();
}

/* A process that forked off is not asked for what its parent left. */
void start_finish(void)
{
	if (policy.at[KEY_leaks].number && start_pid == starter && !gate_idle())
		leaks_report();
	audit_flush();
	status_end();
}

__attribute__((destructor)) static void end(void)
{
	start_finish();
}
