/*
 * glob.c - what a pattern names, and that a slow simple matcher agrees.
 * SPDX-License-Identifier: MIT
 */
#include "config/glob.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "tests/unit/test.h"

static const struct match {
	const char *pattern, *path;
	bool yes;
} matches[] = {
	{ "/a", "/a", true },
	{ "/a", "/a/", false },
	{ "/a", "/ab", false },
	{ "/a", "/", false },
	{ "", "", true },
	{ "", "/", false },
	{ "/*", "/a", true },
	{ "/*", "/", true },
	{ "/*", "/a/b", false },
	{ "/*.so", "/.so", true },
	{ "/a*c", "/abbc", true },
	{ "/a*c", "/ab/c", false },
	{ "/a*/c", "/ab/c", true },
	{ "/?", "/a", true },
	{ "/?", "//", false },
	{ "/?", "/", false },
	{ "/a/**", "/a/b/c", true },
	{ "/a/**", "/a/", true },
	{ "/a/**", "/a", true },
	{ "/a/***", "/a", true },
	{ "/a/**", "/ab", false },
	{ "/a/**", "/", false },
	{ "/a*/**", "/abc", true },
	{ "/[ab]/**", "/b", true },
	{ "/**", "/", true },
	{ "/**", "/a/b", true },
	{ "/**", "", false },
	{ "**", "", true },
	{ "**", "/a/b", true },
	{ "**.so", "/a/b.so", true },
	{ "**.so", "/a/b.so.1", false },
	{ "/a/**/b", "/a/x/y/b", true },
	{ "/a/**/b", "/a//b", true },
	{ "/a/**/b", "/a/b", true },
	{ "/a/***/b", "/a/b", true },
	{ "/a/**/b", "/ab", false },
	{ "/a/**/b", "/a/xb", false },
	{ "/a/**/b", "/a/b/c", false },
	{ "/a/**/b", "/a/b/c/b", true },
	{ "/a/**/**/b", "/a/b", true },
	{ "/a/**/**/b", "/a/x/b", true },
	{ "/a/**/x/**/b", "/a/x/b", true },
	{ "/a/**/x/**/b", "/a/b", false },
	{ "/a/**b", "/a/b", true },
	{ "/a/**b", "/a", false },
	{ "/a**/b", "/a/b", true },
	{ "/a/**/*", "/a/b", true },
	{ "/a/**/*", "/a", false },
	{ "/a/**/", "/a/", true },
	{ "/a/**/", "/a", false },
	{ "/a/**/b/**", "/a/b", true },
	{ "/a/**/**", "/a", true },
	{ "/a/**/**", "/ab", false },
	{ "/**/x", "/x", true },
	{ "/**/x", "/a/b/x", true },
	{ "/**/x", "x", false },
	{ "/**/x", "/ax", false },
	{ "/**/*.so", "/a.so", true },
	{ "/**/", "/", true },
	{ "/**/**", "", false },
	{ "/a\\\\/**", "/a\\", true },
	{ "/a\\/**", "/a", false },
	{ "/a\\/**/b", "/a/b", false },
	{ "/a/**\\/b", "/a/b", false },
	{ "/a/**\\/b", "/a/x/b", true },
	{ "/a**b", "/ab", true },
	{ "**/x*y/z", "/x/y/xay/z", true },
	{ "**/x*y/z", "/xa/y/z", false },
	{ "**/x*y/z", "/xy/x/xby/z", true },
	{ "**/x*y/z", "/xy/xy/z", true },
	{ "**a*b/**c", "/a/ab/a/c", true },
	{ "/**/*a/*b", "/a/a/b", true },
	{ "**/a*/b*c/**", "/a/b/a/bc", true },
	{ "/[abc]", "/b", true },
	{ "/[abc]", "/d", false },
	{ "/[a-c]", "/b", true },
	{ "/[!a-c]", "/b", false },
	{ "/[!a-c]", "/d", true },
	{ "/[^a-c]", "/b", false },
	{ "/[!a]", "//", false },
	{ "/[/]", "//", false },
	{ "/[+-9]", "//", false },
	{ "/[]]", "/]", true },
	{ "/[!]]", "/]", false },
	{ "/[!]]", "/a", true },
	{ "/[a-]", "/-", true },
	{ "/[-a]", "/-", true },
	{ "/[a-]", "/b", false },
	{ "/[\\]]", "/]", true },
	{ "/[a\\-c]", "/b", false },
	{ "/[a\\-c]", "/-", true },
	{ "/[a-\\c]", "/b", true },
	{ "/[*]", "/*", true },
	{ "/[*]", "/a", false },
	{ "/[\x80-\xff]", "/\xe9", true },
	{ "/[\x80-\xff]", "/a", false },
	{ "/?", "/\xe9", true },
	{ "/*", "/\n\x01\xff", true },
	{ "/\\*", "/*", true },
	{ "/\\*", "/a", false },
	{ "/\\a", "/a", true },
	{ "/\\\\", "/\\", true },
	{ "/a/\\**", "/a", false },
	{ "/a/\\**", "/a/*b", true },
	{ "/[a", "/a", false },
	{ "/[a", "/[a", false },
	{ "/[b-a]", "/a", false },
	{ "/a\\", "/a", false },
	{ "/a\\", "/a\\", false },
	{ "sqlite3_*", "sqlite3_open", true },
	{ "sqlite3_*", "sqlite4_open", false },
};

