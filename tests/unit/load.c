/*
 * load.c - how flags, environment, file and profile become one policy.
 * SPDX-License-Identifier: MIT
 */
#include "config/load.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/made_policy.h"

static char directory[] = "/tmp/figsandbox-load-XXXXXX";
static struct load_error error;
static struct policy policy;

static void path_in(const char *name, char path[512])
{
	snprintf(path, 512, "%s/%s", directory, name);
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	char path[512];
	FILE *file;

	path_in(name, path);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void link_to(const char *target, const char *name)
{
	char path[512];

	path_in(name, path);
	assert_int_equal(symlink(target, path), 0);
}

static int load_in_directory(const struct load_input *given)
{
	struct load_input input = *given;
	struct arena arena;

	if (!input.cwd)
		input.cwd = directory;
	arena_init(&arena, made_block, sizeof(made_block));
	memset(&error, 0, sizeof(error));
	return load_policy(&input, true, &arena, &policy, &error);
}

#define LOAD(...) load_in_directory(&(struct load_input){ __VA_ARGS__ })
#define LIST(...) ((char *[]){ __VA_ARGS__, NULL })

/* The errors of one text as FIG_SANDBOX_POLICY, without the file's name. */
static const char *error_of(const char *text)
{
	static char variable[4096];
	const char *name = "FIG_SANDBOX_POLICY:";
	int err;

	snprintf(variable, sizeof(variable), "FIG_SANDBOX_POLICY=%s", text);
	err = LOAD(.env = LIST(variable));
	CHECK(err < 0, "%s", text);
	assert_true(policy.closed);
	if (strncmp(error.text, name, strlen(name)) == 0)
		return error.text + strlen(name);
	return error.text;
}

static uint64_t number(enum key key)
{
	return policy.at[key].number;
}

static void item_is(enum key key, unsigned i, const char *text)
{
	CHECK(i < policy.at[key].count, "%s has %u entries, not %s",
	      policy_keys[key].name, policy.at[key].count, text);
	assert_string_equal(policy.at[key].items[i].text, text);
}

static void source_is(struct source source, const char *file, unsigned line)
{
	assert_string_equal(source.file, file);
	assert_int_equal(source.line, line);
}

TEST(the_profile_gives_what_nobody_set)
{
	static const struct {
		char *flag;
		uint64_t memory, libs, files, syscalls, deepbind;
		bool any_lib;
	} cases[] = {
		{ "profile=fig", 0, 10, 1, SYSCALLS_POLICED, DEEPBIND_STRIP,
		  true },
		{ "profile=confined", 64 << 20, 10, 0, SYSCALLS_NONE,
		  DEEPBIND_STRIP, true },
		{ "profile=restrictive", 16 << 20, 10, 0, SYSCALLS_NONE,
		  DEEPBIND_DENY, false },
		{ "profile=permissive", 0, 0, 1, SYSCALLS_ALL, DEEPBIND_STRIP,
		  true },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(LOAD(.flags = LIST(cases[i].flag)), 0);
		assert_int_equal(number(KEY_profile), i);
		assert_int_equal(number(KEY_memory_limit), cases[i].memory);
		assert_int_equal(number(KEY_max_loaded_libs), cases[i].libs);
		assert_int_equal(number(KEY_allow_file_io), cases[i].files);
		assert_int_equal(number(KEY_allow_syscalls), cases[i].syscalls);
		assert_int_equal(number(KEY_deepbind), cases[i].deepbind);
		assert_int_equal(policy.at[KEY_allowed_libs].given,
				 !cases[i].any_lib);
		assert_false(policy.at[KEY_read].given);
		item_is(KEY_audit, 0, "syslog");
		assert_false(policy.at[KEY_memory_limit].chosen);
	}
	assert_int_equal(LOAD(.cwd = "/"), 0);
	assert_int_equal(number(KEY_profile), PROFILE_FIG);
	source_is(policy.at[KEY_profile].source, "profile fig", 0);
}

TEST(a_flag_beats_the_environment_beats_the_file_beats_the_profile)
{
	char flag[] = "max-allocs=1";
	char env[] = "FIG_SANDBOX_MAX_ALLOCS=2";
	char file[] = "FIG_SANDBOX_CONFIG=order.toml";

	write_file("order.toml", "[ffi.sandbox]\n\nmax_allocs = 3\n", 0600);
	assert_int_equal(chdir(directory), 0);
	assert_int_equal(LOAD(.flags = LIST(flag), .env = LIST(env, file)), 0);
	assert_int_equal(number(KEY_max_allocs), 1);
	source_is(policy.at[KEY_max_allocs].source, "--max-allocs", 0);
	assert_int_equal(LOAD(.env = LIST(env, file)), 0);
	assert_int_equal(number(KEY_max_allocs), 2);
	source_is(policy.at[KEY_max_allocs].source, "FIG_SANDBOX_MAX_ALLOCS",
		  0);
	assert_int_equal(LOAD(.env = LIST(file)), 0);
	assert_int_equal(number(KEY_max_allocs), 3);
	source_is(policy.at[KEY_max_allocs].source, "order.toml", 3);
	assert_int_equal(LOAD(.file = "order.toml", .env = LIST("FIG_SANDBOX_"
								"CONFIG=/no")),
			 0);
	assert_int_equal(number(KEY_max_allocs), 3);
	assert_true(policy.at[KEY_max_allocs].chosen);
}

TEST(the_configuration_that_fig_documents_is_taken_letter_by_letter)
{
	char path[512];

	write_file("fig.toml",
		   "[ffi]\nenabled = true\nhelper = \"./ffi-helper\"\n\n"
		   "[ffi.sandbox]\n"
		   "allowed_libs = [\"./libs/*.so\", "
		   "\"/usr/lib/libsqlite3.so\"]\n"
		   "block_system_libs = false\nmemory_limit = 0\n"
		   "max_loaded_libs = 10\n",
		   0644);
	assert_int_equal(LOAD(.file = "fig.toml"), 0);
	path_in("libs/*.so", path);
	item_is(KEY_allowed_libs, 0, path);
	item_is(KEY_allowed_libs, 1, "/usr/lib/libsqlite3.so");
	assert_int_equal(policy.at[KEY_allowed_libs].count, 2);
	write_file("fig.toml", "[ffi.sandbox]\ncall_timeout = 5000\n", 0644);
	assert_int_equal(LOAD(.file = "fig.toml"), -ENOTSUP);
	assert_string_equal(error.text, "fig.toml:2:16: call_timeout: not "
					"available yet in this release");
}

TEST(every_setting_has_one_name_everywhere)
{
	char env[128], flag[128], toml[256];

	for (unsigned key = 0; key < KEYS; key++) {
		const char *name = policy_keys[key].name;
		const char *value = policy_keys[key].defaults[0];
		enum type type = policy_keys[key].type;
		char *c;

		snprintf(env, sizeof(env), "FIG_SANDBOX_%s=%s", name, value);
		for (c = env; *c != '='; c++)
			*c -= *c >= 'a' && *c <= 'z' ? 'a' - 'A' : 0;
		snprintf(flag, sizeof(flag), "%s=%s", name, value);
		for (c = flag; *c != '='; c++)
			*c = *c == '_' ? '-' : *c;
		snprintf(toml, sizeof(toml),
			 type == NAME			   ? "%s = \"%s\"" :
			 type == PINS			   ? "%s = {}" :
			 type == GLOBS || type == NETS	   ? "%s = [%s]" :
			 type == SINKS			   ? "%s = [\"%s\"]" :
							     "%s = %s",
			 name, value);
		for (int i = 0; i < 3; i++) {
			char text[300];
			const struct load_input input = {
				.env = i == 0 ? LIST(env) :
				       i == 1 ? LIST(text) :
						NULL,
				.flags = i == 2 ? LIST(flag) : NULL,
				.cwd = "/",
			};
			struct arena arena;

			snprintf(text, sizeof(text),
				 "FIG_SANDBOX_POLICY=[sandbox]\n%s", toml);
			arena_init(&arena, made_block, sizeof(made_block));
			CHECK(load_policy(&input, false, &arena, &policy,
					  &error) == 0,
			      "%s", error.text);
			CHECK(policy.at[key].chosen, "%s %d", name, i);
			if (type == GLOBS || type == NETS)
				CHECK(policy.at[key].given, "%s %d", name, i);
		}
	}
}

TEST(an_alias_is_the_same_setting)
{
	static const struct {
		char *flag, *env, *toml;
		enum key key;
		uint64_t number;
	} cases[] = {
		{ "max-libs=3", "FIG_SANDBOX_MAX_LIBS=3", "max_libs = 3",
		  KEY_max_loaded_libs, 3 },
		{ "max-memory-mb=3", "FIG_SANDBOX_MAX_MEMORY_MB=3",
		  "max_memory_mb = 3", KEY_memory_limit, 3 << 20 },
		{ "max-cpu-seconds=0", "FIG_SANDBOX_MAX_CPU_SECONDS=0",
		  "max_cpu_seconds = 0", KEY_cpu_limit, 0 },
		{ "max_execution_time=0", "FIG_SANDBOX_MAX_EXECUTION_TIME=0",
		  "max_execution_time = 0", KEY_time_limit, 0 },
	};
	char text[128];

	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), "FIG_SANDBOX_POLICY=[sandbox]\n%s",
			 cases[i].toml);
		for (int way = 0; way < 3; way++) {
			assert_int_equal(
				LOAD(.flags = way == 0 ? LIST(cases[i].flag) :
							 NULL,
				     .env = way == 1 ? LIST(cases[i].env) :
					    way == 2 ? LIST(text) :
						       NULL),
				0);
			assert_true(policy.at[cases[i].key].chosen);
			assert_int_equal(number(cases[i].key), cases[i].number);
		}
	}
	assert_int_equal(LOAD(.env = LIST("FIG_SANDBOX_MAX_LIBS=1",
					  "FIG_SANDBOX_MAX_LOADED_LIBS=1")),
			 -EINVAL);
	assert_string_equal(error.text, "FIG_SANDBOX_MAX_LOADED_LIBS: expected "
					"only one of max_loaded_libs and "
					"max_libs");
	assert_int_equal(LOAD(.flags = LIST("max-libs=1", "max-libs=1")),
			 -EINVAL);
}

