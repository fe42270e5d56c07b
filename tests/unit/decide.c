/*
 * decide.c - what policy_decide answers to each kind of question.
 * SPDX-License-Identifier: MIT
 */
#include "config/policy.h"

#include <errno.h>
#include <arpa/inet.h>

#include "tests/unit/made_policy.h"

#define FLOOR "platform floor"

static struct verdict ask(const struct policy *policy, struct query query)
{
	struct verdict verdict = { .err = 99, .explicit_deny = true };

	policy_decide(policy, &query, &verdict);
	return verdict;
}

/* rule NULL: allowed, and no setting decided that. */
static void expect(const char *title, struct verdict verdict, int err,
		   const char *rule)
{
	CHECK(verdict.err == err, "%s: %d by %s", title, verdict.err,
	      verdict.rule ? verdict.rule : "nothing");
	CHECK(!rule == !verdict.rule &&
		      (!rule || strcmp(rule, verdict.rule) == 0),
	      "%s: by %s", title, verdict.rule ? verdict.rule : "nothing");
}

struct path_case {
	enum right right;
	const char *path;
	int err;
	const char *rule;
};

static void check_paths(const char *text, const struct path_case *cases,
			size_t n, bool subtree)
{
	struct policy policy;
	char title[512];

	made_of(text, &policy);
	for (size_t i = 0; i < n; i++) {
		snprintf(title, sizeof(title), "%s: %s %s%s", text,
			 policy_right_name(cases[i].right), cases[i].path,
			 subtree ? " and below" : "");
		expect(title,
		       ask(&policy, (struct query){ .right = cases[i].right,
						    .path = cases[i].path,
						    .subtree = subtree }),
		       cases[i].err, cases[i].rule);
	}
}

#define PATHS(text, ...)                                            \
	check_paths(text, (const struct path_case[]){ __VA_ARGS__ }, \
		    COUNT(((const struct path_case[]){ __VA_ARGS__ })), false)
#define TREES(text, ...)                                            \
	check_paths(text, (const struct path_case[]){ __VA_ARGS__ }, \
		    COUNT(((const struct path_case[]){ __VA_ARGS__ })), true)

TEST(without_a_setting_everything_is_allowed_by_nothing)
{
	struct policy policy;

	made_of("", &policy);
	for (unsigned right = 0; right < RIGHTS; right++)
		expect(policy_right_name(right),
		       ask(&policy, (struct query){ .right = right,
						    .path = "/x/a",
						    .domain = AF_NETLINK,
						    .name = "ptrace",
						    .roundabout = true,
						    .size = UINT64_MAX }),
		       0, NULL);
}

TEST(a_list_is_the_grant)
{
	PATHS("read = [\"/x/a/**\"]",
	      { FS_READ, "/x/a/b", 0, "read" },
	      { FS_READ, "/x/a", 0, "read" },
	      { FS_READ, "/x/ab", -EACCES, "read" },
	      { FS_READ, "/x", -EACCES, "read" },
	      { FS_WRITE, "/x/ab", 0, NULL },
	      { EXEC, "/x/ab", 0, NULL });
	PATHS("write = [\"/x/a/*\"]",
	      { FS_WRITE, "/x/a/b", 0, "write" },
	      { FS_WRITE, "/x/a/b/c", -EACCES, "write" },
	      { FS_READ, "/x/c", 0, NULL });
	PATHS("exec = [\"/x/a/*\"]",
	      { EXEC, "/x/a/b", 0, "exec" },
	      { EXEC, "/x/b", -EACCES, "exec" },
	      { PROC_FORK, NULL, 0, NULL },
	      { PROC_SIGNAL, NULL, 0, NULL });
}

TEST(a_list_that_is_given_stands_beside_its_flag_as_the_grant)
{
	PATHS("allow_file_io = false\nread = [\"/x/a\"]",
	      { FS_READ, "/x/a", 0, "read" },
	      { FS_READ, "/x/b", -EACCES, "read" },
	      { FS_WRITE, "/x/a", -EACCES, "allow_file_io" });
	PATHS("allow_file_io = false\nwrite = [\"/x/a\"]",
	      { FS_WRITE, "/x/a", 0, "write" },
	      { FS_WRITE, "/x/b", -EACCES, "write" },
	      { FS_READ, "/x/a", -EACCES, "allow_file_io" });
	PATHS("allow_process = false\nexec = [\"/x/a\"]",
	      { EXEC, "/x/a", 0, "exec" },
	      { EXEC, "/x/b", -EACCES, "exec" },
	      { PROC_FORK, NULL, 0, NULL },
	      { PROC_SIGNAL, NULL, -EPERM, "allow_process" });
}

