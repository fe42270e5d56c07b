/*
 * process.h - questions about processes: making them, signalling them, and the
 * ways into them.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_PROCESS_H
#define PRELOAD_PROCESS_H

#include "preload/gate.h"
#include "preload/syscall.h"

/* Has the children of fork looked after. Once, at start. */
void process_start(void);

/*
 * What a new process with memory of its own does first; libc's fork() calls it
 * by itself. Safe in signal handlers.
 */
void process_forked(void);

int may_fork(const struct asked *ask, const char *call);

/* A signal to a process, or to those that 0, -1 or -group stand for. */
int may_signal(const struct asked *ask, long pid, int signal);
int may_signal_thread(const struct asked *ask, long thread, int signal);
int may_signal_fd(const struct asked *ask, int pidfd, int signal);

/* New limits for another process; NULL only reads them. */
int may_limit(const struct asked *ask, long pid, const void *limit);

/* A namespace of one's own; other flags only stop sharing. */
int may_unshare(const struct asked *ask, int flags);

#endif
