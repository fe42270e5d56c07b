/*
 * actions.c - what a child of posix_spawn does before its program starts.
 * SPDX-License-Identifier: MIT
 *
 * The child opens files by itself, in libc. They are asked about when they are
 * added, which is where a program looks for the error, and again when the child
 * is started; for that glibc's list is read, whose form is not in its headers.
 */
#include "preload/actions.h"

#include "preload/file.h"
#include "preload/real.h"

/* posix/spawn_int.h, since glibc 2.1; each one that is added is read back. */
struct action {
	int tag;
	struct {
		int fd;
		const char *path;
		int flags;
		mode_t mode;
	} open; /* one of a union */
};

enum {
	OPENS = 2,
	FILES = RIGHT(FS_READ) | RIGHT(FS_WRITE) | RIGHT(FS_STAT)
};

/*
 * Set when actions change the directory: only the child will know where a
 * relative path leads. In the part of the structure that libc reserves, which
 * posix_spawn_file_actions_init clears.
 */
#define MOVES(actions) ((actions)->__pad[15])

bool actions_lead_elsewhere(const posix_spawn_file_actions_t *actions,
			    const char *path)
{
	return path[0] != '/' && actions && MOVES(actions);
}

static const struct action *list_of(const posix_spawn_file_actions_t *actions)
{
	return (const struct action *)actions->__actions;
}

/* Is the last one what was added? Otherwise it is not to be found again. */
static bool is_last(const posix_spawn_file_actions_t *actions, int fd,
		    const char *path, int flags)
{
	const struct action *last = list_of(actions) + actions->__used - 1;

	return actions->__used > 0 && last->tag == OPENS && last->open.fd == fd &&
	       last->open.flags == flags && strcmp(last->open.path, path) == 0;
}

/* What this path leads to, only the child will know. */
static int refuse_elsewhere(const struct asked *ask, enum right right,
			    const char *path)
{
	return gate_refuse(ask, right, path,
			   "relative path in another directory", -EACCES);
}

/*
 * What the child opens, libc opens by itself, so it is asked about now. A
 * relative path is made absolute, for the current directory may be another one
 * by then. *path is what to hand on, perhaps in at->scratch.
 */
static int ask_open(const struct asked *ask, struct place *at,
		    const posix_spawn_file_actions_t *actions, int flags,
		    const char **path)
{
	uint32_t rights = open_rights(flags);
	int err;

	if (!*path || !gate_restricts(rights))
		return 0;
	if (actions_lead_elsewhere(actions, *path))
		return refuse_elsewhere(
			ask, rights & RIGHT(FS_WRITE) ? FS_WRITE : FS_READ,
			*path);
	err = place_ask(ask, at, how_open(flags), rights, AT_FDCWD, *path);
	if ((err && err != -ENOENT) || (*path)[0] == '/' || !at->scratch)
		return err == -ENOENT ? 0 : err;
	err = path_name(AT_FDCWD, *path, at->scratch->work, at->scratch->path);
	*path = at->scratch->path;
	return err;
}

int actions_ask(const struct asked *ask,
		const posix_spawn_file_actions_t *actions)
{
	int err = 0;

	if (!actions || !gate_restricts(FILES))
		return 0;
	for (int i = 0; !err && i < actions->__used; i++) {
		const struct action *action = list_of(actions) + i;
		struct place at = PLACE(NULL);
		const char *path = action->open.path;

		if (action->tag != OPENS)
			continue;
		err = ask_open(ask, &at, NULL, action->open.flags, &path);
		place_leave(&at);
	}
	return err;
}

static int add_open(const struct asked *ask,
		    posix_spawn_file_actions_t *actions, int fd,
		    const char *path, int flags, mode_t mode)
{
	struct place at = PLACE(path);
	int err = ask_open(ask, &at, actions, flags, &path);

	if (!err)
		err = -real.posix_spawn_file_actions_addopen(actions, fd, path,
							     flags, mode);
	if (!err && gate_restricts(FILES) &&
	    !is_last(actions, fd, path, flags)) {
		err = gate_refuse(ask, FS_READ, path,
				  "file actions of an unknown libc", -EACCES);
		actions->__used -= err != 0;
	}
	place_leave(&at);
	return err;
}

EXPORT int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions,
					    int fd, const char *path, int flags,
					    mode_t mode)
{
	return SPAWN_BY("posix_spawn_file_actions_addopen",
			add_open(ask, actions, fd, path, flags, mode));
}

static int ask_chdir(const struct asked *ask,
		     const posix_spawn_file_actions_t *actions,
		     const char *path)
{
	struct place at = PLACE(path);
	int err;

	if (!path || !gate_restricts(RIGHT(FS_STAT)))
		return 0;
	if (actions_lead_elsewhere(actions, path))
		return refuse_elsewhere(ask, FS_STAT, path);
	err = place_ask(ask, &at, FOLLOW, RIGHT(FS_STAT), AT_FDCWD, path);
	place_leave(&at);
	return err == -ENOENT ? 0 : err;
}

static int moves(posix_spawn_file_actions_t *actions, int err)
{
	if (!err)
		MOVES(actions) = 1;
	return -err;
}

static int add_chdir(const struct asked *ask,
		     posix_spawn_file_actions_t *actions, const char *path)
{
	int err = ask_chdir(ask, actions, path);

	return err ? err :
		     moves(actions, real.posix_spawn_file_actions_addchdir_np(
					    actions, path));
}

EXPORT int posix_spawn_file_actions_addchdir_np(
	posix_spawn_file_actions_t *actions, const char *path)
{
	return SPAWN_BY("posix_spawn_file_actions_addchdir_np",
			add_chdir(ask, actions, path));
}

/* The name that POSIX gave it in 2024. */
EXPORT int posix_spawn_file_actions_addchdir(
	posix_spawn_file_actions_t *actions, const char *path)
{
	return SPAWN_BY("posix_spawn_file_actions_addchdir",
			add_chdir(ask, actions, path));
}

EXPORT int posix_spawn_file_actions_addfchdir_np(
	posix_spawn_file_actions_t *actions, int fd)
{
	return SPAWN_BY("posix_spawn_file_actions_addfchdir_np",
			moves(actions,
			      real.posix_spawn_file_actions_addfchdir_np(
				      actions, fd)));
}