TEST(an_empty_list_is_not_a_missing_list)
{
	PATHS("read = []\nwrite = []\nexec = []",
	      { FS_READ, "/x/a", -EACCES, "read" },
	      { FS_WRITE, "/x/a", -EACCES, "write" },
	      { FS_STAT, "/x/a", -EACCES, "read" },
	      { EXEC, "/x/a", -EACCES, "exec" },
	      { PROC_FORK, NULL, 0, NULL });
	PATHS("allow_process = false\nexec = []",
	      { EXEC, "/x/a", -EACCES, "exec" },
	      { PROC_FORK, NULL, -EPERM, "allow_process" });
	PATHS("allowed_libs = []",
	      { LIB_LOAD, "/x/a.so", -EACCES, "allowed_libs" });
	PATHS("connect = []\nbind = []",
	      { NET_CONNECT, NULL, -EACCES, "connect" },
	      { NET_LOCAL, NULL, -EACCES, "connect" },
	      { NET_BIND, NULL, -EACCES, "bind" },
	      { NET_LISTEN, NULL, -EACCES, "bind" });
}

TEST(a_flag_that_is_false_refuses_its_family)
{
	PATHS("allow_file_io = false",
	      { FS_READ, "/x/a", -EACCES, "allow_file_io" },
	      { FS_WRITE, "/x/a", -EACCES, "allow_file_io" },
	      { FS_STAT, "/x/a", -EACCES, "allow_file_io" },
	      { FS_READ, "", -EACCES, "allow_file_io" },
	      { FS_READ, NULL, -EACCES, "allow_file_io" },
	      { EXEC, "/x/a", 0, NULL });
	PATHS("allow_process = false",
	      { EXEC, "/x/a", -EACCES, "allow_process" },
	      { PROC_FORK, NULL, -EPERM, "allow_process" },
	      { PROC_SIGNAL, NULL, -EPERM, "allow_process" });
	PATHS("allow_network = false",
	      { NET_CONNECT, NULL, -EACCES, "allow_network" },
	      { NET_LOCAL, NULL, -EACCES, "allow_network" },
	      { NET_BIND, NULL, -EACCES, "allow_network" },
	      { NET_LISTEN, NULL, -EACCES, "allow_network" });
	PATHS("allow_exec_memory = false",
	      { MEM_EXEC, NULL, -EACCES, "allow_exec_memory" });
}

TEST(a_deny_list_wins_over_every_grant_and_stays_in_audit_mode)
{
	static const char text[] = "deny_read = [\"/x/a/*\", \"/dev/null\"]\n"
				   "deny_write = [\"/x/b\"]\n"
				   "read = [\"/x/**\"]\nwrite = [\"/x/**\"]";
	struct policy policy;
	struct verdict verdict;

	PATHS(text, { FS_READ, "/x/a/b", -EACCES, "deny_read" },
	      { FS_STAT, "/x/a/b", -EACCES, "deny_read" },
	      { FS_WRITE, "/x/a/b", 0, "write" },
	      { FS_READ, "/x/a", 0, "read" },
	      { FS_READ, "/dev/null", -EACCES, "deny_read" },
	      { FS_WRITE, "/x/b", -EACCES, "deny_write" },
	      { FS_READ, "/x/b", 0, "read" });
	made_of(text, &policy);
	verdict = ask(&policy,
		      (struct query){ .right = FS_READ, .path = "/x/a/b" });
	assert_true(verdict.explicit_deny);
	verdict = ask(&policy,
		      (struct query){ .right = FS_WRITE, .path = "/x/b" });
	assert_true(verdict.explicit_deny);
	verdict = ask(&policy,
		      (struct query){ .right = FS_READ, .path = "/y" });
	assert_int_equal(verdict.err, -EACCES);
	assert_false(verdict.explicit_deny);
	PATHS("deny_read = [\"/x/a\"]",
	      { FS_READ, "/x/a", -EACCES, "deny_read" },
	      { FS_READ, "/x/b", 0, NULL },
	      { FS_STAT, "/x/b", 0, NULL },
	      { FS_WRITE, "/x/a", 0, NULL });
}

TEST(looking_is_part_of_reading_writing_running_and_passing_through)
{
	PATHS("allow_file_io = false\nread = [\"/x/a/b/*.c\"]\n"
	      "write = [\"/x/w/**\"]\nexec = [\"/x/e/run\"]",
	      { FS_STAT, "/x/a/b/1.c", 0, "read" },
	      { FS_STAT, "/x/w/v", 0, "write" },
	      { FS_STAT, "/x/e/run", 0, "exec" },
	      { FS_STAT, "/", 0, FLOOR },
	      { FS_STAT, "/x", 0, NULL },
	      { FS_STAT, "/x/a", 0, NULL },
	      { FS_STAT, "/x/a/b", 0, NULL },
	      { FS_STAT, "/x/e", 0, NULL },
	      { FS_STAT, "/x/a/b/1.h", -EACCES, "read" },
	      { FS_STAT, "/x/a/c", -EACCES, "read" },
	      { FS_STAT, "/x/e/other", -EACCES, "read" },
	      { FS_STAT, "/y", -EACCES, "read" },
	      { FS_STAT, "/etc", 0, FLOOR },
	      { FS_STAT, "/etc/localtime", 0, FLOOR },
	      { FS_STAT, "/etc/passwd", -EACCES, "read" });
	PATHS("read = []", { FS_STAT, "/x/a", 0, NULL });
	PATHS("write = []", { FS_STAT, "/x/a", 0, NULL });
	PATHS("read = []\nwrite = []", { FS_STAT, "/x", -EACCES, "read" });
	PATHS("allow_file_io = false\nwrite = [\"/x/a\"]",
	      { FS_STAT, "/x/b", -EACCES, "allow_file_io" });
}

