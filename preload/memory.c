/*
 * memory.c - malloc and its family, counted in three ways.
 * SPDX-License-Identifier: MIT
 *
 * The tables of allocator.h: for any malloc, for glibc's chunks, and for these
 * with the front cache. What a table does not do in its own way, it does as the
 * first one does.
 */
#include "preload/memory.h"

#include "preload/allocator.h"
#include "preload/blocks.h"
#include "preload/operators.h"
#include "preload/start.h"

bool memory_started;

/* The first call of the process may be one for memory. */
static inline void begin(void)
{
	if (__builtin_expect(!memory_started, 0))
		start_sandbox();
}

static void *any_malloc(size_t size)
{
	begin();
	return blocks_make(MALLOC, "malloc", CALLER, 0, size);
}

static void any_free(void *block)
{
	if (block)
		blocks_free(block);
}

static void *any_calloc(size_t n, size_t size)
{
	size_t bytes;

	begin();
	if (!__builtin_mul_overflow(n, size, &bytes))
		return blocks_make(CALLOC, "calloc", CALLER, 0, bytes);
	errno = ENOMEM;
	return NULL;
}

/* As realloc does; `old` may be NULL. */
static void *resize(void *old, size_t size, const char *call,
		    const void *caller)
{
	begin();
	return old ? blocks_resize(old, size, call, caller)
		   : blocks_make(MALLOC, call, caller, 0, size);
}

static void *any_realloc(void *old, size_t size)
{
	return resize(old, size, "realloc", CALLER);
}

static void *any_reallocarray(void *old, size_t n, size_t size)
{
	size_t bytes;

	if (!__builtin_mul_overflow(n, size, &bytes))
		return resize(old, bytes, "reallocarray", CALLER);
	errno = ENOMEM;
	return NULL;
}

static void *any_memalign(size_t alignment, size_t size)
{
	begin();
	return blocks_make(MEMALIGN, "memalign", CALLER, alignment, size);
}

static void *any_aligned_alloc(size_t alignment, size_t size)
{
	begin();
	return blocks_make(ALIGNED_ALLOC, "aligned_alloc", CALLER, alignment,
			   size);
}

static void *any_valloc(size_t size)
{
	begin();
	return blocks_make(VALLOC, "valloc", CALLER, 0, size);
}

static void *any_pvalloc(size_t size)
{
	begin();
	return blocks_make(PVALLOC, "pvalloc", CALLER, 0, size);
}

static int any_posix_memalign(void **out, size_t alignment, size_t size)
{
	int saved = errno, err;
	void *block;

	begin();
	if (!blocks_is_alignment(alignment))
		return EINVAL;
	block =
	    blocks_make(MEMALIGN, "posix_memalign", CALLER, alignment, size);
	err = block ? 0 : errno;
	errno = saved;
	if (block)
		*out = block;
	return err;
}

static void *any_new(size_t size)
{
	void *block;

	begin();
	block = blocks_make(MALLOC, "operator new", CALLER, 0, size);
	return block ? block : operators_failed(size, 0, false);
}

static void *any_new_nothrow(size_t size)
{
	void *block;

	begin();
	block = blocks_make(MALLOC, "operator new", CALLER, 0, size);
	return block ? block : operators_failed(size, 0, true);
}

static void *any_new_aligned(size_t size, size_t alignment)
{
	void *block;

	begin();
	block = blocks_make(MEMALIGN, "operator new", CALLER, alignment, size);
	return block ? block : operators_failed(size, alignment, false);
}

static void *any_new_aligned_nothrow(size_t size, size_t alignment)
{
	void *block;

	begin();
	block = blocks_make(MEMALIGN, "operator new", CALLER, alignment, size);
	return block ? block : operators_failed(size, alignment, true);
}

