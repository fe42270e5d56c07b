/*
 * exec.c - the exec family: one way in, and ten that lead to it.
 * SPDX-License-Identifier: MIT
 *
 * The rule of this file: nothing may be needed after execve. It also runs in
 * vfork children, on their parent's memory, and in signal handlers; what cannot
 * lie on a small stack lies in a room (room.h). What is only counted so far is
 * recorded before: there is no destructor.
 */
#include "preload/exec.h"

#include <errno.h>
#include <limits.h>
#include <paths.h>

#include "config/raw.h"
#include "preload/audit.h"
#include "preload/environment.h"
#include "preload/real.h"
#include "preload/room.h"
#include "preload/target.h"

/* The last word is the kernel's; not every libc has execveat. */
static int run(int dir, const char *path, char *const argv[],
	       char *const envp[], int flags)
{
	audit_flush();
	if (dir == AT_FDCWD && !flags)
		real.execve(path, argv, envp);
	else
		real.syscall(SYS_execveat, dir, path, argv, envp, flags);
	return -errno;
}

int exec_at(const struct asked *ask, int dir, const char *path,
	    char *const argv[], char *const envp[], int flags)
{
	struct environment environment;
	int err = target_ask(ask, dir, path, flags);

	if (!err)
		err = environment_take(&environment, envp);
	if (err)
		return err;
	err = run(dir, path, argv, environment.list, flags);
	environment_drop(&environment);
	return err;
}

/* The next candidate of a search in PATH. */
struct search {
	const char *file, *rest; /* rest: what is left of PATH, or NULL */
	char *path;              /* the candidate */
};

enum { CANDIDATE = PATH_MAX + NAME_MAX + 2 };

/* False at the end. An empty directory is the current one, as ever. */
static bool next(struct search *search)
{
	while (search->rest) {
		size_t len = strcspn(search->rest, ":");
		struct text path = text_in(search->path, CANDIDATE);

		text_add_n(&path, search->rest, len);
		if (len)
			text_char(&path, '/');
		text_add(&path, search->file);
		search->rest += len;
		search->rest = *search->rest ? search->rest + 1 : NULL;
		if (!path.cut && len < PATH_MAX)
			return true;
	}
	return false;
}

/* What execvp takes as "not here, look further": posix/execvpe.c. */
static bool is_absence(int err)
{
	return err == -EACCES || err == -ENOENT || err == -ESTALE ||
	       err == -ENOTDIR || err == -ENODEV || err == -ETIMEDOUT;
}

/* A file that is not there, or not a program, is no question to a policy. */
static int try_candidate(const char *path,
			 int (*attempt)(const char *path, const void *context),
			 const void *context)
{
	int err = (int)RAW(faccessat, AT_FDCWD, path, X_OK);

	return err ? err : attempt(path, context);
}

static int search_path(struct search *search,
		       int (*attempt)(const char *path, const void *context),
		       const void *context)
{
	bool denied = false;
	int err = -ENOENT;

	while (next(search)) {
		err = try_candidate(search->path, attempt, context);
		if (!is_absence(err))
			return err;
		denied |= err == -EACCES;
	}
	return denied ? -EACCES : err;
}

int exec_search(const char *file,
		int (*attempt)(const char *path, const void *context),
		const void *context)
{
	struct search search = { .file = file };
	struct room *room;
	int err;

	if (!file[0])
		return -ENOENT;
	if (strchr(file, '/'))
		return attempt(file, context);
	if (strlen(file) > NAME_MAX)
		return -ENAMETOOLONG;
	room = room_take(CANDIDATE);
	if (!room)
		return -ENOMEM;
	search.path = room_space(room);
	search.rest = environment_value("PATH");
	if (!search.rest)
		search.rest = "/bin:/usr/bin"; /* confstr(_CS_PATH) */
	err = search_path(&search, attempt, context);
	room_drop(room);
	return err;
}

struct call {
	const struct asked *ask;
	char *const *argv, *const *envp;
};

/* A text without "#!" is a script for the shell, says POSIX. */
static int run_shell(const char *path, const struct call *call)
{
	char *const *argv = call->argv;
	size_t n = 0;
	struct room *room;
	const char **list;
	int err;

	while (argv[n])
		n++;
	room = room_take((n + 3) * sizeof(*list));
	if (!room)
		return -ENOMEM;
	list = room_space(room);
	list[0] = _PATH_BSHELL;
	list[1] = path;
	list[2] = NULL;
	for (size_t i = 1; i <= n; i++)
		list[i + 1] = argv[i];
	err = exec_at(call->ask, AT_FDCWD, _PATH_BSHELL, (char *const *)list,
		      call->envp, 0);
	room_drop(room);
	return err;
}

