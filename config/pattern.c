/*
 * pattern.c - makes patterns absolute and resolves the directories they name.
 * SPDX-License-Identifier: MIT
 *
 * "." and ".." are taken away lexically first; what then stands before the
 * first wildcard is followed through symbolic links as far as it exists. Bytes
 * of resolved names that are special in patterns are escaped.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "config/glob.h"
#include "config/policy_internal.h"
#include "config/raw.h"

enum { LINKS_MAX = 40 }; /* as the kernel: MAXSYMLINKS */

#define SPECIAL "*?[\\"

static int too_long(struct loader *loader, const struct place *place)
{
	return load_expected(loader, place, "a path of at most 4095 bytes");
}

/* "/a" is one up from "/a/b"; "" from "/a" and from "". */
static void go_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

/* Appends "/name"; false if that does not fit. */
static bool go_down(char path[PATH_SIZE], const char *name, size_t len)
{
	size_t at = strlen(path);

	if (len >= PATH_SIZE || at + 1 + len >= PATH_SIZE)
		return false;
	path[at] = '/';
	memcpy(path + at + 1, name, len);
	path[at + 1 + len] = '\0';
	return true;
}

/* Goes along "a/../b" from `path`, without a look at the file system. */
static bool go(char path[PATH_SIZE], const char *names, size_t len)
{
	const char *end = names + len;
	size_t n;

	for (; names < end; names += n + 1) {
		const char *slash = memchr(names, '/', (size_t)(end - names));

		n = (size_t)((slash ? slash : end) - names);
		if (n == 0 || (n == 1 && names[0] == '.'))
			continue;
		if (n == 2 && names[0] == '.' && names[1] == '.')
			go_up(path);
		else if (!go_down(path, names, n))
			return false;
	}
	return true;
}

static int take_names(struct loader *loader)
{
	if (!loader->names)
		loader->names =
		    arena_take(loader->arena, sizeof(*loader->names));
	return loader->names ? 0 : load_full(loader);
}

/* loader->names->lexical: the name relative to the base. */
static bool make_absolute(struct loader *loader, const char *name, size_t len)
{
	loader->names->lexical[0] = '\0';
	if (len && name[0] == '/')
		return go(loader->names->lexical, name, len);
	return go(loader->names->lexical, loader->base, strlen(loader->base)) &&
	       go(loader->names->lexical, name, len);
}

/* To a policy our own /proc/PID is /proc/self; below, links are no paths. */
static bool stays(const char *path)
{
	return strcmp(path, "/proc/self") == 0 ||
	       strcmp(path, "/proc/thread-self") == 0;
}

/* If the last of loader->names->resolved is a link, its target goes before the
 * rest.
 */
static bool follow(struct loader *loader, char **rest)
{
	size_t tail = strlen(*rest);
	long len = RAW(readlinkat, AT_FDCWD, loader->names->resolved,
		       loader->names->target, PATH_SIZE - 1);

	if (len <= 0 || (size_t)len + 1 + tail >= sizeof(loader->names->rest))
		return false;
	memmove(loader->names->rest + len + 1, *rest, tail + 1);
	memcpy(loader->names->rest, loader->names->target, (size_t)len);
	loader->names->rest[len] = '/';
	*rest = loader->names->rest;
	if (loader->names->target[0] == '/')
		loader->names->resolved[0] = '\0';
	else
		go_up(loader->names->resolved);
	return true;
}

/*
 * loader->names->resolved: the path without symbolic links as far as it exists,
 * the rest as it is. False if it is too long.
 */
static bool resolve(struct loader *loader, const char *path)
{
	unsigned links = LINKS_MAX;
	char *rest = loader->names->rest;
	bool exists = true;
	size_t len;

	memmove(rest, path, strlen(path) + 1);
	for (loader->names->resolved[0] = '\0'; *rest;) {
		len = strcspn(rest, "/");
		if (!go(loader->names->resolved, rest, len))
			return false;
		rest += len + (rest[len] == '/');
		exists = exists && !stays(loader->names->resolved);
		if (len && exists && links && follow(loader, &rest))
			links--;
	}
	return true;
}

/* The path as a pattern that names nothing else, then `tail`; NULL: no room. */
static char *escape(struct loader *loader, const char *path, const char *tail)
{
	size_t room = 2 * strlen(path) + strlen(tail) + 1;
	char *pattern = arena_take(loader->arena, room), *to = pattern;

	for (; pattern && *path; *to++ = *path++) {
		if (strchr(SPECIAL, *path))
			*to++ = '\\';
	}
	if (pattern)
		strcpy(to, tail);
	return pattern;
}

int pattern_utf8(struct loader *loader, const struct place *place,
		 const char *text)
{
	size_t left = strlen(text), n;
	uint32_t point;

	for (; left; text += n, left -= n) {
		n = text_utf8(text, left, &point);
		if (n == 0)
			return load_expected(loader, place, "UTF-8");
	}
	return 0;
}