TEST(a_call_timeout_stands_in_one_of_two_tables)
{
	assert_int_equal(
		LOAD(.env = LIST("FIG_SANDBOX_POLICY=[ffi]\ncall_timeout = 0")),
		0);
	assert_true(policy.at[KEY_call_timeout].chosen);
	source_is(policy.at[KEY_call_timeout].source, "FIG_SANDBOX_POLICY", 2);
	assert_string_equal(error_of("[ffi]\ncall_timeout = 0\n[ffi.sandbox]\n"
				     "call_timeout = 0"),
			    "4:16: expected call_timeout only once");
}

TEST(other_tables_belong_to_other_programs)
{
	assert_int_equal(LOAD(.env = LIST("FIG_SANDBOX_POLICY=title = 1\n"
					  "[package]\nread = 5\n[ffi]\n"
					  "helper = 1\nread = 5\n[tool.sandbox]"
					  "\nread = 7\n")),
			 0);
	for (unsigned key = 0; key < KEYS; key++)
		assert_false(policy.at[key].chosen);
	assert_int_equal(LOAD(.env = LIST("FIG_SANDBOX_POLICY=")), 0);
}

TEST(bad_input_is_one_line_that_says_where_and_what_was_expected)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "[sandbox]\nmemory_limt = 1",
		  "2:1: unknown setting memory_limt, the nearest is "
		  "memory_limit" },
		{ "[sandbox]\n  raed = []",
		  "2:3: unknown setting raed, the nearest is read" },
		{ "[sandbox.x]\n", "1:10: unknown setting x, the nearest is "
				   "exec" },
		{ "[ffi.sandbx]\nread = []",
		  "1:6: unknown setting sandbx, the nearest is sandbox" },
		{ "[sandbox]\n[ffi.sandbox]",
		  "1:2: expected only one of [sandbox] and [ffi.sandbox]" },
		{ "[[sandbox]]\n", NULL },
		{ "sandbox = 1", "1:11: expected a table for sandbox" },
		{ "ffi = 1", "1:7: expected a table for ffi" },
		{ "[sandbox]\nmode = 1",
		  "2:8: expected enforce, audit or off for mode" },
		{ "[sandbox]\nmode = \"of\"",
		  "2:8: expected enforce, audit or off for mode" },
		{ "[sandbox]\nmode = [\"off\"]",
		  "2:8: expected enforce, audit or off for mode" },
		{ "[sandbox]\nmode = \"off\\u0000\"",
		  "2:8: expected enforce, audit or off for mode" },
		{ "[sandbox]\nallow_syscalls = \"true\"",
		  "2:18: expected true, false or \"policed\" for "
		  "allow_syscalls" },
		{ "[sandbox]\nallow_network = \"false\"",
		  "2:17: expected true or false for allow_network" },
		{ "[sandbox]\nallow_network = 0",
		  "2:17: expected true or false for allow_network" },
		{ "[sandbox]\nmax_allocs = -1",
		  "2:14: expected a whole number, 0 or more for max_allocs" },
		{ "[sandbox]\nmax_allocs = 1.0",
		  "2:14: expected a whole number, 0 or more for max_allocs" },
		{ "[sandbox]\nmax_allocs = \"1\"",
		  "2:14: expected a whole number, 0 or more for max_allocs" },
		{ "[sandbox]\nmax_allocs = [1]",
		  "2:14: expected a whole number, 0 or more for max_allocs" },
		{ "[sandbox]\ncpu_limit = true",
		  "2:13: expected a whole number of seconds, 0 or more for "
		  "cpu_limit" },
		{ "[sandbox]\ntime_limit = \"5s\"",
		  "2:14: expected a whole number of milliseconds, 0 or more "
		  "for time_limit" },
		{ "[sandbox]\nmemory_limit = \"64 MiB\"",
		  "2:16: expected a size such as 65536 or 64MiB for "
		  "memory_limit" },
		{ "[sandbox]\nmemory_limit = 1e6",
		  "2:16: expected a size such as 65536 or \"64MiB\" for "
		  "memory_limit" },
		{ "[sandbox]\nmemory_limit = -5",
		  "2:16: expected a size such as 65536 or \"64MiB\" for "
		  "memory_limit" },
		{ "[sandbox]\nmemory_limit = [\"1M\"]",
		  "2:16: expected a size such as 65536 or \"64MiB\" for "
		  "memory_limit" },
		{ "[sandbox]\nmemory_limit = \"9999999999T\"",
		  "2:16: expected a size below 8192PiB for memory_limit" },
		{ "[sandbox]\nmax_memory_mb = \"64\"",
		  "2:17: expected a whole number of MiB, 0 or more for "
		  "max_memory_mb" },
		{ "[sandbox]\nmax_memory_mb = 8796093022208",
		  "2:17: expected a smaller number for max_memory_mb" },
		{ "[sandbox]\nread = \"/x\"",
		  "2:8: expected a list of strings for read" },
		{ "[sandbox]\nread = [\"/x\", 5]",
		  "2:15: expected a list of strings for read" },
		{ "[sandbox]\nread = [\"/x\",\n [\"/y\"]]",
		  "3:2: expected a list of strings for read" },
		{ "[sandbox]\nread = [\"/x\\u0000\"]",
		  "2:9: expected a list of strings for read" },
		{ "[sandbox]\nread = [\"\"]",
		  "2:9: expected a path or pattern for read" },
		{ "[sandbox]\nread = [\"/x/[a\"]",
		  "2:9: expected a pattern: closed [sets] with ranges that run "
		  "forwards, no '\\' at the end for read" },
		{ "[sandbox]\nread = [\"/x/*/../y\"]",
		  "2:9: expected no '.', '..' or '//' behind a wildcard for "
		  "read" },
		{ "[sandbox]\nconnect = [\"10.0.0.1/8\"]",
		  "2:12: expected a network without host bits, as 10.0.0.0/8 "
		  "for connect" },
		{ "[sandbox]\nbind = [\"unix:x\"]",
		  "2:9: expected an absolute path or pattern after unix: for "
		  "bind" },
		{ "[sandbox]\naudit = [\"sylog\"]",
		  "2:10: expected syslog, journal, stderr, file:PATH, "
		  "unix:PATH or none for audit" },
		{ "[sandbox]\naudit = 5",
		  "2:9: expected a string or a list of strings for audit" },
		{ "[sandbox]\naudit = [\"none\", \"stderr\"]",
		  "2:9: expected none alone for audit" },
		{ "[sandbox]\naudit = \"file:\"",
		  "2:9: expected a path for audit" },
		{ "[sandbox]\nlib_hashes = [\"/x\"]",
		  "2:14: expected a table of PATH = \"sha256:HEX\" for "
		  "lib_hashes" },
		{ "[sandbox]\nlib_hashes = { \"/x\" = \"sha256:12\" }",
		  "2:23: expected \"sha256:\" and 64 hexadecimal digits behind "
		  "a path for lib_hashes" },
		{ "[sandbox]\nread = []\nread = []", NULL },
		{ "[sandbox]\nread = [", NULL },
		{ "[sandbox]\n[[sandbox.library]]\nmatch = \"/x\"\n"
		  "mode = \"off\"",
		  "4:1: expected no mode for one library: it is the whole "
		  "process's" },
		{ "[sandbox]\n[[sandbox.library]]\nmatch = \"/x\"\nraed = []",
		  "4:1: unknown setting raed, the nearest is read" },
		{ "[sandbox]\n[[sandbox.library]]\nmatch = \"/x\"\nread = 1",
		  "4:8: expected a list of strings for read" },
		{ "[sandbox]\n[[sandbox.library]]\nmatch = 5",
		  "3:9: expected a path or pattern for match" },
		{ "[sandbox]\nlibrary = 1",
		  "2:11: expected tables: [[...library]] for library" },
		{ "[sandbox]\nread = [\"/x\"]\nverify_libs = \"deny\"\n"
		  "call_timeout = 5",
		  "3:15: verify_libs: not available yet in this release" },
		{ "[sandbox]\nkernel = \"require\"",
		  "2:10: kernel: not available yet in this release" },
	};
	const char *text;

	for (size_t i = 0; i < COUNT(cases); i++) {
		text = error_of(cases[i].text);
		if (cases[i].error)
			CHECK(strcmp(text, cases[i].error) == 0, "%s\n%s",
			      cases[i].text, text);
		else
			CHECK(text[0] >= '1' && text[0] <= '9', "%s", text);
		CHECK(!strchr(text, '\n'), "%s", text);
	}
}