TEST(the_platform_floor_can_be_read_whatever_is_withheld)
{
	static const char *const floor[] = {
		"/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/ld.so.conf",
		"/etc/ld.so.conf.d/libc.conf", "/lib/libc.so.6",
		"/lib64/ld-linux-x86-64.so.2",
		"/usr/lib/x86_64-linux-gnu/libc.so.6",
		"/usr/lib/x86_64-linux-gnu/libz.so", "/usr/lib64/libz.so.1.2",
		"/usr/lib32/libz.so.1", "/usr/local/lib/libx.so",
		"/usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache",
		"/usr/lib/locale/C.utf8/LC_CTYPE", "/usr/lib/locale",
		"/usr/share/locale/de/LC_MESSAGES/libc.mo",
		"/usr/share/i18n/charmaps/UTF-8.gz", "/etc/locale.alias",
		"/usr/share/zoneinfo/Europe/Berlin", "/etc/localtime",
		"/etc/timezone", "/etc/nsswitch.conf", "/dev/null", "/dev/zero",
		"/dev/full", "/dev/urandom", "/dev/random", "/dev/tty",
		"/proc/self", "/proc/self/maps", "/proc/self/fd",
		"/proc/self/task/7/stat", "/proc/self/task/7/fd",
		"/proc/cpuinfo", "/proc/meminfo", "/proc/stat",
		"/proc/filesystems", "/proc/version",
		"/proc/sys/vm/overcommit_memory",
		"/proc/sys/kernel/ngroups_max", "/proc/sys/kernel/osrelease",
		"/proc/sys/kernel/pid_max", "/proc/sys/kernel/random/uuid",
		"/proc/sys/kernel/cap_last_cap",
		"/sys/devices/system/cpu/online",
	};
	static const char *const beyond[] = {
		"/etc/passwd", "/etc/ld.so.conf.d/a/b", "/usr/lib/os-release",
		"/usr/lib/python3/a.py", "/usr/lib/x.so.d/secret",
		"/usr/libexec/a.so", "/home/a/lib/x.so", "/dev/mem", "/dev/sda",
		"/dev/pts/1", "/dev/ptmx", "/proc/self/mem",
		"/proc/self/task/7/mem", "/proc/self/root/etc/passwd",
		"/proc/self/root", "/proc/self/cwd/x", "/proc/self/fd/3",
		"/proc/self/fd/3/x", "/proc/self/map_files/1-2",
		"/proc/self/task/7/fd/3", "/proc/self/task/7/root/etc",
		"/proc/1/maps", "/proc/4242/status", "/proc/kcore", "/proc",
		"/proc/sys/kernel/core_pattern", "/sys/class/net", "/",
		"/x/program/other",
	};
	struct policy policy;

	made_of("allow_file_io = false", &policy);
	policy.program = "/x/program";
	for (size_t i = 0; i < COUNT(floor); i++)
		expect(floor[i],
		       ask(&policy, (struct query){ .right = FS_READ,
						    .path = floor[i] }),
		       0, FLOOR);
	for (size_t i = 0; i < COUNT(beyond); i++)
		expect(beyond[i],
		       ask(&policy, (struct query){ .right = FS_READ,
						    .path = beyond[i] }),
		       -EACCES, "allow_file_io");
	expect("the program",
	       ask(&policy,
		   (struct query){ .right = FS_READ, .path = "/x/program" }),
	       0, FLOOR);
	expect("its directory",
	       ask(&policy, (struct query){ .right = FS_STAT, .path = "/x" }),
	       0, FLOOR);
	expect("the program, to write",
	       ask(&policy,
		   (struct query){ .right = FS_WRITE, .path = "/x/program" }),
	       -EACCES, "allow_file_io");
	made_of("read = []", &policy);
	expect("with an empty list",
	       ask(&policy, (struct query){ .right = FS_READ,
					    .path = "/etc/localtime" }),
	       0, FLOOR);
}

