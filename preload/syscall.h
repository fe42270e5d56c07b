/*
 * syscall.h - system calls by number, and those that no capability covers.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_SYSCALL_H
#define PRELOAD_SYSCALL_H

#include <sys/timex.h>

#include "preload/gate.h"

/* A way round the policy as a whole: ptrace, mount, setns … -EPERM if withheld.
 */
int may_go_round(const struct asked *ask, const char *name);

/* Changes the machine, not a capability: refused with allow_syscalls = false.
 */
int may_administer(const struct asked *ask, const char *name);

/* The same for adjtimex and its like, which may also only read the clock. */
int may_adjust(const struct asked *ask, const struct timex *clock);

/* prctl's options that take the policy's ground away. */
int may_control(const struct asked *ask, long option, long value);

#endif