TEST(the_settings_of_a_library_are_checked_and_then_not_available)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "[[sandbox.library]]\nread = []",
		  ": expected match = \"PATTERN\" among the settings for "
		  "library" },
		{ "[[sandbox.library]]\nmatch = \"/x\"\nread = []",
		  ": library: not available yet in this release" },
		{ "[[ffi.sandbox.library]]\nmatch = \"/x\"\nread = []\n\n"
		  "[ffi]\ncall_timeout = 5",
		  ": library: not available yet in this release" },
	};
	const char *text;

	for (size_t i = 0; i < COUNT(cases); i++) {
		text = error_of(cases[i].text);
		CHECK(strncmp(text, "1:", 2) == 0, "%s", text);
		text += 2 + strspn(text + 2, "0123456789");
		CHECK(strcmp(text, cases[i].error) == 0, "%s\n%s",
		      cases[i].text, text);
	}
}

TEST(bad_variables_and_flags_are_named)
{
	static const struct {
		char *env, *flag;
		const char *error;
	} cases[] = {
		{ "FIG_SANDBOX_MEMORY_LIMT=1", NULL,
		  "FIG_SANDBOX_MEMORY_LIMT: unknown setting, the nearest is "
		  "FIG_SANDBOX_MEMORY_LIMIT" },
		{ "FIG_SANDBOX_read=/x", NULL,
		  "FIG_SANDBOX_read: unknown setting, the nearest is "
		  "FIG_SANDBOX_" },
		{ "FIG_SANDBOX_=", NULL,
		  "FIG_SANDBOX_: unknown setting, the nearest is "
		  "FIG_SANDBOX_" },
		{ "FIG_SANDBOX_READ", NULL,
		  "FIG_SANDBOX_READ: expected '=' and a value" },
		{ "FIG_SANDBOX_MEMORY_LIMIT=1e6", NULL,
		  "FIG_SANDBOX_MEMORY_LIMIT: expected a size such as 65536 or "
		  "64MiB" },
		{ "FIG_SANDBOX_MEMORY_LIMIT=", NULL,
		  "FIG_SANDBOX_MEMORY_LIMIT: expected a size such as 65536 or "
		  "64MiB" },
		{ "FIG_SANDBOX_MAX_ALLOCS=-1", NULL,
		  "FIG_SANDBOX_MAX_ALLOCS: expected a whole number, 0 or "
		  "more" },
		{ "FIG_SANDBOX_MAX_ALLOCS=99999999999999999999", NULL,
		  "FIG_SANDBOX_MAX_ALLOCS: expected a smaller number" },
		{ "FIG_SANDBOX_MAX_ALLOCS=1K", NULL,
		  "FIG_SANDBOX_MAX_ALLOCS: expected a whole number, 0 or "
		  "more" },
		{ "FIG_SANDBOX_ALLOW_NETWORK=False", NULL,
		  "FIG_SANDBOX_ALLOW_NETWORK: expected true, false, yes, no, 1 "
		  "or 0" },
		{ "FIG_SANDBOX_READ=/x::/y", NULL,
		  "FIG_SANDBOX_READ: expected a path or pattern" },
		{ "FIG_SANDBOX_READ=/x:", NULL,
		  "FIG_SANDBOX_READ: expected a path or pattern" },
		{ "FIG_SANDBOX_READ=/\xff", NULL,
		  "FIG_SANDBOX_READ: expected UTF-8" },
		{ "FIG_SANDBOX_CONNECT=1.2.3.4,", NULL,
		  "FIG_SANDBOX_CONNECT: expected an address, a network, a host "
		  "name, * or unix:PATH" },
		{ "FIG_SANDBOX_LIB_HASHES=/x", NULL,
		  "FIG_SANDBOX_LIB_HASHES: expected PATH=sha256:HEX" },
		{ "FIG_SANDBOX_CALL_TIMEOUT=5", NULL,
		  "FIG_SANDBOX_CALL_TIMEOUT: not available yet in this "
		  "release" },
		{ "FFI_LOG_LEVEL=loud", NULL,
		  "FFI_LOG_LEVEL: expected error, warn, info or debug" },
		{ "FIG_SANDBOX_CONFIG=", NULL,
		  "FIG_SANDBOX_CONFIG: expected the name of a file" },
		{ "FIG_SANDBOX_CONFIG=/nonexistent/a\n.toml", NULL,
		  "/nonexistent/a?.toml: expected a readable file: no such "
		  "file" },
		{ NULL, "memory-limt=1",
		  "--memory-limt: unknown setting, the nearest is "
		  "--memory-limit" },
		{ NULL, "MODE=off", "--MODE: unknown setting, the nearest is "
				    "--" },
		{ NULL, "mode", "--mode: expected '=' and a value" },
		{ NULL, "mode=no", "--mode: expected enforce, audit or off" },
		{ NULL, "call-timeout=5",
		  "--call-timeout: not available yet in this release" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		CHECK(LOAD(.env = cases[i].env ? LIST(cases[i].env) : NULL,
			   .flags = cases[i].flag ? LIST(cases[i].flag) :
						    NULL) < 0,
		      "%s", cases[i].error);
		CHECK(strncmp(error.text, cases[i].error,
			      strlen(cases[i].error)) == 0,
		      "%s\n%s", cases[i].error, error.text);
		CHECK(!strchr(error.text, '\n'), "%s", error.text);
		assert_true(policy.closed);
	}
	assert_int_equal(LOAD(.env = LIST("FIG_SANDBOX_READ=/x",
					  "FIG_SANDBOX_READ=/y")),
			 -EINVAL);
	assert_string_equal(error.text,
			    "FIG_SANDBOX_READ: expected read only once");
}

TEST(a_file_that_cannot_be_trusted_or_read_is_an_error)
{
	static char big[1024 * 1024 + 2];
	char path[512];

	write_file("open.toml", "[sandbox]\n", 0666);
	assert_int_equal(LOAD(.file = "open.toml"), -EACCES);
	assert_string_equal(error.text, "open.toml: writable by everybody, "
					"expected only by its owner");
	assert_true(policy.closed);
	assert_int_equal(LOAD(.file = "missing.toml"), -ENOENT);
	assert_string_equal(error.text, "missing.toml: expected a readable "
					"file: no such file");
	assert_int_equal(LOAD(.file = "."), -EISDIR);
	assert_string_equal(error.text, ".: expected a readable file: it is a "
					"directory");
	assert_int_equal(LOAD(.file = "open.toml/x"), -ENOTDIR);
	assert_int_equal(LOAD(.file = ""), -EINVAL);
	path_in("pipe", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(LOAD(.file = "pipe"), -EINVAL);
	assert_string_equal(error.text, "pipe: expected a regular file");
	link_to("loop", "loop");
	assert_int_equal(LOAD(.file = "loop"), -ELOOP);
	memset(big, '#', sizeof(big) - 1);
	write_file("big.toml", big, 0600);
	assert_int_equal(LOAD(.file = "big.toml"), -E2BIG);
	assert_string_equal(error.text, "big.toml: expected a file of at most "
					"1 MiB");
	if (geteuid() == 0)
		return;
	write_file("secret.toml", "", 0);
	assert_int_equal(LOAD(.file = "secret.toml"), -EACCES);
}

TEST(a_megabyte_of_nesting_is_refused_with_a_place)
{
	static char text[1024 * 1024];
	const char *start = "[sandbox]\nread = ";
	size_t len = strlen(start);

	memset(text, '[', sizeof(text) - 1);
	memcpy(text, start, len);
	write_file("deep.toml", text, 0600);
	assert_true(LOAD(.file = "deep.toml") < 0);
	CHECK(strncmp(error.text, "deep.toml:2:", 12) == 0, "%s", error.text);
}

TEST(a_policy_comes_from_a_file_or_from_a_text_but_not_from_both)
{
	write_file("some.toml", "[sandbox]\nmax_allocs = 1", 0600);
	assert_int_equal(LOAD(.env = LIST("FIG_SANDBOX_CONFIG=some.toml",
					  "FIG_SANDBOX_POLICY=")),
			 -EINVAL);
	assert_string_equal(error.text,
			    "FIG_SANDBOX_CONFIG: expected only one of "
			    "FIG_SANDBOX_CONFIG and FIG_SANDBOX_POLICY");
	assert_int_equal(LOAD(.file = "some.toml",
			      .env = LIST("FIG_SANDBOX_CONFIG=/no",
					  "FIG_SANDBOX_POLICY=[")),
			 0);
	assert_int_equal(number(KEY_max_allocs), 1);
}

TEST(an_empty_list_is_not_a_missing_list)
{
	assert_int_equal(LOAD(.env = LIST("FIG_SANDBOX_READ=",
					  "FIG_SANDBOX_CONNECT=",
					  "FIG_SANDBOX_AUDIT="),
			      .flags = LIST("write=")),
			 0);
	assert_true(policy.at[KEY_read].given);
	assert_true(policy.at[KEY_write].given);
	assert_true(policy.at[KEY_connect].given);
	assert_false(policy.at[KEY_bind].given);
	assert_int_equal(policy.at[KEY_read].count, 0);
	assert_int_equal(policy.at[KEY_audit].count, 0);
	assert_int_equal(LOAD(.env = LIST("FIG_SANDBOX_POLICY=[sandbox]\n"
					  "read = []")),
			 0);
	assert_true(policy.at[KEY_read].given);
	assert_int_equal(policy.at[KEY_read].count, 0);
	assert_false(policy.at[KEY_write].given);
}

TEST(lists_in_the_environment_have_their_own_separators)
{
	assert_int_equal(
		LOAD(.env = LIST("FIG_SANDBOX_READ=/n/a:/n/b,c:/n/d*",
				 "FIG_SANDBOX_CONNECT=10.0.0.0/8:80,443,"
				 "8000-8010,[::1]:5,example.org:1,2,unix:/n/x",
				 "FIG_SANDBOX_AUDIT=stderr,file:/n/log,"
				 "unix:/n/s")),
		0);
	item_is(KEY_read, 0, "/n/a");
	item_is(KEY_read, 1, "/n/b,c");
	item_is(KEY_read, 2, "/n/d*");
	assert_int_equal(policy.at[KEY_read].count, 3);
	item_is(KEY_connect, 0, "10.0.0.0/8:80,443,8000-8010");
	item_is(KEY_connect, 1, "[::1]:5");
	item_is(KEY_connect, 2, "example.org:1,2");
	item_is(KEY_connect, 3, "unix:/n/x");
	assert_int_equal(policy.at[KEY_connect].count, 4);
	item_is(KEY_audit, 0, "stderr");
	item_is(KEY_audit, 1, "file:/n/log");
	item_is(KEY_audit, 2, "unix:/n/s");
	assert_int_equal(LOAD(.env = LIST("FIG_SANDBOX_CONNECT=443")), -EINVAL);
}

TEST(true_has_three_words_in_the_environment)
{
	static const struct {
		char *env;
		uint64_t number;
	} cases[] = {
		{ "FIG_SANDBOX_ALLOW_PROCESS=true", 1 },
		{ "FIG_SANDBOX_ALLOW_PROCESS=yes", 1 },
		{ "FIG_SANDBOX_ALLOW_PROCESS=1", 1 },
		{ "FIG_SANDBOX_ALLOW_PROCESS=false", 0 },
		{ "FIG_SANDBOX_ALLOW_PROCESS=no", 0 },
		{ "FIG_SANDBOX_ALLOW_PROCESS=0", 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(LOAD(.env = LIST(cases[i].env)), 0);
		assert_int_equal(number(KEY_allow_process), cases[i].number);
	}
}

TEST(the_log_level_of_fig_counts_where_ours_is_not_set)
{
	write_file("level.toml", "[sandbox]\nlog_level = \"error\"", 0600);
	assert_int_equal(LOAD(.env = LIST("FFI_LOG_LEVEL=debug")), 0);
	assert_int_equal(number(KEY_log_level), LEVEL_DEBUG);
	source_is(policy.at[KEY_log_level].source, "FFI_LOG_LEVEL", 0);
	assert_int_equal(LOAD(.file = "level.toml",
			      .env = LIST("FFI_LOG_LEVEL=debug")),
			 0);
	assert_int_equal(number(KEY_log_level), LEVEL_DEBUG);
	assert_int_equal(LOAD(.env = LIST("FIG_SANDBOX_LOG_LEVEL=info",
					  "FFI_LOG_LEVEL=loud")),
			 0);
	assert_int_equal(number(KEY_log_level), LEVEL_INFO);
}

/* Patterns on a tree that is real: D is the test's directory. */
TEST(patterns_are_absolute_and_their_directories_resolved)
{
	static const struct {
		const char *pattern, *as, *and; /* "D/" in front is D */
	} cases[] = {
		{ "a", "D/a", NULL },
		{ "./a//b/../c", "D/a/c", NULL },
		{ "a/", "D/a/**", NULL },
		{ "D/real/x", "D/real/x", NULL },
		{ "D/link/x", "D/real/x", NULL },
		{ "D/link/**", "D/real/**", NULL },
		{ "D/link/", "D/real/**", NULL },
		{ "D/link/x*/y", "D/real/x*/y", NULL },
		{ "D/link*/x", "D/link*/x", NULL },
		{ "D/link/new/deep/*.so", "D/real/new/deep/*.so", NULL },
		{ "D/link", "D/link", "D/real" },
		{ "D/chain", "D/chain", "D/real/file" },
		{ "D/chain/", "D/real/file/**", NULL },
		{ "D/dangling", "D/dangling", "D/nowhere" },
		{ "D/sub/up/x", "D/x", NULL },
		{ "D/sub/../x", "D/x", NULL },
		{ "D/odd/x", "D/o\\[d]/x", NULL },
		{ "D/odd/*", "D/o\\[d]/*", NULL },
		{ "/", "/**", NULL },
		{ "/proc/self/maps", "/proc/self/maps", NULL },
		{ "/../x", "/x", NULL },
		{ "**", "D/**", NULL },
	};
	char variable[1200], as[512], path[512];

	path_in("real", path);
	mkdir(path, 0700);
	path_in("sub", path);
	mkdir(path, 0700);
	path_in("o[d]", path);
	mkdir(path, 0700);
	write_file("real/file", "", 0600);
	link_to("real", "link");
	link_to("./link/../link/file", "chain");
	link_to("nowhere", "dangling");
	link_to("..", "sub/up");
	link_to("o[d]", "odd");
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *in = cases[i].pattern, *want = cases[i].as;
		const struct setting *read = &policy.at[KEY_read];
		bool ours = strncmp(in, "D/", 2) == 0;

		snprintf(variable, sizeof(variable), "FIG_SANDBOX_READ=%s%s",
			 ours ? directory : "", in + ours);
		assert_int_equal(LOAD(.env = LIST(variable)), 0);
		ours = strncmp(want, "D/", 2) == 0;
		snprintf(as, sizeof(as), "%s%s", ours ? directory : "",
			 want + ours);
		CHECK(strcmp(read->items[0].text, as) == 0, "%s is %s", in,
		      read->items[0].text);
		assert_int_equal(read->count, cases[i].and ? 2 : 1);
		if (!cases[i].and)
			continue;
		snprintf(as, sizeof(as), "%s%s", directory, cases[i].and + 1);
		CHECK(strcmp(read->items[1].text, as) == 0, "%s leads to %s",
		      in, read->items[1].text);
	}
}

TEST(a_loop_of_links_is_a_pattern_that_nothing_matches)
{
	char variable[600];

	link_to("ring2", "ring1");
	link_to("ring1", "ring2");
	snprintf(variable, sizeof(variable), "FIG_SANDBOX_READ=%s/ring1/x",
		 directory);
	assert_int_equal(LOAD(.env = LIST(variable)), 0);
	assert_true(strstr(policy.at[KEY_read].items[0].text, "/ring"));
}

TEST(a_library_keeps_its_own_name_and_a_socket_gets_both)
{
	char variable[600], socket[600], path[512], want[600];

	write_file("libx.so.1", "", 0600);
	link_to("libx.so.1", "libx.so");
	path_in("libx.so", path);
	snprintf(variable, sizeof(variable), "FIG_SANDBOX_ALLOWED_LIBS=%s",
		 path);
	snprintf(socket, sizeof(socket), "FIG_SANDBOX_CONNECT=unix:%s,unix:@x",
		 path);
	assert_int_equal(LOAD(.env = LIST(variable, socket)), 0);
	assert_int_equal(policy.at[KEY_allowed_libs].count, 1);
	item_is(KEY_allowed_libs, 0, path);
	assert_int_equal(policy.at[KEY_connect].count, 3);
	snprintf(want, sizeof(want), "unix:%s", path);
	item_is(KEY_connect, 0, want);
	strcat(want, ".1");
	item_is(KEY_connect, 1, want);
	item_is(KEY_connect, 2, "unix:@x");
}

TEST(relative_patterns_are_relative_to_the_file_they_stand_in)
{
	char path[512];

	path_in("conf", path);
	mkdir(path, 0700);
	write_file("conf/a.toml", "[sandbox]\nread = [\"x\", \"../y/*\"]\n"
				  "audit = \"file:log\"",
		   0600);
	assert_int_equal(LOAD(.file = "conf/a.toml",
			      .env = LIST("FIG_SANDBOX_WRITE=x")),
			 0);
	path_in("conf/x", path);
	item_is(KEY_read, 0, path);
	path_in("y/*", path);
	item_is(KEY_read, 1, path);
	path_in("x", path);
	item_is(KEY_write, 0, path);
	assert_non_null(strstr(policy.at[KEY_audit].items[0].text,
			       "/conf/log"));
	source_is(policy.at[KEY_read].items[1].source, "conf/a.toml", 2);
}

TEST(bytes_that_are_special_in_patterns_are_not_in_the_base)
{
	assert_int_equal(LOAD(.cwd = "/nonexistent/[a]*",
			      .env = LIST("FIG_SANDBOX_READ=x:*.c")),
			 0);
	item_is(KEY_read, 0, "/nonexistent/\\[a]\\*/x");
	item_is(KEY_read, 1, "/nonexistent/\\[a]\\*/*.c");
}

TEST(host_names_stand_among_the_first_64_entries)
{
	char text[2048] = "FIG_SANDBOX_CONNECT=10.0.0.1";

	for (int i = 1; i < 63; i++)
		strcat(text, ",10.0.0.1");
	strcat(text, ",example.org");
	assert_int_equal(LOAD(.env = LIST(text)), 0);
	strcat(text, ",10.0.0.2");
	assert_int_equal(LOAD(.env = LIST(text)), 0);
	strcat(text, ",example.net");
	assert_int_equal(LOAD(.env = LIST(text)), -EINVAL);
	assert_string_equal(error.text, "FIG_SANDBOX_CONNECT: expected host "
					"names among the first 64 entries");
}

TEST(an_inherited_policy_is_complete_and_follows_no_link)
{
	char text[1024];

	link_to("/etc", "turned");
	snprintf(text, sizeof(text),
		 "FIG_SANDBOX_POLICY=# inherited: complete, and its patterns "
		 "are resolved\n[ffi.sandbox]\nread = [\"%s/turned/**\"]  "
		 "# from fig.toml:12\nmax_allocs = 7\n",
		 directory);
	assert_int_equal(LOAD(.env = LIST(text, "FIG_SANDBOX_READ=/",
					  "FIG_SANDBOX_CONFIG=/nonexistent/a",
					  "FFI_LOG_LEVEL=loud",
					  "FIG_SANDBOX_NONSENSE=1")),
			 0);
	assert_int_equal(policy.at[KEY_read].count, 1);
	assert_non_null(strstr(policy.at[KEY_read].items[0].text, "/turned/"));
	source_is(policy.at[KEY_read].source, "fig.toml", 12);
	source_is(policy.at[KEY_read].items[0].source, "fig.toml", 12);
	source_is(policy.at[KEY_max_allocs].source, "FIG_SANDBOX_POLICY", 4);
	assert_string_equal(error_of("# inherited: complete, and its patterns "
				     "are resolved\n[sandbox]\nread = [\"x\"]"),
			    "3:9: expected an absolute pattern for read");
}

TEST(a_label_is_plain_and_short_whatever_it_says)
{
	static const struct {
		const char *label, *file;
		unsigned line;
	} cases[] = {
		{ "# from a.toml:7", "a.toml", 7 },
		{ "# from a.toml", "a.toml", 0 },
		{ "# from a:b:70", "a:b", 70 },
		{ "# from a.toml:07", "a.toml:07", 0 },
		{ "# from :7", ":7", 0 },
		{ "# from 7", "7", 0 },
		{ "# from a:12345678901", "a:12345678901", 0 },
		{ "# from \xc2\x9bx#y:3", "?x?y", 3 },
		{ "# from x # from y:2", "y", 2 },
		{ "# from ", "FIG_SANDBOX_POLICY", 3 },
		{ "# of a.toml:7", "FIG_SANDBOX_POLICY", 3 },
		{ "", "FIG_SANDBOX_POLICY", 3 },
	};
	char text[1024], name[400];

	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text),
			 "FIG_SANDBOX_POLICY=# inherited: complete, and its "
			 "patterns are resolved\n[ffi.sandbox]\n"
			 "max_allocs = 7 %s",
			 cases[i].label);
		assert_int_equal(LOAD(.env = LIST(text)), 0);
		source_is(policy.at[KEY_max_allocs].source, cases[i].file,
			  cases[i].line);
	}
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(text, sizeof(text),
		 "FIG_SANDBOX_POLICY=# inherited: complete, and its patterns "
		 "are resolved\n[ffi.sandbox]\nmax_allocs = 7 # from %s:9",
		 name);
	assert_int_equal(LOAD(.env = LIST(text)), 0);
	assert_int_equal(strlen(policy.at[KEY_max_allocs].source.file), 200);
	assert_int_equal(policy.at[KEY_max_allocs].source.line, 9);
}

