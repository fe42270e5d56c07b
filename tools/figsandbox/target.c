/*
 * target.c - is this a program that a preloaded library reaches?
 * SPDX-License-Identifier: MIT
 *
 * What ld.so cannot load the library into would run without the sandbox, and
 * without a word. So it is found out beforehand, by the rules of the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "config/elf.h"
#include "tools/figsandbox/figsandbox.h"

enum { SCRIPTS = 5 }; /* the kernel follows as many "#!" */

/* 0 if `path` is a file that this user may execute, or the errno. */
static int executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? EISDIR : EACCES;
	return eaccess(path, X_OK) == 0 ? 0 : errno;
}

static int cannot_find(const char *name, int err)
{
	bool absent = err == ENOENT || err == ENOTDIR;

	return complain(absent ? NOT_FOUND : CANNOT_RUN, "%s: %s", name,
			absent ? "no such program" : strerror(err));
}

/* The next directory of a search path in `path`, with `name` behind it. */
static const char *next_candidate(const char *dirs, const char *name,
				  char path[PATH_MAX])
{
	size_t len = strcspn(dirs, ":");

	if (snprintf(path, PATH_MAX, "%.*s%s%s", (int)len, dirs,
		     len ? "/" : "", name) >= PATH_MAX)
		path[0] = '\0';
	return dirs[len] ? dirs + len + 1 : NULL;
}

int target_find(const char *name, char path[PATH_MAX])
{
	const char *dirs = getenv("PATH");
	int err, worst = ENOENT;

	if (strchr(name, '/') || !*name) {
		err = strlen(name) < PATH_MAX ? executable(name) : ENAMETOOLONG;
		if (err)
			return cannot_find(name, err);
		strcpy(path, name);
		return 0;
	}
	for (dirs = dirs ? dirs : "/bin:/usr/bin"; dirs;) {
		dirs = next_candidate(dirs, name, path);
		err = executable(path);
		if (!err)
			return 0;
		if (err != ENOENT && err != ENOTDIR)
			worst = err;
	}
	return cannot_find(name, worst);
}

/* Would the kernel give this process more than it has (and ld.so less)? */
static bool gains_privilege(int fd)
{
	struct stat st;
	char capability[64];

	if (fstat(fd, &st) != 0)
		return true;
	if (st.st_mode & S_ISUID && st.st_uid != geteuid())
		return true;
	if (st.st_mode & S_ISGID && st.st_mode & S_IXGRP &&
	    st.st_gid != getegid())
		return true;
	return geteuid() != 0 && fgetxattr(fd, "security.capability",
					   capability, sizeof(capability)) > 0;
}

/* This tool, and with it the library, belong to one loader: glibc's. */
static bool same_loader(const char *interpreter)
{
	struct elf_facts self;
	struct stat ours, theirs;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : elf_inspect(fd, &self);

	close(fd);
	if (err || self.kind != ELF_DYNAMIC || !*self.interpreter)
		return true; /* nothing to compare with */
	return stat(self.interpreter, &ours) == 0 &&
	       stat(interpreter, &theirs) == 0 &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/* Why a preload does not reach this program; NULL if it does. */
static const char *obstacle(int fd, const struct elf_facts *facts)
{
	switch (facts->kind) {
	case ELF_UNKNOWN:
		return "is neither a program nor a script with \"#!\"";
	case ELF_FOREIGN:
		return "is a program for another kind of machine";
	case ELF_STATIC:
		return "is statically linked: the sandbox library cannot be "
		       "loaded into it";
	case ELF_DYNAMIC:
		if (!same_loader(facts->interpreter))
			return "uses another loader than the sandbox library";
		break;
	case ELF_SCRIPT:
		return NULL; /* its own set-id bits are ignored */
	}
	if (gains_privilege(fd))
		return "gains privileges when run (set-uid, set-gid or file "
		       "capabilities): the loader ignores the sandbox library";
	return NULL;
}

/* Inspects one file; a script's interpreter comes back in facts. */
static int check_one(const char *path, struct elf_facts *facts)
{
	const char *why;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : elf_inspect(fd, facts);

	if (err) {
		close(fd);
		return complain(CANNOT_RUN, "%s: cannot be inspected: %s", path,
				strerror(-err));
	}
	why = obstacle(fd, facts);
	close(fd);
	return why ? complain(CANNOT_RUN, "%s: %s", path, why) : 0;
}

int target_check(const char *path)
{
	struct elf_facts facts;
	char name[ELF_NAME];
	int code, err;

	for (int i = 0; i <= SCRIPTS; i++) {
		code = check_one(path, &facts);
		if (code || facts.kind != ELF_SCRIPT)
			return code;
		err = executable(facts.interpreter);
		if (err)
			return complain(CANNOT_RUN,
					"%s: its interpreter %s: %s", path,
					facts.interpreter, strerror(err));
		path = strcpy(name, facts.interpreter);
	}
	return complain(CANNOT_RUN, "%s: too many scripts that run scripts",
			path);
}
