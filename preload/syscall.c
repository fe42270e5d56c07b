/*
 * syscall.c - system calls by number, and those that no capability covers.
 * SPDX-License-Identifier: MIT
 *
 * syscalls.def says what each number asks. Unknown numbers are never answered
 * with ENOSYS: programs probe for new calls, and fall back on what they get.
 */
#include "preload/syscall.h"

#include <sys/inotify.h>
#include <sys/prctl.h>

#include "preload/acts.h"
#include "preload/audit.h"
#include "preload/file.h"
#include "preload/memory.h"
#include "preload/process.h"
#include "preload/real.h"
#include "preload/status.h"

#define R RIGHT(FS_READ)
#define W RIGHT(FS_WRITE)
#define S RIGHT(FS_STAT)
#define X RIGHT(EXEC)

/* Newer than the headers of Debian 12; from 424 on one number for all machines.
 */
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat 463
#define SYS_getxattrat 464
#define SYS_listxattrat 465
#define SYS_removexattrat 466
#endif
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif
#ifndef SYS_file_getattr
#define SYS_file_getattr 468
#define SYS_file_setattr 469
#endif
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

enum { X32 = 0x40000000 }; /* the bit that marks numbers of the x32 ABI */

static int decide(const struct asked *ask, const char *name, bool harmless,
		  bool roundabout)
{
	return gate_decide(ask, &(struct query){
				    .right = SYS_RAW,
				    .name = name,
				    .harmless = harmless,
				    .roundabout = roundabout,
				});
}

int may_go_round(const struct asked *ask, const char *name)
{
	return decide(ask, name, false, true);
}

int may_administer(const struct asked *ask, const char *name)
{
	return decide(ask, name, false, false);
}

int may_adjust(const struct asked *ask, const struct timex *clock)
{
	return clock && clock->modes ? may_administer(ask, "adjtimex") : 0;
}

int may_control(const struct asked *ask, long option, long value)
{
	switch (option) {
	case PR_SET_SYSCALL_USER_DISPATCH:
		return may_go_round(ask, "prctl(PR_SET_SYSCALL_USER_DISPATCH)");
	case PR_SET_MM:
		return may_go_round(ask, "prctl(PR_SET_MM)");
	case PR_SET_PTRACER:
		return value ? may_go_round(ask, "prctl(PR_SET_PTRACER)") : 0;
	default:
		return 0;
	}
}