TEST(without_memory_no_policy_is_made)
{
	char text[] = "FIG_SANDBOX_POLICY=[ffi.sandbox]\nread = [\"/n/a\", "
		      "\"/n/b*\"]\nconnect = [\"example.org\"]\n"
		      "audit = \"file:/n/x\"";
	const struct load_input input = { .env = LIST(text), .cwd = "/" };
	bool done = false;
	struct arena arena;
	int err;

	for (size_t size = 0; !done; size += 64) {
		assert_true(size < sizeof(made_block));
		arena_init(&arena, made_block, size);
		err = load_policy(&input, true, &arena, &policy, &error);
		assert_true(err == 0 || err == -ENOMEM);
		assert_int_equal(policy.closed, err != 0);
		if (err)
			CHECK(strstr(error.text, ": expected a shorter policy"),
			      "%s", error.text);
		done = !err;
	}
}

TEST(too_long_a_list_is_an_error_with_its_place)
{
	enum { PATTERNS = 60000 };
	char *text = malloc(PATTERNS * 12);
	struct load_input input = { .env = LIST(text), .cwd = "/" };
	struct arena arena;
	int len = sprintf(text, "FIG_SANDBOX_POLICY=[sandbox]\n\nread = [");

	for (unsigned i = 0; i < PATTERNS; i++)
		len += sprintf(text + len, "\"/a%u\",", i);
	sprintf(text + len, "]\n");
	arena_init(&arena, made_block, sizeof(made_block));
	assert_int_equal(load_policy(&input, true, &arena, &policy, &error),
			 -ENOMEM);
	assert_string_equal(error.text, "FIG_SANDBOX_POLICY:3:8: expected a "
					"shorter policy: this one takes too "
					"much memory");
	free(text);
}

