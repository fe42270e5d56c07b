/*
 * library.c - finds the sandbox library.
 * SPDX-License-Identifier: MIT
 *
 * ld.so runs a program without the library when it cannot load it, after a mere
 * warning. So what can go wrong there is tried here first.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/elf.h"
#include "tools/figsandbox/figsandbox.h"

#define LIBRARY "libfigsandbox.so"
#define INSTALLED "/usr/lib/x86_64-linux-gnu/figsandbox/" LIBRARY

/* The library at `below` this tool's directory, or "". */
static void beside_tool(const char *below, char path[PATH_MAX])
{
	char tool[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", tool, sizeof(tool) - 1);
	char *slash;

	path[0] = '\0';
	tool[len < 0 ? 0 : len] = '\0';
	slash = strrchr(tool, '/');
	if (!slash)
		return;
	*slash = '\0';
	if (snprintf(path, PATH_MAX, "%s/%s" LIBRARY, tool, below) >=
		    PATH_MAX ||
	    access(path, F_OK) != 0)
		path[0] = '\0';
}

static void choose(char path[PATH_MAX])
{
	const char *chosen = getenv("FIGSANDBOX_LIBRARY");

	if (chosen && *chosen) {
		snprintf(path, PATH_MAX, "%s", chosen);
		return;
	}
	beside_tool("", path);
	if (!*path)
		beside_tool("../lib/figsandbox/", path);
	if (!*path)
		strcpy(path, INSTALLED);
}

/* As ld.so will: readable, for this machine, and not on a noexec mount. */
static int check(const char *path)
{
	struct elf_facts facts = { .kind = ELF_UNKNOWN };
	void *page = MAP_FAILED;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? errno : -elf_inspect(fd, &facts);

	if (!err) {
		page = mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
		err = page == MAP_FAILED ? errno : 0;
	}
	if (page != MAP_FAILED)
		munmap(page, 1);
	if (fd >= 0)
		close(fd);
	if (err)
		return complain(FAILED, "the sandbox library %s: %s", path,
				strerror(err));
	if (facts.kind != ELF_STATIC && facts.kind != ELF_DYNAMIC)
		return complain(FAILED, "the sandbox library %s: not a library "
					"for this machine", path);
	return 0;
}

int library_find(char path[PATH_MAX])
{
	char chosen[PATH_MAX];

	choose(chosen);
	if (!realpath(chosen, path))
		return complain(FAILED, "the sandbox library %s: %s", chosen,
				strerror(errno));
	if (strpbrk(path, ": \t\n"))
		return complain(FAILED, "the sandbox library %s: LD_PRELOAD "
					"cannot express a path with a space or "
					"a colon", path);
	return check(path);
}