EXPORT int prctl(int option, ...)
{
	long a[4];
	va_list ap;
	int err;

	va_start(ap, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	err = ASK(RIGHT(SYS_RAW), "prctl", may_control(ask, option, a[0]));
	return err ? -1 : real.prctl(option, a[0], a[1], a[2], a[3]);
}

/* What kind a number is, and its name for the record. */
struct kind {
	const char *name;
	bool harmless, roundabout;
};

static struct kind kind_of(const long *a, long number)
{
	switch (number) {
/* clang-format off */
#define HARMLESS(name) \
	case SYS_##name: return (struct kind){ #name, true, false };
#define ROUND(name, condition) \
	case SYS_##name: return (struct kind){ #name, false, condition };
#define ASKS(name, ...) \
	case SYS_##name: return (struct kind){ #name, false, false };
#define MAPS(name, harmless, ...) \
	case SYS_##name: return (struct kind){ #name, harmless, false };
#define AT ASKS
#define ENTRIES ASKS
#define PEER ASKS
#define ACTS ASKS
#include "preload/syscalls.def"
	/* clang-format on */
	default:
		return (struct kind){NULL, false, number & X32};
	}
}

/* allow_syscalls is asked about every number, by name or "number 500". */
static int may_call_number(const struct raw *raw)
{
	struct kind kind = kind_of(raw->a, raw->number);
	char number[32];
	struct text text = text_in(number, sizeof(number));

	if (!kind.name) {
		text_add(&text, "number ");
		text_number(&text, (uint32_t)raw->number);
		kind.name = number;
	}
	return decide(raw->ask, kind.name, kind.harmless, kind.roundabout);
}

/* Where a path may be missing, it is the second argument: utimensat(2). */
static int place_one(struct raw *raw, enum how how, uint32_t rights, long dir,
		     int i)
{
	if (i != 1 || raw->a[i])
		return raw_place(raw, &raw->at, how, rights, dir, i);
	return place_ask(raw->ask, &raw->at, how | OR_FD, rights, (int)dir, "");
}

static int place_both(struct raw *raw, uint32_t rights, long dir, int i,
		      uint32_t to_rights, long to_dir, int j)
{
	int err = place_ask_pair(raw->ask, &raw->at, rights, (int)dir,
				 (const char *)raw->a[i], &raw->to, to_rights,
				 (int)to_dir, (const char *)raw->a[j]);

	if (!err) {
		raw->a[i] = (long)raw->at.name;
		raw->a[j] = (long)raw->to.name;
	}
	return err;
}

static int judge_peer(struct raw *raw, int i,
		      int (*may)(const struct asked *, struct peer *))
{
	int err;

	peer_is(&raw->peer, (const void *)raw->a[i], (socklen_t)raw->a[i + 1]);
	err = may(raw->ask, &raw->peer);
	if (!err) {
		raw->a[i] = (long)raw->peer.addr;
		raw->a[i + 1] = raw->peer.len;
	}
	return err;
}

/* What the wrapper of that name would ask. */
static int may_as_wrapper(struct raw *raw)
{
	const struct asked *ask = raw->ask;
	const long *a = raw->a;

	switch (raw->number) {
/* clang-format off */
#define ASKS(name, rights, question) \
	case SYS_##name: return gate_restricts(rights) ? question : 0;
#define AT(name, how, rights, ...) \
	ASKS(name, rights, place_one(raw, how, rights, __VA_ARGS__))
#define ENTRIES(name, ...) \
	ASKS(name, R | W, place_both(raw, __VA_ARGS__))
#define PEER(name, rights, i, may) \
	ASKS(name, rights, judge_peer(raw, i, may))
#define MAPS(name, harmless, question) ASKS(name, RIGHT(MEM_EXEC), question)
#include "preload/syscalls.def"
	/* clang-format on */
	default:
		return 0;
	}
}

static long act(struct raw *raw)
{
	if (raw->number == SYS_exit_group) { /* no destructor will run */
		audit_flush();
		status_end();
	}
	switch (raw->number) {
/* clang-format off */
#define ACTS(name) case SYS_##name: return act_##name(raw);
#define MAPS(name, ...) ACTS(name)
#include "preload/syscalls.def"
	/* clang-format on */
	default:
		return raw_forward(raw);
	}
}

static long police(struct raw *raw)
{
	long err = 0;

	if (raw->ask)
		err = may_call_number(raw);
	if (raw->ask && !err)
		err = may_as_wrapper(raw);
	return err ? err : act(raw);
}

/* The kernel, too, takes only the low half of the number. */
static long ask_and_call(long number, const long *a, const void *caller)
{
	struct raw raw = {.number = (int)number, .caller = caller};
	struct asked ask;
	long result;

	memcpy(raw.a, a, sizeof(raw.a));
	raw.at = raw.to = raw.peer.at = (struct place)PLACE(NULL);
	gate_enter(&ask, "syscall", caller);
	if (gate_policy->at[KEY_allow_syscalls].number != SYSCALLS_ALL)
		raw.ask = &ask;
	result = police(&raw);
	peer_leave(&raw.peer);
	place_leave(&raw.to);
	place_leave(&raw.at);
	gate_leave(&ask, result < 0 ? (int)result : 0);
	return result < 0 ? -1 : result;
}

EXPORT long syscall(long number, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (gate_restricts(UINT32_MAX))
		return ask_and_call(number, a, __builtin_return_address(0));
	return real.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
