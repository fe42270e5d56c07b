/*
 * allocator.h - what stands behind the names of the malloc family.
 * SPDX-License-Identifier: MIT
 *
 * Each name (arch/…/memory.S) is one jump through this table. So which way
 * blocks are counted is chosen once, at start, and costs nothing afterwards; and
 * whoever is jumped to finds the program's return address as its own.
 */
#ifndef PRELOAD_ALLOCATOR_H
#define PRELOAD_ALLOCATOR_H

/* Places in the table, for the assembler; allocator.c checks them. */
#define ALLOCATOR_MALLOC 0
#define ALLOCATOR_FREE 1
#define ALLOCATOR_CALLOC 2
#define ALLOCATOR_REALLOC 3
#define ALLOCATOR_REALLOCARRAY 4
#define ALLOCATOR_MEMALIGN 5
#define ALLOCATOR_ALIGNED_ALLOC 6
#define ALLOCATOR_POSIX_MEMALIGN 7
#define ALLOCATOR_VALLOC 8
#define ALLOCATOR_PVALLOC 9
#define ALLOCATOR_NEW 10
#define ALLOCATOR_NEW_NOTHROW 11
#define ALLOCATOR_NEW_ALIGNED 12
#define ALLOCATOR_NEW_ALIGNED_NOTHROW 13
#define ALLOCATOR_DELETE 14
#define ALLOCATOR_DELETE_ALIGNED 15

#ifndef __ASSEMBLER__
#include <stddef.h>

/* The operators of C++ that take more arguments ignore them: sizes, nothrow. */
struct allocator {
	void *(*malloc)(size_t size);
	void (*free)(void *block);
	void *(*calloc)(size_t n, size_t size);
	void *(*realloc)(void *old, size_t size);
	void *(*reallocarray)(void *old, size_t n, size_t size);
	void *(*memalign)(size_t alignment, size_t size);
	void *(*aligned_alloc)(size_t alignment, size_t size);
	int (*posix_memalign)(void **out, size_t alignment, size_t size);
	void *(*valloc)(size_t size);
	void *(*pvalloc)(size_t size);
	void *(*new)(size_t size);
	void *(*new_nothrow)(size_t size);
	void *(*new_aligned)(size_t size, size_t alignment);
	void *(*new_aligned_nothrow)(size_t size, size_t alignment);
	void (*delete)(void *block);
	void (*delete_aligned)(void *block);
};

/* In force. Before the start one whose functions start the sandbox. */
extern struct allocator allocator __attribute__((visibility("hidden")));

/* Ways of counting: glibc's chunks; with a front cache; blocks with owners. */
extern const struct allocator allocator_chunks, allocator_front,
	allocator_owned;

#endif
#endif
