/*
 * dlerror.h - what dlerror() says after a refusal of ours.
 * SPDX-License-Identifier: MIT
 *
 * As in libc, a text belongs to the thread, is told once, and is superseded by
 * the next dl call of the thread, whether that fails or not.
 */
#ifndef PRELOAD_DLERROR_H
#define PRELOAD_DLERROR_H

#include "config/policy.h"

/* "ERR_DLOPEN_FAILED: OBJECT: REASON (SOURCE)"; the source may be empty. */
void dlerror_refused(const char *object, const char *reason,
		     struct source source);

/* The same for the verdict on a library. */
void dlerror_verdict(const char *object, const struct verdict *verdict);

/* "NAME: cannot open shared object file: …", libc's words for this errno. */
void dlerror_missing(const char *name, int err);

/* Another dl call has begun. */
void dlerror_forget(void);

#endif