TEST(the_librarys_own_file_cannot_be_changed_while_anything_is_withheld)
{
	struct query own = { .right = FS_WRITE, .path = "/x/own.so" };
	struct query above = { .right = FS_WRITE, .path = "/x" };
	struct policy policy;

	made_of("write = [\"/x/**\"]", &policy);
	policy.library = "/x/own.so";
	expect("the file", ask(&policy, own), -EACCES, "sandbox library");
	own.path = "/x/own.so2";
	expect("another", ask(&policy, own), 0, "write");
	above.subtree = true;
	expect("all of the directory", ask(&policy, above), -EACCES,
	       "sandbox library");
	made_of("memory_limit = 1", &policy);
	policy.library = own.path;
	expect("nothing is withheld", ask(&policy, own), 0, NULL);
}

TEST(only_devices_without_content_can_always_be_written)
{
	PATHS("allow_file_io = false", { FS_WRITE, "/dev/null", 0, FLOOR },
	      { FS_WRITE, "/dev/zero", 0, FLOOR },
	      { FS_WRITE, "/dev/full", 0, FLOOR },
	      { FS_WRITE, "/dev/tty", 0, FLOOR },
	      { FS_WRITE, "/dev/ptmx", -EACCES, "allow_file_io" },
	      { FS_WRITE, "/dev/random", -EACCES, "allow_file_io" },
	      { FS_WRITE, "/proc/self/maps", -EACCES, "allow_file_io" });
}

TEST(what_concerns_a_tree_needs_a_grant_on_the_tree_and_no_denial_in_it)
{
	TREES("read = [\"/x/a/**\", \"/x/b\", \"/x/c*\"]\nwrite = [\"/x/w**\"]",
	      { FS_READ, "/x/a", 0, "read" },
	      { FS_READ, "/x/a/b", 0, "read" },
	      { FS_READ, "/x/b", -EACCES, "read" },
	      { FS_READ, "/x/c", -EACCES, "read" },
	      { FS_READ, "/x", -EACCES, "read" },
	      { FS_WRITE, "/x/w", 0, "write" },
	      { FS_WRITE, "/x/v", -EACCES, "write" },
	      { FS_READ, "/usr/share/zoneinfo", 0, FLOOR },
	      { FS_READ, "/etc/localtime", -EACCES, "read" },
	      { FS_READ, "/proc/self", -EACCES, "read" },
	      { FS_READ, "/usr/lib", -EACCES, "read" });
	TREES("deny_read = [\"/x/a/b/*.key\"]\ndeny_write = [\"/x/w\"]",
	      { FS_READ, "/x", -EACCES, "deny_read" },
	      { FS_READ, "/x/a/b", -EACCES, "deny_read" },
	      { FS_STAT, "/x/a/b", -EACCES, "deny_read" },
	      { FS_READ, "/x/a/b/c", 0, NULL },
	      { FS_READ, "/x/a/c", 0, NULL },
	      { FS_WRITE, "/x", -EACCES, "deny_write" },
	      { FS_WRITE, "/x/w", -EACCES, "deny_write" },
	      { FS_WRITE, "/x/w/v", 0, NULL });
	PATHS("deny_read = [\"/x/a/b/*.key\"]", { FS_READ, "/x/a", 0, NULL });
}

TEST(what_is_no_path_is_held_already)
{
	PATHS("allow_file_io = false", { FS_READ, "pipe:[1]", 0, NULL },
	      { FS_WRITE, "socket:[2]", 0, NULL },
	      { FS_STAT, "anon_inode:[eventpoll]", 0, NULL },
	      { FS_READ, "anon_inode:inotify", 0, NULL },
	      { FS_WRITE, "/memfd:x (deleted)", 0, NULL },
	      { FS_READ, "net:[4026531840]", 0, NULL },
	      { FS_READ, "/memfd:x", -EACCES, "allow_file_io" },
	      { FS_READ, "/x/memfd:x (deleted)", -EACCES, "allow_file_io" },
	      { FS_READ, "/x/pipe:[1]", -EACCES, "allow_file_io" },
	      { FS_READ, "relative", -EACCES, "allow_file_io" });
	PATHS("exec = []", { EXEC, "/memfd:x (deleted)", -EACCES, "exec" });
}

static struct net_address address_of(const char *text)
{
	struct net_address address = { 0 };
	char host[64];
	unsigned port = 0;

	if (strncmp(text, "unix:", 5) == 0) {
		address.family = AF_UNIX;
		strcpy(address.path, text + 5);
	} else if (sscanf(text, "[%63[^]]]:%u", host, &port) == 2) {
		address.family = AF_INET6;
		assert_int_equal(inet_pton(AF_INET6, host, address.bytes), 1);
	} else if (sscanf(text, "%63[^:]:%u", host, &port) == 2) {
		address.family = AF_INET;
		assert_int_equal(inet_pton(AF_INET, host, address.bytes), 1);
	} else {
		address.family = AF_NETLINK;
	}
	address.port = (uint16_t)port;
	return address;
}

struct address_case {
	enum right right;
	const char *address;
	uint64_t resolved;
	int err;
	const char *rule;
};

