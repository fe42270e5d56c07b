/*
 * arena.h - memory that is handed out once and never given back.
 * SPDX-License-Identifier: MIT
 *
 * The caller owns the block. Nothing here calls malloc or the kernel.
 */
#ifndef CONFIG_ARENA_H
#define CONFIG_ARENA_H

#include <stddef.h>

struct arena {
	char *base;
	size_t size;
	size_t used;
};

void arena_init(struct arena *arena, void *block, size_t size);

/* `size` zeroed bytes, aligned for any type; NULL when the block is full. */
void *arena_take(struct arena *arena, size_t size);

/* A NUL-terminated copy of the `len` bytes at `text`; NULL when full. */
char *arena_text(struct arena *arena, const char *text, size_t len);

#endif
