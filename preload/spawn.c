/*
 * spawn.c - programs started beside us: posix_spawn, and libc's own shell.
 * SPDX-License-Identifier: MIT
 *
 * The spawn functions return error numbers and leave errno alone.
 */
#include <limits.h>
#include <paths.h>

#include "config/raw.h"
#include "preload/environment.h"
#include "preload/exec.h"
#include "preload/file.h"
#include "preload/process.h"
#include "preload/real.h"
#include "preload/target.h"

typedef int spawn_function(pid_t *pid, const char *path,
			   const posix_spawn_file_actions_t *actions,
			   const posix_spawnattr_t *attributes,
			   char *const argv[], char *const envp[]);

/* One call; `pid` is a descriptor's place for pidfd_spawn. */
struct spawn {
	const struct asked *ask;
	spawn_function *start;
	pid_t *pid;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attributes;
	char *const *argv, *const *envp;
};

/*
 * Set when actions change the directory: only the child will know where a
 * relative path leads. In the part of the structure that libc reserves, which
 * posix_spawn_file_actions_init clears.
 */
#define MOVES(actions) ((actions)->__pad[15])

static bool is_elsewhere(const posix_spawn_file_actions_t *actions,
			 const char *path)
{
	return path[0] != '/' && actions && MOVES(actions);
}

static int start(const struct spawn *spawn, const char *path)
{
	struct environment environment;
	int err = environment_take(&environment, spawn->envp);

	if (err)
		return err;
	err = -spawn->start(spawn->pid, path, spawn->actions,
			    spawn->attributes, spawn->argv, environment.list);
	environment_drop(&environment);
	return err;
}

static int attempt(const char *path, const void *context)
{
	const struct spawn *spawn = context;
	int err;

	if (is_elsewhere(spawn->actions, path))
		err = gate_refuse(spawn->ask, EXEC, path,
				  "relative path in another directory",
				  -EACCES);
	else
		err = target_ask(spawn->ask, AT_FDCWD, path, 0);
	return err ? err : start(spawn, path);
}

static int may_spawn(const struct spawn *spawn)
{
	return gate_restricts(RIGHT(PROC_FORK)) ?
		       may_fork(spawn->ask, spawn->ask->call) :
		       0;
}

static int spawn_path(const struct spawn *spawn, const char *path)
{
	int err = may_spawn(spawn);

	if (err)
		return err;
	return path && target_asks() ? attempt(path, spawn) :
				       start(spawn, path);
}

static int spawn_file(const struct spawn *spawn, const char *file,
		      spawn_function *searches)
{
	struct spawn other = *spawn;
	int err = may_spawn(spawn);

	if (err)
		return err;
	if (file && target_asks())
		return exec_search(file, attempt, spawn);
	other.start = searches;
	return start(&other, file);
}

/* `answer` is a negative errno; errno stays what it was. */
#define SPAWN_BY(call, answer)                                      \
	({                                                          \
		struct asked ask[1];                                \
		int answer_;                                        \
								    \
		gate_enter(ask, call, __builtin_return_address(0)); \
		answer_ = answer;                                   \
		gate_leave(ask, 0);                                 \
		-answer_;                                           \
	})

#define SPAWN(start)                                                   \
	(&(struct spawn){ ask, start, pid, actions, attributes, argv, \
			  envp })

EXPORT int posix_spawn(pid_t *pid, const char *path,
		       const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes,
		       char *const argv[], char *const envp[])
{
	return SPAWN_BY("posix_spawn",
			spawn_path(SPAWN(real.posix_spawn), path));
}

EXPORT int posix_spawnp(pid_t *pid, const char *file,
			const posix_spawn_file_actions_t *actions,
			const posix_spawnattr_t *attributes,
			char *const argv[], char *const envp[])
{
	return SPAWN_BY("posix_spawnp",
			spawn_file(SPAWN(real.posix_spawn), file,
				   real.posix_spawnp));
}

/* Before glibc 2.39 there is none, and we stand in: -1 is no error number. */
static int start_with_pidfd(spawn_function *function, int *pidfd,
			    const char *path,
			    const posix_spawn_file_actions_t *actions,
			    const posix_spawnattr_t *attributes,
			    char *const argv[], char *const envp[],
			    spawn_function *older)
{
	int err = function(pidfd, path, actions, attributes, argv, envp);
	pid_t pid;
	long fd;

	if (err != -1)
		return err;
	err = older(&pid, path, actions, attributes, argv, envp);
	if (err)
		return err;
	fd = RAW(pidfd_open, pid, 0);
	if (fd < 0)
		return (int)-fd;
	*pidfd = (int)fd;
	return 0;
}

static int start_pidfd(int *pidfd, const char *path,
		       const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes,
		       char *const argv[], char *const envp[])
{
	return start_with_pidfd(real.pidfd_spawn, pidfd, path, actions,
				attributes, argv, envp, real.posix_spawn);
}

static int start_pidfd_found(int *pidfd, const char *file,
			     const posix_spawn_file_actions_t *actions,
			     const posix_spawnattr_t *attributes,
			     char *const argv[], char *const envp[])
{
	return start_with_pidfd(real.pidfd_spawnp, pidfd, file, actions,
				attributes, argv, envp, real.posix_spawnp);
}

EXPORT int pidfd_spawn(int *pid, const char *path,
		       const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes,
		       char *const argv[], char *const envp[])
{
	return SPAWN_BY("pidfd_spawn", spawn_path(SPAWN(start_pidfd), path));
}

EXPORT int pidfd_spawnp(int *pid, const char *file,
			const posix_spawn_file_actions_t *actions,
			const posix_spawnattr_t *attributes,
			char *const argv[], char *const envp[])
{
	return SPAWN_BY("pidfd_spawnp", spawn_file(SPAWN(start_pidfd), file,
						   start_pidfd_found));
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
	if (is_elsewhere(actions, *path))
		return refuse_elsewhere(
			ask, rights & RIGHT(FS_WRITE) ? FS_WRITE : FS_READ,
			*path);
	err = place_ask(ask, at, flags & O_CREAT ? CREATE : FOLLOW, rights,
			AT_FDCWD, *path);
	if ((err && err != -ENOENT) || (*path)[0] == '/' || !at->scratch)
		return err == -ENOENT ? 0 : err;
	err = path_name(AT_FDCWD, *path, at->scratch->work, at->scratch->path);
	*path = at->scratch->path;
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
	if (is_elsewhere(actions, path))
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
