/*
 * acts.c - system calls by number that take more than a question.
 * SPDX-License-Identifier: MIT
 *
 * Structures are copied before they are judged, and the kernel gets the copy.
 */
#include "preload/acts.h"

#include <linux/openat2.h>

#include "config/raw.h"
#include "preload/exec.h"
#include "preload/file.h"
#include "preload/process.h"
#include "preload/real.h"
#include "preload/syscall.h"

#define R RIGHT(FS_READ)
#define W RIGHT(FS_WRITE)
#define S RIGHT(FS_STAT)

bool raw_asks(const struct raw *raw, uint32_t rights)
{
	return raw->ask && gate_restricts(rights);
}

long raw_forward(const struct raw *raw)
{
	const long *a = raw->a;
	long result =
	    real.syscall(raw->number, a[0], a[1], a[2], a[3], a[4], a[5]);

	return result == -1 ? -errno : result;
}

int raw_place(struct raw *raw, struct place *at, enum how how, uint32_t rights,
	      long dir, int i)
{
	int err;

	at->name = (const char *)raw->a[i];
	err = place_ask(raw->ask, at, how, rights, (int)dir, at->name);
	if (!err)
		raw->a[i] = (long)at->name;
	return err;
}

enum how raw_handle_how(long flags)
{
	return (flags & AT_SYMLINK_FOLLOW ? FOLLOW : ENTRY) |
	       (flags & AT_EMPTY_PATH ? OR_FD : 0);
}

long act_sendmsg(struct raw *raw)
{
	if (!raw_asks(raw, NET_AWAY) || !raw->a[1])
		return raw_forward(raw);
	return net_send_message(raw->ask, (int)raw->a[0],
				(const struct msghdr *)raw->a[1],
				(int)raw->a[2]);
}

long act_sendmmsg(struct raw *raw)
{
	if (!raw_asks(raw, NET_AWAY) || !raw->a[1])
		return raw_forward(raw);
	return net_send_messages(raw->ask, (int)raw->a[0],
				 (struct mmsghdr *)raw->a[1],
				 (unsigned)raw->a[2], (int)raw->a[3]);
}

static long open_in(struct raw *raw, long dir, const long *path, long flags,
		    long mode)
{
	if (!raw_asks(raw, R | W | S) || !*path)
		return raw_forward(raw);
	return open_asked(raw->ask, (int)dir, (const char *)*path, (int)flags,
			  (mode_t)mode);
}

long act_openat(struct raw *raw)
{
	return open_in(raw, raw->a[0], &raw->a[1], raw->a[2], raw->a[3]);
}

/*
 * With RESOLVE_ flags a path means what only the kernel knows (a root of its
 * own, no magic links). It is resolved by the same rules, to a descriptor, and
 * what that is, is judged and opened.
 */
static long open_found(const struct raw *raw, struct open_how how, int fd)
{
	char name[32];
	struct text text = text_in(name, sizeof(name));
	int err = place_ask_fd(raw->ask, open_rights((int)how.flags), fd);

	if (err)
		return err;
	path_to_fd(fd, &text);
	how.flags &= ~(uint64_t)(O_CREAT | O_NOFOLLOW);
	if ((how.flags & O_TMPFILE) != O_TMPFILE)
		how.mode = 0;
	how.resolve = 0;
	return RAW(openat2, AT_FDCWD, name, &how, sizeof(how));
}

/* The directory that a new file goes to, by the same rules. */
static long parent_of(const struct raw *raw, const char *last, uint64_t resolve)
{
	struct open_how how = {
	    .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
	    .resolve = resolve,
	};
	const char *path = (const char *)raw->a[1];
	size_t len = (size_t)(last - path);
	struct scratch *slot = scratch_take();
	long fd = -ENAMETOOLONG;

	if (!slot)
		return -ENOMEM;
	if (len < sizeof(slot->rest)) {
		memcpy(slot->rest, path, len);
		slot->rest[len] = '\0';
		fd = RAW(openat2, raw->a[0], len ? slot->rest : ".", &how,
			 sizeof(how));
	}
	scratch_drop(slot);
	return fd;
}

/* A file that is not there yet. Behind a dangling symlink none is made. */
static long open_new(struct raw *raw, struct open_how how)
{
	bool follows = !(how.flags & (O_NOFOLLOW | O_EXCL));
	size_t len;
	const char *last = path_last((const char *)raw->a[1], &len);
	long parent, fd;

	if (path_is_dots(last, len)) /* it is the rest that is not there */
		return -ENOENT;
	parent = parent_of(raw, last, how.resolve);
	if (parent < 0)
		return parent;
	fd = place_ask(raw->ask, &raw->at, ENTRY | AWAY,
		       open_rights((int)how.flags), (int)parent, last);
	RAW(close, parent);
	if (fd)
		return fd;
	how.flags |= O_NOFOLLOW;
	how.resolve = 0;
	fd = RAW(openat2, AT_FDCWD, raw->at.name, &how, sizeof(how));
	if (fd != -ELOOP || !follows)
		return fd;
	fd = gate_refuse(raw->ask, FS_WRITE, raw->at.scratch->path,
			 "new file behind a symlink", -EACCES);
	return fd ? fd : raw_forward(raw); /* in audit mode */
}

