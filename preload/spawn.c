/*
 * spawn.c - programs started beside us: posix_spawn, and libc's own shell.
 * SPDX-License-Identifier: MIT
 *
 * The spawn functions return error numbers and leave errno alone.
 */
#include <limits.h>
#include <paths.h>

#include "config/raw.h"
#include "preload/actions.h"
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

	if (actions_lead_elsewhere(spawn->actions, path))
		err = gate_refuse(spawn->ask, EXEC, path,
				  "relative path in another directory",
				  -EACCES);
	else
		err = target_ask(spawn->ask, AT_FDCWD, path, 0);
	return err ? err : start(spawn, path);
}

static int may_spawn(const struct spawn *spawn)
{
	int err = 0;

	if (gate_restricts(RIGHT(PROC_FORK)))
		err = may_fork(spawn->ask, spawn->ask->call);
	return err ? err : actions_ask(spawn->ask, spawn->actions);
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