TEST(a_pattern_matches_what_it_names_and_nothing_else)
{
	for (size_t i = 0; i < COUNT(matches); i++)
		CHECK(glob_match(matches[i].pattern, matches[i].path) ==
			      matches[i].yes,
		      "%s on %s", matches[i].pattern, matches[i].path);
}

static const struct match belows[] = {
	{ "/a/b/x*", "/", true },
	{ "/a/b/x*", "/a", true },
	{ "/a/b/x*", "/a/", true },
	{ "/a/b/x*", "/a/b", true },
	{ "/a/b/x*", "/a/b/x", false },
	{ "/a/b/x*", "/a/b/x1", false },
	{ "/a/b/x*", "/a/bc", false },
	{ "/a/b/x*", "/b", false },
	{ "/a/b/x*", "", true },
	{ "/a", "/", true },
	{ "/a", "/a", false },
	{ "/a/", "/a", false },
	{ "/a/*", "/a", true },
	{ "/a/*", "/a/b", false },
	{ "/", "/", false },
	{ "/*/b", "/x", true },
	{ "/*/b", "/x/b", false },
	{ "/x*y/z", "/xaay", true },
	{ "/x*y/z", "/xaa", false },
	{ "/a/**", "/", true },
	{ "/a/**", "/a", true },
	{ "/a/**", "/a/b/c", true },
	{ "/a/**", "/b", false },
	{ "/a/**/b", "/", true },
	{ "/a/**/b", "/a", true },
	{ "/a/**/b", "/a/b", true },
	{ "/a/**/b", "/a/x", true },
	{ "/a/**/b", "/ab", false },
	{ "/**/x", "/", true },
	{ "/a**b", "/ax/y", true },
	{ "/a**b", "/b", false },
	{ "**.so", "/a", true },
	{ "*.so", "/", false },
	{ "/\\*/b", "/*", true },
	{ "/[ab]/c", "/b", true },
	{ "/[ab]/c", "/c", false },
	{ "/[ab", "/a", false },
};

TEST(a_directory_is_an_ancestor_of_what_a_pattern_names)
{
	for (size_t i = 0; i < COUNT(belows); i++)
		CHECK(glob_below(belows[i].pattern, belows[i].path) ==
			      belows[i].yes,
		      "%s below %s", belows[i].pattern, belows[i].path);
}

