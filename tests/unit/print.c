/*
 * print.c - what is printed is read back as the same policy.
 * SPDX-License-Identifier: MIT
 */
#include "config/policy.h"

#include <errno.h>
#include <stdlib.h>

#include "tests/unit/made_policy.h"
#include "tests/unit/same_policy.h"

static char again_block[LOAD_ARENA];

static void read_back(const char *printed, struct policy *policy)
{
	static char variable[1 << 20];
	const struct load_input input = { .env = (char *[]){ variable, NULL },
					  .cwd = "/nonexistent/elsewhere" };
	struct load_error error = { "" };
	struct arena arena;

	snprintf(variable, sizeof(variable), "FIG_SANDBOX_POLICY=%s", printed);
	arena_init(&arena, again_block, sizeof(again_block));
	CHECK(load_policy(&input, false, &arena, policy, &error) == 0,
	      "%s\n%s", printed, error.text);
}

static void print(const struct policy *policy, char *buffer, size_t size)
{
	struct text text = text_in(buffer, size);

	policy_print(policy, &text);
	CHECK(!text.cut, "%s", buffer);
}

/* Printed, read back, and printed again. */
static void check_round_trip(const char *title, const struct policy *policy)
{
	static char once[1 << 19], twice[1 << 19];
	static struct policy again;
	const char *found;

	print(policy, once, sizeof(once));
	read_back(once, &again);
	found = different(policy, &again);
	CHECK(!found, "%s\n%s\ndiffers in %s", title, once, found);
	print(&again, twice, sizeof(twice));
	CHECK(strcmp(once, twice) == 0, "%s\n%s\nis then\n%s", title, once,
	      twice);
}

static bool load_text(const char *text, struct policy *policy,
		      struct load_error *error)
{
	static char variable[1 << 18];

	snprintf(variable, sizeof(variable), "FIG_SANDBOX_POLICY=%s", text);
	return make_policy((char *[]){ variable, NULL }, NULL, false, policy,
			   error) == 0;
}

TEST(a_policy_is_printed_with_the_source_of_each_setting)
{
	static const char text[] =
		"[ffi.sandbox]\nprofile = \"restrictive\"\n"
		"read = [\n  \"/n/\\u00e4\\\"\\\\\\\\\\u0001\",\n  \"/n/b*\"\n]\n"
		"write = [\"/n/c\", \"/n/d\"]\nexec = []\n"
		"connect = [\"*:80\"]\nmemory_limit = \"1MiB\"\n"
		"allow_syscalls = false\nallow_network = true\n"
		"audit = [\"stderr\", \"file:/n/log\"]\n";
	struct load_error error;
	struct policy policy;
	char buffer[4096];

	CHECK(load_text(text, &policy, &error), "%s", error.text);
	print(&policy, buffer, sizeof(buffer));
	assert_string_equal(
		buffer,
		"# inherited: complete, and its patterns are resolved\n"
		"[ffi.sandbox]\n"
		"profile = \"restrictive\"  # from FIG_SANDBOX_POLICY:2\n"
		"memory_limit = 1048576  # from FIG_SANDBOX_POLICY:10\n"
		"read = [  # from FIG_SANDBOX_POLICY:3\n"
		"\t\"/n/\xc3\xa4\\\"\\\\\\\\\\u0001\",  "
		"# from FIG_SANDBOX_POLICY:4\n"
		"\t\"/n/b*\",  # from FIG_SANDBOX_POLICY:5\n"
		"]\n"
		"write = [\"/n/c\", \"/n/d\"]  # from FIG_SANDBOX_POLICY:7\n"
		"exec = []  # from FIG_SANDBOX_POLICY:8\n"
		"allow_network = true  # from FIG_SANDBOX_POLICY:12\n"
		"connect = [\"*:80\"]  # from FIG_SANDBOX_POLICY:9\n"
		"allow_syscalls = false  # from FIG_SANDBOX_POLICY:11\n"
		"audit = [\"stderr\", \"file:/n/log\"]  "
		"# from FIG_SANDBOX_POLICY:13\n");
	check_round_trip(text, &policy);
}

