/*
 * environment.c - fuzzes the environment and the flags.
 * SPDX-License-Identifier: MIT
 *
 * Input: strings that end in NUL. "-x" is the flag x, "+X" is the variable
 * FIG_SANDBOX_X, everything else is a variable. No file is named: opening some
 * is not without effect.
 */
#include "tests/fuzz/round_trip.h"

enum { STRINGS = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *string_of(const char *prefix, const char *text)
{
	char *string = malloc(strlen(prefix) + strlen(text) + 1);

	MUST(string);
	strcpy(string, prefix);
	return strcat(string, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *env[STRINGS + 1] = {NULL}, *flags[STRINGS + 1] = {NULL};
	size_t nenv = 0, nflags = 0;
	char *all = malloc(size + 1);

	MUST(all);
	memcpy(all, data, size);
	all[size] = '\0';
	for (char *at = all; at < all + size && nenv + nflags < STRINGS;
	     at += strlen(at) + 1) {
		if (strstr(at, "CONFIG="))
			continue;
		if (at[0] == '-')
			flags[nflags++] = string_of("", at + 1);
		else if (at[0] == '+')
			env[nenv++] = string_of("FIG_SANDBOX_", at + 1);
		else
			env[nenv++] = string_of("", at);
	}
	check_policy(env, flags);
	for (size_t i = 0; i < STRINGS; i++) {
		free(env[i]);
		free(flags[i]);
	}
	free(all);
	return 0;
}
