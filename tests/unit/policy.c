/*
 * policy.c - the table of settings, and what follows from all settings at once.
 * SPDX-License-Identifier: MIT
 */
#include "config/policy.h"

#include "tests/unit/made_policy.h"

#define FILES (RIGHT(FS_READ) | RIGHT(FS_WRITE) | RIGHT(FS_STAT))
#define NET                                                         \
	(RIGHT(NET_CONNECT) | RIGHT(NET_LOCAL) | RIGHT(NET_BIND) |  \
	 RIGHT(NET_LISTEN) | RIGHT(NET_SOCKET))
#define AWAY (RIGHT(NET_CONNECT) | RIGHT(NET_LOCAL) | RIGHT(NET_SOCKET))
#define HERE (RIGHT(NET_BIND) | RIGHT(NET_LISTEN) | RIGHT(NET_SOCKET))
#define PROCESSES (RIGHT(EXEC) | RIGHT(PROC_FORK) | RIGHT(PROC_SIGNAL))
#define RAW_CALLS RIGHT(SYS_RAW)

TEST(only_what_some_question_may_be_refused_is_restricted)
{
	/* max_loaded_libs = 10 of the fig profile, in every line but few */
	static const struct {
		const char *text;
		uint32_t restricted, withheld;
	} cases[] = {
		{ "", RIGHT(LIB_LOAD), 0 },
		{ "max_loaded_libs = 0", 0, 0 },
		{ "profile = \"permissive\"", 0, 0 },
		{ "mode = \"off\"\nallow_file_io = false", 0, 0 },
		{ "max_loaded_libs = 0\nallow_file_io = false",
		  FILES | RAW_CALLS, FILES },
		{ "max_loaded_libs = 0\nmode = \"audit\"\nallow_file_io = false",
		  FILES | RAW_CALLS, FILES },
		{ "max_loaded_libs = 0\nread = []", RIGHT(FS_READ) | RAW_CALLS,
		  RIGHT(FS_READ) },
		{ "max_loaded_libs = 0\nwrite = []",
		  RIGHT(FS_WRITE) | RAW_CALLS, RIGHT(FS_WRITE) },
		{ "max_loaded_libs = 0\nread = []\nwrite = []",
		  FILES | RAW_CALLS, FILES },
		{ "max_loaded_libs = 0\ndeny_read = [\"/a\"]",
		  RIGHT(FS_READ) | RIGHT(FS_STAT) | RAW_CALLS,
		  RIGHT(FS_READ) | RIGHT(FS_STAT) },
		{ "max_loaded_libs = 0\ndeny_write = [\"/a\"]",
		  RIGHT(FS_WRITE) | RAW_CALLS, RIGHT(FS_WRITE) },
		{ "max_loaded_libs = 0\ndeny_read = []\ndeny_write = []", 0, 0 },
		{ "max_loaded_libs = 0\nexec = []", RIGHT(EXEC) | RAW_CALLS,
		  RIGHT(EXEC) },
		{ "max_loaded_libs = 0\nallow_process = false",
		  PROCESSES | RAW_CALLS, PROCESSES },
		{ "max_loaded_libs = 0\nallow_process = false\nexec = [\"/a\"]",
		  RIGHT(EXEC) | RIGHT(PROC_SIGNAL) | RAW_CALLS,
		  RIGHT(EXEC) | RIGHT(PROC_SIGNAL) },
		{ "max_loaded_libs = 0\nallow_network = false", NET | RAW_CALLS,
		  NET },
		{ "max_loaded_libs = 0\nconnect = []", AWAY | RAW_CALLS, AWAY },
		{ "max_loaded_libs = 0\nbind = []", HERE | RAW_CALLS, HERE },
		{ "allowed_libs = []", RIGHT(LIB_LOAD) | RAW_CALLS,
		  RIGHT(LIB_LOAD) },
		{ "block_system_libs = true", RIGHT(LIB_LOAD) | RAW_CALLS,
		  RIGHT(LIB_LOAD) },
		{ "max_loaded_libs = 0\nallow_exec_memory = false",
		  RIGHT(MEM_EXEC) | RAW_CALLS, RIGHT(MEM_EXEC) },
		{ "max_loaded_libs = 0\nmemory_limit = 1", RIGHT(MEM_ALLOC), 0 },
		{ "max_loaded_libs = 0\nmax_allocs = 1", RIGHT(MEM_ALLOC), 0 },
		{ "max_loaded_libs = 0\nallow_syscalls = false", RAW_CALLS, 0 },
		{ "max_loaded_libs = 0\nallow_syscalls = true\nread = []",
		  RIGHT(FS_READ), RIGHT(FS_READ) },
	};
	struct policy policy;

	for (size_t i = 0; i < COUNT(cases); i++) {
		made_of(cases[i].text, &policy);
		CHECK(policy.restricted == cases[i].restricted, "%s: %x",
		      cases[i].text, policy.restricted);
		CHECK(policy.withheld == cases[i].withheld, "%s: %x",
		      cases[i].text, policy.withheld);
	}
}

