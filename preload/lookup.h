/*
 * lookup.h - which names may be looked up, and what the answers were.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_LOOKUP_H
#define PRELOAD_LOOKUP_H

#include "preload/gate.h"
#include "preload/scratch.h"

/* A name on its way to the resolver: a copy that no other thread rewrites. */
struct name {
	const char *host; /* to give to libc instead of the program's */
	struct scratch
	    *scratch; /* holds the copy; NULL while none was needed */
};

#define HOST(name)                                                             \
	{                                                                      \
		.host = (name), .scratch = NULL                                \
	}

/*
 * May this name be looked up? Addresses written as numbers are no look-up, and
 * neither is NULL. Call name_leave() in both cases.
 */
int may_look_up(const struct asked *ask, struct name *name);

void name_leave(struct name *name); /* keeps errno */

/* May a host be looked up that the caller does not name: a reverse look-up? */
int may_look_around(const struct asked *ask);

/* May `name` (in `domain`, or NULL) be asked for in the DNS? */
int may_query(const struct asked *ask, const char *name, const char *domain);

/* The same of the name servers in `state`, which the program may have chosen.
 */
struct __res_state;
int may_query_at(const struct asked *ask, const struct __res_state *state,
		 const char *name, const char *domain);

/* May these bytes go to the name servers in `state` (NULL: the usual ones)? */
int may_send_query(const struct asked *ask, const struct __res_state *state,
		   const unsigned char *message, int len);

/* The answer of a refused look-up_r(): its return value. */
int names_refused(void *result, int *h_errnop, int err);

#endif