TEST(a_policy_has_at_most_eight_sinks)
{
	char text[256] = "FIG_SANDBOX_AUDIT=stderr";

	for (unsigned i = 1; i < POLICY_SINKS; i++)
		strcat(text, ",stderr");
	assert_int_equal(LOAD(.env = LIST(text)), 0);
	strcat(text, ",stderr");
	assert_int_equal(LOAD(.env = LIST(text)), -EINVAL);
	assert_string_equal(error.text,
			    "FIG_SANDBOX_AUDIT: expected at most eight sinks");
}

TEST(every_truncation_of_a_policy_is_an_error_or_an_answer)
{
	static const char whole[] =
		"[ffi]\ncall_timeout = 0\n[ffi.sandbox]\nprofile = "
		"\"confined\"\nread = [\"/n/a\", # x\n\"/n/[b]*\"]\n"
		"lib_hashes = {}\naudit = \"none\"\nmemory_limit = \"64MiB\"\n";
	char text[sizeof(whole) + 32];

	for (size_t len = 0; len < sizeof(whole); len++) {
		snprintf(text, sizeof(text), "FIG_SANDBOX_POLICY=%.*s",
			 (int)len, whole);
		if (LOAD(.env = LIST(text)) == 0)
			continue;
		assert_true(policy.closed);
		CHECK(strncmp(error.text, "FIG_SANDBOX_POLICY:", 19) == 0, "%s",
		      error.text);
	}
}

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int remove_directory(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return chdir("/") || system(command);
}

