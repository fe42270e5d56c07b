/*
 * scratch.c - work space for one question, off the program's stack and heap.
 * SPDX-License-Identifier: MIT
 *
 * See scratch.h. A slot that is lost (a handler that leaves by longjmp in the
 * middle of a question) costs its place in the pool, never correctness: when the
 * pool is empty the kernel is asked for a mapping.
 */
#include "preload/scratch.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#include "config/raw.h"

enum { SLOTS = 32 };

static struct scratch pool[SLOTS]; /* untouched pages cost nothing */
static uint32_t taken;             /* bit i: pool[i] is in use */

struct scratch *scratch_take(void)
{
	uint32_t seen = __atomic_load_n(&taken, __ATOMIC_RELAXED);

	while (seen != UINT32_MAX) {
		unsigned i = (unsigned)__builtin_ctz(~seen);

		if (__atomic_compare_exchange_n(&taken, &seen, seen | 1u << i,
						false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return &pool[i];
	}
	return raw_memory(sizeof(struct scratch));
}

void scratch_drop(struct scratch *scratch)
{
	if (!scratch)
		return;
	if (scratch >= pool && scratch < pool + SLOTS)
		__atomic_and_fetch(&taken, ~(1u << (scratch - pool)),
				   __ATOMIC_RELEASE);
	else
		RAW(munmap, scratch, sizeof(*scratch));
}