static void check_addresses(const char *text, const struct address_case *cases,
			    size_t n)
{
	struct net_address address;
	struct policy policy;
	char title[512];

	made_of(text, &policy);
	for (size_t i = 0; i < n; i++) {
		address = address_of(cases[i].address);
		snprintf(title, sizeof(title), "%s: %s %s", text,
			 policy_right_name(cases[i].right), cases[i].address);
		expect(title,
		       ask(&policy,
			   (struct query){ .right = cases[i].right,
					   .address = &address,
					   .resolved = cases[i].resolved }),
		       cases[i].err, cases[i].rule);
	}
}

#define ADDRESSES(text, ...)                                               \
	check_addresses(text, (const struct address_case[]){ __VA_ARGS__ }, \
			COUNT(((const struct address_case[]){ __VA_ARGS__ })))

TEST(a_destination_needs_a_rule_that_names_it)
{
	ADDRESSES("connect = [\"10.0.0.0/8:80,443\", \"example.org:443\", "
		  "\"unix:/x/s*\", \"unix:@bus\"]",
		  { NET_CONNECT, "10.1.2.3:80", 0, 0, "connect" },
		  { NET_CONNECT, "10.1.2.3:81", 0, -EACCES, "connect" },
		  { NET_CONNECT, "11.1.2.3:80", 0, -EACCES, "connect" },
		  { NET_CONNECT, "192.0.2.1:443", 2, 0, "connect" },
		  { NET_CONNECT, "192.0.2.1:443", 1, -EACCES, "connect" },
		  { NET_CONNECT, "192.0.2.1:443", 0, -EACCES, "connect" },
		  { NET_CONNECT, "[::1]:80", 0, -EACCES, "connect" },
		  { NET_CONNECT, "netlink", UINT64_MAX, -EACCES, "connect" },
		  { NET_LOCAL, "unix:/x/socket", 0, 0, "connect" },
		  { NET_LOCAL, "unix:@bus", 0, 0, "connect" },
		  { NET_LOCAL, "unix:/y", 0, -EACCES, "connect" },
		  { NET_BIND, "11.1.2.3:80", 0, 0, NULL },
		  { NET_BIND, "unix:/y", 0, 0, NULL });
	ADDRESSES("connect = [\"*\"]", { NET_CONNECT, "[::1]:9", 0, 0, "connect" },
		  { NET_LOCAL, "unix:/y", 0, -EACCES, "connect" });
	ADDRESSES("allow_network = false\nconnect = [\"127.0.0.1:1\"]",
		  { NET_CONNECT, "127.0.0.1:1", 0, 0, "connect" },
		  { NET_CONNECT, "127.0.0.1:2", 0, -EACCES, "connect" },
		  { NET_BIND, "127.0.0.1:1", 0, -EACCES, "allow_network" },
		  { NET_LISTEN, "127.0.0.1:1", 0, -EACCES, "allow_network" },
		  { NET_LOCAL, "unix:/y", 0, -EACCES, "connect" });
	ADDRESSES("bind = [\"127.0.0.1:80\", \"unix:/x/s\"]",
		  { NET_BIND, "127.0.0.1:80", 0, 0, "bind" },
		  { NET_BIND, "127.0.0.1:0", 0, -EACCES, "bind" },
		  { NET_BIND, "0.0.0.0:80", 0, -EACCES, "bind" },
		  { NET_BIND, "unix:/x/s", 0, 0, "bind" },
		  { NET_BIND, "unix:/x/t", 0, -EACCES, "bind" },
		  { NET_CONNECT, "1.1.1.1:1", 0, 0, NULL });
}

TEST(listening_is_allowed_where_binding_was_but_not_as_a_way_to_bind)
{
	struct policy policy;

	ADDRESSES("bind = [\"127.0.0.1:80\"]",
		  { NET_LISTEN, "127.0.0.1:80", 0, 0, NULL },
		  { NET_LISTEN, "192.0.2.1:90", 0, 0, NULL },
		  { NET_LISTEN, "unix:/x/s", 0, 0, NULL },
		  { NET_LISTEN, "0.0.0.0:0", 0, -EACCES, "bind" },
		  { NET_LISTEN, "[::]:0", 0, -EACCES, "bind" });
	ADDRESSES("bind = [\"*\"]", { NET_LISTEN, "0.0.0.0:0", 0, 0, "bind" });
	made_of("bind = [\"127.0.0.1:80\"]", &policy);
	expect("no address", ask(&policy, (struct query){ .right = NET_LISTEN }),
	       0, NULL);
}

