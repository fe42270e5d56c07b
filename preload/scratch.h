/*
 * scratch.h - work space for one question, off the program's stack and heap.
 * SPDX-License-Identifier: MIT
 *
 * Programs run handlers and clones on stacks of 8 KiB, and a path alone may take
 * half of that. A slot comes from a small pool claimed with one atomic
 * operation, or from a fresh mapping when all are taken; no lock, no heap, safe
 * in signal handlers and in vfork children.
 */
#ifndef PRELOAD_SCRATCH_H
#define PRELOAD_SCRATCH_H

#include <limits.h>
#include <stddef.h>

enum { SCRATCH_PATH = PATH_MAX + 512 };

struct scratch {
	char path[SCRATCH_PATH]; /* the resolved name */
	char work[SCRATCH_PATH]; /* a name on its way there */
	char name[NAME_MAX + 64]; /* /proc/thread-self/fd/N/last */
	char rest[SCRATCH_PATH];
};

/* A slot with undefined content, or NULL when the kernel has no memory left. */
struct scratch *scratch_take(void);

void scratch_drop(struct scratch *scratch); /* NULL is fine; keeps errno */

#endif
