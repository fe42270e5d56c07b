/*
 * acts.h - system calls by number that take more than a question.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_ACTS_H
#define PRELOAD_ACTS_H

#include <linux/sched.h>
#include <sys/syscall.h>

#include "preload/net.h"
#include "preload/path.h"

/* What is new in a namespace, paths above all, no rule speaks of. */
#define NAMESPACES                                                             \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |         \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* One call on its way: what libc gets may differ from what the program gave. */
struct raw {
	const struct asked *ask; /* NULL: everything may pass */
	const void *caller;
	long number;
	long a[6];
	struct place at, to;
	struct peer peer;
};

/* Is there a question to ask about these rights? */
bool raw_asks(const struct raw *raw, uint32_t rights);

/* Does the call as it stands: its result, or a negative errno. */
long raw_forward(const struct raw *raw);

/* Asks about the path a[i], and replaces it by a name for what was judged. */
int raw_place(struct raw *raw, struct place *at, enum how how, uint32_t rights,
	      long dir, int i);

enum how raw_handle_how(long flags); /* AT_SYMLINK_FOLLOW, AT_EMPTY_PATH */

/* One for each row ACTS: asks and does the call; a result or a negative errno.
 */
#define ACTS(name) long act_##name(struct raw *raw);
#define MAPS(name, ...) ACTS(name)
#include "preload/syscalls.def"

#endif