TEST(a_name_is_looked_up_while_some_address_may_be_reached)
{
	static const struct {
		const char *text;
		int err;
		const char *rule;
	} cases[] = {
		{ "", 0, NULL },
		{ "bind = []", 0, NULL },
		{ "connect = [\"10.0.0.0/8\"]", 0, NULL },
		{ "connect = [\"example.org\"]", 0, NULL },
		{ "allow_network = false\nconnect = [\"*:1\"]", 0, NULL },
		{ "connect = []", -EACCES, "connect" },
		{ "connect = [\"unix:/x\"]", -EACCES, "connect" },
		{ "allow_network = false", -EACCES, "allow_network" },
		{ "allow_network = false\nbind = [\"*\"]", -EACCES,
		  "allow_network" },
	};
	struct policy policy;

	for (size_t i = 0; i < COUNT(cases); i++) {
		made_of(cases[i].text, &policy);
		expect(cases[i].text,
		       ask(&policy, (struct query){ .right = NET_CONNECT,
						    .host = "example.com" }),
		       cases[i].err, cases[i].rule);
	}
}

TEST(a_socket_is_made_if_some_rule_could_use_it)
{
	static const struct {
		const char *text;
		int domain, kind, err;
		const char *rule;
	} cases[] = {
		{ "", AF_PACKET, SOCK_RAW, 0, NULL },
		{ "allow_network = false", AF_INET, SOCK_STREAM, -EACCES,
		  "allow_network" },
		{ "allow_network = false", AF_UNIX, SOCK_STREAM, -EACCES,
		  "allow_network" },
		{ "connect = [\"*\"]", AF_INET, SOCK_STREAM, 0, NULL },
		{ "connect = [\"*\"]", AF_INET6, SOCK_DGRAM, 0, NULL },
		{ "connect = [\"*\"]", AF_INET, SOCK_RAW, -EACCES, "connect" },
		{ "connect = [\"*\"]", AF_INET, SOCK_SEQPACKET, -EACCES,
		  "connect" },
		{ "connect = [\"*\"]", AF_NETLINK, SOCK_RAW, -EACCES,
		  "connect" },
		{ "connect = [\"*\"]", AF_VSOCK, SOCK_STREAM, -EACCES,
		  "connect" },
		{ "connect = [\"*\"]", AF_UNIX, SOCK_STREAM, 0, NULL },
		{ "bind = [\"*\"]", AF_PACKET, SOCK_RAW, -EACCES, "bind" },
		{ "bind = []", AF_INET, SOCK_STREAM, 0, NULL },
		{ "connect = []\nbind = []", AF_INET, SOCK_STREAM, -EACCES,
		  "connect" },
		{ "connect = []\nbind = [\"*:80\"]", AF_INET, SOCK_STREAM, 0,
		  NULL },
		{ "connect = []\nbind = [\"*:80\"]", AF_UNIX, SOCK_STREAM,
		  -EACCES, "connect" },
		{ "connect = [\"unix:/x\"]\nbind = []", AF_UNIX, SOCK_SEQPACKET,
		  0, NULL },
		{ "connect = [\"unix:/x\"]\nbind = []", AF_INET, SOCK_STREAM,
		  -EACCES, "connect" },
		{ "allow_network = false\nconnect = [\"unix:/x\"]", AF_UNIX,
		  SOCK_DGRAM, 0, NULL },
		{ "allow_network = false\nconnect = [\"unix:/x\"]", AF_INET,
		  SOCK_DGRAM, -EACCES, "connect" },
		{ "allow_network = false\nbind = [\"unix:/x\"]", AF_INET,
		  SOCK_DGRAM, -EACCES, "allow_network" },
		{ "allow_network = false\nbind = [\"[::1]:1\"]", AF_INET6,
		  SOCK_STREAM, 0, NULL },
	};
	struct policy policy;

	for (size_t i = 0; i < COUNT(cases); i++) {
		made_of(cases[i].text, &policy);
		expect(cases[i].text,
		       ask(&policy, (struct query){ .right = NET_SOCKET,
						    .domain = cases[i].domain,
						    .kind = cases[i].kind }),
		       cases[i].err, cases[i].rule);
	}
}

