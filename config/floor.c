/*
 * floor.c - what stays allowed when files are not: the platform floor.
 * SPDX-License-Identifier: MIT
 *
 * Without it programs break inside libraries that they do not control. Names
 * are resolved ones; our own /proc/PID is /proc/self to a policy.
 */
#include "config/floor.h"

#include <string.h>

#include "config/glob.h"

/* What every dynamic program reads inside libraries it does not control. */
/* clang-format off */
static const char *const readable[] = {
	/* the loader */
	"/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/ld.so.conf",
	"/etc/ld.so.conf.d/*",
	"/lib/**.so",           "/lib/**.so.*",
	"/lib64/**.so",         "/lib64/**.so.*",
	"/usr/lib/**.so",       "/usr/lib/**.so.*",
	"/usr/lib64/**.so",     "/usr/lib64/**.so.*",
	"/usr/lib32/**.so",     "/usr/lib32/**.so.*",
	"/usr/local/lib/**.so", "/usr/local/lib/**.so.*",
	/* languages, character sets, time */
	"/lib/**/gconv/**", "/usr/lib/**/gconv/**", "/usr/lib64/gconv/**",
	"/usr/lib/locale/**", "/usr/share/locale/**", "/usr/share/i18n/**",
	"/etc/locale.alias",
	"/usr/share/zoneinfo/**", "/etc/localtime", "/etc/timezone",
	"/etc/nsswitch.conf",
	/* devices without content */
	"/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/random",
	"/dev/tty",
	/* the process and the machine */
	"/proc/self/**",
	"/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems",
	"/proc/version",
	"/proc/sys/vm/overcommit_memory",
	"/proc/sys/kernel/ngroups_max", "/proc/sys/kernel/osrelease",
	"/proc/sys/kernel/pid_max", "/proc/sys/kernel/random/*",
	"/proc/sys/kernel/cap_last_cap",
	"/sys/devices/system/cpu/**",
};

/* Not these: they lead out of what the process is about, into others' files. */
static const char *const unreadable[] = {
	"/proc/self/mem", "/proc/self/task/*/mem",
	"/proc/self/root/**", "/proc/self/cwd/**", "/proc/self/map_files/**",
	"/proc/self/task/*/root/**", "/proc/self/task/*/cwd/**",
	"/proc/self/fd/*", "/proc/self/fd/*/**",
	"/proc/self/task/*/fd/*", "/proc/self/task/*/fd/*/**",
};

static const char *const writable[] = {
	"/dev/null", "/dev/zero", "/dev/full", "/dev/tty",
};

static const char *const library_directories[] = {
	"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/lib32",
	"/usr/libx32", "/usr/local/lib",
};
/* clang-format on */
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

bool policy_covers(const char *pattern, const char *path, bool subtree)
{
	size_t len = strlen(pattern);

	if (subtree &&
	    (len < 2 || pattern[len - 1] != '*' || pattern[len - 2] != '*'))
		return false;
	return glob_match(pattern, path);
}

static bool in_table(const char *const *table, size_t n, const char *path,
		     bool subtree)
{
	for (size_t i = 0; i < n; i++) {
		if (policy_covers(table[i], path, subtree))
			return true;
	}
	return false;
}

/* True if `path` is `dir` or below it. */
static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 &&
	       (path[len] == '\0' || path[len] == '/');
}

/* A tree of /proc holds some of what is unreadable. */
bool floor_reads(const struct policy *policy, const char *path, bool subtree)
{
	if (policy->program && !subtree && strcmp(path, policy->program) == 0)
		return true;
	return in_table(readable, LENGTH(readable), path, subtree) &&
	       !in_table(unreadable, LENGTH(unreadable), path, false) &&
	       !(subtree && is_below(path, "/proc"));
}

bool floor_writes(const char *path, bool subtree)
{
	return in_table(writable, LENGTH(writable), path, subtree);
}

bool floor_keeps(const struct policy *policy, const char *path, bool subtree)
{
	const char *own = policy->library;
	size_t len = strlen(path);

	return own && policy->withheld && strncmp(path, own, len) == 0 &&
	       (own[len] == '\0' || (subtree && own[len] == '/'));
}

bool floor_leads(const struct policy *policy, const char *dir)
{
	size_t len = strlen(dir);

	len -= len && dir[len - 1] == '/';
	if (policy->program && strncmp(policy->program, dir, len) == 0 &&
	    policy->program[len] == '/')
		return true;
	for (size_t i = 0; i < LENGTH(readable); i++) {
		if (glob_below(readable[i], dir))
			return true;
	}
	return false;
}

bool floor_library(const char *path)
{
	for (size_t i = 0; i < LENGTH(library_directories); i++) {
		if (is_below(path, library_directories[i]))
			return true;
	}
	return false;
}
