/*
 * target.h - may this file be run: by the policy, and within our reach.
 * SPDX-License-Identifier: MIT
 *
 * A preload does not reach programs that no ld.so of ours loads: static ones,
 * those of another architecture, and those that the kernel starts with
 * AT_SECURE set (set-user-id); nor any once ld.so cannot open our own file. While
 * children have to keep anything (policy->kept) they are refused. Of a script
 * every interpreter is asked about.
 */
#ifndef PRELOAD_TARGET_H
#define PRELOAD_TARGET_H

#include "preload/gate.h"

/* Notes which ld.so is ours, and what our own file is. Once, at start. */
void target_start(void);

/* Whether target_ask would look at all. */
bool target_asks(void);

/*
 * Asks whether the file may be run that execveat(dir, path, …, flags) would
 * run. 0: it may, or the kernel will say why not. Else the negative errno: the
 * refusal, or what the kernel says about that path. -ENOEXEC for a file that is
 * neither a program nor a script, which some binfmt_misc might run.
 */
int target_ask(const struct asked *ask, int dir, const char *path, int flags);

#endif
