/*
 * target.c - may this file be run: by the policy, and within our reach.
 * SPDX-License-Identifier: MIT
 *
 * See target.h. The kernel is given the program's own path and not a
 * descriptor: argv[0] of scripts and /proc/self/exe depend on it. So between
 * the question and the act a file can be swapped; that is for a layer below
 * libc to stop.
 */
#include "preload/target.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/elf.h"
#include "config/raw.h"
#include "preload/path.h"
#include "preload/room.h"
#include "preload/start.h"

enum { INTERPRETERS = 5 }; /* as many as the kernel goes through */

/* One question; too large for the stack. */
struct target {
	const struct asked *ask;
	struct elf_facts facts;
	struct stat st;
	char name[SCRATCH_PATH];
};

static char our_loader[ELF_NAME]; /* resolved; "" equals nothing */
static struct stat our_file;      /* the library's own, as it was at start */

void target_start(void)
{
	const struct link_map *map = _r_debug.r_map;
	struct scratch *slot;

	if (!gate_policy->kept) /* nobody will ask: see outside() */
		return;
	RAW(newfstatat, AT_FDCWD, start_library, &our_file, 0);
	slot = scratch_take();
	while (map && map->l_addr != _r_debug.r_ldbase)
		map = map->l_next;
	if (map && slot &&
	    path_resolve(AT_FDCWD, map->l_name, FOLLOW, slot->path) == 0 &&
	    strlen(slot->path) < sizeof(our_loader))
		memcpy(our_loader, slot->path, strlen(slot->path) + 1);
	scratch_drop(slot);
}

bool target_asks(void)
{
	return gate_restricts(RIGHT(EXEC)) ||
	       (gate_policy->kept && !gate_idle());
}

/* The program would run without us. */
static int outside(const struct target *target, const struct place *at,
		   const char *why)
{
	if (!gate_policy->kept)
		return 0;
	return gate_refuse(target->ask, EXEC, at->scratch->path, why, -EACCES);
}

/*
 * The kernel sets AT_SECURE, and ld.so ignores LD_PRELOAD, when a program gets
 * other rights than its caller's real ids have: fs/exec.c, bprm_fill_uid, and
 * security/commoncap.c. There, file capabilities count despite no_new_privs.
 * A file system mounted nosuid is not looked for: better refused than missed.
 */