TEST(a_library_is_granted_by_either_name_and_refused_by_either)
{
	static const char here[] = "/usr/lib/x86_64-linux-gnu/libz.so.1.2";
	static const struct {
		const char *text, *path, *alias;
		bool needed;
		unsigned count;
		int err;
		const char *rule;
	} cases[] = {
		{ "allowed_libs = [\"/x/*.so\"]", "/x/a.so", NULL, false, 0, 0,
		  "allowed_libs" },
		{ "allowed_libs = [\"/x/*.so\"]", "/y/a.so.1", "/x/a.so", false,
		  0, 0, "allowed_libs" },
		{ "allowed_libs = [\"/x/*.so\"]", "/x/a.so", "/y/b.so", false,
		  0, 0, "allowed_libs" },
		{ "allowed_libs = [\"/x/*.so\"]", "/y/a.so", "/y/b.so", false,
		  0, -EACCES, "allowed_libs" },
		{ "allowed_libs = [\"/x/*.so\"]", here, NULL, true, 0, 0, NULL },
		{ "allowed_libs = [\"/x/*.so\"]", here, NULL, false, 0,
		  -EACCES, "allowed_libs" },
		{ "allowed_libs = [\"/x/*.so\"]", "/y/a.so", NULL, true, 0,
		  -EACCES, "allowed_libs" },
		{ "allowed_libs = [\"/x/*.so\"]", "/y/a.so", here, true, 0,
		  -EACCES, "allowed_libs" },
		{ "allowed_libs = []", here, NULL, true, 0, 0, NULL },
		{ "block_system_libs = true", here, NULL, false, 0, -EACCES,
		  "block_system_libs" },
		{ "block_system_libs = true", here, NULL, true, 0, -EACCES,
		  "block_system_libs" },
		{ "block_system_libs = true", "/x/a.so", "/lib64/a.so", false,
		  0, -EACCES, "block_system_libs" },
		{ "block_system_libs = true", "/usr/local/lib/a.so", "/x/a.so",
		  false, 0, -EACCES, "block_system_libs" },
		{ "block_system_libs = true", "/usr/library/a.so", NULL, false,
		  0, 0, NULL },
		{ "block_system_libs = true\nallowed_libs = [\"/usr/**\"]",
		  here, NULL, false, 0, -EACCES, "block_system_libs" },
		{ "", "/x/a.so", NULL, false, 9, 0, NULL },
		{ "", "/x/a.so", NULL, false, 10, -EACCES, "max_loaded_libs" },
		{ "max_loaded_libs = 2", "/x/a.so", NULL, false, 1, 0, NULL },
		{ "max_loaded_libs = 2", "/x/a.so", NULL, false, 3, -EACCES,
		  "max_loaded_libs" },
		{ "max_loaded_libs = 0", "/x/a.so", NULL, false, 9999, 0,
		  NULL },
		{ "max_loaded_libs = 1\nallowed_libs = [\"/x/a.so\"]",
		  "/x/a.so", NULL, false, 1, -EACCES, "max_loaded_libs" },
		{ "allowed_libs = []", NULL, NULL, false, 0, -EACCES,
		  "allowed_libs" },
	};
	struct policy policy;
	char title[256];

	for (size_t i = 0; i < COUNT(cases); i++) {
		made_of(cases[i].text, &policy);
		snprintf(title, sizeof(title), "%s: %s alias %s", cases[i].text,
			 cases[i].path, cases[i].alias);
		expect(title,
		       ask(&policy, (struct query){ .right = LIB_LOAD,
						    .path = cases[i].path,
						    .alias = cases[i].alias,
						    .needed = cases[i].needed,
						    .count = cases[i].count }),
		       cases[i].err, cases[i].rule);
	}
}

TEST(the_last_byte_and_the_last_allocation_of_a_limit_are_granted)
{
	static const struct {
		uint64_t live, size, allocs;
		int err;
		const char *rule;
	} cases[] = {
		{ 0, 1000, 0, 0, NULL },
		{ 400, 600, 4, 0, NULL },
		{ 400, 601, 4, -ENOMEM, "memory_limit" },
		{ 1000, 0, 0, 0, NULL },
		{ 1001, 0, 0, -ENOMEM, "memory_limit" },
		{ 1, UINT64_MAX, 0, -ENOMEM, "memory_limit" },
		{ UINT64_MAX, UINT64_MAX, 0, -ENOMEM, "memory_limit" },
		{ 0, 1, 5, -ENOMEM, "max_allocs" },
		{ 0, 1, UINT64_MAX, -ENOMEM, "max_allocs" },
	};
	struct policy policy;
	char title[32];

	made_of("memory_limit = 1000\nmax_allocs = 5", &policy);
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(title, sizeof(title), "case %zu", i);
		expect(title,
		       ask(&policy, (struct query){ .right = MEM_ALLOC,
						    .live = cases[i].live,
						    .size = cases[i].size,
						    .allocs = cases[i].allocs }),
		       cases[i].err, cases[i].rule);
	}
}

TEST(raw_calls_are_all_a_harmless_set_or_policed)
{
	static const struct {
		const char *text;
		bool harmless, roundabout;
		int err;
	} cases[] = {
		{ "allow_syscalls = true\nread = []", false, true, 0 },
		{ "allow_syscalls = false", true, false, 0 },
		{ "allow_syscalls = false", false, false, -EPERM },
		{ "allow_syscalls = false", false, true, -EPERM },
		{ "allow_syscalls = \"policed\"", false, true, 0 },
		{ "allow_syscalls = \"policed\"\nread = []", false, true,
		  -EPERM },
		{ "allow_syscalls = \"policed\"\nread = []", false, false, 0 },
		{ "allow_syscalls = \"policed\"\nmemory_limit = 1", false, true,
		  0 },
	};
	struct policy policy;

	for (size_t i = 0; i < COUNT(cases); i++) {
		made_of(cases[i].text, &policy);
		expect(cases[i].text,
		       ask(&policy,
			   (struct query){ .right = SYS_RAW,
					   .name = "x",
					   .harmless = cases[i].harmless,
					   .roundabout = cases[i].roundabout }),
		       cases[i].err, cases[i].err ? "allow_syscalls" : NULL);
	}
}

