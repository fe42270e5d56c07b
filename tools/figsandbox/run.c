/*
 * run.c - figsandbox run: checks everything, sets the environment, and execs.
 * SPDX-License-Identifier: MIT
 *
 * The program runs with two variables: LD_PRELOAD names the library, and
 * FIG_SANDBOX_POLICY is the whole policy that the flags, the environment and
 * the file make. Whatever goes wrong before that is one line and exit code 125,
 * 126 or 127.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/load.h"
#include "tools/figsandbox/figsandbox.h"

static char block[LOAD_ARENA];
static char policy_text[POLICY_TEXT];

/* What the command line says. */
struct order {
	char **flags; /* "name=value", NULL-terminated */
	const char *file;
	char **command;
};

static void *must_have(void *memory)
{
	if (!memory)
		exit(complain(FAILED, "no memory"));
	return memory;
}

static char *name_and_value(const char *name, const char *value)
{
	char *flag = must_have(malloc(strlen(name) + strlen(value) + 2));

	sprintf(flag, "%s=%s", name, value);
	return flag;
}

/*
 * Every setting is a flag that takes a value; which ones there are is for
 * load_policy to say. False for a command line that makes no sense.
 */
static bool parse(int argc, char **argv, struct order *order)
{
	size_t flags = 0;
	int i;

	order->flags = must_have(calloc((size_t)argc + 1, sizeof(char *)));
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		const char *option = argv[i];

		if (strcmp(option, "--") == 0) {
			i++;
			break;
		}
		if (strncmp(option, "--config=", 9) == 0) {
			order->file = option + 9;
		} else if (strncmp(option, "--", 2) == 0 &&
			   strchr(option, '=')) {
			order->flags[flags++] = argv[i] + 2;
		} else if (i + 1 == argc) {
			return false;
		} else if (strcmp(option, "-c") == 0 ||
			   strcmp(option, "--config") == 0) {
			order->file = argv[++i];
		} else if (strncmp(option, "--", 2) == 0) {
			order->flags[flags++] =
				name_and_value(option + 2, argv[++i]);
		} else {
			return false;
		}
	}
	order->command = argv + i;
	return i < argc;
}

/* The policy in force, as text for the library; sets *off for mode "off". */
static int make_policy(const struct order *order, bool *off)
{
	struct text text = text_in(policy_text, sizeof(policy_text));
	char cwd[PATH_MAX];
	struct load_input input = { .env = environ, .flags = order->flags,
				    .file = order->file, .cwd = cwd };
	static struct policy policy;
	struct load_error error;
	struct arena arena;

	if (!getcwd(cwd, sizeof(cwd)) || cwd[0] != '/')
		return complain(FAILED, "the working directory: %s",
				strerror(errno));
	arena_init(&arena, block, sizeof(block));
	if (load_policy(&input, true, &arena, &policy, &error))
		return complain(FAILED, "%s", error.text);
	policy_print(&policy, &text);
	if (text.cut)
		return complain(FAILED, "the policy is too long for an "
					"environment variable");
	*off = policy.at[KEY_mode].number == MODE_OFF;
	return 0;
}

/* Nothing of ours stays: the policy's text holds all of it. */
static void remove_settings(void)
{
	static const char prefix[] = "FIG_SANDBOX_";
	char name[256];

	for (char **at = environ; *at;) {
		size_t len = strcspn(*at, "=");

		if (strncmp(*at, prefix, sizeof(prefix) - 1) != 0 ||
		    len >= sizeof(name)) {
			at++;
			continue;
		}
		memcpy(name, *at, len);
		name[len] = '\0';
		unsetenv(name);
		at = environ;
	}
}

static bool is_first(const char *library, const char *list)
{
	size_t len = strlen(library);

	return strncmp(list, library, len) == 0 &&
	       strchr(": ", list[len]); /* or the end */
}

/* In front of what is there: the first library's functions are used. */
static int set_environment(const char *library)
{
	const char *others = getenv("LD_PRELOAD");
	char *list;

	remove_settings();
	if (setenv("FIG_SANDBOX_POLICY", policy_text, 1) != 0)
		return complain(FAILED, "no memory");
	if (others && is_first(library, others))
		return 0;
	list = must_have(malloc(strlen(library) +
				(others ? strlen(others) : 0) + 2));
	sprintf(list, "%s%s%s", library, others && *others ? ":" : "",
		others ? others : "");
	if (setenv("LD_PRELOAD", list, 1) != 0)
		return complain(FAILED, "no memory");
	return 0;
}

int verb_run(int argc, char **argv)
{
	struct order order = { 0 };
	char program[PATH_MAX], library[PATH_MAX];
	bool off = false;
	int code;

	if (!parse(argc, argv, &order))
		return complain_usage(FAILED, "run");
	code = make_policy(&order, &off);
	if (!code)
		code = target_find(order.command[0], program);
	if (!code && !off)
		code = target_check(program);
	if (!code)
		code = library_find(library);
	if (!code)
		code = set_environment(library);
	if (code)
		return code;
	execve(program, order.command, environ);
	return complain(errno == ENOENT ? NOT_FOUND : CANNOT_RUN, "%s: %s",
			program, strerror(errno));
}
