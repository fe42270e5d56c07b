/*
 * storm.c - many threads start many programs at once, in all the awkward ways.
 * SPDX-License-Identifier: MIT
 *
 * storm THREADS STARTS: each thread starts /bin/true STARTS times by vfork and
 * execve, by posix_spawn, by system, or fails to start what is not there; while
 * handlers of a timer do the same. Says "healthy", and how much memory was
 * added after the first tenth, in KiB.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static char *args[] = { (char *)"true", NULL };
static char *clean[] = { (char *)"PATH=/bin:/usr/bin", NULL };
static int starts, failures, in_handlers;

static void count(int *what)
{
	__atomic_add_fetch(what, 1, __ATOMIC_RELAXED);
}

static void expect(pid_t pid, int wanted)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status != wanted << 8)
		count(&failures);
}

static void by_vfork(const char *program, int wanted)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execve(program, args, clean);
		_exit(9);
	}
	expect(pid, wanted);
}

static void by_spawn(void)
{
	pid_t pid = -1;

	if (posix_spawnp(&pid, "true", NULL, NULL, args, clean))
		count(&failures);
	expect(pid, 0);
}

static void handler(int signal)
{
	int saved = errno;

	(void)signal;
	by_vfork("/bin/true", 0);
	count(&in_handlers);
	errno = saved;
}

static void *work(void *unused)
{
	for (int i = 0; i < starts; i++) {
		switch (i % 8) {
		case 6:
			by_spawn();
			break;
		case 7:
			by_vfork("/nonexistent/a", 9);
			break;
		default:
			by_vfork("/bin/true", 0);
		}
		if (i % 32 == 0 && system("true") != 0)
			count(&failures);
	}
	return unused;
}

static void run(int threads, int each)
{
	pthread_t ids[64];

	starts = each;
	for (int i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, work, NULL);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
}

/* Pages that we hold ourselves. */
static long memory(void)
{
	long size = 0, resident = 0;
	FILE *from = fopen("/proc/self/statm", "r");

	if (!from || fscanf(from, "%ld %ld", &size, &resident) != 2)
		abort();
	fclose(from);
	return size * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 8;
	int each = argc > 2 ? atoi(argv[2]) : 10;
	struct itimerval tick = { { 0, 20000 }, { 0, 20000 } };
	long before;

	environ = clean;
	signal(SIGALRM, handler);
	setitimer(ITIMER_REAL, &tick, NULL);
	run(threads, each / 10 + 1);
	before = memory();
	run(threads, each);
	printf("%s %ld\n", failures || !in_handlers ? "failed" : "healthy",
	       memory() - before);
	return failures != 0;
}
