/*
 * library.h - which libraries the program has opened.
 * SPDX-License-Identifier: MIT
 *
 * The wrapper of dlopen ends in a jump and never sees what came of it. So a
 * name is noted when it is about to be opened, and at every later question the
 * list is held against the libraries that are really there: what dlclose
 * removed, and what failed to load, gives its place back then.
 *
 * The host, and what a library only needs, do not count. Nothing here calls
 * malloc. Not for signal handlers, as dlopen is not.
 */
#ifndef PRELOAD_LIBRARY_H
#define PRELOAD_LIBRARY_H

#include <stdbool.h>

/* Remembers what is there as the host; once, at start. */
void library_start(void);

/* In the child of a fork, before anything else here. */
void library_forked(void);

/* How many are open now; also what status->loaded_libs then says. */
unsigned library_count(void);

/* True if the library of this name (as ld.so spells it) is counted. */
bool library_is_open(const char *name);

/*
 * A copy of `name` that is never freed nor changed, for libc to read after our
 * last instruction; NULL if the kernel has no memory left. With `counts`, notes
 * that it is about to be opened.
 */
const char *library_keep(const char *name, bool counts);

#endif
