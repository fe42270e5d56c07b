/*
 * audit_text.c - unit tests of preload/audit_text.c.
 * SPDX-License-Identifier: MIT
 */
#include "tests/unit/audit.h"

static const struct record sample = {
	.event = { .event = "deny", .right = "lib.load",
		   .object = "/tmp/evil.so", .rule = "allowed_libs",
		   .layer = "preload", .caller = "/usr/lib/libsqlite3.so.0",
		   .func = "dlopen", .err = -EACCES },
	.source = "fig.toml:12", .exe = "/usr/bin/sqlite3",
	.when = 1795171353123456, .seq = 17, .count = 1,
	.pid = 4242, .tid = 4243, .uid = 33,
};

TEST(a_record_has_the_form_that_the_manual_shows)
{
	char room[AUDIT_ROOM];
	struct line line;

	line_write(&line, room, &sample);
	line_end(&line, 0);
	assert_string_equal(room,
		"<85>figsandbox[4242]: @cee: {\"v\":1,"
		"\"ts\":\"2026-11-20T10:42:33.123456Z\",\"seq\":17,"
		"\"event\":\"deny\",\"right\":\"lib.load\","
		"\"object\":\"/tmp/evil.so\",\"rule\":\"allowed_libs\","
		"\"source\":\"fig.toml:12\",\"layer\":\"preload\","
		"\"caller\":\"/usr/lib/libsqlite3.so.0\","
		"\"func\":\"dlopen\",\"errno\":\"EACCES\",\"pid\":4242,"
		"\"tid\":4243,\"uid\":33,\"exe\":\"/usr/bin/sqlite3\","
		"\"count\":1}");
}

TEST(losses_are_told_and_do_not_stick)
{
	char room[AUDIT_ROOM];
	struct line line;

	line_write(&line, room, &sample);
	line_end(&line, 7);
	assert_non_null(strstr(room, "\"count\":1,\"dropped\":7}"));
	line_end(&line, 0);
	assert_non_null(strstr(room, "\"count\":1}"));
}

TEST(dates_are_those_of_the_calendar)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00.000000Z" },
		{ 951782400, "2000-02-29T00:00:00.000000Z" },
		{ 1709164799, "2024-02-28T23:59:59.000000Z" },
		{ 1709251200, "2024-03-01T00:00:00.000000Z" },
		{ 1735689599, "2024-12-31T23:59:59.000000Z" },
		{ 4107542400, "2100-03-01T00:00:00.000000Z" },
	};
	struct record record = sample;
	char room[AUDIT_ROOM];
	struct line line;

	for (size_t i = 0; i < COUNT(cases); i++) {
		record.when = cases[i].seconds * 1000000;
		line_write(&line, room, &record);
		CHECK(strstr(room, cases[i].text), "%s: %s", cases[i].text,
		      room);
	}
}

TEST(every_event_has_the_severity_that_syslog_sorts_by)
{
	static const struct {
		const char *event, *header;
	} cases[] = {
		{ "deny", "<85>" },    { "would_deny", "<86>" },
		{ "allow", "<86>" },   { "start", "<86>" },
		{ "kill", "<84>" },    { "timeout", "<84>" },
		{ "tamper", "<81>" },  { "config_error", "<83>" },
		{ "dropped", "<84>" },
	};
	struct record record = sample;
	char room[AUDIT_ROOM];
	struct line line;

	for (size_t i = 0; i < COUNT(cases); i++) {
		record.event.event = cases[i].event;
		line_write(&line, room, &record);
		CHECK(strncmp(room, cases[i].header, 4) == 0, "%s: %.4s",
		      cases[i].event, room);
	}
}

/* \uXXXX, not NUL, and surrogates only as a pair (of the plane of emoji). */
static bool escape_is_good(const char *at)
{
	if (strspn(at + 2, "0123456789abcdef") < 4 ||
	    strncmp(at + 2, "0000", 4) == 0)
		return false;
	if (at[2] != 'd' || at[3] < '8')
		return true;
	return at[3] == '8' && strncmp(at + 6, "\\ud", 3) == 0 &&
	       at[9] >= 'c' && strspn(at + 8, "0123456789abcdef") >= 4;
}

