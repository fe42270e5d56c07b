/*
 * glob.c - fuzzes patterns: the matcher agrees with a table of all ways.
 * SPDX-License-Identifier: MIT
 *
 * Input: a pattern, a newline, a path.
 */
#include "config/glob.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 96 }; /* longer texts are only run, not compared */

#define MUST(condition)          \
	do {                     \
		if (!(condition)) \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes of the first part that stands for one byte of a path. */
static size_t part_length(const char *pattern)
{
	char part[MOST + 1] = "";
	size_t len = 0;

	do {
		part[len] = pattern[len];
		len++;
	} while (glob_check(part) != 0);
	return len;
}

static bool part_matches(const char *pattern, size_t len, char byte)
{
	char part[MOST + 1] = "", path[2] = { byte };

	memcpy(part, pattern, len);
	return glob_match(part, path);
}

static bool is_last_tree(const char *pattern)
{
	size_t stars = strspn(pattern, "*");

	return stars > 1 && !pattern[stars];
}

/* The length of a slash and a component of stars; 0 if there is none. */
static size_t tree_length(const char *pattern)
{
	size_t len = *pattern == '/' ? 1 + strspn(pattern + 1, "*") : 0;

	return len > 2 && (!pattern[len] || pattern[len] == '/') ? len : 0;
}

/* ways[i][j]: the first i bytes of the pattern can stand for j of the path. */
static bool ways[MOST + 3][MOST + 3];

static void spread(const char *pattern, const char *path, size_t i, size_t j)
{
	size_t len = tree_length(pattern + i);

	if (len && *path)
		ways[i + len][j] = true;
	if (strncmp(pattern + i, "**", 2) == 0) {
		ways[i + 2][j] = true;
		ways[i][j + 1] |= path[j] != '\0';
	} else if (pattern[i] == '*') {
		ways[i + 1][j] = true;
		ways[i][j + 1] |= path[j] && path[j] != '/';
	} else if (pattern[i] && path[j]) {
		len = part_length(pattern + i);
		ways[i + len][j + 1] |= part_matches(pattern + i, len, path[j]);
	}
}

static void fill(const char *pattern, const char *path)
{
	memset(ways, 0, sizeof(ways));
	ways[0][0] = true;
	for (size_t i = 0; i <= strlen(pattern); i++) {
		for (size_t j = 0; j <= strlen(path); j++) {
			if (ways[i][j])
				spread(pattern, path, i, j);
		}
	}
}

static bool matches(const char *pattern, const char *path)
{
	fill(pattern, path);
	return ways[strlen(pattern)][strlen(path)];
}

/* Fills the table for the directory and a slash; returns where both end. */
static size_t fill_directory(const char *pattern, const char *dir)
{
	char path[MOST + 2] = "";
	size_t n = strlen(dir);

	memcpy(path, dir, n);
	if (n == 0 || dir[n - 1] != '/')
		path[n++] = '/';
	fill(pattern, path);
	return n;
}

static bool below(const char *pattern, const char *dir)
{
	size_t n = fill_directory(pattern, dir);

	for (size_t i = 0; pattern[i]; i++) {
		if (ways[i][n])
			return true;
	}
	return false;
}

/* The last slash may be the one before the stars, unless that is escaped. */
static bool covers(const char *pattern, const char *dir)
{
	size_t n = fill_directory(pattern, dir);

	if (!*dir)
		dir = "/";
	for (size_t i = 0; pattern[i]; i++) {
		for (size_t j = 0; is_last_tree(pattern + i) && j <= n; j++) {
			if (ways[i][j] && (j < n || dir[n - 1] == '/' ||
					   ways[i - 1][n - 1]))
				return true;
		}
	}
	return false;
}

/* Whatever directories above the path are covered, the path matches. */
static void cover(const char *pattern, const char *path)
{
	char dir[MOST + 1] = "";

	for (size_t i = 0; path[i]; i++) {
		if (path[i] == '/' && path[i + 1] && glob_covers(pattern, dir))
			MUST(glob_match(pattern, path));
		dir[i] = path[i];
	}
}

static void compare(const char *pattern, const char *path)
{
	MUST(glob_match(pattern, path) == matches(pattern, path));
	MUST(glob_below(pattern, path) == below(pattern, path));
	MUST(glob_covers(pattern, path) == covers(pattern, path));
	cover(pattern, path);
	if (glob_literal(pattern))
		MUST(glob_match(pattern, path) == (strcmp(pattern, path) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *pattern = strndup((const char *)data, size), *path, *end;

	MUST(pattern);
	end = strchr(pattern, '\n');
	path = strdup(end ? end + 1 : "");
	MUST(path);
	if (end)
		*end = '\0';
	if (glob_check(pattern) == 0 && strlen(pattern) <= MOST &&
	    strlen(path) <= MOST) {
		compare(pattern, path);
	} else {
		MUST(!glob_match(pattern, path) || glob_check(pattern) == 0);
		MUST(!glob_literal(pattern) || glob_check(pattern) == 0);
		glob_below(pattern, path);
		MUST(!glob_covers(pattern, path) || glob_check(pattern) == 0);
	}
	free(pattern);
	free(path);
	return 0;
}