#define T(test) cmocka_unit_test(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_profile_gives_what_nobody_set),
		T(a_flag_beats_the_environment_beats_the_file_beats_the_profile),
		T(the_configuration_that_fig_documents_is_taken_letter_by_letter),
		T(every_setting_has_one_name_everywhere),
		T(an_alias_is_the_same_setting),
		T(a_call_timeout_stands_in_one_of_two_tables),
		T(other_tables_belong_to_other_programs),
		T(bad_input_is_one_line_that_says_where_and_what_was_expected),
		T(the_settings_of_a_library_are_checked_and_then_not_available),
		T(bad_variables_and_flags_are_named),
		T(a_file_that_cannot_be_trusted_or_read_is_an_error),
		T(a_megabyte_of_nesting_is_refused_with_a_place),
		T(a_policy_comes_from_a_file_or_from_a_text_but_not_from_both),
		T(an_empty_list_is_not_a_missing_list),
		T(lists_in_the_environment_have_their_own_separators),
		T(true_has_three_words_in_the_environment),
		T(the_log_level_of_fig_counts_where_ours_is_not_set),
		T(patterns_are_absolute_and_their_directories_resolved),
		T(a_loop_of_links_is_a_pattern_that_nothing_matches),
		T(a_library_keeps_its_own_name_and_a_socket_gets_both),
		T(relative_patterns_are_relative_to_the_file_they_stand_in),
		T(bytes_that_are_special_in_patterns_are_not_in_the_base),
		T(host_names_stand_among_the_first_64_entries),
		T(an_inherited_policy_is_complete_and_follows_no_link),
		T(a_label_is_plain_and_short_whatever_it_says),
		T(without_memory_no_policy_is_made),
		T(too_long_a_list_is_an_error_with_its_place),
		T(a_policy_has_at_most_eight_sinks),
		T(every_truncation_of_a_policy_is_an_error_or_an_answer),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
