/*
 * start.h - from an ordinary process to a sandboxed one.
 * SPDX-License-Identifier: MIT
 *
 * Happens once: in the constructor, or in the first intercepted call if some
 * other constructor runs before ours. A failure ends the process (125).
 */
#ifndef PRELOAD_START_H
#define PRELOAD_START_H

#include <stdbool.h>

#include "config/policy.h"

/* Returns when the sandbox is ready; at once when it already is. */
void start_sandbox(void);

/* What children get: the absolute path of this library … */
extern const char *start_library;
/* … and the effective policy as TOML text (one line per setting). */
extern const char *start_policy;

/* The pid that started or forked; a vfork child differs from it. */
extern int start_pid;

/* The program's own file, resolved. */
extern const char *start_program;

/* The environment at start, copied. */
extern char *const *start_env;

/* The process ends here: what is to be told then, and the status page. */
void start_finish(void);

#endif
