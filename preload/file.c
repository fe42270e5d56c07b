/*
 * file.c - questions about files, and the wrappers that no row can express.
 * SPDX-License-Identifier: MIT
 */
#include "preload/file.h"

#include <utmp.h>
#include <utmpx.h>

#include "config/raw.h"
#include "preload/real.h"

uint32_t access_rights(int mode)
{
	uint32_t rights = 0;

	if (mode & R_OK)
		rights |= RIGHT(FS_READ);
	if (mode & W_OK)
		rights |= RIGHT(FS_WRITE);
	return rights ? rights : RIGHT(FS_STAT);
}

uint32_t node_rights(mode_t mode)
{
	return RIGHT(FS_WRITE) |
	       (S_ISCHR(mode) || S_ISBLK(mode) ? RIGHT(SYS_RAW) : 0);
}

enum how how_at(int flags)
{
	return (flags & AT_SYMLINK_NOFOLLOW ? ENTRY : FOLLOW) |
	       (flags & AT_EMPTY_PATH ? OR_FD : 0);
}

int may_path(const struct asked *ask, enum how how, uint32_t rights,
	     const char *path)
{
	struct place at = PLACE(path);
	int err = place_ask(ask, &at, how, rights, AT_FDCWD, path);

	place_leave(&at);
	return err;
}

int may_read_all(const struct asked *ask, const char *object, const char *why)
{
	const struct query all = { .right = FS_READ, .path = "/",
				   .subtree = true };
	struct verdict verdict = { 0 };

	policy_decide(gate_policy, &all, &verdict);
	return verdict.err ? gate_refuse(ask, FS_READ, object, why, -EACCES) :
			     0;
}

int may_follow(const struct asked *ask, const char *path)
{
	return may_read_all(ask, path, "a walk that follows symlinks");
}

int may_walk(const struct asked *ask, const char *path, bool follows)
{
	struct scratch *slot = path ? scratch_take() : NULL;
	struct query query = { .right = FS_READ, .subtree = true };
	int err = 0;

	if (slot) {
		path_resolve(AT_FDCWD, path, FOLLOW, slot->path);
		query.path = slot->path;
		err = gate_decide(ask, &query);
		if (!err && follows)
			err = may_follow(ask, slot->path);
	}
	scratch_drop(slot);
	return path && !slot ? -ENOMEM : err;
}

int may_walk_all(const struct asked *ask, char *const *paths, bool follows)
{
	int err = 0;

	for (; !err && paths && *paths; paths++)
		err = may_walk(ask, *paths, follows);
	return err;
}

/* Libc opens the file itself: asked about, as resolved, but not opened here. */
int may_fixed(const struct asked *ask, uint32_t rights, const char *path)
{
	int err = may_path(ask, ENTRY, rights, path);

	return err == -ENOENT ? 0 : err;
}

int may_named(const struct asked *ask, uint32_t rights, const char *prefix,
	      const char *name)
{
	char path[NAME_MAX + 32];
	struct text text = text_in(path, sizeof(path));

	if (!name)
		return 0;
	while (*name == '/')
		name++;
	text_add(&text, prefix);
	text_add(&text, name);
	if (text.cut || strchr(name, '/'))
		return 0; /* libc refuses such names itself */
	return may_fixed(ask, rights, path);
}

/* AT_SYMLINK_FOLLOW, and AT_EMPTY_PATH which names an O_TMPFILE descriptor. */
static int may_link(const struct asked *ask, struct place *at, int dir,
		    const char *path, struct place *to, int new_dir,
		    const char *new, int flags)
{
	enum how how = (flags & AT_SYMLINK_FOLLOW ? FOLLOW : ENTRY) |
		       (flags & AT_EMPTY_PATH ? OR_FD : 0);
	int err = place_ask(ask, at, how, RIGHT(FS_READ) | RIGHT(FS_WRITE), dir,
			    path);

	return err ? err : place_ask(ask, to, ENTRY, RIGHT(FS_WRITE), new_dir,
				     new);
}

EXPORT int linkat(int dir, const char *path, int new_dir, const char *new,
		  int flags)
{
	struct place at = PLACE(path), to = PLACE(new);
	int err = ASK(RIGHT(FS_READ) | RIGHT(FS_WRITE), "linkat",
		      may_link(ask, &at, dir, path, &to, new_dir, new, flags));
	int result;

	/* /proc/thread-self/fd/N of the judged object must be followed to be it. */
	if (at.fd >= 0 && flags & AT_SYMLINK_FOLLOW)
		dir = AT_FDCWD;
	result = err ? -1 : real.linkat(dir, at.name, new_dir, to.name, flags);
	place_leave(&to);
	place_leave(&at);
	return result;
}

EXPORT sem_t *sem_open(const char *name, int flags, ...)
{
	int err = ASK(RIGHT(FS_WRITE), "sem_open",
		      may_named(ask, RIGHT(FS_WRITE), "/dev/shm/sem.", name));
	mode_t mode = 0;
	unsigned value = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		value = va_arg(ap, unsigned);
		va_end(ap);
	}
	return err ? SEM_FAILED : real.sem_open(name, flags, mode, value);
}

EXPORT mqd_t mq_open(const char *name, int flags, ...)
{
	int err = ASK(open_rights(flags), "mq_open",
		      may_named(ask, open_rights(flags), "/dev/mqueue/", name));
	mode_t mode = 0;
	struct mq_attr *attributes = NULL;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		attributes = va_arg(ap, struct mq_attr *);
		va_end(ap);
	}
	return err ? -1 : real.mq_open(name, flags, mode, attributes);
}

/* The accounting files. These return nothing: a refusal is errno alone. */
#define UPDATE(name, type)                                                   \
	EXPORT void name(const char *path, const struct type *entry)         \
	{                                                                    \
		if (!ASK(RIGHT(FS_WRITE), #name,                             \
			 may_path(ask, FOLLOW, RIGHT(FS_WRITE), path)))      \
			real.name(path, entry);                              \
	}

UPDATE(updwtmp, utmp)
UPDATE(updwtmpx, utmpx)

EXPORT void login(const struct utmp *entry)
{
	if (!ASK(RIGHT(FS_WRITE), "login",
		 may_fixed(ask, RIGHT(FS_WRITE), "/var/run/utmp")))
		real.login(entry);
}

EXPORT void logwtmp(const char *line, const char *name, const char *host)
{
	if (!ASK(RIGHT(FS_WRITE), "logwtmp",
		 may_fixed(ask, RIGHT(FS_WRITE), "/var/log/wtmp")))
		real.logwtmp(line, name, host);
}
