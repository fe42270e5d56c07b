/*
 * figsandbox.h - what a program can ask the sandbox it runs in.
 * SPDX-License-Identifier: MIT
 *
 * A program needs none of this to be sandboxed. Declare the functions weak, or
 * look them up with dlsym(RTLD_DEFAULT, …): they are there exactly when the
 * library is preloaded. They take no lock, allocate nothing, and may be called
 * from any thread and any signal handler.
 */
#ifndef FIGSANDBOX_H
#define FIGSANDBOX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FIG_SANDBOX_VERSION "0.1.0"

/* The library's version, which may be newer than FIG_SANDBOX_VERSION. */
const char *fig_sandbox_version(void);

enum fig_sandbox_mode {
	FIG_SANDBOX_ENFORCE, /* refusals are errors */
	FIG_SANDBOX_AUDIT,   /* refusals are recorded and let pass */
	FIG_SANDBOX_OFF
};

/* Later versions add members at the end and change none of these. */
struct fig_sandbox_status {
	uint64_t mode; /* enum fig_sandbox_mode */

	/* The limits in force; 0 is none. */
	uint64_t memory_limit;    /* bytes */
	uint64_t max_allocs;      /* allocations */
	uint64_t max_loaded_libs; /* libraries */
	uint64_t call_timeout;    /* milliseconds */

	uint64_t loaded_libs;   /* open through dlopen now */
	uint64_t live_allocs;   /* these three while memory is counted */
	uint64_t live_bytes;    /* blocks and mappings: what has the limit */
	uint64_t peak_bytes;    /* of them, to 64 KiB a thread */
	uint64_t violations;    /* refusals so far, of all rights */
	uint64_t calls;         /* calls that the policy was asked about */
	uint64_t timeouts;      /* calls that took longer than call_timeout */
	uint64_t restarts;
	uint64_t audit_dropped; /* records that reached no sink */
	uint64_t denied_allocs; /* refused blocks and mappings */
	uint64_t mapped_bytes;  /* the part of live_bytes that is mappings */
};

/*
 * Fills in the first `size` bytes of *status; say sizeof(struct
 * fig_sandbox_status). Members that the library does not know yet become 0.
 * Returns 0, or -EINVAL when status is NULL or size is 0.
 */
int fig_sandbox_status(struct fig_sandbox_status *status, size_t size);

#ifdef __cplusplus
}
#endif

#endif
