/*
 * search.c - where would ld.so find this name?
 * SPDX-License-Identifier: MIT
 *
 * Follows _dl_map_object, open_path and open_verify of glibc's elf/dl-load.c.
 * The names that come out are spelled as ld.so spells them, for they become
 * l_name and the $ORIGIN of what is loaded. Two things are not known here: a
 * path given as `ld.so --library-path`, and GLIBC_TUNABLES that mask features
 * of the processor; a library that only they lead to counts as not found.
 */
#include "preload/search.h"

#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "config/raw.h"
#include "config/text.h"
#include "preload/cpu.h"
#include "preload/ldcache.h"
#include "preload/start.h"

enum { ROOM = 1 << 20, OLD_NAMES = 5 };

/* A library may turn out to be a pipe or a terminal, and is not loaded yet. */
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define CACHE_FILE "/etc/ld.so.cache"
#define LIB "lib/x86_64-linux-gnu" /* what $LIB stands for */

/*
 * Debian's, then those of distributions with lib64. A directory that this ld.so
 * would not search does no harm: what is found is asked about and then loaded
 * by its full name.
 */
static const char *const system_dirs[] = {
	"/lib/x86_64-linux-gnu/", "/usr/lib/x86_64-linux-gnu/", "/lib/",
	"/usr/lib/", "/lib64/", "/usr/lib64/"
};

struct search *search_begin(void)
{
	struct search *search = raw_memory(ROOM);

	if (!search)
		return NULL;
	arena_init(&search->arena, search + 1, ROOM - sizeof(*search));
	return search;
}

void search_end(struct search *search)
{
	if (search && search->cache_size)
		RAW(munmap, search->cache, search->cache_size);
	if (search)
		RAW(munmap, search, ROOM);
}

const char *search_origin(struct search *search, const char *file)
{
	const char *slash = strrchr(file, '/');

	if (!slash)
		return NULL;
	return arena_text(&search->arena, file,
			  slash == file ? 1 : (size_t)(slash - file));
}

/* The length of "NAME" or "{NAME}" at `text`, or 0. */
static size_t token(const char *text, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (len >= n && memcmp(text, name, n) == 0)
		return n;
	if (len >= n + 2 && text[0] == '{' && text[n + 1] == '}' &&
	    memcmp(text + 1, name, n) == 0)
		return n + 2;
	return 0;
}

int search_expand(const struct loader *by, const char *text, size_t len,
		  char *out, size_t size)
{
	const struct { const char *name, *value; } tokens[] = {
		{ "ORIGIN", by->origin },
		{ "PLATFORM", cpu_platform() },
		{ "LIB", LIB },
	};
	struct text to = text_in(out, size);

	for (size_t i = 0, used = 0; i < len; i++, used = 0) {
		for (size_t t = 0; text[i] == '$' && !used && t < 3; t++) {
			used = token(text + i + 1, len - i - 1, tokens[t].name);
			if (used && !tokens[t].value)
				return -ENOENT;
			if (used)
				text_add(&to, tokens[t].value);
		}
		if (!used)
			text_char(&to, text[i]);
		i += used;
	}
	return to.cut ? -ENAMETOOLONG : 0;
}

/* Opens search->file; -ENOEXEC for a file of another machine. */
static int open_file(struct search *search)
{
	long fd = RAW(openat, AT_FDCWD, search->file, OPEN_FLAGS, 0);

	if (fd >= 0 && !dynamic_for_us((int)fd)) {
		RAW(close, fd);
		return -ENOEXEC;
	}
	return (int)fd;
}

/* One directory, ending in '/', and one subdirectory of it. */
static int try_file(struct search *search, const char *directory,
		    const char *below, const char *name)
{
	struct text file = text_in(search->file, sizeof(search->file));

	text_add(&file, directory);
	text_add(&file, below);
	text_add(&file, name);
	return file.cut ? -ENAMETOOLONG : open_file(search);
}

/* Up to glibc 2.36: every subset of these, the first name being the top bit. */
static int try_old(struct search *search, const char *directory,
		   const char *name)
{
	const char *names[OLD_NAMES] = { "tls", cpu_platform() };
	const char *const *more = cpu_old_names();
	unsigned count = 2;
	int fd = -ENOENT;
	char below[64];

	while (*more && count < OLD_NAMES)
		names[count++] = *more++;
	for (unsigned set = (1u << count) - 1; fd < 0 && set > 0; set--) {
		struct text path = text_in(below, sizeof(below));

		for (unsigned i = 0; i < count; i++) {
			if (!(set & 1u << (count - 1 - i)))
				continue;
			text_add(&path, names[i]);
			text_char(&path, '/');
		}
		fd = try_file(search, directory, below, name);
	}
	return fd;
}

