/*
 * dl.h - questions of the family dl: loading libraries and looking up symbols.
 * SPDX-License-Identifier: MIT
 *
 * The wrappers are in arch/, since they end in a jump to libc's function; they
 * ask these. Each returns libc's function to go on with, and the arguments in
 * `call` are what it gets; or NULL, and argument[0] is the program's answer.
 */
#ifndef PRELOAD_DL_H
#define PRELOAD_DL_H

#include "preload/gate.h"

/* The layout is known to arch/. */
struct dl_call {
	void *argument[3];
	const void *caller; /* the return address */
	void *unused;
};

void *dl_open(struct dl_call *call);    /* dlopen */
void *dl_open_in(struct dl_call *call); /* dlmopen */
void *dl_symbol(struct dl_call *call);  /* dlsym */
void *dl_version(struct dl_call *call); /* dlvsym */

/*
 * iconv_open loads converters from the directories in GCONV_PATH: refused once
 * that is not what it was at start.
 */
int may_convert(const struct asked *ask);

/* Service words name libraries: refused while only some may be loaded. */
int may_configure(const struct asked *ask, const char *services);

#endif