static int attempt(const char *path, const void *context)
{
	const struct call *call = context;
	int err = exec_at(call->ask, AT_FDCWD, path, call->argv, call->envp, 0);

	return err == -ENOEXEC ? run_shell(path, call) : err;
}

/* Where there is nothing to ask, libc's own search. */
static int run_found(const char *file, char *const argv[], char *const envp[])
{
	struct environment environment;
	int err = environment_take(&environment, envp);

	if (err)
		return err;
	audit_flush();
	real.execvpe(file, argv, environment.list);
	err = -errno;
	environment_drop(&environment);
	return err;
}

static int search_and_run(const struct asked *ask, const char *file,
			  char *const argv[], char *const envp[])
{
	if (!file || !argv || !target_asks())
		return run_found(file, argv, envp);
	return exec_search(file, attempt,
			   &(struct call){ ask, argv, envp });
}

/* What all wrappers begin and end with; `answer` is a negative errno. */
#define EXEC_BY(call, answer)                                       \
	({                                                          \
		struct asked ask[1];                                \
								    \
		gate_enter(ask, call, __builtin_return_address(0)); \
		gate_leave(ask, answer);                            \
		-1;                                                 \
	})

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
	return EXEC_BY("execve", exec_at(ask, AT_FDCWD, path, argv, envp, 0));
}

EXPORT int execveat(int dir, const char *path, char *const argv[],
		    char *const envp[], int flags)
{
	return EXEC_BY("execveat",
		       exec_at(ask, dir, path, argv, envp, flags));
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	return EXEC_BY("fexecve", fd < 0 ? -EINVAL :
					   exec_at(ask, fd, "", argv, envp,
						   AT_EMPTY_PATH));
}

EXPORT int execv(const char *path, char *const argv[])
{
	return EXEC_BY("execv", exec_at(ask, AT_FDCWD, path, argv, environ, 0));
}

EXPORT int execvp(const char *file, char *const argv[])
{
	return EXEC_BY("execvp", search_and_run(ask, file, argv, environ));
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
	return EXEC_BY("execvpe", search_and_run(ask, file, argv, envp));
}

/* "arg, …, NULL" as a vector, in a room. */
struct list {
	struct room *room;
	char **argv;
};

/* Leaves `ap` behind the NULL. False without memory. */
static bool list_take(struct list *out, const char *arg, va_list *ap)
{
	va_list again;
	size_t n = 1;

	va_copy(again, *ap);
	while (arg && va_arg(again, char *))
		n++;
	va_end(again);
	out->room = room_take((n + 1) * sizeof(char *));
	if (!out->room)
		return false;
	out->argv = room_space(out->room);
	out->argv[0] = (char *)arg;
	for (size_t i = 1; arg && i <= n; i++) /* and the NULL */
		out->argv[i] = va_arg(*ap, char *);
	return true;
}

EXPORT int execl(const char *path, const char *arg, ...)
{
	struct list list;
	va_list ap;
	bool taken;
	int result;

	va_start(ap, arg);
	taken = list_take(&list, arg, &ap);
	va_end(ap);
	result = EXEC_BY("execl", taken ? exec_at(ask, AT_FDCWD, path,
						  list.argv, environ, 0) :
					  -ENOMEM);
	if (taken)
		room_drop(list.room);
	return result;
}

EXPORT int execle(const char *path, const char *arg, ...)
{
	char *const *envp;
	struct list list;
	va_list ap;
	bool taken;
	int result;

	va_start(ap, arg);
	taken = list_take(&list, arg, &ap);
	envp = va_arg(ap, char *const *);
	va_end(ap);
	result = EXEC_BY("execle", taken ? exec_at(ask, AT_FDCWD, path,
						   list.argv, envp, 0) :
					   -ENOMEM);
	if (taken)
		room_drop(list.room);
	return result;
}

EXPORT int execlp(const char *file, const char *arg, ...)
{
	struct list list;
	va_list ap;
	bool taken;
	int result;

	va_start(ap, arg);
	taken = list_take(&list, arg, &ap);
	va_end(ap);
	result = EXEC_BY("execlp", taken ? search_and_run(ask, file, list.argv,
							  environ) :
					   -ENOMEM);
	if (taken)
		room_drop(list.room);
	return result;
}