/* "a/./b", "a//b" or ".." behind a wildcard: nobody can say what they mean. */
static bool is_plain(const char *names)
{
	size_t len;

	for (; *names; names += len + (names[len] == '/')) {
		len = strcspn(names, "/");
		if (len == 0 || (len == 1 && names[0] == '.') ||
		    (len == 2 && names[0] == '.' && names[1] == '.'))
			return false;
	}
	return true;
}

/* Wildcards from `head` on, where a component begins; or a whole tree. */
static int resolve_wild(struct loader *loader, const struct place *place,
			const char *text, size_t head, const char **pattern)
{
	char *tail = loader->names->target;
	size_t len = strlen(text + head);

	if (len + 4 > PATH_SIZE || !make_absolute(loader, text, head) ||
	    !resolve(loader, loader->names->lexical))
		return too_long(loader, place);
	tail[0] = '/';
	memcpy(tail + 1, text + head, len + 1);
	if (tail[len] == '/')
		strcpy(tail + len + 1, "**");
	if (!is_plain(tail + 1))
		return load_expected(loader, place,
				     "no '.', '..' or '//' behind a wildcard");
	*pattern = escape(loader, loader->names->resolved, tail);
	return *pattern ? 0 : load_full(loader);
}

/* One path: its last component stays as it is, *target is where it leads. */
static int resolve_literal(struct loader *loader, const struct place *place,
			   const char *text, const char **pattern,
			   const char **target)
{
	char *last;

	if (!make_absolute(loader, text, strlen(text)))
		return too_long(loader, place);
	last = strrchr(loader->names->lexical, '/');
	if (!last) {
		*pattern = "/";
		return 0;
	}
	*last = '\0';
	if (!resolve(loader, loader->names->lexical) ||
	    !go_down(loader->names->resolved, last + 1, strlen(last + 1)))
		return too_long(loader, place);
	*pattern = escape(loader, loader->names->resolved, "");
	*last = '/';
	if (!resolve(loader, loader->names->lexical))
		return too_long(loader, place);
	*target = escape(loader, loader->names->resolved, "");
	if (!*pattern || !*target)
		return load_full(loader);
	if (!**target)
		*target = "/";
	if (strcmp(*pattern, *target) == 0)
		*target = NULL;
	return 0;
}

/* What an inherited policy says is what it means. */
static int take_as_is(struct loader *loader, const struct place *place,
		      const char *text, const char **pattern)
{
	if (text[0] != '/')
		return load_expected(loader, place, "an absolute pattern");
	*pattern = arena_text(loader->arena, text, strlen(text));
	return *pattern ? 0 : load_full(loader);
}

int pattern_resolve(struct loader *loader, const struct place *place,
		    const char *text, const char **pattern, const char **target)
{
	size_t head = strcspn(text, SPECIAL), len = strlen(text);
	int err;

	*target = NULL;
	if (!*text)
		return load_expected(loader, place, "a path or pattern");
	if (glob_check(text))
		return load_expected(
		    loader, place,
		    "a pattern: closed [sets] with ranges that "
		    "run forwards, no '\\' at the end");
	if (loader->inherited)
		err = take_as_is(loader, place, text, pattern);
	else if (take_names(loader))
		err = -ENOMEM;
	else if (head < len || text[len - 1] == '/') {
		while (head && text[head - 1] != '/')
			head--;
		err = resolve_wild(loader, place, text, head, pattern);
	} else {
		err = resolve_literal(loader, place, text, pattern, target);
	}
	if (!err)
		err = pattern_utf8(loader, place, *pattern);
	return err || !*target ? err : pattern_utf8(loader, place, *target);
}

int pattern_absolute(struct loader *loader, const struct place *place,
		     const char *text, const char **path)
{
	if (!*text)
		return load_expected(loader, place, "a path");
	if (take_names(loader))
		return -ENOMEM;
	if (!make_absolute(loader, text, strlen(text)))
		return too_long(loader, place);
	*path = loader->names->lexical[0] ? loader->names->lexical : "/";
	*path = arena_text(loader->arena, *path, strlen(*path));
	return *path ? pattern_utf8(loader, place, *path) : load_full(loader);
}

/* Its ".." are the file system's, not lexical: the file itself is opened so. */
int pattern_file(struct loader *loader, const struct place *place,
		 const char *file, const char **path)
{
	size_t len = strlen(file), base = strlen(loader->base);
	char *name = arena_take(loader->arena, base + 1 + len + 1), *slash;
	const char *directory;

	if (!name || take_names(loader))
		return load_full(loader);
	if (len == 0 || base + 1 + len >= PATH_SIZE)
		return load_expected(loader, place, "the name of a file");
	if (file[0] != '/') {
		memcpy(name, loader->base, base);
		name[base] = '/';
		memcpy(name + base + 1, file, len);
	} else {
		memcpy(name, file, len);
	}
	*path = name;
	slash = strrchr(name, '/');
	*slash = '\0';
	if (!resolve(loader, name))
		return too_long(loader, place);
	*slash = '/';
	directory = loader->names->resolved[0] ? loader->names->resolved : "/";
	loader->base = arena_text(loader->arena, directory, strlen(directory));
	return loader->base ? 0 : load_full(loader);
}