static const struct match covers[] = {
	{ "**", "/", true },
	{ "**", "", true },
	{ "**", "/a/b", true },
	{ "/**", "/", true },
	{ "/**", "", true },
	{ "/**", "/a", true },
	{ "/***", "/a/", true },
	{ "/a/**", "/a", true },
	{ "/a/**", "/a/", true },
	{ "/a/**", "/a/b/c", true },
	{ "/a/**", "/ab", false },
	{ "/a/**", "/", false },
	{ "/a/**", "", false },
	{ "/a/b/**", "/a", false },
	{ "/a*/**", "/abc", true },
	{ "/a*/**", "/abc/d", true },
	{ "/[!a]/**", "/b", true },
	{ "/[!a]/**", "/a", false },
	{ "/a/**/b/**", "/a/b", true },
	{ "/a/**/b/**", "/a/x/b/y", true },
	{ "/a/**/b/**", "/a/x", false },
	{ "/a/**/**", "/a", true },
	{ "/a/**/**", "/a/", true },
	{ "/a**", "/a", true },
	{ "/a**", "/", false },
	{ "//**", "/", false },
	{ "/a//**", "/a/", false },
	{ "/*/**", "/", false },
	{ "/a/*/**", "/a", false },
	{ "/a/*/**", "/a/b", true },
	{ "/a", "/a", false },
	{ "/a/*", "/a", false },
	{ "/a/*", "/a/b", false },
	{ "/a/**/b", "/a/b", false },
	{ "/a/**/", "/a", false },
	{ "/a/**/*", "/a", false },
	{ "/a/\\**", "/a/*", false },
	{ "/a/\\**", "/a", false },
	{ "/a/\\\\**", "/a/\\", true },
	{ "/[a/**", "/[a", false },
};

TEST(a_directory_is_covered_if_the_pattern_is_of_a_tree_around_it)
{
	for (size_t i = 0; i < COUNT(covers); i++)
		CHECK(glob_covers(covers[i].pattern, covers[i].path) ==
			      covers[i].yes,
		      "%s covers %s", covers[i].pattern, covers[i].path);
}

TEST(a_broken_pattern_is_refused)
{
	static const char *const good[] = {
		"", "/", "/a*", "**", "/[a]", "/[]]", "/[!]]", "/[a-]",
		"/[\\]]", "/\\[", "/\\\\", "/]", "/[[]", "/[!a-z]b",
		"/[\x01-\xff]",
	};
	static const char *const bad[] = {
		"[", "/[a", "/[]", "/[!]", "/[!", "/[^]", "/[a-", "/[\\]",
		"/[\\", "\\", "/a\\", "/\\\\\\", "/[z-a]", "/[a][",
		"/[\xff-\x01]",
	};

	for (size_t i = 0; i < COUNT(good); i++)
		CHECK(glob_check(good[i]) == 0, "%s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(glob_check(bad[i]) == -EINVAL, "%s", bad[i]);
}

TEST(a_literal_pattern_has_no_special_character)
{
	static const char *const special[] = { "/a*", "/?", "/[a]", "/\\a" };
	static const char *const literal[] = { "", "/a/b-c.d", "/]", "/\xff^" };

	for (size_t i = 0; i < COUNT(special); i++)
		CHECK(!glob_literal(special[i]), "%s", special[i]);
	for (size_t i = 0; i < COUNT(literal); i++)
		CHECK(glob_literal(literal[i]), "%s", literal[i]);
}

/* Fills `text` with copies of `unit`, then `end`. */
static const char *repeat(char *text, size_t size, const char *unit,
			  const char *end)
{
	size_t n = strlen(unit), len = 0;

	while (len + n + strlen(end) < size) {
		memcpy(text + len, unit, n);
		len += n;
	}
	strcpy(text + len, end);
	return text;
}

/* Backtracking over more than the last stars would outlive the universe. */
TEST(time_is_bounded_by_pattern_times_path)
{
	static const struct hard {
		const char *unit, *end, *path_unit, *path_end;
		bool yes;
	} cases[] = {
		{ "a*", "b", "a", "", false },
		{ "a*", "b", "a", "b", true },
		{ "*a*", "", "aa", "", true },
		{ "*a", "b", "aa", "", false },
		{ "**a", "", "aa", "", true },
		{ "**a", "b", "aa", "", false },
		{ "**a*a", "b", "aaa", "", false },
		{ "**/*a", "b", "/a", "", false },
		{ "**/a*", "/b", "/aaaaaaa", "", false },
		{ "/**/a", "/b", "/a/a", "", false },
		{ "/**/*a", "/b", "/aaaaaaa", "", false },
		{ "/**/a*a", "", "/aa/aa", "", true },
		{ "/**", "/b", "/a", "", false },
		{ "/**", "b", "/a", "", false },
		{ "a*/**/", "b", "aa/", "", false },
		{ "a*", "**b", "a", "/", false },
		{ "**[!b-z]", "b", "aa", "", false },
	};
	static char pattern[4096], path[8192];

	alarm(60);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct hard *c = &cases[i];

		repeat(pattern, sizeof(pattern), c->unit, c->end);
		repeat(path, sizeof(path), c->path_unit, c->path_end);
		CHECK(glob_match(pattern, path) == c->yes, "%s… on %s…",
		      c->unit, c->path_unit);
		glob_below(pattern, path);
		glob_covers(pattern, path);
	}
	alarm(0);
}

