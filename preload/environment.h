/*
 * environment.h - the environment that children get: the program's, and us.
 * SPDX-License-Identifier: MIT
 *
 * A child's environment starts with LD_PRELOAD, our library before any other
 * that the program asks for, and with FIG_SANDBOX_POLICY, our policy. Every
 * other FIG_SANDBOX_* is left out, and so is what would have the child's ld.so do
 * what the policy withholds (variable.h). Nothing else changes, and the program's
 * own vectors and strings never do. With the policy off the program's environment
 * stays as it is.
 */
#ifndef PRELOAD_ENVIRONMENT_H
#define PRELOAD_ENVIRONMENT_H

#include <stdbool.h>

#include "preload/room.h"

struct environment {
	char *const *list; /* for the child */
	struct room *room; /* where the list is; NULL if it is the program's */
};

/* Prepares what all children have in common. Once, at start; 0 or -ENOMEM. */
int environment_start(void);

/* The child of a fork. */
void environment_forked(void);

/*
 * What to give to a child instead of `envp`; NULL is the empty environment. 0
 * or -ENOMEM. Give it back with environment_drop, unless the program is
 * replaced. Safe in signal handlers and vfork children.
 */
int environment_take(struct environment *out, char *const *envp);
void environment_drop(struct environment *environment);

/*
 * For functions of libc that hand on `environ` by themselves: until
 * environment_restore(swap) it is one for children. The swap is NULL where
 * nothing need change. 0 or a negative errno.
 */
struct swap;
int environment_swap(struct swap **out);
void environment_restore(struct swap *swap); /* keeps errno */

/* The value of `name` in environ, or NULL. */
const char *environment_value(const char *name);

#endif
