/*
 * memory.h - live allocations, counted and limited; executable memory.
 * SPDX-License-Identifier: MIT
 *
 * In usable bytes. A limit is never exceeded, and nothing that would fit is
 * refused. See ledger.h.
 */
#ifndef PRELOAD_MEMORY_H
#define PRELOAD_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/shm.h>

#include "preload/gate.h"

/*
 * Takes over the limits. Until then blocks are counted without one. Ends the
 * process if there are limits that cannot be kept.
 */
void memory_start(const struct policy *policy);

/* Is this code of a malloc other than libc's, whose blocks are counted? */
bool memory_is_allocator(const void *caller);

extern bool memory_started; /* that has been done */

/* May memory get this protection: not writable and executable at once? */
int may_protect(const struct asked *ask, const char *name, int prot);

static inline int shmat_protection(int flags)
{
	return (flags & SHM_EXEC ? PROT_EXEC : 0) |
	       (flags & SHM_RDONLY ? 0 : PROT_WRITE);
}

/* READ_IMPLIES_EXEC; all ones only asks what the personality is. */
static inline int personality_protection(unsigned long persona)
{
	return persona != 0xffffffff && persona & READ_IMPLIES_EXEC
		   ? PROT_WRITE | PROT_EXEC
		   : 0;
}

#endif
