/*
 * ldcache.h - reads /etc/ld.so.cache as ld.so does.
 * SPDX-License-Identifier: MIT
 *
 * Pure: works on bytes that somebody mapped, believes none of them, and never
 * reads outside `size`. Only the format of glibc 2.2 and later ("1.1").
 */
#ifndef PRELOAD_LDCACHE_H
#define PRELOAD_LDCACHE_H

#include <stddef.h>

/*
 * The file for a library's name on a processor of this level (cpu.h): the best
 * glibc-hwcaps variant that runs here, else the plain one. The text lies in the
 * cache. NULL when it has none, or is damaged where it matters.
 */
const char *ldcache_find(const void *cache, size_t size, const char *name,
			 unsigned level);

#endif
