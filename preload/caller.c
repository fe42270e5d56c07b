/*
 * caller.c - which library made a call.
 * SPDX-License-Identifier: MIT
 */
#include "preload/caller.h"

#include <dlfcn.h>
#include <link.h>

#include "preload/start.h"

/* glibc 2.35 and later; an older libc leaves callers unnamed. */
extern __typeof__(_dl_find_object) _dl_find_object __attribute__((weak));

const char *caller_name(const void *address)
{
	struct dl_find_object found;

	if (!_dl_find_object || _dl_find_object((void *)address, &found) != 0)
		return "";
	if (found.dlfo_link_map->l_name[0] == '\0')
		return start_program;
	return found.dlfo_link_map->l_name;
}
