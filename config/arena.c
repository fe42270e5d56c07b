/*
 * arena.c - memory that is handed out once and never given back.
 * SPDX-License-Identifier: MIT
 */
#include "config/arena.h"

#include <stdint.h>
#include <string.h>

void arena_init(struct arena *arena, void *block, size_t size)
{
	size_t skip = -(uintptr_t)block & (_Alignof(max_align_t) - 1);

	if (skip > size)
		skip = size;
	*arena = (struct arena){ .base = (char *)block + skip,
				 .size = size - skip };
}

void *arena_take(struct arena *arena, size_t size)
{
	size_t align = _Alignof(max_align_t);
	void *taken = arena->base + arena->used;

	if (size > arena->size - arena->used)
		return NULL;
	size = (size + align - 1) & ~(align - 1);
	if (size > arena->size - arena->used)
		size = arena->size - arena->used;
	arena->used += size;
	return memset(taken, 0, size);
}

char *arena_text(struct arena *arena, const char *text, size_t len)
{
	char *copy = len < SIZE_MAX ? arena_take(arena, len + 1) : NULL;

	if (copy)
		memcpy(copy, text, len);
	return copy;
}
