/*
 * boot.c - memory for the time before libc's functions are known.
 * SPDX-License-Identifier: MIT
 */
#include "preload/boot.h"

#include "preload/real.h"

enum { ALIGNMENT = 16, PAGE = 4096 };

char boot_arena[BOOT_ARENA] __attribute__((aligned(PAGE)));
static size_t arena_used;

/* The size stands in front of the block. */
size_t boot_size(const void *block)
{
	return *(const size_t *)((const char *)block - ALIGNMENT);
}

static void *carve(size_t alignment, size_t size)
{
	size_t used = __atomic_load_n(&arena_used, __ATOMIC_RELAXED), at;

	if (alignment < ALIGNMENT)
		alignment = ALIGNMENT;
	do {
		at = (used + ALIGNMENT + alignment - 1) & -alignment;
		if (at > BOOT_ARENA || size > BOOT_ARENA - at) {
			errno = ENOMEM;
			return NULL;
		}
	} while (!__atomic_compare_exchange_n(&arena_used, &used, at + size,
					      true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	*(size_t *)(boot_arena + at - ALIGNMENT) = size;
	return boot_arena + at;
}

/* Calls libc if it is known by now, or serves from the arena. */
#define BOOT(name, alignment, size, ...)                                       \
	(real.name != boot_##name ? real.name(__VA_ARGS__)                     \
				  : carve(alignment, size))

void *boot_malloc(size_t size)
{
	return BOOT(malloc, ALIGNMENT, size, size);
}

/* The arena is zero; SIZE_MAX never fits. */
void *boot_calloc(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		bytes = SIZE_MAX;
	return BOOT(calloc, ALIGNMENT, bytes, n, size);
}

void *boot_realloc(void *old, size_t size)
{
	return BOOT(realloc, ALIGNMENT, size, old, size);
}

void *boot_reallocarray(void *old, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		bytes = SIZE_MAX;
	return BOOT(reallocarray, ALIGNMENT, bytes, old, n, size);
}

void *boot_memalign(size_t alignment, size_t size)
{
	return BOOT(memalign, alignment, size, alignment, size);
}

void *boot_aligned_alloc(size_t alignment, size_t size)
{
	return BOOT(aligned_alloc, alignment, size, alignment, size);
}

int boot_posix_memalign(void **block, size_t alignment, size_t size)
{
	if (real.posix_memalign != boot_posix_memalign)
		return real.posix_memalign(block, alignment, size);
	*block = carve(alignment, size);
	return *block ? 0 : ENOMEM;
}

void *boot_valloc(size_t size)
{
	return BOOT(valloc, PAGE, size, size);
}

void *boot_pvalloc(size_t size)
{
	return BOOT(pvalloc, PAGE, size, size);
}

/* A block of libc's cannot be given back yet: it is left where it is. */
void boot_free(void *block)
{
	(void)block;
}

size_t boot_malloc_usable_size(void *block)
{
	(void)block;
	return 0;
}