/* A JSON reader that knows strings and nests nothing: enough for a record. */
static bool string_ends(const char **at)
{
	for (; **at != '"'; (*at)++) {
		if (**at < 0x20 || **at >= 0x7f)
			return false;
		if (**at != '\\')
			continue;
		(*at)++;
		if (**at == 'u') {
			if (!escape_is_good(*at - 1))
				return false;
			*at += strncmp(*at + 1, "d8", 2) == 0 ? 10 : 4;
		} else if (**at != '"' && **at != '\\') {
			return false;
		}
	}
	(*at)++;
	return true;
}

static bool is_json_object(const char *at)
{
	if (*at++ != '{')
		return false;
	for (;;) {
		if (*at++ != '"' || !string_ends(&at) || *at++ != ':')
			return false;
		if (*at == '"') {
			at++;
			if (!string_ends(&at))
				return false;
		} else if (strncmp(at, "true", 4) == 0) {
			at += 4;
		} else if (strspn(at, "0123456789")) {
			at += strspn(at, "0123456789");
		} else {
			return false;
		}
		if (*at == '}')
			return at[1] == '\0';
		if (*at++ != ',')
			return false;
	}
}

static const char *const hostile[] = {
	"a", "\"", "\\", "\n", "\x01", "\x7f", "\xff", "\xc3\xa9", "\xe2\x82",
	"\xf0\x9f\x98\x80", "\xed\xa0\x80", "\x80\x80\x80\x80\x80", "\r\n<85>",
	"\"}\n<81>figsandbox[1]: @cee: {", "\xf0\x9f\x98", "a\xc3",
};

static void check_line(const struct record *record, size_t len, size_t unit)
{
	char room[AUDIT_ROOM];
	struct line line;

	line_write(&line, room, record);
	line_end(&line, UINT64_MAX);
	CHECK(line.text.len <= AUDIT_LINE && !line.text.cut,
	      "%zu bytes for length %zu, case %zu", line.text.len, len, unit);
	CHECK(is_json_object(room + line.json), "length %zu, case %zu: %s", len,
	      unit, room);
}

TEST(a_line_is_short_valid_and_ascii_whatever_its_members_are)
{
	static const size_t lengths[] = { 0, 1, 2, 3, 20, 39, 40, 41, 199, 200,
					  280, 319, 320, 321, 500, 600, 700,
					  800, 980, 990, 995, 996, 997, 998,
					  999, 1000, 1001, 1002, 4095, 5000 };
	static char text[5001];
	struct record record = {
		.event = { .err = -4095 }, .when = INT64_MAX, .seq = UINT64_MAX,
		.count = UINT64_MAX, .pid = INT32_MAX, .tid = INT32_MAX,
		.uid = UINT32_MAX,
	};

	for (size_t i = 0; i < COUNT(lengths); i++)
		for (size_t u = 0; u < COUNT(hostile); u++) {
			fill(text, hostile[u], lengths[i]);
			record.event.event = "deny";
			record.event.right = record.event.layer = "r";
			record.event.rule = record.event.caller = "c";
			record.event.func = record.source = record.exe = "s";
			record.event.object = text;
			check_line(&record, lengths[i], u);
			record.event.event = text;
			record.event.right = record.event.layer = text;
			record.event.rule = record.event.caller = text;
			record.event.func = record.source = record.exe = text;
			check_line(&record, lengths[i], u);
		}
}

TEST(a_clipped_member_is_declared_and_a_whole_one_is_not)
{
	static char text[2000];
	struct record record = sample;
	char room[AUDIT_ROOM];
	struct line line;

	record.event.object = fill(text, "x", 1000);
	line_write(&line, room, &record);
	line_end(&line, 0);
	assert_null(strstr(room, "trunc"));
	record.event.object = fill(text, "x", 1001);
	line_write(&line, room, &record);
	line_end(&line, 0);
	assert_non_null(strstr(room, ",\"trunc\":true}"));
}

TEST(an_object_keeps_its_room_when_all_other_members_are_long)
{
	static char text[5000], object[5000];
	struct record record = sample;
	char room[AUDIT_ROOM], *at;
	struct line line;

	fill(text, "y", 4999);
	record.event.object = fill(object, "x", 4999);
	record.event.rule = record.event.caller = record.event.func = text;
	record.source = record.exe = text;
	line_write(&line, room, &record);
	at = strstr(room, "\"object\":\"");
	assert_non_null(at);
	assert_true(strspn(at + 10, "x") >= 400);
}