static bool searches_old(void)
{
	const char *version = gnu_get_libc_version();

	return strncmp(version, "2.", 2) == 0 && atoi(version + 2) < 37;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return RAW(newfstatat, AT_FDCWD, path, &st, 0) == 0 &&
	       S_ISDIR(st.st_mode);
}

static int try_directory(struct search *search, const char *directory,
			 const char *name)
{
	char below[] = "glibc-hwcaps/x86-64-v4/";
	int fd = -ENOENT;

	if (!is_directory(directory))
		return -ENOENT;
	for (unsigned level = cpu_level(); fd < 0 && level > 1; level--) {
		below[sizeof(below) - 3] = (char)('0' + level);
		fd = try_file(search, directory, below, name);
	}
	if (fd < 0 && searches_old())
		fd = try_old(search, directory, name);
	return fd < 0 ? try_file(search, directory, "", name) : fd;
}

/* Tries one entry of a list: "" is the working directory. */
static int try_entry(struct search *search, const struct loader *by,
		     const char *entry, size_t len, const char *name)
{
	size_t size = sizeof(search->entry) - 2, n;

	if (search_expand(by, entry, len, search->entry, size))
		return -ENOENT;
	n = strlen(search->entry);
	if (n == 0)
		search->entry[n++] = '.';
	while (n > 1 && search->entry[n - 1] == '/')
		n--;
	if (search->entry[n - 1] != '/')
		search->entry[n++] = '/';
	search->entry[n] = '\0';
	return try_directory(search, search->entry, name);
}

/* A list of directories of the library `of`; none at all is no list. */
static int try_list(struct search *search, const struct loader *of,
		    const char *list, const char *separators, const char *name)
{
	int fd = -ENOENT;

	if (!list || !*list)
		return -ENOENT;
	while (fd < 0) {
		size_t len = strcspn(list, separators);

		fd = try_entry(search, of, list, len, name);
		if (!list[len])
			break;
		list += len + 1;
	}
	return fd;
}

static const char *library_path(void)
{
	static const char variable[] = "LD_LIBRARY_PATH=";

	for (size_t i = 0; start_env && start_env[i]; i++)
		if (strncmp(start_env[i], variable, sizeof(variable) - 1) == 0)
			return start_env[i] + sizeof(variable) - 1;
	return NULL;
}

/* Maps the cache once per question, as ld.so does; it may have been renewed. */
static void map_cache(struct search *search)
{
	long fd = RAW(openat, AT_FDCWD, CACHE_FILE, O_RDONLY | O_CLOEXEC, 0);
	struct stat st;
	long cache;

	search->cache = ""; /* not again */
	if (fd < 0)
		return;
	if (RAW(fstat, fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		cache = RAW(mmap, 0, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (cache > 0 || cache <= -4096) {
			search->cache = (const void *)cache;
			search->cache_size = (size_t)st.st_size;
		}
	}
	RAW(close, fd);
}

static int try_cache(struct search *search, const char *name)
{
	const char *file;

	if (!search->cache)
		map_cache(search);
	file = ldcache_find(search->cache, search->cache_size, name,
			    cpu_level());
	return file ? try_file(search, file, "", "") : -ENOENT;
}

static int try_system(struct search *search, const char *name)
{
	size_t n = sizeof(system_dirs) / sizeof(system_dirs[0]);
	int fd = -ENOENT;

	for (size_t i = 0; fd < 0 && i < n; i++)
		fd = try_directory(search, system_dirs[i], name);
	return fd;
}

/* A name with a slash is a path. */
static int open_path(struct search *search, const struct loader *by,
		     const char *name)
{
	int err = search_expand(by, name, strlen(name), search->file,
				sizeof(search->file));
	long fd = err ? err :
			RAW(openat, AT_FDCWD, search->file, OPEN_FLAGS, 0);

	return (int)fd;
}

int search_open(struct search *search, const struct loader *by,
		const char *name)
{
	struct loader program = { 0 };
	int fd = -ENOENT;

	search->file[0] = '\0';
	if (strchr(name, '/'))
		return open_path(search, by, name);
	for (const struct loader *of = by; of && !by->runpath; of = of->by)
		if (fd < 0)
			fd = try_list(search, of, of->rpath, ":", name);
	if (fd < 0) {
		program.origin = search_origin(search, start_program);
		fd = try_list(search, &program, library_path(), ":;", name);
	}
	if (fd < 0)
		fd = try_list(search, by, by->runpath, ":", name);
	if (fd < 0 && !by->no_default)
		fd = try_cache(search, name);
	if (fd < 0 && !by->no_default)
		fd = try_system(search, name);
	return fd < 0 ? -ENOENT : fd;
}
