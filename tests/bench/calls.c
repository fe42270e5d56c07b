/*
 * calls.c - times calls that a sandbox wraps; run.sh preloads what it compares.
 * SPDX-License-Identifier: MIT
 *
 *	calls FILE
 *	calls start VARIABLE=VALUE …
 *
 * The second form times a program's start with these in its environment alone.
 * Prints "NAME NANOSECONDS" per line: the median of several batches, each long
 * enough to hide the clock, which a single start is by itself.
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

enum { BATCHES = 9, STARTS = 201 };

extern char **environ;
static const char *file;
static char **child; /* the environment of programs that are started */

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

	must(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, child) == 0,
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

static void measure(const char *name, int batches, int calls,
		    void (*call)(void))
{
	double took[STARTS];

	call();
	for (int batch = 0; batch < batches; batch++) {
		double start = now();

		for (int i = 0; i < calls; i++)
			call();
		took[batch] = (now() - start) / calls;
	}
	qsort(took, (size_t)batches, sizeof(*took), by_size);
	printf("%s %.1f\n", name, took[batches / 2]);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	child = environ;
	if (strcmp(argv[1], "start") == 0) {
		child = argv + 2;
		measure("start-true", STARTS, 1, run_true);
		return 0;
	}
	file = argv[1];
	measure("realpath(NULL)", BATCHES, 200000, realpath_null);
	measure("malloc+free", BATCHES, 200000, malloc_free);
	measure("open+close", BATCHES, 5000, open_close);
	measure("stat", BATCHES, 5000, stat_file);
	measure("socket+close", BATCHES, 2000, socket_close);
	measure("spawn-true", STARTS, 1, run_true);
	return 0;
}
