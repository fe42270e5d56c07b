/*
 * host.c - a program that opens libraries as its arguments say.
 * SPDX-License-Identifier: MIT
 *
 * One line of output per command; see the table at the end.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *last; /* the handle that the commands after "open" use */

static void tell(const void *result)
{
	const char *error = result ? "ok" : dlerror();

	puts(error ? error : "no error");
}

static void open_flags(const char *file, int flags)
{
	void *handle = dlopen(file, RTLD_NOW | flags);

	if (handle)
		last = handle;
	tell(handle);
}

static void do_open(const char *file)
{
	open_flags(file, 0);
}

static void do_deep(const char *file)
{
	open_flags(file, RTLD_DEEPBIND);
}

static void do_noload(const char *file)
{
	open_flags(file, RTLD_NOLOAD);
}

static void do_base(const char *file)
{
	last = dlmopen(LM_ID_BASE, file, RTLD_NOW);
	tell(last);
}

static void do_apart(const char *file)
{
	tell(dlmopen(LM_ID_NEWLM, file, RTLD_NOW));
}

static void do_close(const char *unused)
{
	(void)unused;
	puts(dlclose(last) == 0 ? "ok" : dlerror());
}

static void do_error(const char *unused)
{
	const char *error = dlerror();

	(void)unused;
	puts(error ? error : "no error");
}

static void do_call(const char *name)
{
	int (*function)(void) = (int (*)(void))dlsym(last, name);

	printf("%d\n", function ? function() : -1);
}

/* The last component of the object that holds an address. */
static void where(void *address)
{
	Dl_info info = { 0 };
	const char *slash;

	if (!address || !dladdr(address, &info) || !info.dli_fname) {
		tell(address);
		return;
	}
	slash = strrchr(info.dli_fname, '/');
	puts(slash ? slash + 1 : info.dli_fname);
}

static void do_symbol(const char *name)
{
	where(dlsym(last, name));
}

static void do_version(const char *name)
{
	where(dlvsym(last, name, "GLIBC_2.2.5"));
}

static void do_default(const char *name)
{
	where(dlsym(RTLD_DEFAULT, name));
}

static void do_next(const char *name)
{
	where(dlsym(RTLD_NEXT, name));
}

/* What the libraries call themselves now. */
static void do_name(const char *unused)
{
	struct {
		void *base;
		char *name;
	} *map = last;

	(void)unused;
	puts(map->name);
}

static void do_fork(const char *file)
{
	fflush(stdout);
	if (fork() == 0) {
		do_open(file);
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static const struct {
	const char *name;
	void (*act)(const char *argument);
} commands[] = {
	{ "open", do_open },       { "deep", do_deep },
	{ "noload", do_noload },   { "base", do_base },
	{ "apart", do_apart },     { "close", do_close },
	{ "error", do_error },     { "call", do_call },
	{ "symbol", do_symbol },   { "version", do_version },
	{ "default", do_default }, { "next", do_next },
	{ "name", do_name },       { "fork", do_fork },
};

/* Pairs of command and argument; "-" is an argument that is not looked at. */
int main(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i += 2)
		for (size_t c = 0; c < sizeof(commands) / sizeof(*commands);
		     c++)
			if (strcmp(argv[i], commands[c].name) == 0)
				commands[c].act(argv[i + 1]);
	return 0;
}
