/*
 * status_page.h - the layout of a process's status file.
 * SPDX-License-Identifier: MIT
 *
 * Read by `figsandbox status`, which checks magic, size and pid. The file is
 * written by the process itself: everything in it is that process's claim.
 */
#ifndef PRELOAD_STATUS_PAGE_H
#define PRELOAD_STATUS_PAGE_H

#include <stdint.h>

#include "config/policy.h"

#define STATUS_MAGIC "FIGSTAT1"
#define STATUS_DIRECTORY "/run/figsandbox"
#define STATUS_BELOW_RUNTIME "/figsandbox" /* after $XDG_RUNTIME_DIR */

enum { STATUS_PAGE_SIZE = 4096, STATUS_LIBRARIES = 12, STATUS_NAME = 160 };

/* One with limits of its own; of more than fit, the first that asked. */
struct status_library {
	char name[STATUS_NAME]; /* its path, or the end of it; "" is none */
	uint64_t memory_limit, max_allocs;
	uint64_t live_bytes, live_allocs;
};

struct status_page {
	char magic[8];
	uint32_t size;    /* of this structure */
	int32_t pid;
	uint64_t created; /* when it was made: CLOCK_BOOTTIME, nanoseconds */
	uint32_t mode;    /* enum mode */
	uint32_t profile; /* enum profile */
	uint64_t limits[KEYS];    /* numbers of settings; lists: item count */
	uint8_t given[KEYS];      /* lists that are given */
	uint8_t unenforced[KEYS]; /* the profile's, not enforced yet */
	uint64_t violations[RIGHTS]; /* refusals, also those of audit mode */
	uint64_t loaded_libs;
	/* As of the last time that a thread asked for more: to 64 KiB each. */
	uint64_t live_allocs, live_bytes, mapped_bytes, peak_bytes;
	uint64_t denied_allocs;
	uint64_t calls;    /* questions asked */
	uint64_t timeouts, restarts;
	uint64_t audit_sent, audit_dropped;
	char isolation[16]; /* what the strongest rule rests on: "in-process" */
	char layers[64];    /* those in force, by commas: "preload" */
	char exe[256];
	struct status_library libraries[STATUS_LIBRARIES];
};

_Static_assert(sizeof(struct status_page) <= STATUS_PAGE_SIZE, "one page");

#endif
