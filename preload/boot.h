/*
 * boot.h - memory for the time before libc's functions are known.
 * SPDX-License-Identifier: MIT
 *
 * What stands in `real` until real_start: a small arena, whose blocks are never
 * given back, and are known as such for ever.
 */
#ifndef PRELOAD_BOOT_H
#define PRELOAD_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *boot_malloc(size_t size);
void *boot_calloc(size_t n, size_t size);
void *boot_realloc(void *old, size_t size);
void *boot_reallocarray(void *old, size_t n, size_t size);
void *boot_memalign(size_t alignment, size_t size);
void *boot_aligned_alloc(size_t alignment, size_t size);
int boot_posix_memalign(void **block, size_t alignment, size_t size);
void *boot_valloc(size_t size);
void *boot_pvalloc(size_t size);
void boot_free(void *block);
size_t boot_malloc_usable_size(void *block);

#define MEMORY_BOOT                                                            \
	.malloc_usable_size = boot_malloc_usable_size, .malloc = boot_malloc,  \
	.calloc = boot_calloc, .realloc = boot_realloc,                        \
	.reallocarray = boot_reallocarray, .memalign = boot_memalign,          \
	.aligned_alloc = boot_aligned_alloc,                                   \
	.posix_memalign = boot_posix_memalign, .valloc = boot_valloc,          \
	.pvalloc = boot_pvalloc, .free = boot_free, .cfree = boot_free

enum { BOOT_ARENA = 64 * 1024 };
extern char boot_arena[BOOT_ARENA] __attribute__((visibility("hidden")));

static inline bool boot_owns(const void *block)
{
	return (uintptr_t)block - (uintptr_t)boot_arena < BOOT_ARENA;
}

size_t boot_size(const void *block);

#endif
