/*
 * search.h - where would ld.so find this name?
 * SPDX-License-Identifier: MIT
 *
 * ld.so does not tell before it has loaded the file, so its search is done
 * again: RPATH, LD_LIBRARY_PATH as it was at start, RUNPATH, the cache, the
 * system's directories, with the subdirectories for better processors.
 *
 * Not for signal handlers, as dlopen is not. Nothing here uses the heap.
 */
#ifndef PRELOAD_SEARCH_H
#define PRELOAD_SEARCH_H

#include <stdbool.h>

#include "config/arena.h"
#include "preload/dynamic.h"
#include "preload/scratch.h"

/* What ld.so looks at in the library that wants another one. */
struct loader {
	const char *origin;      /* directory, for $ORIGIN; NULL if unknown */
	const char *rpath;       /* NULL also when there is a runpath */
	const char *runpath;     /* NULL if none */
	const struct loader *by; /* who loaded it: its rpath counts too */
	bool no_default;
};

/* The work space of one dlopen: a mapping of its own. */
struct search {
	struct arena arena; /* what has to live as long as the question */
	const void *cache;  /* of ld.so, once needed */
	size_t cache_size;
	char file[SCRATCH_PATH];  /* what search_open found */
	char path[SCRATCH_PATH];  /* it, resolved */
	char alias[SCRATCH_PATH]; /* its directory resolved, its name kept */
	char entry[SCRATCH_PATH]; /* one entry of a list, expanded */
	char name[SCRATCH_PATH];  /* a name out of a file */
	struct dynamic dynamic;
};

/* NULL when the kernel has no memory left. */
struct search *search_begin(void);

void search_end(struct search *search); /* NULL is fine */

/*
 * Opens what dlopen(name) or DT_NEEDED `name` would load on behalf of `by`.
 * Returns a descriptor, to be closed by the caller, and the name that ld.so
 * would give it in search->file. Otherwise -ENOENT, or for a name with a slash
 * what open() said, with the name in search->file.
 */
int search_open(struct search *search, const struct loader *by,
		const char *name);

/* `text` of `len` bytes with $ORIGIN, $LIB and $PLATFORM expanded, as ld.so
 * does for `by`; 0, -ENOENT if one has no value, or -ENAMETOOLONG. */
int search_expand(const struct loader *by, const char *text, size_t len,
		  char *out, size_t size);

/* The directory part of an absolute path, kept in the arena; else NULL. */
const char *search_origin(struct search *search, const char *file);

#endif
