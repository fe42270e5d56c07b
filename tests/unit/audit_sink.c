/*
 * audit_sink.c - unit tests of preload/audit_sink.c.
 * SPDX-License-Identifier: MIT
 */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/audit.h"

TEST(a_record_arrives_at_a_datagram_socket)
{
	int fd = listen_at("log", SOCK_DGRAM);

	assert_int_equal(start_unix("log"), 0);
	deny("/etc/shadow");
	assert_true(next(fd) > 0);
	assert_true(strncmp(got, "<85>figsandbox[", 15) == 0);
	assert_true(contains("\"seq\":1,\"event\":\"deny\""));
	assert_true(contains("\"object\":\"/etc/shadow\""));
	assert_true(contains("\"source\":\"fig.toml:12\""));
	assert_true(contains("\"exe\":\"/usr/bin/program\""));
	assert_int_equal(page.audit_sent, 1);
	close(fd);
}

TEST(a_stream_syslog_gets_terminated_records)
{
	int fd = listen_at("stream", SOCK_STREAM), peer;
	ssize_t len;

	assert_int_equal(start_unix("stream"), 0);
	peer = accept(fd, NULL, NULL);
	assert_true(peer >= 0);
	deny("/one");
	deny("/two");
	len = next(peer);
	assert_true(len > 0);
	assert_int_equal(got[len - 1], '\0');
	assert_true(contains("\"object\":\"/one\""));
	assert_true(strlen(got) < (size_t)len - 1);
	assert_non_null(strstr(got + strlen(got) + 1, "\"object\":\"/two\""));
	close(peer);
	close(fd);
}

TEST(the_journal_socket_is_used)
{
	int fd = listen_at("journal", SOCK_DGRAM);

	sink_journal = in_dir("journal");
	assert_int_equal(start_with("journal", NULL), 0);
	deny("/etc/shadow");
	assert_true(next(fd) > 0);
	assert_ptr_equal(strstr(got, "MESSAGE=deny fs.read /etc/shadow: deny_"
				     "read (fig.toml:12)\nPRIORITY=5\n"),
			 got);
	close(fd);
}

