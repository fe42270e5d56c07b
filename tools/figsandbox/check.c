/*
 * check.c - figsandbox check: is this policy well-formed, and enforced?
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/load.h"
#include "tools/figsandbox/figsandbox.h"

static char block[LOAD_ARENA];

/* Tells a fault in the policy from a file that is none. */
static bool is_readable(const char *file)
{
	struct stat st;

	return stat(file, &st) == 0 && S_ISREG(st.st_mode) &&
	       eaccess(file, R_OK) == 0;
}

/*
 * What a user asked for and this release does not enforce keeps every program
 * from starting: that is a finding. The profile's defaults are only reported.
 */
static bool print_unenforced(const struct policy *policy)
{
	bool starts = true;

	for (unsigned key = 0; key < KEYS; key++) {
		const struct setting *setting = &policy->at[key];

		if (!policy_unenforced(key, setting))
			continue;
		printf("%s", setting->source.file);
		if (setting->source.line)
			printf(":%u", setting->source.line);
		printf(": %s: %s\n", policy_keys[key].name,
		       setting->chosen ?
			       "not available yet: no program starts with it" :
			       "not enforced in this release");
		starts &= !setting->chosen;
	}
	for (const struct overlay *overlay = policy->overlays; overlay;
	     overlay = overlay->next) {
		if (!overlay_unenforced(overlay))
			continue;
		printf("%s:%u: library: not available yet: no program starts "
		       "with it\n", overlay->source.file, overlay->source.line);
		starts = false;
	}
	return starts;
}

/* Children are given the policy as one variable. */
static bool print_too_long(const char *file, const struct policy *policy)
{
	static char room[POLICY_TEXT];
	struct text text = text_in(room, sizeof(room));

	policy_print(policy, &text);
	if (text.cut)
		printf("%s: too long to hand on to children: no program starts "
		       "with it\n", file);
	return text.cut;
}

int verb_check(int argc, char **argv)
{
	static struct policy policy;
	char cwd[PATH_MAX];
	struct load_input input = { .cwd = cwd };
	struct load_error error;
	struct arena arena;
	bool fine;

	if (argc != 2)
		return complain_usage(MISUSED, "check");
	input.file = argv[1];
	if (!getcwd(cwd, sizeof(cwd)) || cwd[0] != '/')
		return complain(MISUSED, "the working directory: %s",
				strerror(errno));
	arena_init(&arena, block, sizeof(block));
	if (load_policy(&input, false, &arena, &policy, &error))
		return complain(is_readable(argv[1]) ? FINDINGS : MISUSED, "%s",
				error.text);
	fine = !print_too_long(argv[1], &policy);
	fine &= print_unenforced(&policy);
	if (fine)
		printf("%s: fine\n", argv[1]);
	return fine ? FINE : FINDINGS;
}
