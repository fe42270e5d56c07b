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
#include <pthread.h>
#include <sys/single_threaded.h>

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

/* One call. `cancels`: its thread may be cancelled while it waits. */
struct opening {
	int dir;
	const char *path;
	int flags;
	mode_t mode;
	bool cancels;
};

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

static long open_at(const struct place *at, const struct open_how *how)
{
	if (how->resolve)
		return RAW(openat2, AT_FDCWD, at->name, how, sizeof(*how));
	return RAW(openat, AT_FDCWD, at->name, how->flags, how->mode);
}

static void leave(void *at)
{
	place_leave(at);
}

/*
 * The call itself, which may wait: for the other end of a FIFO, for a terminal.
 * To be cancelled meanwhile, cancellation is asynchronous for as long as it
 * takes, as in libc; what we hold is left then.
 */
static int act(struct place *at, const struct open_how *how, bool cancels)
{
	int type;
	long fd;

	if (!cancels || __libc_single_threaded)
		return (int)open_at(at, how);
	pthread_cleanup_push(leave, at);
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	fd = open_at(at, how);
	pthread_setcanceltype(type, &type);
	pthread_cleanup_pop(0);
	return (int)fd;
}

/* What openat2 does not take, or a name that may lead elsewhere than the path. */
static bool is_unclear(int fd, const char *path)
{
	return fd == -ENOSYS || fd == -EINVAL || fd == -EAGAIN || fd == -EPERM ||
	       (path[0] != '/' && (fd == -ENOENT || fd == -EACCES ||
				   fd == -ENOTDIR || fd == -ENAMETOOLONG));
}

/* -ELOOP: not here. Otherwise what openat2 said. */
static int open_fast(const struct opening *call)
{
	struct scratch *slot = scratch_take();
	struct open_how how = {
		.flags = (uint64_t)(call->flags & known_flags),
		.mode = makes(call->flags) ? call->mode & 07777 : 0,
		.resolve = RESOLVE_NO_SYMLINKS,
	};
	struct place at = { .fd = -1, .scratch = slot };
	int fd = -ELOOP;

	if (slot &&
	    path_name(call->dir, call->path, slot->work, slot->path) == 0 &&
	    granted(open_rights(call->flags), slot->path))
		at.name = absolute(call->path, slot);
	if (at.name)
		fd = act(&at, &how, call->cancels);
	place_leave(&at);
	return is_unclear(fd, call->path) ? -ELOOP : fd;
}

enum how how_open(int flags)
{
	if (flags & O_NOFOLLOW ||
	    (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return ENTRY;
	return flags & O_CREAT ? CREATE : FOLLOW;
}

static int open_judged(const struct asked *ask, const struct opening *call)
{
	struct place at = PLACE(call->path);
	struct open_how how = {
		.flags = (unsigned)call->flags,
		.mode = call->mode,
	};
	int fd = place_ask(ask, &at, how_open(call->flags) | AWAY,
			   open_rights(call->flags), call->dir, call->path);

	if (!fd && at.made)
		how.flags |= O_NOFOLLOW; /* there was none; nobody may add one */
	if (!fd)
		fd = act(&at, &how, call->cancels);
	if (fd == -ELOOP && at.made)
		fd = -EAGAIN;
	place_leave(&at);
	return fd;
}

static int open_as(const struct asked *ask, const struct opening *call)
{
	bool all = gate_policy->at[KEY_log_level].number >= LEVEL_INFO;
	int fd = -ELOOP;

	if (!call->path)
		return -EFAULT;
	if (!all && call->path[0])
		fd = open_fast(call);
	if (fd != -ELOOP) {
		STATUS_ADD(calls, 1);
		return fd;
	}
	fd = -EAGAIN;
	for (unsigned i = 0; fd == -EAGAIN && i < RACES; i++)
		fd = open_judged(ask, call);
	return fd == -EAGAIN ? -EACCES : fd;
}

int open_asked(const struct asked *ask, int dir, const char *path, int flags,
	       mode_t mode)
{
	return open_as(ask, &(struct opening){ dir, path, flags, mode, false });
}

/* The wrappers' common part once something is restricted. */
static int answer(const char *name, const void *caller,
		  const struct opening *call)
{
	struct asked ask[1];
	int fd;

	gate_enter(ask, name, caller);
	fd = open_as(ask, call);
	return gate_leave(ask, fd < 0 ? fd : 0) ? -1 : fd;
}

#define ANSWER(name, ...)                             \
	answer(#name, __builtin_return_address(0),    \
	       &(struct opening){ __VA_ARGS__ })

/* open's third argument is there only when open would look. */
#define TAKE_MODE(mode, flags)                    \
	if (makes(flags)) {                       \
		va_list ap;                       \
						  \
		va_start(ap, flags);              \
		mode = va_arg(ap, mode_t);        \
		va_end(ap);                       \
	}

#define OPEN(name, cancels)                                             \
	EXPORT int name(const char *path, int flags, ...)               \
	{                                                               \
		mode_t mode = 0;                                        \
									\
		TAKE_MODE(mode, flags)                                  \
		return gate_restricts(open_rights(flags)) ?             \
			       ANSWER(name, AT_FDCWD, path, flags, mode, \
				      cancels) :                        \
			       real.name(path, flags, mode);            \
	}

#define OPENAT(name)                                                        \
	EXPORT int name(int dir, const char *path, int flags, ...)          \
	{                                                                   \
		mode_t mode = 0;                                            \
									    \
		TAKE_MODE(mode, flags)                                      \
		return gate_restricts(open_rights(flags)) ?                 \
			       ANSWER(name, dir, path, flags, mode, true) : \
			       real.name(dir, path, flags, mode);           \
	}

OPEN(open, true)
OPEN(open64, true)
OPEN(__open, true)
OPEN(__open64, true)
OPEN(__open_nocancel, false)
OPEN(__open64_nocancel, false)
OPENAT(openat)
OPENAT(openat64)

/* Fortified: with O_CREAT there is no mode, and libc ends the program. */
#define OPEN_2(name, parameters, dir, arguments)                             \
	EXPORT int name parameters                                           \
	{                                                                    \
		return gate_restricts(open_rights(flags)) && !makes(flags) ? \
			       ANSWER(name, dir, path, flags, 0, true) :     \
			       real.name arguments;                          \
	}

OPEN_2(__open_2, (const char *path, int flags), AT_FDCWD, (path, flags))
OPEN_2(__open64_2, (const char *path, int flags), AT_FDCWD, (path, flags))
OPEN_2(__openat_2, (int dir, const char *path, int flags), dir,
       (dir, path, flags))
OPEN_2(__openat64_2, (int dir, const char *path, int flags), dir,
       (dir, path, flags))

#define CREAT(name)                                                    \
	EXPORT int name(const char *path, mode_t mode)                 \
	{                                                              \
		return gate_restricts(RIGHT(FS_WRITE)) ?               \
			       ANSWER(name, AT_FDCWD, path,            \
				      O_CREAT | O_WRONLY | O_TRUNC,    \
				      mode, true) :                    \
			       real.name(path, mode);                  \
	}

CREAT(creat)
CREAT(creat64)
