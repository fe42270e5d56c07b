/*
 * figsandbox.h - what the verbs of the command line tool share.
 * SPDX-License-Identifier: MIT
 *
 * A verb is a function that gets its arguments, its own name first, and returns
 * the exit code. It links config/ and nothing of preload/: of the library it
 * knows the public header and the layout of the status page.
 */
#ifndef TOOLS_FIGSANDBOX_H
#define TOOLS_FIGSANDBOX_H

#include <limits.h>

/* Exit codes, as env(1) and timeout(1) have them. */
enum {
	FINE = 0,
	FINDINGS = 1,
	MISUSED = 2,
	FAILED = 125, /* run: the sandbox itself */
	CANNOT_RUN = 126,
	NOT_FOUND = 127,
};

int verb_run(int argc, char **argv);
int verb_status(int argc, char **argv);
int verb_check(int argc, char **argv);

/* "figsandbox: …" on standard error, one line. Returns `code`. */
__attribute__((format(printf, 2, 3))) int complain(int code, const char *format,
						   ...);

/* How a verb is used, on standard error. Returns `code`. */
int complain_usage(int code, const char *verb);

/*
 * The file that `name` stands for, as execvp would find it, in `path`. 0, or
 * the exit code after a complaint.
 */
int target_find(const char *name, char path[PATH_MAX]);

/*
 * Complains and returns the exit code when a preload would not reach the
 * program at `path`, or the interpreter behind its "#!"; 0 when it would.
 */
int target_check(const char *path);

/*
 * The sandbox library's absolute path in `path`: $FIGSANDBOX_LIBRARY, or next
 * to this tool, or where it is installed. 0, or the exit code after a complaint.
 */
int library_find(char path[PATH_MAX]);

#endif