TEST(the_journal_gets_its_native_form_byte_for_byte)
{
	struct record record = sample;
	char room[AUDIT_ROOM];
	struct text text = text_in(room, sizeof(room));
	static const char expected[] =
		"MESSAGE=deny lib.load /tmp/a\\u000ab: allowed_libs"
		" (fig.toml:12)\n"
		"PRIORITY=5\n"
		"SYSLOG_FACILITY=10\n"
		"SYSLOG_IDENTIFIER=figsandbox\n"
		"FIGSANDBOX_SEQ=17\n"
		"FIGSANDBOX_EVENT=deny\n"
		"FIGSANDBOX_RIGHT=lib.load\n"
		"FIGSANDBOX_OBJECT\n"
		"\x08\0\0\0\0\0\0\0/tmp/a\nb\n"
		"FIGSANDBOX_RULE=allowed_libs\n"
		"FIGSANDBOX_SOURCE=fig.toml:12\n"
		"FIGSANDBOX_LAYER=preload\n"
		"FIGSANDBOX_CALLER=/usr/lib/libsqlite3.so.0\n"
		"FIGSANDBOX_FUNC=dlopen\n"
		"FIGSANDBOX_ERRNO=EACCES\n"
		"FIGSANDBOX_COUNT=1\n"
		"FIGSANDBOX_DROPPED=3\n";

	record.event.object = "/tmp/a\nb";
	journal_write(&text, &record, 3);
	assert_int_equal(text.len, sizeof(expected) - 1);
	assert_memory_equal(room, expected, sizeof(expected) - 1);
}

/* Reads the native form as journald does; the number of fields, or -1. */
static int count_fields(const char *at, size_t len)
{
	const char *end = at + len;
	int fields = 0;

	for (; at < end; fields++) {
		size_t name = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
		uint64_t size;

		if (name == 0)
			return -1;
		at += name;
		if (*at == '=') {
			at = memchr(at, '\n', (size_t)(end - at));
			if (!at)
				return -1;
		} else {
			memcpy(&size, at + 1, sizeof(size));
			if (*at != '\n' || size > (size_t)(end - at) - 10)
				return -1;
			at += 1 + sizeof(size) + size;
			if (*at != '\n')
				return -1;
		}
		at++;
	}
	return fields;
}

TEST(journal_fields_stay_well_formed_whatever_their_values_are)
{
	static char text[5001];
	char room[AUDIT_ROOM];

	for (size_t u = 0; u < COUNT(hostile); u++)
		for (size_t len = 1; len <= 5000; len = len * 2 + 1) {
			struct record record = {
				.event = { "deny", "r", text, text, { 0 }, "l",
					   text, text, -4095 },
				.source = fill(text, hostile[u], len),
				.seq = UINT64_MAX, .count = UINT64_MAX,
			};
			struct text out = text_in(room, sizeof(room));
			int fields;

			journal_write(&out, &record, UINT64_MAX);
			fields = count_fields(room, out.len);
			CHECK(!out.cut && out.len <= AUDIT_LINE,
			      "%zu bytes", out.len);
			CHECK(fields >= 16, "%d fields, length %zu, case %zu",
			      fields, len, u);
		}
}

RUN(cmocka_unit_test(a_record_has_the_form_that_the_manual_shows),
    cmocka_unit_test(losses_are_told_and_do_not_stick),
    cmocka_unit_test(dates_are_those_of_the_calendar),
    cmocka_unit_test(every_event_has_the_severity_that_syslog_sorts_by),
    cmocka_unit_test(a_line_is_short_valid_and_ascii_whatever_its_members_are),
    cmocka_unit_test(a_clipped_member_is_declared_and_a_whole_one_is_not),
    cmocka_unit_test(an_object_keeps_its_room_when_all_other_members_are_long),
    cmocka_unit_test(the_journal_gets_its_native_form_byte_for_byte),
    cmocka_unit_test(journal_fields_stay_well_formed_whatever_their_values_are))