static void *chunks_malloc(size_t size)
{
	void *block;

	if (__builtin_expect(size > LARGE_MAX, 0))
		return blocks_make(MALLOC, "malloc", CALLER, 0, size);
	block = real.malloc(size);
	if (__builtin_expect(!block, 0))
		return blocks_retry(size, "malloc", CALLER);
	return blocks_accept(block, "malloc", CALLER);
}

static void chunks_free(void *block)
{
	if (block)
		blocks_return(block);
}

static void *chunks_calloc(size_t n, size_t size)
{
	size_t bytes;
	void *block;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes > LARGE_MAX)
		return any_calloc(n, size);
	block = real.calloc(n, size);
	return block ? blocks_accept(block, "calloc", CALLER)
		     : any_calloc(n, size);
}

static void *chunks_new(size_t size)
{
	void *block = NULL;

	if (size <= LARGE_MAX)
		block = real.malloc(size);
	if (block)
		block = blocks_accept(block, "operator new", CALLER);
	return block ? block : any_new(size);
}

static void *front_malloc(size_t size)
{
	return blocks_malloc(size, "malloc", CALLER);
}

static void front_free(void *block)
{
	blocks_give(block);
}

static void *front_calloc(size_t n, size_t size)
{
	size_t bytes;
	void *block;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes > SMALL_MAX)
		return any_calloc(n, size);
	block = blocks_malloc(bytes, "calloc", CALLER);
	return block ? memset(block, 0, bytes) : NULL;
}

static void *front_new(size_t size)
{
	void *block = blocks_malloc(size, "operator new", CALLER);

	if (__builtin_expect(block != NULL, 1))
		return block;
	return operators_failed(size, 0, false);
}

#define ANY                                                                    \
	.realloc = any_realloc, .reallocarray = any_reallocarray,              \
	.memalign = any_memalign, .aligned_alloc = any_aligned_alloc,          \
	.posix_memalign = any_posix_memalign, .valloc = any_valloc,            \
	.pvalloc = any_pvalloc, .new_nothrow = any_new_nothrow,                \
	.new_aligned = any_new_aligned,                                        \
	.new_aligned_nothrow = any_new_aligned_nothrow

/* clang-format off */
#define USES(name)                                       \
	.malloc = name##_malloc, .free = name##_free,    \
	.calloc = name##_calloc, .new = name##_new,      \
	.delete = name##_free, .delete_aligned = name##_free
/* clang-format on */

const struct allocator allocator_chunks = {ANY, USES(chunks)};
const struct allocator allocator_front = {ANY, USES(front)};
struct allocator allocator = {ANY, USES(any)};

EXPORT size_t malloc_usable_size(void *block)
{
	return real.malloc_usable_size(block);
}

EXPORT int malloc_trim(size_t pad)
{
	blocks_flush(ledger_thread);
	return real.malloc_trim(pad);
}

#define AT(member, place)                                                      \
	_Static_assert(offsetof(struct allocator, member) == 8 * (place),      \
		       #member)
AT(malloc, ALLOCATOR_MALLOC);
AT(free, ALLOCATOR_FREE);
AT(calloc, ALLOCATOR_CALLOC);
AT(realloc, ALLOCATOR_REALLOC);
AT(reallocarray, ALLOCATOR_REALLOCARRAY);
AT(memalign, ALLOCATOR_MEMALIGN);
AT(aligned_alloc, ALLOCATOR_ALIGNED_ALLOC);
AT(posix_memalign, ALLOCATOR_POSIX_MEMALIGN);
AT(valloc, ALLOCATOR_VALLOC);
AT(pvalloc, ALLOCATOR_PVALLOC);
AT(new, ALLOCATOR_NEW);
AT(new_nothrow, ALLOCATOR_NEW_NOTHROW);
AT(new_aligned, ALLOCATOR_NEW_ALIGNED);
AT(new_aligned_nothrow, ALLOCATOR_NEW_ALIGNED_NOTHROW);
AT(delete, ALLOCATOR_DELETE);
AT(delete_aligned, ALLOCATOR_DELETE_ALIGNED);
