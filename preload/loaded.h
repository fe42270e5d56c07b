/*
 * loaded.h - the libraries that are in the process now.
 * SPDX-License-Identifier: MIT
 *
 * Read from the dynamic linker's own list, under its lock (dl_iterate_phdr), so
 * that nobody unloads a library meanwhile. Not for signal handlers.
 */
#ifndef PRELOAD_LOADED_H
#define PRELOAD_LOADED_H

#include "preload/search.h"

enum loaded {
	LOADED_NOT,
	LOADED_HOST, /* was there at start */
	LOADED_GUEST
};

/* Remembers what is loaded now as the host. At start, once. */
void loaded_start(void);

/*
 * Whether dlopen(name) would be answered by a loaded library of that name or
 * DT_SONAME; then its l_name is in `out`, SCRATCH_PATH bytes.
 */
enum loaded loaded_match(const char *name, char *out);

/* Whether some loaded library is this very file, under whatever name. */
bool loaded_file(const char *file);

/* Calls `see` with the l_name of every library that was not there at start. */
void loaded_guests(void (*see)(const char *name, void *context), void *context);

/*
 * What ld.so knows of the library that holds this code address, and of those
 * that loaded it; the program where no library does. In search->arena; NULL
 * when that is full.
 */
const struct loader *loaded_loader(struct search *search, const void *address);

/* True if `address` belongs to libc or the dynamic linker: any copy of them. */
bool loaded_is_libc(const void *address);

/* The object that holds the address if it was there at start, else NULL. */
struct link_map;
const struct link_map *loaded_host_of(const void *address);

#endif