TEST(a_child_names_the_line_that_its_parents_user_wrote)
{
	struct load_error error;
	struct policy policy, child;
	char buffer[4096];

	CHECK(load_text("[ffi.sandbox]\nread = [\n\"/n/a\",\n\"/n/b\"]\n",
			&policy, &error),
	      "%s", error.text);
	policy.at[KEY_read].source.file = "fig.toml";
	policy.at[KEY_read].items[0].source.file = "fig.toml";
	policy.at[KEY_read].items[1].source.file = "x\n#\x1b]0;\x07 \xff";
	print(&policy, buffer, sizeof(buffer));
	assert_null(strchr(buffer, '\x1b'));
	read_back(buffer, &child);
	assert_string_equal(child.at[KEY_read].source.file, "fig.toml");
	assert_int_equal(child.at[KEY_read].source.line, 2);
	assert_int_equal(child.at[KEY_read].items[0].source.line, 3);
	assert_string_equal(child.at[KEY_read].items[1].source.file,
			    "x???]0;? ?");
	assert_int_equal(child.at[KEY_read].items[1].source.line, 4);
	check_round_trip(buffer, &child);
}

TEST(what_the_profile_gives_is_not_printed_so_that_a_child_can_start)
{
	static const char *const profiles[] = { "fig", "confined",
						"restrictive", "permissive" };
	struct load_error error;
	struct policy policy;
	char text[128], buffer[1024], want[256];

	for (size_t i = 0; i < COUNT(profiles); i++) {
		snprintf(text, sizeof(text), "[sandbox]\nprofile = \"%s\"",
			 profiles[i]);
		assert_true(load_text(text, &policy, &error));
		print(&policy, buffer, sizeof(buffer));
		snprintf(want, sizeof(want),
			 "# inherited: complete, and its patterns are resolved"
			 "\n[ffi.sandbox]\nprofile = \"%s\"  "
			 "# from FIG_SANDBOX_POLICY:2\n",
			 profiles[i]);
		assert_string_equal(buffer, want);
		check_round_trip(text, &policy);
	}
	assert_true(load_text("", &policy, &error));
	print(&policy, buffer, sizeof(buffer));
	assert_non_null(strstr(buffer,
			       "\nprofile = \"fig\"  # from profile fig\n"));
}

TEST(a_setting_is_printed_as_toml_has_it)
{
	struct item items[] = {
		{ .text = "/a \"b\"", .hash = "00" },
		{ .text = "/c", .hash = "11" },
	};
	const struct {
		enum key key;
		struct setting setting;
		const char *text;
	} cases[] = {
		{ KEY_mode, { .number = MODE_AUDIT }, "\"audit\"" },
		{ KEY_allow_syscalls, { .number = SYSCALLS_ALL }, "true" },
		{ KEY_allow_syscalls, { .number = SYSCALLS_NONE }, "false" },
		{ KEY_allow_syscalls, { .number = SYSCALLS_POLICED },
		  "\"policed\"" },
		{ KEY_leaks, { .number = 1 }, "true" },
		{ KEY_leaks, { .number = 0 }, "false" },
		{ KEY_memory_limit, { .number = 64 << 20 }, "67108864" },
		{ KEY_max_allocs, { .number = INT64_MAX },
		  "9223372036854775807" },
		{ KEY_read, { .given = true }, "[]" },
		{ KEY_read, { .given = true, .count = 2, .items = items },
		  "[\"/a \\\"b\\\"\", \"/c\"]" },
		{ KEY_lib_hashes, { .given = true }, "{}" },
		{ KEY_lib_hashes, { .given = true, .count = 2, .items = items },
		  "{\"/a \\\"b\\\"\" = \"sha256:00\", \"/c\" = "
		  "\"sha256:11\"}" },
	};
	char buffer[128];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text text = text_in(buffer, sizeof(buffer));

		policy_print_value(cases[i].key, &cases[i].setting, &text);
		assert_string_equal(buffer, cases[i].text);
	}
}

TEST(a_text_that_does_not_fit_is_cut_and_a_closed_policy_has_none)
{
	struct load_error error;
	struct policy policy;
	char buffer[4096];
	struct text text = text_in(buffer, 40);

	assert_true(load_text("", &policy, &error));
	policy_print(&policy, &text);
	assert_true(text.cut);
	assert_false(load_text("[", &policy, &error));
	text = text_in(buffer, sizeof(buffer));
	policy_print(&policy, &text);
	assert_true(text.cut);
	assert_string_equal(buffer, "");
}

