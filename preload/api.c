/*
 * api.c - what a program can ask the sandbox it runs in.
 * SPDX-License-Identifier: MIT
 *
 * See figsandbox.h. The counters move while they are read: each is right, their
 * sum is not a snapshot.
 */
#include "preload/figsandbox.h"

#include <errno.h>
#include <string.h>

#include "preload/calls.h"
#include "preload/ledger.h"
#include "preload/status.h"

EXPORT const char *fig_sandbox_version(void)
{
	return FIG_SANDBOX_VERSION;
}

static uint64_t violations(void)
{
	uint64_t sum = 0;

	for (unsigned right = 0; right < RIGHTS; right++)
		sum += status->violations[right];
	return sum;
}

/* A setting that this release does not enforce limits nothing. */
static uint64_t limit(enum key key)
{
	return status->unenforced[key] ? 0 : status->limits[key];
}

/* The page is as of the last time that a thread asked for more. */
static void look_at_memory(struct fig_sandbox_status *now)
{
	struct standing standing = { 0 };

	if (ledger_counts())
		standing = ledger_standing(PROCESS);
	now->live_allocs = standing.blocks > 0 ? (uint64_t)standing.blocks : 0;
	now->live_bytes = standing.bytes > 0 ? (uint64_t)standing.bytes : 0;
	if (now->peak_bytes < now->live_bytes)
		now->peak_bytes = now->live_bytes;
}

EXPORT int fig_sandbox_status(struct fig_sandbox_status *out, size_t size)
{
	struct fig_sandbox_status now = {
		.mode = status->mode,
		.memory_limit = limit(KEY_memory_limit),
		.max_allocs = limit(KEY_max_allocs),
		.max_loaded_libs = limit(KEY_max_loaded_libs),
		.call_timeout = limit(KEY_call_timeout),
		.loaded_libs = status->loaded_libs,
		.peak_bytes = status->peak_bytes,
		.violations = violations(),
		.calls = status->calls,
		.timeouts = status->timeouts,
		.restarts = status->restarts,
		.audit_dropped = status->audit_dropped,
		.denied_allocs = status->denied_allocs,
		.mapped_bytes = status->mapped_bytes,
	};

	if (!out || size == 0)
		return -EINVAL;
	look_at_memory(&now);
	memset(out, 0, size);
	memcpy(out, &now, size < sizeof(now) ? size : sizeof(now));
	return 0;
}