static unsigned open_descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* A frame of its own: the child runs on its parent's stack. */
static __attribute__((noinline)) void vfork_and_deny(void)
{
	pid_t child = vfork();

	if (child == 0) {
		closefrom(3);
		deny("/child");
		deny("/child");
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

TEST(a_vfork_child_that_closed_everything_leaves_nothing_behind)
{
	int fd = listen_at("vfork", SOCK_DGRAM);
	unsigned before;

	assert_int_equal(start_unix("vfork"), 0);
	before = open_descriptors();
	for (unsigned i = 0; i < 20; i++) {
		vfork_and_deny();
		assert_true(next(fd) > 0 && next(fd) > 0);
		deny("/parent");
		while (next(fd) > 0)
			;
	}
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(page.audit_dropped, 0);
	close(fd);
}

TEST(records_arrive_after_the_program_closed_every_descriptor)
{
	int fd = listen_at("closed", SOCK_DGRAM);
	int saved[3] = { dup2(0, 910), dup2(1, 911), dup2(2, 912) };

	assert_int_equal(start_unix("closed"), 0);
	deny("/before");
	assert_true(next(fd) > 0);
	close_range(3, 899, 0);
	deny("/after");
	assert_true(next(fd) > 0);
	assert_true(contains("\"object\":\"/after\""));
	close_range(0, 899, 0);
	deny("/nothing open");
	for (int i = 0; i < 3; i++)
		assert_int_equal(fcntl(i, F_GETFD), -1);
	for (int i = 0; i < 3; i++) {
		dup2(saved[i], i);
		close(saved[i]);
	}
	assert_true(next(fd) > 0);
	assert_true(contains("\"object\":\"/nothing open\""));
	close(fd);
}

TEST(a_file_that_took_our_number_is_not_written_to)
{
	int fd = listen_at("taken", SOCK_DGRAM), mine;

	assert_int_equal(start_unix("taken"), 0);
	mine = open(in_dir("mine"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (int i = 3; i < 200; i++)
		if (i != mine && fcntl(i, F_GETFD) >= 0)
			dup2(mine, i);
	deny("/taken");
	assert_true(next(fd) > 0);
	assert_true(contains("\"object\":\"/taken\""));
	assert_string_equal(contents("mine"), "");
	close_range(3, 199, 0);
	close(fd);
}

TEST(a_syslog_that_was_restarted_is_found_again)
{
	int fd = listen_at("restart", SOCK_DGRAM);

	assert_int_equal(start_unix("restart"), 0);
	deny("/before");
	close(fd);
	fd = listen_at("restart", SOCK_DGRAM);
	deny("/after");
	assert_true(next(fd) > 0);
	assert_true(contains("\"object\":\"/after\""));
	close(fd);
}

TEST(an_absent_syslog_is_no_error_and_its_loss_is_counted)
{
	sink_syslog = "/nonexistent/log";
	assert_int_equal(start_with("syslog", NULL), 0);
	deny("/one");
	deny("/two");
	assert_int_equal(page.audit_dropped, 2);
}

TEST(a_file_gets_one_json_object_a_line_and_is_private)
{
	struct stat st;

	assert_int_equal(start_file("lines"), 0);
	deny("/one\n\"two\"");
	deny("/three");
	contents("lines");
	assert_true(strncmp(got, "{\"v\":1,", 7) == 0);
	assert_true(contains("\"object\":\"/one\\u000a\\\"two\\\"\""));
	assert_true(contains("}\n{\"v\":1,"));
	assert_int_equal(got[strlen(got) - 1], '\n');
	assert_int_equal(stat(in_dir("lines"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

TEST(a_deleted_file_is_made_anew)
{
	assert_int_equal(start_file("gone"), 0);
	deny("/one");
	unlink(in_dir("gone"));
	deny("/two");
	contents("gone");
	assert_true(contains("\"object\":\"/two\""));
}

TEST(a_file_sink_that_cannot_be_opened_is_an_error)
{
	assert_int_equal(symlink("/etc/passwd", in_dir("link")), 0);
	assert_int_equal(start_file("none/there"), -ENOENT);
	assert_int_equal(start_file("link"), -ELOOP);
	assert_int_equal(start_with("somewhere", NULL), -EINVAL);
	assert_int_equal(start_with("none", NULL), 0);
	deny("/nowhere");
	assert_int_equal(page.audit_sent + page.audit_dropped, 0);
}

TEST(a_file_size_limit_costs_the_record_and_not_the_program)
{
	struct rlimit old, tiny;

	assert_int_equal(start_file("tiny"), 0);
	getrlimit(RLIMIT_FSIZE, &old);
	tiny = old;
	tiny.rlim_cur = 10;
	setrlimit(RLIMIT_FSIZE, &tiny);
	deny("/one"); /* SIGXFSZ would end the test */
	setrlimit(RLIMIT_FSIZE, &old);
	assert_string_equal(contents("tiny"), "");
	assert_int_equal(page.audit_dropped, 1);
}

TEST(a_pipe_without_reader_costs_the_record_and_not_the_program)
{
	int fd = dup(2), ends[2];

	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], 2);
	start_with("stderr", NULL);
	close(ends[0]);
	deny("/one"); /* SIGPIPE would end the test */
	dup2(fd, 2);
	close(fd);
	close(ends[1]);
	assert_int_equal(page.audit_dropped, 1);
}

TEST(a_full_pipe_as_standard_error_does_not_block)
{
	int fd = dup(2), ends[2];
	char object[32];

	assert_int_equal(pipe(ends), 0);
	fcntl(ends[1], F_SETPIPE_SZ, 4096);
	dup2(ends[1], 2);
	start_with("stderr", NULL);
	for (unsigned i = 0; i < 50; i++) {
		snprintf(object, sizeof(object), "/f%u", i);
		deny(object);
	}
	dup2(fd, 2);
	close(fd);
	got[read(ends[0], got, sizeof(got) - 1)] = '\0';
	assert_true(contains("\"object\":\"/f0\""));
	assert_true(page.audit_dropped > 0);
	close(ends[0]);
	close(ends[1]);
}

TEST(a_data_file_under_number_two_is_not_written_to)
{
	int fd = dup(2), mine;

	start_with("stderr", NULL);
	mine = open(in_dir("data"), O_RDWR | O_CREAT, 0600);
	dup2(mine, 2);
	deny("/one");
	dup2(fd, 2);
	close(fd);
	close(mine);
	assert_string_equal(contents("data"), "");
	assert_int_equal(page.audit_dropped, 1);
}

TEST(every_sink_of_the_list_gets_the_record_and_knows_its_own_losses)
{
	char sink[160];

	snprintf(sink, sizeof(sink), "file:%s", in_dir("both"));
	assert_int_equal(start_with("unix:/nonexistent/log", sink), 0);
	deny("/one");
	deny("/two");
	contents("both");
	assert_true(contains("\"object\":\"/one\""));
	assert_true(contains("\"object\":\"/two\""));
	assert_false(contains("dropped"));
	assert_int_equal(page.audit_dropped, 2);
}

/* clang-format off */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_arrives_at_a_datagram_socket),
		cmocka_unit_test(a_stream_syslog_gets_terminated_records),
		cmocka_unit_test(the_journal_socket_is_used),
		cmocka_unit_test(a_vfork_child_that_closed_everything_leaves_nothing_behind),
		cmocka_unit_test(records_arrive_after_the_program_closed_every_descriptor),
		cmocka_unit_test(a_file_that_took_our_number_is_not_written_to),
		cmocka_unit_test(a_syslog_that_was_restarted_is_found_again),
		cmocka_unit_test(an_absent_syslog_is_no_error_and_its_loss_is_counted),
		cmocka_unit_test(a_file_gets_one_json_object_a_line_and_is_private),
		cmocka_unit_test(a_deleted_file_is_made_anew),
		cmocka_unit_test(a_file_sink_that_cannot_be_opened_is_an_error),
		cmocka_unit_test(a_file_size_limit_costs_the_record_and_not_the_program),
		cmocka_unit_test(a_pipe_without_reader_costs_the_record_and_not_the_program),
		cmocka_unit_test(a_full_pipe_as_standard_error_does_not_block),
		cmocka_unit_test(a_data_file_under_number_two_is_not_written_to),
		cmocka_unit_test(every_sink_of_the_list_gets_the_record_and_knows_its_own_losses),
	};

	return cmocka_run_group_tests(tests, NULL, remove_sinks);
}
