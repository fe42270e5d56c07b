/*
 * calls.c - times calls that a sandbox wraps; run.sh preloads what it compares.
 * SPDX-License-Identifier: MIT
 *
 *	calls FILE
 *
 * Prints "NAME NANOSECONDS" per line: the median of several batches, each long
 * enough to hide the clock.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BATCHES = 9 };

extern char **environ;
static const char *file;

static void must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

static void open_close(void)
{
	int fd = open(file, O_RDONLY);

	must(fd >= 0 && close(fd) == 0, "open");
}

static void stat_file(void)
{
	struct stat st;

	must(stat(file, &st) == 0, "stat");
}

static void socket_close(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(fd >= 0 && close(fd) == 0, "socket");
}

static void run_true(void)
{
	char *argv[] = { "true", NULL };
	int status = 0;
	pid_t pid;

	must(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) == 0,
	     "posix_spawn");
	must(waitpid(pid, &status, 0) == pid && status == 0, "true");
}

static void malloc_free(void)
{
	void *volatile block = malloc(64);

	free(block);
}

/* Answered by libc at once with EINVAL: what is left is the wrapper. */
static void realpath_null(void)
{
	const char *volatile none = NULL;

	must(!realpath(none, NULL), "realpath");
}

static int by_size(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

static void measure(const char *name, int calls, void (*call)(void))
{
	double took[BATCHES];

	call();
	for (int batch = 0; batch < BATCHES; batch++) {
		double start = now();

		for (int i = 0; i < calls; i++)
			call();
		took[batch] = (now() - start) / calls;
	}
	qsort(took, BATCHES, sizeof(*took), by_size);
	printf("%s %.1f\n", name, took[BATCHES / 2]);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	file = argv[1];
	measure("realpath(NULL)", 200000, realpath_null);
	measure("malloc+free", 200000, malloc_free);
	measure("open+close", 5000, open_close);
	measure("stat", 5000, stat_file);
	measure("socket+close", 2000, socket_close);
	measure("spawn-true", 30, run_true);
	return 0;
}
