/*
 * audit.c - unit tests of preload/audit.c.
 * SPDX-License-Identifier: MIT
 */
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "tests/unit/audit.h"

TEST(a_stalled_reader_costs_records_and_never_time)
{
	int fd = listen_at("stalled", SOCK_DGRAM);
	unsigned arrived = 0;
	char object[32];

	assert_int_equal(start_unix("stalled"), 0);
	for (unsigned i = 0; i < 60; i++) {
		snprintf(object, sizeof(object), "/f%u", i);
		deny(object); /* would hang here if sending could block */
	}
	while (next(fd) > 0)
		arrived++;
	assert_true(arrived > 0 && arrived < 60);
	assert_int_equal(page.audit_sent, arrived);
	assert_int_equal(page.audit_dropped, 60 - arrived);
	deny("/after");
	assert_true(next(fd) > 0);
	snprintf(object, sizeof(object), "\"dropped\":%u}", 60 - arrived);
	assert_true(contains(object));
	deny("/later");
	assert_true(next(fd) > 0);
	assert_false(contains("dropped"));
	close(fd);
}

TEST(the_rate_is_bounded_and_the_loss_is_told)
{
	unsigned lines = 0;
	char object[32];

	assert_int_equal(start_file("rate"), 0);
	for (unsigned i = 0; i < 400; i++) {
		snprintf(object, sizeof(object), "/f%u", i);
		deny(object);
	}
	assert_true(page.audit_sent >= 100 && page.audit_sent < 400);
	assert_int_equal(page.audit_sent + page.audit_dropped, 400);
	audit_record(&(struct event){ .event = "tamper" });
	audit_flush();
	for (FILE *file = fopen(in_dir("rate"), "r");
	     file && fgets(got, sizeof(got), file);)
		lines++;
	assert_int_equal(lines, page.audit_sent);
	assert_true(contains("\"event\":\"tamper\""));
	assert_true(contains("\"dropped\":"));
}

TEST(repetitions_are_counted_and_told_when_another_record_comes)
{
	int fd = listen_at("same", SOCK_DGRAM);

	assert_int_equal(start_unix("same"), 0);
	for (unsigned i = 0; i < 5; i++)
		deny("/same");
	assert_true(next(fd) > 0);
	assert_true(contains("\"object\":\"/same\""));
	assert_true(contains("\"count\":1}"));
	assert_int_equal(next(fd), -1);
	deny("/other");
	assert_true(next(fd) > 0);
	assert_true(contains("\"object\":\"/same\""));
	assert_true(contains("\"count\":4}"));
	assert_true(next(fd) > 0);
	assert_true(contains("\"object\":\"/other\""));
	assert_true(contains("\"count\":1}"));
	close(fd);
}

TEST(repetitions_are_told_at_the_end)
{
	int fd = listen_at("end", SOCK_DGRAM);

	assert_int_equal(start_unix("end"), 0);
	deny("/same");
	deny("/same");
	assert_true(next(fd) > 0);
	assert_int_equal(next(fd), -1);
	audit_flush();
	assert_true(next(fd) > 0);
	assert_true(contains("\"count\":1}"));
	audit_flush();
	assert_int_equal(next(fd), -1);
	close(fd);
}

TEST(records_that_differ_only_behind_the_clip_are_not_counted_as_one)
{
	static char one[3001], two[3001];
	int fd = listen_at("long", SOCK_DGRAM);

	fill(one, "x", 3000);
	fill(two, "x", 3000)[2999] = 'y';
	assert_int_equal(start_unix("long"), 0);
	deny(one);
	deny(two);
	assert_true(next(fd) > 0);
	assert_true(next(fd) > 0);
	close(fd);
}

TEST(a_forked_child_starts_its_own_sequence_with_nothing_pending)
{
	int fd = listen_at("fork", SOCK_DGRAM);
	pid_t child;

	assert_int_equal(start_unix("fork"), 0);
	deny("/parent");
	deny("/parent");
	assert_true(next(fd) > 0);
	child = fork();
	if (child == 0) {
		audit_forked();
		audit_flush();
		deny("/child");
		_exit(0);
	}
	waitpid(child, NULL, 0);
	assert_true(next(fd) > 0);
	assert_true(contains("\"seq\":1,"));
	assert_true(contains("\"object\":\"/child\""));
	assert_int_equal(next(fd), -1);
	audit_flush();
	assert_true(next(fd) > 0);
	assert_true(contains("\"object\":\"/parent\""));
	close(fd);
}

TEST(what_was_allowed_is_recorded_at_info_only)
{
	assert_int_equal(start_file("level"), 0);
	audit_record(&(struct event){ .event = "allow", .object = "/a" });
	audit_record(&(struct event){ .event = "start", .object = "/b" });
	assert_string_equal(contents("level"), "");
	audit_record(&(struct event){ .event = "would_deny", .object = "/c" });
	contents("level");
	assert_true(contains("\"event\":\"would_deny\""));
	assert_false(contains("\"right\""));
	assert_false(contains("\"errno\""));
}

static unsigned handled;

static void on_alarm(int signal)
{
	(void)signal;
	handled++;
	deny("/handler");
}

TEST(a_handler_that_interrupts_a_record_gets_through_and_all_are_accounted)
{
	const struct itimerval often = { { 0, 40 }, { 0, 40 } }, never = { 0 };
	unsigned mine = 0;

	assert_int_equal(start_file("handler"), 0);
	handled = 0;
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &often, NULL);
	/* To wait for the lock would be for ever. */
	for (; handled < 300; mine++)
		deny(mine % 3 ? "/main" : "/other");
	setitimer(ITIMER_REAL, &never, NULL);
	signal(SIGALRM, SIG_DFL);
	audit_flush();
	assert_int_equal(page.audit_sent + page.audit_dropped, mine + handled);
}

TEST(a_fatal_error_is_one_line_one_record_and_status_125)
{
	int fd = listen_at("fatal", SOCK_DGRAM), ends[2], ended;
	pid_t child;

	sink_syslog = in_dir("fatal");
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], 2);
		audit_fatal("fig.toml:3:1: expected a \"list\"");
	}
	waitpid(child, &ended, 0);
	assert_true(WIFEXITED(ended));
	assert_int_equal(WEXITSTATUS(ended), 125);
	got[read(ends[0], got, sizeof(got) - 1)] = '\0';
	assert_string_equal(got, "figsandbox: fig.toml:3:1: expected a "
				 "\"list\"\n");
	assert_true(next(fd) > 0);
	assert_true(strncmp(got, "<83>figsandbox[", 15) == 0);
	assert_true(contains("\"event\":\"config_error\",\"object\":"
			     "\"fig.toml:3:1: expected a \\\"list\\\"\""));
	close(ends[0]);
	close(ends[1]);
	close(fd);
}

/* clang-format off */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stalled_reader_costs_records_and_never_time),
		cmocka_unit_test(the_rate_is_bounded_and_the_loss_is_told),
		cmocka_unit_test(repetitions_are_counted_and_told_when_another_record_comes),
		cmocka_unit_test(repetitions_are_told_at_the_end),
		cmocka_unit_test(records_that_differ_only_behind_the_clip_are_not_counted_as_one),
		cmocka_unit_test(a_forked_child_starts_its_own_sequence_with_nothing_pending),
		cmocka_unit_test(what_was_allowed_is_recorded_at_info_only),
		cmocka_unit_test(a_handler_that_interrupts_a_record_gets_through_and_all_are_accounted),
		cmocka_unit_test(a_fatal_error_is_one_line_one_record_and_status_125),
	};

	return cmocka_run_group_tests(tests, NULL, remove_sinks);
}