TEST(a_verdict_says_where_its_rule_was_written)
{
	struct policy policy;
	struct verdict verdict;

	made_of("read = [\n\"/x/a\",\n\"/x/b\"]\ndeny_read = [\n\"/x/c\"]\n"
		"profile = \"restrictive\"",
		&policy);
	verdict = ask(&policy,
		      (struct query){ .right = FS_READ, .path = "/x/b" });
	assert_string_equal(verdict.source.file, "FIG_SANDBOX_POLICY");
	assert_int_equal(verdict.source.line, 4);
	verdict = ask(&policy,
		      (struct query){ .right = FS_READ, .path = "/x/d" });
	assert_int_equal(verdict.source.line, 2);
	verdict = ask(&policy,
		      (struct query){ .right = FS_READ, .path = "/x/c" });
	assert_int_equal(verdict.source.line, 6);
	verdict = ask(&policy, (struct query){ .right = PROC_FORK });
	assert_string_equal(verdict.source.file, "profile restrictive");
	assert_int_equal(verdict.source.line, 0);
}

TEST(the_mode_off_refuses_nothing)
{
	struct policy policy;

	made_of("mode = \"off\"\nprofile = \"restrictive\"\n"
		"deny_read = [\"/x/a\"]",
		&policy);
	for (unsigned right = 0; right < RIGHTS; right++)
		expect(policy_right_name(right),
		       ask(&policy, (struct query){ .right = right,
						    .path = "/x/a",
						    .size = UINT64_MAX }),
		       0, NULL);
}

TEST(audit_mode_is_not_for_the_decision_to_see)
{
	PATHS("mode = \"audit\"\nallow_file_io = false",
	      { FS_READ, "/x/a", -EACCES, "allow_file_io" });
}

TEST(where_no_policy_could_be_made_everything_is_refused)
{
	static char bad[] = "FIG_SANDBOX_POLICY=[ffi.sandbox]\nmode = \"of\"";
	struct load_error error;
	struct policy policy;
	struct verdict verdict;

	assert_int_equal(make_policy((char *[]){ bad, NULL }, NULL, true,
				     &policy, &error),
			 -EINVAL);
	assert_int_equal(policy.restricted, UINT32_MAX);
	for (unsigned right = 0; right <= RIGHTS; right++) {
		verdict = ask(&policy, (struct query){ .right = right,
						       .path = "/dev/null" });
		CHECK(verdict.err < 0, "%s", policy_right_name(right));
		assert_string_equal(verdict.rule, "no policy");
	}
}

RUN(cmocka_unit_test(without_a_setting_everything_is_allowed_by_nothing),
    cmocka_unit_test(a_list_is_the_grant),
    cmocka_unit_test(a_list_that_is_given_stands_beside_its_flag_as_the_grant),
    cmocka_unit_test(an_empty_list_is_not_a_missing_list),
    cmocka_unit_test(a_flag_that_is_false_refuses_its_family),
    cmocka_unit_test(a_deny_list_wins_over_every_grant_and_stays_in_audit_mode),
    cmocka_unit_test(
	    looking_is_part_of_reading_writing_running_and_passing_through),
    cmocka_unit_test(the_platform_floor_can_be_read_whatever_is_withheld),
    cmocka_unit_test(
	    the_librarys_own_file_cannot_be_changed_while_anything_is_withheld),
    cmocka_unit_test(only_devices_without_content_can_always_be_written),
    cmocka_unit_test(
	    what_concerns_a_tree_needs_a_grant_on_the_tree_and_no_denial_in_it),
    cmocka_unit_test(what_is_no_path_is_held_already),
    cmocka_unit_test(a_destination_needs_a_rule_that_names_it),
    cmocka_unit_test(
	    listening_is_allowed_where_binding_was_but_not_as_a_way_to_bind),
    cmocka_unit_test(a_name_is_looked_up_while_some_address_may_be_reached),
    cmocka_unit_test(a_socket_is_made_if_some_rule_could_use_it),
    cmocka_unit_test(a_library_is_granted_by_either_name_and_refused_by_either),
    cmocka_unit_test(the_last_byte_and_the_last_allocation_of_a_limit_are_granted),
    cmocka_unit_test(raw_calls_are_all_a_harmless_set_or_policed),
    cmocka_unit_test(a_verdict_says_where_its_rule_was_written),
    cmocka_unit_test(the_mode_off_refuses_nothing),
    cmocka_unit_test(audit_mode_is_not_for_the_decision_to_see),
    cmocka_unit_test(where_no_policy_could_be_made_everything_is_refused))