/* The path restarts a `**` with stars behind it in every component. */
TEST(a_failing_star_does_not_retry_its_tree_byte_by_byte)
{
	static char path[1 << 20];

	repeat(path, sizeof(path), "a", "/b/d");
	alarm(20);
	assert_false(glob_match("**a*a*a*c", path));
	assert_false(glob_match("**a*b/c", path));
	assert_false(glob_match("**/**/a*a*a*c", path));
	assert_true(glob_match("**a*a/b*/d", path));
	alarm(0);
}

static bool one_of(const char *set, size_t len, char byte)
{
	bool negated = set[0] == '!';

	return byte && byte != '/' &&
	       (memchr(set + negated, byte, len - negated) != NULL) != negated;
}

/* What is behind a slash and a component of stars; NULL if there is none. */
static const char *behind_component(const char *pattern)
{
	size_t stars = *pattern == '/' ? strspn(pattern + 1, "*") : 0;
	const char *behind = pattern + 1 + stars;

	return stars > 1 && (!*behind || *behind == '/') ? behind : NULL;
}

/* The definition, tried in all ways. Sets have no ranges and no escapes. */
static bool slow_match(const char *start, const char *pattern,
		       const char *path, bool below)
{
	const char *close, *behind = behind_component(pattern);
	char byte = *path;

	if (below && !byte && *pattern)
		return true;
	if (!*pattern)
		return !byte && !below;
	if (behind && *start && slow_match(start, behind, path, below))
		return true;
	if (pattern[0] == '*' && pattern[1] == '*')
		return slow_match(start, pattern + 2, path, below) ||
		       (byte && slow_match(start, pattern, path + 1, below));
	if (pattern[0] == '*')
		return slow_match(start, pattern + 1, path, below) ||
		       (byte && byte != '/' &&
			slow_match(start, pattern, path + 1, below));
	if (pattern[0] == '[') {
		close = strchr(pattern, ']');
		return one_of(pattern + 1, (size_t)(close - pattern - 1),
			      byte) &&
		       slow_match(start, close + 1, path + 1, below);
	}
	if (pattern[0] == '?' ? !byte || byte == '/' : pattern[0] != byte)
		return false;
	return slow_match(start, pattern + 1, path + 1, below);
}

static unsigned random_number(unsigned below)
{
	static uint64_t state = 42;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % below;
}

static void random_text(char *text, const char *const *parts, unsigned nparts,
			unsigned most)
{
	*text = '\0';
	for (unsigned n = random_number(most + 1); n; n--)
		strcat(text, parts[random_number(nparts)]);
}

static const char *const parts[] = { "a",  "b", "/",    "/",     "*", "*",
				     "**", "?", "[ab]", "[!ab]", "/**" };
static const char *const bytes[] = { "a", "a", "b", "c", "/", "/" };

TEST(the_matcher_agrees_with_the_definition)
{
	char pattern[128], path[32];
	unsigned matched = 0;

	for (int i = 0; i < 300000; i++) {
		bool yes;

		random_text(pattern, parts, COUNT(parts), 9);
		random_text(path, bytes, COUNT(bytes), 12);
		yes = slow_match(path, pattern, path, false);
		CHECK(glob_match(pattern, path) == yes, "%s on %s", pattern,
		      path);
		matched += yes;
	}
	assert_in_range(matched, 10000, 290000);
}

/*
 * Tries every text of one to `most` bytes behind the `len` bytes of `path`
 * until the answer is `yes`.
 */
static bool some(const char *pattern, char *path, size_t len, int most,
		 bool yes)
{
	for (const char *byte = "abc/"; *byte; byte++) {
		path[len] = *byte;
		path[len + 1] = '\0';
		if (slow_match(path, pattern, path, false) == yes ||
		    (most > 1 && some(pattern, path, len + 1, most - 1, yes)))
			return true;
	}
	return false;
}

