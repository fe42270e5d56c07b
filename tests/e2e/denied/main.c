/*
 * main.c - makes every call of calls.def, each in a process of its own.
 * SPDX-License-Identifier: MIT
 *
 *	denied NAME
 *	   Makes that one call, and ends with an enum end.
 *
 *	denied DIRECTORY VARIABLE=VALUE …
 *	   Does that for every row, with these variables and a file in DIRECTORY
 *	   for the records of each. Prints TAP. It is not sandboxed itself, for
 *	   it makes processes.
 */
#include "tests/e2e/denied/denied.h"

/* Not 0: some of these calls end the process, and mean well. */
enum end { REFUSED = 40, PASSED, ABSENT, NOTHING, HARMFUL };

enum { SECONDS = 20 }; /* for one call */

static const struct row {
	const char *name;
	void *function; /* NULL: not in this libc */
	const struct block *block;
} rows[] = {
#define CALL(returns, name, ...) {#name, (void *)name, &denied_##name},
#define PATH CALL
#define PAIR CALL
#define HAND CALL
#include "preload/calls.def"
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static enum end try(const struct row *row)
{
	if (row->block->nothing)
		return NOTHING;
	if (!row->function)
		return ABSENT;
	if (!be_harmless())
		return HARMFUL;
	errno = 0;
	return row->block->refused() ? REFUSED : PASSED;
}

static int one(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return (int)try(&rows[i]);
	fprintf(stderr, "denied: %s is no row of calls.def\n", name);
	return 2;
}

/* Without a word from libc, and with an alarm, which outlives exec. */
static _Noreturn void become(const char *name, char *argv[])
{
	char audit[PATH_MAX];
	int nothing = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(nothing, fd);
	for (char **setting = argv + 2; *setting; setting++)
		putenv(*setting);
	snprintf(audit, sizeof(audit), "file:%s/%s", argv[1], name);
	setenv("FIG_SANDBOX_AUDIT", audit, 1);
	alarm(SECONDS);
	execl(argv[0], argv[0], name, NULL);
	_exit(127);
}

static int run(const char *name, char *argv[])
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		become(name, argv);
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("denied");
		exit(2);
	}
	return status;
}

static void report(size_t i, int status)
{
	int end = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	bool ok = end == REFUSED || end == ABSENT || end == NOTHING;

	printf("%s %zu - %s ", ok ? "ok" : "not ok", i + 1, rows[i].name);
	if (end == REFUSED)
		puts("is refused");
	else if (end == PASSED)
		puts("is let through");
	else if (end == ABSENT)
		puts("# skip not in this libc");
	else if (end == NOTHING)
		printf("has nothing to deny: %s\n", rows[i].block->nothing);
	else if (end == HARMFUL)
		puts("was not tried: no seccomp filter to make it harmless");
	else if (end >= 0)
		printf("ends the process with %d\n", end);
	else if (WTERMSIG(status) == SIGALRM)
		puts("hangs");
	else
		printf("dies of signal %d\n", WTERMSIG(status));
	fflush(stdout); /* before the next fork */
}

int main(int argc, char *argv[])
{
	if (argc < 2) {
		fputs("usage: denied NAME | DIRECTORY VARIABLE=VALUE ...\n",
		      stderr);
		return 2;
	}
	if (argc == 2 && argv[1][0] != '/')
		return one(argv[1]);
	printf("1..%d\n", (int)ROWS);
	fflush(stdout);
	for (size_t i = 0; i < ROWS; i++)
		report(i, run(rows[i].name, argv));
	return 0;
}