static unsigned random_number(unsigned below)
{
	static uint64_t seed = 4711;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

#define PICK(array) (array[random_number(COUNT(array))])

static void add_list(struct text *text, const char *const *entries, unsigned n)
{
	text_add(text, "[");
	for (unsigned i = random_number(4); i; i--) {
		text_add(text, random_number(3) ? " " : "\n\t");
		text_add(text, entries[random_number(n)]);
		text_add(text, ",");
	}
	text_add(text, random_number(2) ? "]" : "\n]");
}

static void add_value(struct text *text, enum key key)
{
	static const char *const numbers[] = { "0", "1", "77",
					       "9223372036854775807" };
	static const char *const sizes[] = { "0", "\"64MiB\"", "12345",
					     "\"1kB\"" };
	static const char *const globs[] = {
		"\"/n/a\"", "'/n/**'", "\"x/y\"", "\"/n/[a-z]?\"", "\"/\"",
		"\"/n/\\u00e4\\U0001F600\"", "'/n/\\*'", "\"/n/\\t\\u007f\"",
		"'/n/\"quoted\"'", "\"/n/# from x:1\"",
	};
	static const char *const nets[] = { "\"*\"", "'10.0.0.0/8:80,443'",
					    "\"[::1]:*\"", "\"Example.org\"",
					    "\"unix:/n/s*\"", "\"unix:@x y\"" };
	static const char *const sinks[] = { "\"syslog\"", "\"journal\"",
					     "\"stderr\"", "\"file:x\"",
					     "\"unix:/n/s\"" };
	static const char *const pins[] = {
		"{}",
		"{ \"/n/a\" = \"sha256:0123456789abcdef0123456789abcdef"
		"0123456789ABCDEF0123456789abcdef\" }",
	};
	const char *choices = policy_keys[key].choices;

	switch (policy_keys[key].type) {
	case NAME:
		for (unsigned i = random_number(3); i && strchr(choices, '|');
		     i--)
			choices = strchr(choices, '|') + 1;
		if (key == KEY_allow_syscalls && choices[0] != 'p') {
			text_add(text, choices[0] == 't' ? "true" : "false");
			break;
		}
		text_char(text, '"');
		text_add_n(text, choices, strcspn(choices, "|"));
		text_char(text, '"');
		break;
	case BOOL:
		text_add(text, random_number(2) ? "true" : "false");
		break;
	case SIZE:
		text_add(text, PICK(sizes));
		break;
	case GLOBS:
		add_list(text, globs, COUNT(globs));
		break;
	case NETS:
		add_list(text, nets, COUNT(nets));
		break;
	case SINKS:
		add_list(text, sinks, COUNT(sinks));
		break;
	case PINS:
		text_add(text, PICK(pins));
		break;
	default:
		text_add(text, PICK(numbers));
	}
}

static void add_settings(struct text *text, const enum key *keys, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (random_number(3))
			continue;
		text_add(text, policy_keys[keys[i]].name);
		text_add(text, " = ");
		add_value(text, keys[i]);
		text_add(text, "\n");
	}
}

TEST(every_policy_is_read_back_as_it_was_printed)
{
	static const enum key library[] = { KEY_read, KEY_connect,
					    KEY_lib_hashes, KEY_call_timeout,
					    KEY_allow_syscalls, KEY_exec };
	enum key all[KEYS];
	struct load_error error;
	static struct policy policy;
	static char buffer[1 << 16];

	for (unsigned key = 0; key < KEYS; key++)
		all[key] = key;
	for (int i = 0; i < 3000; i++) {
		struct text text = text_in(buffer, sizeof(buffer));

		text_add(&text, "[ffi.sandbox]\n");
		add_settings(&text, all, KEYS);
		for (unsigned n = random_number(3); n; n--) {
			text_add(&text, "[[ffi.sandbox.library]]\n"
					"match = \"/n/*.so\"\n");
			add_settings(&text, library, COUNT(library));
		}
		CHECK(load_text(buffer, &policy, &error), "%s\n%s", buffer,
		      error.text);
		check_round_trip(buffer, &policy);
	}
}

RUN(cmocka_unit_test(a_policy_is_printed_with_the_source_of_each_setting),
    cmocka_unit_test(a_child_names_the_line_that_its_parents_user_wrote),
    cmocka_unit_test(
	    what_the_profile_gives_is_not_printed_so_that_a_child_can_start),
    cmocka_unit_test(a_setting_is_printed_as_toml_has_it),
    cmocka_unit_test(
	    a_text_that_does_not_fit_is_cut_and_a_closed_policy_has_none),
    cmocka_unit_test(every_policy_is_read_back_as_it_was_printed))