TEST(children_keep_what_is_withheld_and_two_limits_more)
{
	static const struct {
		const char *text;
		uint32_t kept;
	} cases[] = {
		{ "", 0 },
		{ "mode = \"off\"\nmemory_limit = 1", 0 },
		{ "read = []", RIGHT(FS_READ) },
		{ "memory_limit = 1", RIGHT(MEM_ALLOC) },
		{ "max_allocs = 1", RIGHT(MEM_ALLOC) },
		{ "allow_syscalls = false", RAW_CALLS },
		{ "allow_exec_memory = false\nmemory_limit = 1",
		  RIGHT(MEM_EXEC) | RIGHT(MEM_ALLOC) },
	};
	struct policy policy;

	for (size_t i = 0; i < COUNT(cases); i++) {
		made_of(cases[i].text, &policy);
		CHECK(policy.kept == cases[i].kept, "%s: %x", cases[i].text,
		      policy.kept);
	}
}

TEST(every_right_has_a_dotted_name)
{
	static const char *const names[] = {
		"fs.read",     "fs.write",    "fs.stat",   "exec",
		"proc.fork",   "proc.signal", "net.connect", "net.bind",
		"net.listen",  "net.unix",    "net.socket", "lib.load",
		"lib.symbol",  "mem.alloc",   "mem.exec",  "call.time",
		"sys.raw",
	};

	assert_int_equal(COUNT(names), RIGHTS);
	for (unsigned right = 0; right < RIGHTS; right++)
		assert_string_equal(policy_right_name(right), names[right]);
	assert_string_equal(policy_right_name(RIGHTS), "unknown");
}

TEST(the_enums_follow_the_choices_in_the_table)
{
	static const struct {
		enum key key;
		const char *choices;
	} cases[] = {
		{ KEY_profile, "fig|confined|restrictive|permissive" },
		{ KEY_mode, "enforce|audit|off" },
		{ KEY_on_violation, "deny|kill" },
		{ KEY_deepbind, "strip|deny|allow" },
		{ KEY_allow_syscalls, "true|false|policed" },
		{ KEY_log_level, "error|warn|info|debug" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(policy_keys[cases[i].key].choices,
				    cases[i].choices);
}

TEST(every_row_of_the_table_is_complete)
{
	for (unsigned key = 0; key < KEYS; key++) {
		const struct key_info *info = &policy_keys[key];

		CHECK(info->name && *info->name, "key %u", key);
		CHECK(info->alias && info->help && *info->help, "%s",
		      info->name);
		CHECK((info->type == NAME) == !!info->choices, "%s",
		      info->name);
		for (unsigned i = 0; i < 4; i++)
			CHECK(info->defaults[i], "%s", info->name);
	}
}

TEST(a_value_beyond_the_idle_ones_is_not_enforced)
{
	struct item one = { .text = "a", .hash = "b" };
	const struct {
		enum key key;
		struct setting setting;
		bool unenforced;
	} cases[] = {
		{ KEY_scope, { .number = 0 }, false },
		{ KEY_scope, { .number = 1 }, true },
		{ KEY_kernel, { .number = 0 }, false },
		{ KEY_kernel, { .number = 1 }, true },
		{ KEY_kernel, { .number = 2 }, false },
		{ KEY_call_timeout, { .number = 0 }, false },
		{ KEY_call_timeout, { .number = 1 }, true },
		{ KEY_malloc_cache, { .number = 1 }, false },
		{ KEY_malloc_cache, { .number = 0 }, false },
		{ KEY_allow_globals, { .number = 1 }, false },
		{ KEY_allow_globals, { .number = 0 }, true },
		{ KEY_allowed_functions, { .given = false }, false },
		{ KEY_allowed_functions, { .given = true }, true },
		{ KEY_lib_hashes, { .given = true }, false },
		{ KEY_lib_hashes, { .given = true, .count = 1, .items = &one },
		  true },
		{ KEY_memory_limit, { .number = 1 }, false },
		{ KEY_read, { .given = true }, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		CHECK(policy_unenforced(cases[i].key, &cases[i].setting) ==
			      cases[i].unenforced,
		      "case %zu: %s", i, policy_keys[cases[i].key].name);
}

RUN(cmocka_unit_test(only_what_some_question_may_be_refused_is_restricted),
    cmocka_unit_test(children_keep_what_is_withheld_and_two_limits_more),
    cmocka_unit_test(every_right_has_a_dotted_name),
    cmocka_unit_test(the_enums_follow_the_choices_in_the_table),
    cmocka_unit_test(every_row_of_the_table_is_complete),
    cmocka_unit_test(a_value_beyond_the_idle_ones_is_not_enforced))