TEST(a_directory_is_an_ancestor_only_if_some_path_below_it_matches)
{
	char pattern[128], dir[32], path[32];
	unsigned below = 0;

	for (int i = 0; i < 20000; i++) {
		bool yes;

		random_text(pattern, parts, COUNT(parts), 5);
		strcpy(dir, "/");
		random_text(dir + 1, bytes, COUNT(bytes), 5);
		if (dir[1] && dir[strlen(dir) - 1] == '/')
			continue;
		snprintf(path, sizeof(path), "%s/", dir[1] ? dir : "");
		/* Six bytes are enough for what five parts must have. */
		yes = some(pattern, path, strlen(path), 6, true);
		CHECK(glob_below(pattern, dir) == yes, "%s below %s", pattern,
		      dir);
		below += yes;
	}
	assert_in_range(below, 1000, 19000);
}

/* Longer texts than all continuations can be tried for. */
TEST(an_ancestor_leaves_a_part_of_the_pattern_unused)
{
	char pattern[128], dir[32], path[40];

	for (int i = 0; i < 200000; i++) {
		random_text(pattern, parts, COUNT(parts), 9);
		strcpy(dir, "/");
		random_text(dir + 1, bytes, COUNT(bytes), 12);
		if (dir[1] && dir[strlen(dir) - 1] == '/')
			continue;
		snprintf(path, sizeof(path), "%s/", dir[1] ? dir : "");
		CHECK(glob_below(pattern, dir) ==
			      slow_match(path, pattern, path, true),
		      "%s below %s", pattern, dir);
	}
}

/* What is before the last stars matches the directory up to some byte. */
static bool slow_covers(const char *pattern, const char *dir)
{
	size_t len = strlen(pattern), n = strlen(dir);
	char front[128], path[40];

	while (len && pattern[len - 1] == '*')
		len--;
	if (strlen(pattern + len) < 2)
		return false;
	snprintf(front, sizeof(front), "%.*s", (int)len, pattern);
	snprintf(path, sizeof(path), "%s/", dir[n - 1] == '/' ? "" : dir);
	for (n = strlen(path) + 1; n--;) {
		path[n] = '\0';
		if (slow_match(path, front, path, false))
			return true;
	}
	return false;
}

TEST(every_path_below_a_covered_directory_matches)
{
	char pattern[128], dir[32], path[40];
	unsigned covered = 0;

	for (int i = 0; i < 100000; i++) {
		bool yes;

		random_text(pattern, parts, COUNT(parts), 7);
		if (i % 2)
			strcat(pattern, "/**");
		strcpy(dir, "/");
		random_text(dir + 1, bytes, COUNT(bytes), 10);
		if (dir[1] && dir[strlen(dir) - 1] == '/')
			continue;
		yes = glob_covers(pattern, dir);
		CHECK(yes == slow_covers(pattern, dir), "%s covers %s", pattern,
		      dir);
		snprintf(path, sizeof(path), "%s/", dir[1] ? dir : "");
		CHECK(!yes || !some(pattern, path, strlen(path), 3, false),
		      "%s does not match %s", pattern, path);
		covered += yes;
	}
	assert_in_range(covered, 2000, 90000);
}

RUN(cmocka_unit_test(a_pattern_matches_what_it_names_and_nothing_else),
    cmocka_unit_test(a_directory_is_an_ancestor_of_what_a_pattern_names),
    cmocka_unit_test(
	    a_directory_is_covered_if_the_pattern_is_of_a_tree_around_it),
    cmocka_unit_test(a_broken_pattern_is_refused),
    cmocka_unit_test(a_literal_pattern_has_no_special_character),
    cmocka_unit_test(time_is_bounded_by_pattern_times_path),
    cmocka_unit_test(a_failing_star_does_not_retry_its_tree_byte_by_byte),
    cmocka_unit_test(the_matcher_agrees_with_the_definition),
    cmocka_unit_test(
	    a_directory_is_an_ancestor_only_if_some_path_below_it_matches),
    cmocka_unit_test(an_ancestor_leaves_a_part_of_the_pattern_unused),
    cmocka_unit_test(every_path_below_a_covered_directory_matches))
