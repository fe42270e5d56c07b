/*
 * glob.h - patterns for absolute paths and for symbol names.
 * SPDX-License-Identifier: MIT
 *
 *	*       any bytes but '/'
 *	**      any bytes, also '/' and also none; more stars are the same
 *	?       one byte but '/'
 *	[a-z]   one byte of a set (never '/'); [!a-z] or [^a-z] one outside it
 *	\x      the byte x itself
 *
 * Where two stars are a whole component they may stand for nothing, and the
 * slash before them with them: /a/ ** /b, without the blanks, also names /a/b,
 * and /a/ ** also names /a, since a grant on a tree includes listing its root.
 * But nothing of this matches the empty path, and a slash written as \/ neither
 * begins nor ends a component. Time is bounded by pattern length times path
 * length; nothing recurses or allocates.
 */
#ifndef CONFIG_GLOB_H
#define CONFIG_GLOB_H

#include <stdbool.h>

/*
 * 0, or -EINVAL for an unclosed set, a range that runs backwards or a trailing
 * backslash. Such a pattern matches nothing.
 */
int glob_check(const char *pattern);

bool glob_match(const char *pattern, const char *path);

/*
 * True if some path strictly below directory `dir` could match: `dir` is an
 * ancestor of something the pattern names. "/a/b/x*" has "/", "/a", "/a/b".
 * The pattern must be one that glob_check takes.
 */
bool glob_below(const char *pattern, const char *dir);

/*
 * True only if every path below directory `dir`, at any depth, matches: the
 * pattern ends in two stars, and what stands before them matches `dir` and a
 * slash or a beginning of that. It may be false where every path does match: it
 * is for the directory /a and a pattern of the components a, *, **.
 */
bool glob_covers(const char *pattern, const char *dir);

/* True if the pattern has no special character: it names one path. */
bool glob_literal(const char *pattern);

#endif