static long open_resolved(struct raw *raw, const struct open_how *how)
{
	struct open_how probe = {
	    .flags = O_PATH | O_CLOEXEC | (how->flags & O_NOFOLLOW),
	    .resolve = how->resolve,
	};
	bool makes = how->flags & O_CREAT;
	long fd = -ENOENT, result;

	if (!makes || !(how->flags & O_EXCL))
		fd = RAW(openat2, raw->a[0], raw->a[1], &probe, sizeof(probe));
	if (fd == -ENOENT && makes)
		return open_new(raw, *how);
	if (fd < 0)
		return fd;
	fd = path_raise((int)fd);
	result = open_found(raw, *how, (int)fd);
	RAW(close, fd);
	return result;
}

long act_openat2(struct raw *raw)
{
	struct open_how how;

	if (!raw_asks(raw, R | W | S) || !raw->a[1] || !raw->a[2] ||
	    (size_t)raw->a[3] < sizeof(how))
		return raw_forward(raw);
	if ((size_t)raw->a[3] > sizeof(how))
		return -E2BIG;
	memcpy(&how, (const void *)raw->a[2], sizeof(how));
	raw->a[2] = (long)&how;
	if (!how.resolve)
		return open_in(raw, raw->a[0], &raw->a[1], (long)how.flags,
			       (long)how.mode);
	return open_resolved(raw, &how);
}

#ifdef SYS_open
long act_open(struct raw *raw)
{
	return open_in(raw, AT_FDCWD, &raw->a[0], raw->a[1], raw->a[2]);
}

long act_creat(struct raw *raw)
{
	return open_in(raw, AT_FDCWD, &raw->a[0], O_CREAT | O_WRONLY | O_TRUNC,
		       raw->a[1]);
}
#endif

/* The old name may be that of a descriptor, as with O_TMPFILE. */
long act_linkat(struct raw *raw)
{
	int err = 0;

	if (raw_asks(raw, R | W))
		err = raw_place(raw, &raw->at, raw_handle_how(raw->a[4]), R | W,
				raw->a[0], 1);
	if (!err && raw_asks(raw, W))
		err = raw_place(raw, &raw->to, ENTRY, W, raw->a[2], 3);
	return err ? err : raw_forward(raw);
}

/*
 * A child of vfork would return from here before its parent does, on the same
 * stack; so a child without a stack of its own gets its own memory.
 */
static long clone_with(struct raw *raw, uint64_t *flags, uint64_t stack)
{
	long result = 0;

	if (raw_asks(raw, RIGHT(SYS_RAW)) && *flags & NAMESPACES)
		result = may_go_round(raw->ask, "clone(CLONE_NEW...)");
	if (!result && raw_asks(raw, RIGHT(PROC_FORK)) &&
	    !(*flags & CLONE_THREAD))
		result = may_fork(raw->ask, "clone");
	if (result)
		return result;
	if (!stack && !(*flags & CLONE_THREAD))
		*flags &= ~(uint64_t)CLONE_VM;
	result = raw_forward(raw);
	if (result == 0 && !(*flags & CLONE_VM))
		process_forked();
	return result;
}

long act_clone(struct raw *raw)
{
	return clone_with(raw, (uint64_t *)&raw->a[0], (uint64_t)raw->a[1]);
}

long act_clone3(struct raw *raw)
{
	struct clone_args args = {.flags = 0};
	size_t size = (size_t)raw->a[1];

	if (!raw->a[0])
		return raw_forward(raw);
	if (size > sizeof(args))
		return -E2BIG;
	memcpy(&args, (const void *)raw->a[0], size);
	raw->a[0] = (long)&args;
	return clone_with(raw, (uint64_t *)&args.flags, args.stack);
}

#ifdef SYS_fork
long act_fork(struct raw *raw)
{
	raw->number = SYS_clone;
	memset(raw->a, 0, sizeof(raw->a));
	raw->a[0] = SIGCHLD;
	return act_clone(raw);
}

long act_vfork(struct raw *raw)
{
	return act_fork(raw);
}
#endif

long act_execve(struct raw *raw)
{
	const long *a = raw->a;

	return exec_at(raw->ask, AT_FDCWD, (const char *)a[0],
		       (char *const *)a[1], (char *const *)a[2], 0);
}

long act_execveat(struct raw *raw)
{
	const long *a = raw->a;

	return exec_at(raw->ask, (int)a[0], (const char *)a[1],
		       (char *const *)a[2], (char *const *)a[3], (int)a[4]);
}
