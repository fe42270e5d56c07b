/*
 * status.h - the counters that others can read, in one shared page.
 * SPDX-License-Identifier: MIT
 *
 * Plain atomic additions on `status->…`; the page is there from the first
 * instruction on (static until status_start publishes it in a file). A page
 * that cannot be published stays private, and nothing else changes.
 */
#ifndef PRELOAD_STATUS_H
#define PRELOAD_STATUS_H

#include "config/policy.h"
#include "preload/status_page.h"

extern struct status_page *status;

#define STATUS_ADD(member, n) \
	__atomic_add_fetch(&status->member, (n), __ATOMIC_RELAXED)

/*
 * Publishes the page as PID in $XDG_RUNTIME_DIR/figsandbox; for root and
 * without that variable in /run/figsandbox. Once, at start.
 */
void status_start(const struct policy *policy, char *const *env);

/* The child of a fork: a page of its own, with the counters as they are. */
void status_forked(void);

/* The process ends: removes the file, unless it is another process's. */
void status_end(void);

#endif
