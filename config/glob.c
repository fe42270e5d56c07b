/*
 * glob.c - patterns for absolute paths and for symbol names.
 * SPDX-License-Identifier: MIT
 *
 * Two marks to go back to are enough, one for the last `*` and one for the last
 * `**`: of all places where the text behind a star fits, the leftmost leaves
 * most to the rest. Two facts keep the time below pattern times path. Where a
 * `*` fails at a slash, it fails for every start of its `**` before the next
 * slash too, because only a slash of the pattern crosses one. And where the
 * path ends inside the pattern, it does so for every later start.
 *
 * Where the path has a slash, a component `**` with its own slash is the same
 * as a `**` alone: the slash behind it takes this one of the path or a later
 * one. So it needs no third mark, and the two facts hold for it.
 */
#include "config/glob.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static unsigned char member(const char **at)
{
	if ((*at)[0] == '\\' && (*at)[1])
		++*at;
	return (unsigned char)*(*at)++;
}

/* `at` is behind the '['. Returns what is behind the ']'; NULL: not a set. */
static const char *set(const char *at, unsigned char byte, bool *same)
{
	bool inside = false, negated = *at == '!' || *at == '^';
	const char *first = at += negated;
	unsigned char low, high;

	while (*at && (*at != ']' || at == first)) {
		high = low = member(&at);
		if (at[0] == '-' && at[1] && at[1] != ']') {
			at++;
			high = member(&at);
		}
		if (low > high)
			return NULL;
		inside |= low <= byte && byte <= high;
	}
	if (!*at)
		return NULL;
	*same = byte != '/' && inside != negated;
	return at + 1;
}

/* Moves over whatever stands for one byte, if it stands for this one. */
static bool step(const char **pattern, char byte)
{
	const char *at = *pattern;
	bool same = false;

	if (*at == '?') {
		same = byte != '/';
		at++;
	} else if (*at == '[') {
		at = set(at + 1, (unsigned char)byte, &same);
	} else {
		at += *at == '\\';
		same = *at == byte;
		at++;
	}
	if (same)
		*pattern = at;
	return same;
}

static bool is_tree(const char *pattern)
{
	return pattern[0] == '*' && pattern[1] == '*';
}

static const char *skip_stars(const char *pattern)
{
	while (*pattern == '*')
		pattern++;
	return pattern;
}

/* Moves over whole components of stars, which may stand for nothing. */
static const char *skip_trees(const char *pattern)
{
	const char *behind;

	while (pattern[0] == '/' && is_tree(pattern + 1)) {
		behind = skip_stars(pattern + 1);
		if (*behind && *behind != '/')
			break;
		pattern = behind;
	}
	return pattern;
}

/* What is behind a `**`, if the pattern has one for this byte; or NULL. */
static const char *behind_tree(const char *pattern, char byte)
{
	const char *behind;

	if (is_tree(pattern))
		return skip_stars(pattern);
	if (byte != '/')
		return NULL;
	behind = skip_trees(pattern);
	return behind != pattern ? behind : NULL;
}

/* A star: the pattern behind it, and where in the path that is tried. */
struct mark {
	const char *pattern, *path;
};

/* The next place to try, in *path; returns the pattern to try, or NULL. */
static const char *retry(struct mark *star, struct mark *tree,
			 const char **path)
{
	if (star->pattern && *star->path != '/') {
		*path = ++star->path;
		return star->pattern;
	}
	if (!tree->pattern)
		return NULL;
	while (star->pattern && *tree->path != '/')
		tree->path++;
	star->pattern = NULL;
	*path = ++tree->path;
	return tree->pattern;
}

enum how {
	NOT,
	WHOLE, /* pattern and path end together */
	ROOT,  /* only components `**` are left: the path is their directory */
	TREE,  /* by a last `**`: whatever is added to the path matches too */
};

static enum how match(const char *pattern, const char *path)
{
	struct mark star = { NULL, NULL }, tree = { NULL, NULL };
	const char *start = path, *behind;

	while (pattern) {
		behind = behind_tree(pattern, *path);
		if (behind) {
			if (!*behind)
				return TREE;
			pattern = behind;
			tree = (struct mark){ pattern, path };
			star.pattern = NULL;
		} else if (*pattern == '*') {
			star = (struct mark){ ++pattern, path };
		} else if (!*path) {
			if (!*pattern)
				return WHOLE;
			if (path > start && !*skip_trees(pattern))
				return ROOT;
			return NOT;
		} else if (step(&pattern, *path)) {
			path++;
		} else {
			pattern = retry(&star, &tree, &path);
		}
	}
	return NOT;
}

bool glob_match(const char *pattern, const char *path)
{
	return match(pattern, path) != NOT;
}

/* A last slash of `dir` is not one that a component `**` could begin with. */
bool glob_covers(const char *pattern, const char *dir)
{
	enum how how;

	if (!*dir)
		dir = "/";
	how = match(pattern, dir);
	return how == TREE || (how == ROOT && dir[strlen(dir) - 1] != '/');
}

/*
 * Matches the directory and a slash, without the last step back to a `**`: from
 * a `**` on everything is possible. A component `**` that stands for nothing
 * adds nothing: the path must have a slash there, and behind it is the `**`.
 */
bool glob_below(const char *pattern, const char *dir)
{
	size_t len = strlen(dir), i = 0, from = 0;
	const char *star = NULL;

	if (len && dir[len - 1] == '/')
		len--;
	while (i <= len) {
		if (is_tree(pattern))
			return true;
		if (*pattern == '*') {
			star = ++pattern;
			from = i;
		} else if (step(&pattern, i < len ? dir[i] : '/')) {
			i++;
		} else if (star && from < len && dir[from] != '/') {
			i = ++from;
			pattern = star;
		} else {
			return false;
		}
	}
	return *pattern;
}

int glob_check(const char *pattern)
{
	bool same;

	while (*pattern) {
		if (*pattern == '[')
			pattern = set(pattern + 1, '/', &same);
		else if (*pattern == '\\' && !*++pattern)
			pattern = NULL;
		else
			pattern++;
		if (!pattern)
			return -EINVAL;
	}
	return 0;
}

bool glob_literal(const char *pattern)
{
	return !pattern[strcspn(pattern, "*?[\\")];
}
