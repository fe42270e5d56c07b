/*
 * real.h - the functions behind ours.
 * SPDX-License-Identifier: MIT
 *
 * real.open is the next definition after ours (RTLD_NEXT): libc's, or that of
 * another preload library behind us. One slot per row of calls.def.
 */
#ifndef PRELOAD_REAL_H
#define PRELOAD_REAL_H

#include "preload/calls.h"

/*
 * Every row again as a declaration: libc's headers check those that they know,
 * and those that libc exports without a header are declared here.
 */
#define CALL(returns, name, parameters, ...) returns name parameters;
#define PATH CALL
#define PAIR CALL
#define HAND CALL
#include "preload/calls.def"

struct real {
#define CALL(returns, name, parameters, ...) returns(*name) parameters;
#define PATH CALL
#define PAIR CALL
#define HAND CALL
#include "preload/calls.def"
};

extern struct real real __attribute__((visibility("hidden")));

/*
 * Fills in `real`; false if libc cannot be found. Allocates nothing of the
 * program's; runs before any constructor if need be.
 */
bool real_start(void);

/*
 * Our wrapper for a name of calls.def, or NULL: what dlsym answers instead of
 * libc's function.
 */
void *real_wrapper(const char *name);

/*
 * The dynamic symbol `name` of one loaded object, by its link map; of the default
 * version, or else of an old one. NULL if there is none.
 */
struct link_map;
void *real_symbol(const struct link_map *map, const char *name);

/* Is a slot of `real` filled with a function? Else calling it is ENOSYS. */
bool real_exists(const void *function);

/* The first loaded object with this soname, or NULL. */
const struct link_map *real_object(const char *soname);

/* libc's own link map. */
const struct link_map *real_libc(void);

#endif
