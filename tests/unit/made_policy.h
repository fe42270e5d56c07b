/*
 * made_policy.h - policies for tests, made from the inside of [ffi.sandbox].
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_UNIT_MADE_POLICY_H
#define TESTS_UNIT_MADE_POLICY_H

#include "config/load.h"
#include "tests/unit/test.h"

static char made_block[LOAD_ARENA];

/* The last one made is the only one that is valid. */
static inline int make_policy(char *const *env, char *const *flags, bool strict,
			      struct policy *policy, struct load_error *error)
{
	const struct load_input input = {
	    .env = env, .flags = flags, .cwd = "/nonexistent/cwd"};
	struct arena arena;

	arena_init(&arena, made_block, sizeof(made_block));
	memset(error, 0, sizeof(*error));
	return load_policy(&input, strict, &arena, policy, error);
}

/* As FIG_SANDBOX_POLICY; fails the test if the policy is refused. */
static inline void made_of(const char *inside, struct policy *policy)
{
	static char text[65536];
	struct load_error error;

	snprintf(text, sizeof(text), "FIG_SANDBOX_POLICY=[ffi.sandbox]\n%s",
		 inside);
	CHECK(make_policy((char *[]){text, NULL}, NULL, true, policy, &error) ==
		  0,
	      "%s: %s", inside, error.text);
}

#endif
