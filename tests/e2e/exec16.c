/*
 * exec16.c - starts a program in every way libc has, without an environment.
 * SPDX-License-Identifier: MIT
 *
 * exec16 check FILE        what the started program does: says "kept" if the
 *                          library is loaded and FILE cannot be read, "loaded"
 *                          if it can, else "lost"
 * exec16 [OPTION …] WAY …  says "WAY: kept" and so on, or "WAY: ERRNO"
 *
 * Options: file=FILE, the file to be refused; program=PATH, what to start
 * instead of ourselves, then it says "WAY: ok"; null, to have no environment at
 * all. Every way runs in a child of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

static const char *file = "/nonexistent/a", *program, *name = "exec16";
static bool other;
static char *argv[4], command[4096];
static char *clean[2];
static char *const *envp = clean;

static bool is_loaded(void)
{
	char line[4096];
	bool found = false;
	FILE *maps = fopen("/proc/self/maps", "r");

	while (maps && fgets(line, sizeof(line), maps))
		found |= strstr(line, "libfigsandbox.so") != NULL;
	return found;
}

static int check(const char *refused)
{
	int fd = open(refused, O_RDONLY);

	puts(!is_loaded() ? "lost" : fd < 0 && errno == EACCES ? "kept" :
								 "loaded");
	return 0;
}

static int finish(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

/* The error number of a spawn, and then its child. */
static int spawned(int err, pid_t pid)
{
	errno = err;
	return err ? -1 : finish(pid);
}

static int by_spawn(bool search)
{
	pid_t pid;
	int err = (search ? posix_spawnp : posix_spawn)(
		&pid, search ? name : program, NULL, NULL, argv,
		(char **)envp);

	return spawned(err, pid);
}

static int by_popen(FILE *(*opener)(const char *, const char *))
{
	char line[256];
	FILE *from = opener(command, "r");

	if (!from)
		return -1;
	while (fgets(line, sizeof(line), from))
		fputs(line, stdout);
	return pclose(from) ? -1 : 0;
}

static int by_wordexp(void)
{
	char words[5000];
	wordexp_t found;
	int err;

	snprintf(words, sizeof(words), "$(%s)", command);
	err = wordexp(words, &found, 0);
	errno = err == WRDE_CMDSUB ? EACCES : EINVAL;
	if (err || found.we_wordc != 1)
		return -1;
	puts(found.we_wordv[0]);
	return 0;
}

static int by_vfork(void)
{
	volatile int err = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		execve(program, argv, (char **)envp);
		err = errno;
		_exit(1);
	}
	if (pid < 0)
		return -1;
	finish(pid);
	errno = err;
	return err ? -1 : 0;
}

static int exec_in_clone(void *err)
{
	execve(program, argv, (char **)envp);
	*(int *)err = errno;
	return 1;
}

/* As some programs do it: on 8 KiB. */
static int by_clone(void)
{
	static char stack[8192] __attribute__((aligned(16)));
	static int err;
	pid_t pid = clone(exec_in_clone, stack + sizeof(stack),
			  CLONE_VM | CLONE_VFORK | SIGCHLD, &err);

	if (pid < 0)
		return -1;
	finish(pid);
	errno = err;
	return err ? -1 : 0;
}

static void in_handler(int signal)
{
	(void)signal;
	execve(program, argv, (char **)envp);
}

static int by_handler(void)
{
	signal(SIGUSR1, in_handler);
	raise(SIGUSR1);
	return -1;
}

static int by_fd(bool by_at)
{
	int fd = open(program, O_PATH);

	if (fd < 0)
		return -1;
	if (by_at)
		return execveat(fd, "", argv, (char **)envp, AT_EMPTY_PATH);
	return fexecve(fd, argv, (char **)envp);
}

extern int __libc_system(const char *);
extern FILE *_IO_popen(const char *, const char *);

#define A0 argv[0], argv[1], argv[2], (char *)NULL
#define WAYS(WAY)                                                        \
	WAY(execve, execve(program, argv, (char **)envp))                \
	WAY(execv, execv(program, argv))                                 \
	WAY(execvp, execvp(name, argv))                                  \
	WAY(execvpe, execvpe(name, argv, (char **)envp))                 \
	WAY(execl, execl(program, A0))                                   \
	WAY(execlp, execlp(name, A0))                                    \
	WAY(execle, execle(program, A0, envp))                           \
	WAY(fexecve, by_fd(false))                                       \
	WAY(execveat, by_fd(true))                                       \
	WAY(posix_spawn, by_spawn(false))                                \
	WAY(posix_spawnp, by_spawn(true))                                \
	WAY(system, system(command) ? -1 : 0)                            \
	WAY(popen, by_popen(popen))                                      \
	WAY(wordexp, by_wordexp())                                       \
	WAY(vfork, by_vfork())                                           \
	WAY(syscall, (int)syscall(SYS_execve, program, argv, envp))      \
	WAY(syscall_at, (int)syscall(SYS_execveat, AT_FDCWD, program,    \
				     argv, envp, 0))                     \
	WAY(clone, by_clone())                                           \
	WAY(handler, by_handler())                                       \
	WAY(at, execveat(AT_FDCWD, program, argv, (char **)envp, 0))     \
	WAY(__libc_system, __libc_system(command) ? -1 : 0)              \
	WAY(_IO_popen, by_popen(_IO_popen))

#define WAY(way, ...)                      \
	static int go_##way(void)          \
	{                                  \
		return __VA_ARGS__;        \
	}
WAYS(WAY)
#undef WAY

static const struct {
	const char *name;
	int (*go)(void);
} ways[] = {
#define WAY(way, ...) { #way, go_##way },
	WAYS(WAY)
};

enum { SAID = 99 };

static void try(size_t i)
{
	int status;
	pid_t pid;

	printf("%s: ", ways[i].name);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		environ = envp ? clean : NULL;
		errno = 0;
		if (ways[i].go() == 0)
			exit(0);
		puts(errno ? strerrorname_np(errno) : "failed");
		exit(SAID);
	}
	status = pid < 0 ? -1 : finish(pid);
	if (status == 0 && other)
		puts("ok");
	else if (status && status != SAID << 8)
		printf("status %d\n", status >> 8);
}

static bool is_option(char *arg)
{
	if (strncmp(arg, "file=", 5) == 0)
		file = arg + 5;
	else if (strncmp(arg, "program=", 8) == 0)
		other = (name = program = arg + 8);
	else if (strcmp(arg, "null") == 0)
		envp = NULL;
	else
		return false;
	return true;
}

int main(int argc, char **args)
{
	static char self[4096], path[4200];

	if (argc == 3 && strcmp(args[1], "check") == 0)
		return check(args[2]);
	program = realpath("/proc/self/exe", self);
	while (argc > 1 && is_option(args[1]))
		argc--, args++;
	snprintf(path, sizeof(path), "PATH=%s", dirname(strdup(self)));
	clean[0] = path;
	argv[0] = (char *)program;
	argv[1] = (char *)"check";
	argv[2] = (char *)file;
	snprintf(command, sizeof(command), "exec '%s' check '%s'", program,
		 file);
	for (int i = 1; i < argc; i++)
		for (size_t j = 0; j < sizeof(ways) / sizeof(ways[0]); j++)
			if (strcmp(args[i], ways[j].name) == 0)
				try(j);
	return 0;
}
