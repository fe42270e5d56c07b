/*
 * load.h - makes a policy from flags, environment, file and profile.
 * SPDX-License-Identifier: MIT
 *
 * Precedence: flag > environment > file (or FIG_SANDBOX_POLICY) > profile. The
 * only I/O is reading the file that the input names and the symbolic links in
 * patterns, through raw system calls.
 *
 * A FIG_SANDBOX_POLICY that policy_print wrote is inherited: it is complete and
 * its patterns are resolved. Neither FIG_SANDBOX_CONFIG nor any other variable
 * is looked at beside it, and no symbolic link is followed again: a process must
 * not be able to widen what its children inherit. Only `file` and flags are
 * stronger, which programs that run nothing but tools set.
 */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "config/policy.h"

enum { LOAD_ARENA = 16 * 1024 * 1024 }; /* enough for a TOML_SIZE text */

struct load_input {
	char *const *env;  /* NAME=VALUE, NULL-terminated; may be NULL */
	char *const *flags; /* "name=value" of `run`, NULL-terminated; or NULL */
	const char *file;  /* beats FIG_SANDBOX_CONFIG; or NULL */
	const char *cwd;   /* absolute: what relative names are relative to */
};

/* Why no policy could be made: one line, "FILE:LINE:COLUMN: what was expected". */
struct load_error {
	char text[512];
};

/*
 * 0, or a negative errno with error->text. On failure *policy denies all.
 * With `strict`, settings whose enforcement is not there yet are errors
 * ("not available yet"); `check` turns it off to judge the syntax alone.
 */
int load_policy(const struct load_input *input, bool strict,
		struct arena *arena, struct policy *policy,
		struct load_error *error);

#endif
