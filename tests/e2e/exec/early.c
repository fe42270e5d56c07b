/*
 * early.c - a library that starts programs in its constructor.
 * SPDX-License-Identifier: MIT
 */
#include <spawn.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void start(int how, char **args)
{
	char *none[] = { NULL };
	int status;
	pid_t pid;

	if (how == 0)
		pid = vfork();
	else if (how == 1)
		pid = fork();
	else if (posix_spawn(&pid, args[0], NULL, NULL, args, none))
		_exit(1);
	if (pid == 0) {
		execve(args[0], args, none);
		_exit(1);
	}
	waitpid(pid, &status, 0);
}

__attribute__((constructor)) static void early(int argc, char **argv)
{
	char *args[] = { argv[1], "check", argv[2], NULL };

	for (int how = 0; argc == 3 && how < 3; how++)
		start(how, args);
}
