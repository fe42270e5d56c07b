/*
 * open.c - opening by name: what is opened is what was judged.
 * SPDX-License-Identifier: MIT
 *
 * The fast way decides on the lexical name and lets the kernel prove that it is
 * the real one: openat2(RESOLVE_NO_SYMLINKS) fails if any symlink was on the way.
 * The slow way (symlinks, /proc/self/fd, a lexical name that is refused) resolves
 * first and opens the result through its descriptor.
 */
#include <linux/openat2.h>

#include "config/raw.h"
#include "preload/file.h"
#include "preload/real.h"
#include "preload/status.h"

enum { RACES = 8 }; /* how often a name may change under us before we give up */

/* What openat2 takes; it refuses unknown bits that open ignores. */
static const int known_flags =
	O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND |
	O_NONBLOCK | O_DSYNC | O_ASYNC | O_DIRECT | __O_LARGEFILE |
	O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_SYNC | O_PATH |
	O_TMPFILE;

static bool makes(int flags)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
}

uint32_t open_rights(int flags)
{
	uint32_t rights = 0;

	if (flags & O_PATH)
		return RIGHT(FS_STAT);
	if ((flags & O_ACCMODE) != O_WRONLY)
		rights |= RIGHT(FS_READ);
	if ((flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC || makes(flags))
		rights |= RIGHT(FS_WRITE);
	return rights;
}

/* True if every right is granted on this name; nothing is recorded. */
static bool granted(uint32_t rights, const char *path)
{
	for (unsigned right = FS_READ; right <= FS_STAT; right++) {
		const struct query query = { .right = right, .path = path };
		struct verdict verdict = { 0 };

		if (!(rights & RIGHT(right)))
			continue;
		policy_decide(gate_policy, &query, &verdict);
		if (verdict.err)
			return false;
	}
	return true;
}

/*
 * What to open for a path in the directory slot->work: the name that was judged,
 * not yet taken apart. Between two calls another thread may change where "." is.
 */
static const char *absolute(const char *path, struct scratch *slot)
{
	struct text text = text_in(slot->rest, sizeof(slot->rest));

	if (path[0] == '/')
		return path;
	text_add(&text, slot->work);
	text_char(&text, '/');
	text_add(&text, path);
	return text.cut ? NULL : slot->rest;
}

/* -ELOOP: not here. Otherwise what openat2 said. */
static int open_fast(int dir, const char *path, int flags, mode_t mode)
{
	struct scratch *slot = scratch_take();
	struct open_how how = {
		.flags = (uint64_t)(flags & known_flags),
		.mode = makes(flags) ? mode & 07777 : 0,
		.resolve = RESOLVE_NO_SYMLINKS,
	};
	const char *name = NULL;
	int fd = -ELOOP;

	if (slot && path_name(dir, path, slot->work, slot->path) == 0 &&
	    granted(open_rights(flags), slot->path))
		name = absolute(path, slot);
	if (name)
		fd = (int)RAW(openat2, AT_FDCWD, name, &how, sizeof(how));
	scratch_drop(slot);
	if (fd < 0 && path[0] != '/') /* the directory may have no such name */
		return -ELOOP;
	return fd == -ENOSYS || fd == -EINVAL || fd == -EAGAIN || fd == -EPERM ?
		       -ELOOP :
		       fd;
}

enum how how_open(int flags)
{
	if (flags & O_NOFOLLOW ||
	    (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return ENTRY;
	return flags & O_CREAT ? CREATE : FOLLOW;
}

static int open_judged(const struct asked *ask, int dir, const char *path,
		       int flags, mode_t mode)
{
	struct place at = PLACE(path);
	int fd = place_ask(ask, &at, how_open(flags) | AWAY,
			   open_rights(flags), dir, path);

	if (!fd && at.made)
		flags |= O_NOFOLLOW; /* there was none; nobody may add one */
	if (!fd)
		fd = (int)RAW(openat, AT_FDCWD, at.name, flags, mode);
	if (fd == -ELOOP && at.made)
		fd = -EAGAIN;
	place_leave(&at);
	return fd;
}

int open_asked(const struct asked *ask, int dir, const char *path, int flags,
	       mode_t mode)
{
	bool all = gate_policy->at[KEY_log_level].number >= LEVEL_INFO;
	int fd = -ELOOP;

	if (!path)
		return -EFAULT;
	if (!all && path[0])
		fd = open_fast(dir, path, flags, mode);
	if (fd != -ELOOP) {
		STATUS_ADD(calls, 1);
		return fd;
	}
	fd = -EAGAIN;
	for (unsigned i = 0; fd == -EAGAIN && i < RACES; i++)
		fd = open_judged(ask, dir, path, flags, mode);
	return fd == -EAGAIN ? -EACCES : fd;
}

/* The wrappers' common part once something is restricted. */
static int answer(const char *call, const void *caller, int dir,
		  const char *path, int flags, mode_t mode)
{
	struct asked ask[1];
	int fd;

	gate_enter(ask, call, caller);
	fd = open_asked(ask, dir, path, flags, mode);
	return gate_leave(ask, fd < 0 ? fd : 0) ? -1 : fd;
}

/* open's third argument is there only when open would look. */
#define TAKE_MODE(mode, flags)                    \
	if (makes(flags)) {                       \
		va_list ap;                       \
						  \
		va_start(ap, flags);              \
		mode = va_arg(ap, mode_t);        \
		va_end(ap);                       \
	}

#define OPEN(name)                                                           \
	EXPORT int name(const char *path, int flags, ...)                    \
	{                                                                    \
		mode_t mode = 0;                                             \
									     \
		TAKE_MODE(mode, flags)                                       \
		return gate_restricts(open_rights(flags)) ?                  \
			       answer(#name, __builtin_return_address(0),    \
				      AT_FDCWD, path, flags, mode) :         \
			       real.name(path, flags, mode);                 \
	}

#define OPENAT(name)                                                         \
	EXPORT int name(int dir, const char *path, int flags, ...)           \
	{                                                                    \
		mode_t mode = 0;                                             \
									     \
		TAKE_MODE(mode, flags)                                       \
		return gate_restricts(open_rights(flags)) ?                  \
			       answer(#name, __builtin_return_address(0),    \
				      dir, path, flags, mode) :              \
			       real.name(dir, path, flags, mode);            \
	}

OPEN(open)
OPEN(open64)
OPEN(__open)
OPEN(__open64)
OPEN(__open_nocancel)
OPEN(__open64_nocancel)
OPENAT(openat)
OPENAT(openat64)

/* Fortified: with O_CREAT there is no mode, and libc ends the program. */
#define OPEN_2(name, parameters, dir, arguments)                             \
	EXPORT int name parameters                                           \
	{                                                                    \
		return gate_restricts(open_rights(flags)) && !makes(flags) ? \
			       answer(#name, __builtin_return_address(0),    \
				      dir, path, flags, 0) :                 \
			       real.name arguments;                          \
	}

OPEN_2(__open_2, (const char *path, int flags), AT_FDCWD, (path, flags))
OPEN_2(__open64_2, (const char *path, int flags), AT_FDCWD, (path, flags))
OPEN_2(__openat_2, (int dir, const char *path, int flags), dir,
       (dir, path, flags))
OPEN_2(__openat64_2, (int dir, const char *path, int flags), dir,
       (dir, path, flags))

#define CREAT(name)                                                          \
	EXPORT int name(const char *path, mode_t mode)                       \
	{                                                                    \
		return gate_restricts(RIGHT(FS_WRITE)) ?                     \
			       answer(#name, __builtin_return_address(0),    \
				      AT_FDCWD, path,                        \
				      O_CREAT | O_WRONLY | O_TRUNC, mode) :  \
			       real.name(path, mode);                        \
	}

CREAT(creat)
CREAT(creat64)
