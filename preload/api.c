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

EXPORT int fig_sandbox_status(struct fig_sandbox_status *out, size_t size)
{
	struct fig_sandbox_status now = {
		.mode = status->mode,
		.memory_limit = limit(KEY_memory_limit),
		.max_allocs = limit(KEY_max_allocs),
		.max_loaded_libs = limit(KEY_max_loaded_libs),
		.call_timeout = limit(KEY_call_timeout),
		.loaded_libs = status->loaded_libs,
		.live_allocs = status->live_allocs,
		.live_bytes = status->live_bytes,
		.peak_bytes = status->peak_bytes,
		.violations = violations(),
		.calls = status->calls,
		.timeouts = status->timeouts,
		.restarts = status->restarts,
		.audit_dropped = status->audit_dropped,
	};

	if (!out || size == 0)
		return -EINVAL;
	memset(out, 0, size);
	memcpy(out, &now, size < sizeof(now) ? size : sizeof(now));
	return 0;
}