static const char *gains(const struct stat *st, const char *name)
{
	long uid = RAW(getuid), gid = RAW(getgid);
	bool same = RAW(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;

	if (uid != RAW(geteuid) || gid != RAW(getegid))
		return "effective ids other than the real ones";
	if (!same && st->st_mode & S_ISUID && st->st_uid != uid)
		return "set-user-id program";
	if (!same && st->st_mode & S_ISGID && st->st_mode & S_IXGRP &&
	    st->st_gid != gid)
		return "set-group-id program";
	if (uid != 0 && RAW(getxattr, name, "security.capability", NULL, 0) > 0)
		return "program with capabilities";
	return NULL;
}

static bool is_unchanged(const struct stat *st)
{
	return st->st_dev == our_file.st_dev && st->st_ino == our_file.st_ino &&
	       st->st_size == our_file.st_size &&
	       st->st_mtim.tv_sec == our_file.st_mtim.tv_sec &&
	       st->st_mtim.tv_nsec == our_file.st_mtim.tv_nsec;
}

/*
 * ld.so only warns when it cannot open a library of LD_PRELOAD. It opens after
 * execve has taken capabilities away; faccessat(2) leaves them aside as well.
 */
static const char *misses_us(void)
{
	long fd = RAW(faccessat, AT_FDCWD, start_library, R_OK);
	struct stat st;

	if (fd == 0)
		fd = RAW(openat, AT_FDCWD, start_library, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return "sandbox library cannot be opened";
	if (RAW(fstat, fd, &st) < 0 || !is_unchanged(&st))
		st.st_ino = 0;
	RAW(close, fd);
	return st.st_ino ? NULL : "sandbox library was replaced";
}

static bool is_our_loader(struct target *target)
{
	return our_loader[0] && target->facts.interpreter[0] &&
	       path_resolve(AT_FDCWD, target->facts.interpreter, FOLLOW,
			    target->name) == 0 &&
	       strcmp(target->name, our_loader) == 0;
}

static const char *escapes_loader(struct target *target, const char *name)
{
	const char *why;

	if (!is_our_loader(target))
		return "program with another loader";
	why = gains(&target->st, name);
	return why ? why : misses_us();
}

/* Why the program would run without us, or NULL. */
static const char *escapes(struct target *target, const char *name)
{
	switch (target->facts.kind) {
	case ELF_FOREIGN:
		return "program of another architecture";
	case ELF_STATIC:
		return "static program";
	case ELF_DYNAMIC:
		return escapes_loader(target, name);
	default:
		return NULL;
	}
}

/* A format that the kernel itself does not know: no program, at any rate. */
static int unknown(void)
{
	bool enforced = gate_policy->at[KEY_mode].number == MODE_ENFORCE;

	return gate_policy->kept && enforced ? -ENOEXEC : 0;
}

/* What the kernel asks before it looks into the file, by the effective ids. */
static bool is_executable(const struct target *target, const struct place *at)
{
	return S_ISREG(target->st.st_mode) &&
	       RAW(faccessat2, AT_FDCWD, at->name, X_OK, AT_EACCESS) != -EACCES;
}

static int inspect(struct target *target, const struct place *at)
{
	long fd = RAW(fstat, at->fd, &target->st);
	const char *why;
	int err;

	if (fd < 0 || !is_executable(target, at))
		return fd < 0 ? (int)fd : -EACCES;
	fd = RAW(openat, AT_FDCWD, at->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -EACCES)
		return outside(target, at, "unreadable program");
	if (fd < 0)
		return (int)fd;
	err = elf_inspect((int)fd, &target->facts);
	RAW(close, fd);
	if (err || target->facts.kind == ELF_UNKNOWN)
		return err ? err : unknown();
	why = escapes(target, at->name);
	return why ? outside(target, at, why) : 0;
}

/* One file: the program, or an interpreter of it. */
static int ask_file(struct target *target, int dir, const char *path)
{
	struct place at = PLACE(path);
	int found = place_ask(target->ask, &at, FOLLOW, 0, dir, path);
	int err = 0;

	target->facts.kind = ELF_UNKNOWN;
	if (gate_restricts(RIGHT(EXEC)) && at.scratch && found != -EBADF)
		err = gate_decide(target->ask,
				  &(struct query){ .right = EXEC,
						   .path = at.scratch->path });
	if (!err)
		err = found;
	if (!err)
		err = inspect(target, &at);
	place_leave(&at);
	return err;
}

static int ask_chain(struct target *target, int dir, const char *path)
{
	for (unsigned i = 0; i <= INTERPRETERS; i++) {
		int err = ask_file(target, dir, path);

		if (err || target->facts.kind != ELF_SCRIPT)
			return err;
		dir = AT_FDCWD;
		path = target->facts.interpreter;
	}
	return -ELOOP;
}

int target_ask(const struct asked *ask, int dir, const char *path, int flags)
{
	struct target *target;
	struct room *room;
	int err;

	if (!ask || !path || !target_asks())
		return 0;
	room = room_take(sizeof(*target));
	if (!room)
		return -ENOMEM;
	target = room_space(room);
	target->ask = ask;
	if (path[0] == '\0' && flags & AT_EMPTY_PATH) {
		struct text name = text_in(target->name, sizeof(target->name));

		text_add(&name, "/proc/thread-self/fd/");
		text_number(&name, dir < 0 ? UINT64_MAX : (unsigned)dir);
		path = dir == AT_FDCWD ? "." : target->name;
		dir = AT_FDCWD;
	}
	err = ask_chain(target, dir, path);
	room_drop(room);
	return err;
}
