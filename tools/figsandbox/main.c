/*
 * main.c - figsandbox, the command line tool: finds the verb.
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "preload/figsandbox.h"
#include "tools/figsandbox/figsandbox.h"

static int verb_help(int argc, char **argv);

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *help;
} verbs[] = {
	{ "run", verb_run,
	  "[--SETTING VALUE]... [-c FILE] [--] PROGRAM [ARG]...",
	  "run a program in the sandbox" },
	{ "status", verb_status, "[--json] [PID]",
	  "what sandboxed processes may do and did" },
	{ "check", verb_check, "FILE",
	  "is this policy well-formed, and is all of it enforced?" },
	{ "help", verb_help, "", "this text" },
};

enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

int complain(int code, const char *format, ...)
{
	va_list values;

	fflush(stdout);
	va_start(values, format);
	fputs("figsandbox: ", stderr);
	vfprintf(stderr, format, values);
	fputc('\n', stderr);
	va_end(values);
	return code;
}

static const struct verb *find(const char *name)
{
	for (unsigned i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

int complain_usage(int code, const char *name)
{
	const struct verb *verb = find(name);

	fprintf(stderr, "usage: figsandbox %s %s\n", verb->name,
		verb->arguments);
	return code;
}

static void print_help(FILE *to)
{
	fputs("usage: figsandbox VERB ...\n\n", to);
	for (unsigned i = 0; i < VERBS; i++)
		fprintf(to, "  %s %s\n        %s\n", verbs[i].name,
			verbs[i].arguments, verbs[i].help);
}

static int verb_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print_help(stdout);
	return FINE;
}

int main(int argc, char **argv)
{
	const struct verb *verb = argc > 1 ? find(argv[1]) : NULL;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("figsandbox %s\n", FIG_SANDBOX_VERSION);
		return FINE;
	}
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return verb_help(argc, argv);
	if (!verb) {
		print_help(stderr);
		return MISUSED;
	}
	if (argc > 2 && strcmp(argv[2], "--help") == 0) {
		printf("usage: figsandbox %s %s\n", verb->name,
		       verb->arguments);
		return FINE;
	}
	return verb->run(argc - 1, argv + 1);
}
