/*
 * round_trip.h - what must hold for every input that load_policy is given.
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_FUZZ_ROUND_TRIP_H
#define TESTS_FUZZ_ROUND_TRIP_H

#include <stdlib.h>
#include <string.h>

#include "config/load.h"
#include "tests/unit/same_policy.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

enum { TEXT_SIZE = 4 * 1024 * 1024 };

static const char variable_name[] = "FIG_SANDBOX_POLICY=";

static inline int load(char *const *env, char *const *flags, char *block,
		       struct policy *policy)
{
	const struct load_input input = {
	    .env = env, .flags = flags, .cwd = "/nonexistent/a"};
	struct load_error error = {""};
	struct arena arena;
	int err;

	arena_init(&arena, block, LOAD_ARENA);
	err = load_policy(&input, false, &arena, policy, &error);
	MUST(err <= 0 && policy->closed == (err != 0));
	MUST((err != 0) == (error.text[0] != '\0'));
	MUST(!strpbrk(error.text, "\n\r\x1b"));
	MUST(strnlen(error.text, sizeof(error.text)) < sizeof(error.text));
	return err;
}

static inline void refuses_everything(const struct policy *policy)
{
	struct verdict verdict;

	for (unsigned right = 0; right < RIGHTS; right++) {
		policy_decide(policy, &(struct query){.right = right},
			      &verdict);
		MUST(verdict.err < 0);
	}
}

/* A right that is not restricted is refused to nobody. */
static inline void decides(const struct policy *policy)
{
	static const struct net_address address = {.family = AF_INET6};
	struct verdict verdict;

	for (unsigned right = 0; right < RIGHTS; right++) {
		policy_decide(policy,
			      &(struct query){.right = right,
					      .path = "/n/a.so",
					      .alias = "/usr/lib/a.so",
					      .subtree = true,
					      .count = 1000,
					      .address = &address,
					      .domain = AF_NETLINK,
					      .roundabout = true,
					      .size = UINT64_MAX},
			      &verdict);
		MUST(!verdict.err || policy->restricted & RIGHT(right));
	}
}

/* Printed as a variable; false if that takes too much room. */
static inline bool print(const struct policy *policy, char *variable)
{
	struct text text = text_in(variable, TEXT_SIZE);

	text_add(&text, variable_name);
	policy_print(policy, &text);
	return !text.cut;
}

static inline void check_policy(char *const *env, char *const *flags)
{
	static char first[LOAD_ARENA], second[LOAD_ARENA];
	static char once[TEXT_SIZE], twice[TEXT_SIZE];
	static struct policy policy, again;

	if (load(env, flags, first, &policy)) {
		refuses_everything(&policy);
		return;
	}
	decides(&policy);
	if (!print(&policy, once) ||
	    strlen(once) >= sizeof(variable_name) + 1024 * 1024 - 1)
		return;
	MUST(load((char *[]){once, NULL}, NULL, second, &again) == 0);
	MUST(!different(&policy, &again));
	MUST(print(&again, twice));
	MUST(strcmp(once, twice) == 0);
}

#endif
