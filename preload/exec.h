/*
 * exec.h - starting programs: whatever way is taken, we come along.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_EXEC_H
#define PRELOAD_EXEC_H

#include "preload/gate.h"

/*
 * execveat(2): asks, and gives the program an environment that keeps the
 * sandbox. Without `ask` nothing is asked, but the environment is kept all the
 * same. Returns a negative errno, or not at all. Safe in signal handlers and
 * vfork children.
 */
int exec_at(const struct asked *ask, int dir, const char *path,
	    char *const argv[], char *const envp[], int flags);

/*
 * Tries `file` as execvp does: as it is if it holds a slash, else in each
 * directory of PATH until `attempt` returns 0, or fails with something else
 * than that there is no such program. 0, or a negative errno.
 */
int exec_search(const char *file,
		int (*attempt)(const char *path, const void *context),
		const void *context);

#endif
