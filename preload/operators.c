/*
 * operators.c - the operators new of C++ where they are not simply malloc.
 * SPDX-License-Identifier: MIT
 *
 * The names are those of the C++ ABI for Linux: _Znwm is operator new(size_t).
 */
#include "preload/operators.h"

#include <link.h>

#include "preload/real.h"

#define NEW "_Znwm"

/* By [aligned][nothrow]. */
static const char *const names[2][2] = {
    {NEW, "_ZnwmRKSt9nothrow_t"},
    {"_ZnwmSt11align_val_t", "_ZnwmSt11align_val_tRKSt9nothrow_t"},
};

/* The C++ libraries, whose operators call malloc and free. */
static const struct link_map *library(void)
{
	static const char *const sonames[] = {"libstdc++.so.6",
					      "libc++abi.so.1", "libc++.so.1"};
	const struct link_map *map = NULL;

	for (unsigned i = 0; !map && i < 3; i++)
		map = real_object(sonames[i]);
	return map;
}

/* One that finds no memory calls the handler and throws; only it can. */
void *operators_failed(size_t size, size_t alignment, bool nothrow)
{
	const struct link_map *map = library();
	void *(*new)(size_t, size_t) = NULL;

	if (map)
		*(void **)&new =
		    real_symbol(map, names[alignment > 0][nothrow]);
	if (new)
		return new (size, alignment);
	if (!nothrow)
		__builtin_trap(); /* nobody there who could catch it */
	return NULL;
}

static void *new_uncounted(size_t size)
{
	void *block = real.malloc(size);

	return block ? block : operators_failed(size, 0, false);
}

static void *new_uncounted_nothrow(size_t size)
{
	return real.malloc(size);
}

static void *new_uncounted_aligned(size_t size, size_t alignment)
{
	void *block = real.memalign(alignment, size);

	return block ? block : operators_failed(size, alignment, false);
}

static void *new_uncounted_aligned_nothrow(size_t size, size_t alignment)
{
	return real.memalign(alignment, size);
}

/* What the next definitions do; those that have more arguments get theirs. */
static void use_theirs(struct allocator *out)
{
	out->new = real._Znwm;
	out->new_nothrow = (void *)real._ZnwmRKSt9nothrow_t;
	out->new_aligned = real._ZnwmSt11align_val_t;
	out->new_aligned_nothrow =
	    (void *)real._ZnwmSt11align_val_tRKSt9nothrow_t;
	out->delete = real._ZdlPv;
	out->delete_aligned = (void *)real._ZdlPvSt11align_val_t;
}

static bool are_there(void)
{
	return real_exists((void *)real._Znwm) &&
	       real_exists((void *)real._ZnwmRKSt9nothrow_t) &&
	       real_exists((void *)real._ZnwmSt11align_val_t) &&
	       real_exists((void *)real._ZnwmSt11align_val_tRKSt9nothrow_t) &&
	       real_exists((void *)real._ZdlPv) &&
	       real_exists((void *)real._ZdlPvSt11align_val_t);
}

/* A library with C++ in it may come later. */
void operators_uncounted(struct allocator *out)
{
	out->new = new_uncounted;
	out->new_nothrow = new_uncounted_nothrow;
	out->new_aligned = new_uncounted_aligned;
	out->new_aligned_nothrow = new_uncounted_aligned_nothrow;
	out->delete = out->delete_aligned = real.free;
	if (are_there())
		use_theirs(out);
}

static bool defines(const struct link_map *map, const char *name,
		    const void *function)
{
	return real_symbol(map, name) == function;
}

void operators_respect_others(struct allocator *out)
{
	const struct link_map *map = library();

	if (!are_there() || (map && defines(map, NEW, (void *)real._Znwm)))
		return;
	for (map = _r_debug.r_map; map; map = map->l_next)
		if (defines(map, NEW, (void *)real._Znwm) &&
		    defines(map, "malloc", (void *)real.malloc))
			return;
	use_theirs(out);
}
