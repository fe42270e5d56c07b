/*
 * search.c - names of libraries are expanded and searched as ld.so does.
 * SPDX-License-Identifier: MIT
 *
 * What ld.so itself finds is compared in tests/e2e/dl.bats.
 */
#include "preload/search.c"

#include "preload/arch/x86_64/cpu.c"
#include "preload/dynamic.c"
#include "preload/ldcache.c"

#include "tests/unit/test.h"

const char *start_program = "/opt/host/bin/host";
static char *environment[] = { "HOME=/root", NULL, NULL };
char *const *start_env = environment;

TEST(tokens_are_expanded_as_ld_so_does)
{
	static const struct loader by = { .origin = "/o" };
	static const struct {
		const char *text, *result;
	} cases[] = {
		{ "", "" },
		{ "/plain", "/plain" },
		{ "$ORIGIN", "/o" },
		{ "${ORIGIN}", "/o" },
		{ "$ORIGIN/../lib", "/o/../lib" },
		{ "$ORIGINAL", "/oAL" },
		{ "${ORIGIN", "${ORIGIN" },
		{ "${ORIGIN/x}", "${ORIGIN/x}" },
		{ "a$ORIGIN$ORIGIN/", "a/o/o/" },
		{ "$LIB", "lib/x86_64-linux-gnu" },
		{ "/usr/${LIB}/x", "/usr/lib/x86_64-linux-gnu/x" },
		{ "$", "$" },
		{ "$$ORIGIN", "$/o" },
		{ "$HOME/x", "$HOME/x" },
		{ "${}", "${}" },
	};
	char out[64];

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;

		CHECK(search_expand(&by, text, strlen(text), out,
				    sizeof(out)) == 0,
		      "%s", text);
		CHECK(strcmp(out, cases[i].result) == 0, "%s: %s", text, out);
	}
}

TEST(an_unknown_origin_and_a_long_text_are_errors)
{
	static const struct loader nobody = { 0 };
	char out[8];

	assert_int_equal(search_expand(&nobody, "$ORIGIN", 7, out, 8), -ENOENT);
	assert_int_equal(search_expand(&nobody, "12345678", 8, out, 8),
			 -ENAMETOOLONG);
	assert_int_equal(search_expand(&nobody, "1234567", 7, out, 8), 0);
}

TEST(the_directory_of_a_file_is_its_origin)
{
	struct search *search = search_begin();

	assert_string_equal(search_origin(search, "/a/b/c.so"), "/a/b");
	assert_string_equal(search_origin(search, "/c.so"), "/");
	assert_null(search_origin(search, "linux-vdso.so.1"));
	search_end(search);
}

/* The first entry that has the file wins; libc.so.6 is in the system's. */
TEST(lists_are_searched_in_the_order_of_ld_so)
{
	static const struct loader none = { 0 };
	static const struct loader parent = {
		.rpath = "/nonexistent:/usr/lib/x86_64-linux-gnu"
	};
	static const struct loader child = { .by = &parent };
	static const struct loader modern = { .by = &parent,
					      .runpath = "/nonexistent" };
	static const struct loader closed = { .no_default = true };
	static const struct {
		const struct loader *by;
		char *path;
		const char *found;
	} cases[] = {
		{ &none, NULL, "/lib/x86_64-linux-gnu/libc.so.6" },
		{ &child, NULL, "/usr/lib/x86_64-linux-gnu/libc.so.6" },
		{ &modern, NULL, "/lib/x86_64-linux-gnu/libc.so.6" },
		{ &closed, NULL, NULL },
		{ &none, "LD_LIBRARY_PATH=/x;/usr/lib/x86_64-linux-gnu//",
		  "/usr/lib/x86_64-linux-gnu/libc.so.6" },
		{ &none,
		  "LD_LIBRARY_PATH=", "/lib/x86_64-linux-gnu/libc.so.6" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct search *search = search_begin();
		int fd;

		environment[1] = cases[i].path;
		fd = search_open(search, cases[i].by, "libc.so.6");
		CHECK((fd >= 0) == (cases[i].found != NULL), "case %zu", i);
		CHECK(fd < 0 || strcmp(search->file, cases[i].found) == 0,
		      "case %zu: %s", i, search->file);
		RAW(close, fd);
		search_end(search);
	}
}

RUN(cmocka_unit_test(tokens_are_expanded_as_ld_so_does),
    cmocka_unit_test(an_unknown_origin_and_a_long_text_are_errors),
    cmocka_unit_test(the_directory_of_a_file_is_its_origin),
    cmocka_unit_test(lists_are_searched_in_the_order_of_ld_so))
