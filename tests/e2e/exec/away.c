/*
 * away.c - takes the library's file out of ld.so's reach, and starts programs.
 * SPDX-License-Identifier: MIT
 *
 * away HOW=FILE WAY …: says "WAY: ok" or "WAY: ERRNO".
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *argv[] = { "true", NULL };

static void replace(const char *file)
{
	char other[4096];

	snprintf(other, sizeof(other), "%s.new", file);
	close(creat(other, 0755));
	rename(other, file);
}

static void take_away(const char *how, const char *file)
{
	char other[4096];

	snprintf(other, sizeof(other), "%s.old", file);
	if (!strcmp(how, "rename"))
		rename(file, other);
	if (!strcmp(how, "unlink"))
		unlink(file);
	if (!strcmp(how, "replace"))
		replace(file);
	if (!strcmp(how, "append") &&
	    write(open(file, O_WRONLY | O_APPEND), "x", 1) != 1)
		return;
	if (!strcmp(how, "become_capable"))
		prctl(PR_SET_KEEPCAPS, 1);
	if (!strncmp(how, "become", 6)) {
		setresgid(65534, 65534, 65534);
		setresuid(65534, 65534, 65534);
	}
}

static int finish(int err, pid_t pid)
{
	int status = 0;

	errno = err;
	return err ? -1 : waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -1;
}

static int by_exec(int (*exec)(const char *, char *const *))
{
	volatile int err = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		exec(exec == execvp ? "true" : "/bin/true", argv);
		err = errno;
		_exit(1);
	}
	return finish(err, pid);
}

static int by_spawn(int (*spawn)(pid_t *, const char *,
				 const posix_spawn_file_actions_t *,
				 const posix_spawnattr_t *, char *const *,
				 char *const *))
{
	pid_t pid = -1;
	int err = spawn(&pid, "/bin/true", NULL, NULL, argv, environ);

	return finish(err, pid);
}

static int start(const char *way)
{
	FILE *from;

	if (!strcmp(way, "execve"))
		return by_exec(execv);
	if (!strcmp(way, "execvp"))
		return by_exec(execvp);
	if (!strcmp(way, "posix_spawn"))
		return by_spawn(posix_spawn);
	if (!strcmp(way, "posix_spawnp"))
		return by_spawn(posix_spawnp);
	if (!strcmp(way, "system"))
		return system("true");
	from = popen("true", "r");
	return from ? pclose(from) : -1;
}

int main(int argc, char **words)
{
	char *file = strchr(words[1], '=');

	*file++ = '\0';
	take_away(words[1], file);
	for (int i = 2; i < argc; i++)
		printf("%s: %s\n", words[i],
		       start(words[i]) ? strerrorname_np(errno) : "ok");
	return 0;
}
