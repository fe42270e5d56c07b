/*
 * audit_text.c - how a record is written: JSON, syslog line, journal fields.
 * SPDX-License-Identifier: MIT
 *
 * Whatever the bytes of a member are, a line is one line of ASCII, its JSON is
 * valid, and it is at most AUDIT_LINE bytes long: every member has a limit of
 * its own, and the object, which is the longest, gives way to the others. The
 * journal's fields keep the raw bytes, which its protocol carries.
 */
#include <errno.h>
#include <string.h>

#include "preload/audit_internal.h"

/* Bytes of the members at most, escaped in JSON and raw in the journal. */
enum {
	WORD = 24, /* event, right, layer, errno */
	FUNC = 40,
	OBJECT = 1000,
	RULE = 320,
	SOURCE = 200,
	CALLER = 280,
	EXE = 280,
	TAIL = 64, /* ,"dropped":18446744073709551615,"trunc":true} */
};

/* The journal says most things twice, so that each gets less room. */
enum {
	MESSAGE_OBJECT = 200,
	FIELD_OBJECT = 600,
	FIELD_RULE = 120,
	FIELD_SOURCE = 100,
	FIELD_CALLER = 160,
};

const struct grade *audit_grade(const char *event)
{
	static const struct grade grades[] = {
		{ "deny", NOTICE, LEVEL_WARN },
		{ "would_deny", INFO, LEVEL_WARN },
		{ "allow", INFO, LEVEL_INFO },
		{ "start", INFO, LEVEL_INFO },
		{ "leak", INFO, LEVEL_WARN },
		{ "kill", WARNING, LEVEL_ERROR },
		{ "timeout", WARNING, LEVEL_ERROR },
		{ "dropped", WARNING, LEVEL_ERROR },
		{ "tamper", ALERT, LEVEL_ERROR },
		{ "config_error", ERROR, LEVEL_ERROR },
	};

	for (size_t i = 0; i < sizeof(grades) / sizeof(grades[0]); i++)
		if (strcmp(grades[i].event, event) == 0)
			return &grades[i];
	return &grades[0];
}

static const char *errno_name(int err, char number[WORD])
{
	static const struct {
		int err;
		const char *name;
	} names[] = {
#define NAME(err) { err, #err }
		NAME(EACCES), NAME(EPERM), NAME(ENOMEM), NAME(ENOENT),
		NAME(ENOSYS), NAME(EINVAL), NAME(EAFNOSUPPORT), NAME(EAGAIN),
		NAME(ENOTSUP), NAME(ENOEXEC), NAME(ELOOP), NAME(EFAULT),
		NAME(EBADF), NAME(EIO), NAME(EMFILE), NAME(EROFS),
		NAME(ENAMETOOLONG), NAME(ENOTDIR), NAME(ETIMEDOUT),
		NAME(ECONNREFUSED), NAME(ENETUNREACH), NAME(EPROTONOSUPPORT),
		NAME(ENOBUFS), NAME(EEXIST), NAME(EHOSTUNREACH), NAME(ELIBACC),
#undef NAME
	};
	struct text text = text_in(number, WORD);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].err == -err)
			return names[i].name;
	text_number(&text, (unsigned)-err);
	return number;
}

/* How many of the first `max` bytes need no escape. */
static size_t plain(const char *bytes, size_t max)
{
	size_t n = 0;

	while (n < max && bytes[n] >= 0x20 && bytes[n] < 0x7f &&
	       bytes[n] != '"' && bytes[n] != '\\')
		n++;
	return n;
}

/*
 * Escapes as many characters as fit `room`, never half of one. False when some
 * are left. A byte goes with its UTF-8 continuation bytes: three at most.
 */
static bool escape(struct text *text, const char *bytes, size_t room)
{
	size_t end = text->len + room, whole, n;

	while (*bytes) {
		whole = text->len;
		n = plain(bytes, end - whole);
		text_add_n(text, bytes, n);
		bytes += n;
		if (n)
			continue;
		for (n = 1; n < 4 && (bytes[n] & 0xc0) == 0x80; n++)
			;
		text_escaped(text, bytes, n);
		bytes += n;
		if (text->len > end) {
			text->len = whole;
			return false;
		}
	}
	return true;
}

/* Returns the length of the escaped value. */
static size_t member(struct line *line, const char *name, const char *value,
		     size_t room)
{
	size_t start;

	if (!value)
		return 0;
	text_add(&line->text, ",\"");
	text_add(&line->text, name);
	text_add(&line->text, "\":\"");
	start = line->text.len;
	if (!escape(&line->text, value, room))
		line->clipped = true;
	text_char(&line->text, '"');
	return line->text.len - 1 - start;
}

static void number_member(struct line *line, const char *name, uint64_t value)
{
	text_add(&line->text, ",\"");
	text_add(&line->text, name);
	text_add(&line->text, "\":");
	text_number(&line->text, value);
}

static void digits(struct text *text, uint64_t value, unsigned width)
{
	char at[8];

	for (unsigned i = width; i--; value /= 10)
		at[i] = (char)('0' + value % 10);
	text_add_n(text, at, width);
}

/*
 * 2026-11-20T10:42:33.123456Z. The year is counted from March, so that the leap
 * day is its last one; 719468 days lie between 1 March 0 and 1970.
 */
static void stamp(struct text *text, int64_t when)
{
	uint64_t micros = (uint64_t)when, seconds = micros / 1000000;
	uint64_t days = seconds / 86400 + 719468, day = days % 146097, year;
	unsigned month;

	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	month = (unsigned)(5 * day + 2) / 153;
	day -= (153 * month + 2) / 5;
	month = month < 10 ? month + 3 : month - 9;
	digits(text, days / 146097 * 400 + year + (month <= 2), 4);
	text_char(text, '-');
	digits(text, month, 2);
	text_char(text, '-');
	digits(text, day + 1, 2);
	text_char(text, 'T');
	digits(text, seconds / 3600 % 24, 2);
	text_char(text, ':');
	digits(text, seconds / 60 % 60, 2);
	text_char(text, ':');
	digits(text, seconds % 60, 2);
	text_char(text, '.');
	digits(text, micros % 1000000, 6);
	text_char(text, 'Z');
}

/* No time and no host: what rsyslog and journald both read (RFC 3164). */
static void header(struct text *text, const struct record *record)
{
	text_char(text, '<');
	text_number(text, (unsigned)(AUTHPRIV * 8 +
			  audit_grade(record->event.event)->severity));
	text_add(text, ">figsandbox[");
	text_number(text, (unsigned)record->pid);
	text_add(text, "]: @cee: ");
}

/* Returns the length that the object took of its `room`. */
static size_t write_members(struct line *line, const struct record *record,
			    size_t room)
{
	const struct event *event = &record->event;
	size_t object;
	char number[WORD];

	text_add(&line->text, "{\"v\":1,\"ts\":\"");
	stamp(&line->text, record->when);
	text_char(&line->text, '"');
	number_member(line, "seq", record->seq);
	member(line, "event", event->event, WORD);
	member(line, "right", event->right, WORD);
	object = member(line, "object", event->object, room);
	member(line, "rule", event->rule, RULE);
	member(line, "source", record->source, SOURCE);
	member(line, "layer", event->layer, WORD);
	member(line, "caller", event->caller, CALLER);
	member(line, "func", event->func, FUNC);
	if (event->err)
		member(line, "errno", errno_name(event->err, number), WORD);
	number_member(line, "pid", (unsigned)record->pid);
	number_member(line, "tid", (unsigned)record->tid);
	number_member(line, "uid", record->uid);
	member(line, "exe", record->exe, EXE);
	number_member(line, "count", record->count);
	return object;
}

void line_write(struct line *line, char *room, const struct record *record)
{
	size_t object, most = AUDIT_LINE - TAIL;

	line->text = text_in(room, AUDIT_ROOM);
	line->clipped = false;
	header(&line->text, record);
	line->json = line->text.len;
	object = write_members(line, record, OBJECT);
	if (line->text.len > most) {
		object -= line->text.len - most;
		line->text.len = line->json;
		write_members(line, record, object);
	}
	line->tail = line->text.len;
}

void line_end(struct line *line, uint64_t dropped)
{
	line->text.len = line->tail;
	if (dropped)
		number_member(line, "dropped", dropped);
	if (line->clipped)
		text_add(&line->text, ",\"trunc\":true");
	text_char(&line->text, '}');
}

/*
 * NAME=value, or NAME, newline, the length in 8 bytes, value: the form for
 * values with a newline (systemd.io/JOURNAL_NATIVE_PROTOCOL). False if clipped.
 */
static bool field(struct text *text, const char *name, const char *value,
		  size_t room)
{
	size_t len = value ? strnlen(value, room) : 0;

	if (!value)
		return true;
	text_add(text, name);
	if (memchr(value, '\n', len)) {
		text_char(text, '\n');
		for (unsigned bit = 0; bit < 64; bit += 8)
			text_char(text, (char)((uint64_t)len >> bit & 0xff));
	} else {
		text_char(text, '=');
	}
	text_add_n(text, value, len);
	text_char(text, '\n');
	return !value[len];
}

static void number_field(struct text *text, const char *name, uint64_t value)
{
	text_add(text, name);
	text_char(text, '=');
	text_number(text, value);
	text_char(text, '\n');
}

/* MESSAGE=deny fs.read /etc/shadow: deny_read (fig.toml:12) */
static void message(struct text *text, const struct record *record)
{
	const struct event *event = &record->event;

	text_add(text, "MESSAGE=");
	escape(text, event->event, WORD);
	if (event->right) {
		text_char(text, ' ');
		escape(text, event->right, WORD);
	}
	if (event->object) {
		text_char(text, ' ');
		escape(text, event->object, MESSAGE_OBJECT);
	}
	if (event->rule) {
		text_add(text, ": ");
		escape(text, event->rule, FIELD_RULE);
	}
	if (record->source) {
		text_add(text, " (");
		escape(text, record->source, FIELD_SOURCE);
		text_char(text, ')');
	}
	text_char(text, '\n');
}

void journal_write(struct text *text, const struct record *record,
		   uint64_t dropped)
{
	const struct event *event = &record->event;
	char number[WORD];
	bool whole;

	message(text, record);
	number_field(text, "PRIORITY",
		     (unsigned)audit_grade(event->event)->severity);
	number_field(text, "SYSLOG_FACILITY", AUTHPRIV);
	field(text, "SYSLOG_IDENTIFIER", "figsandbox", WORD);
	number_field(text, "FIGSANDBOX_SEQ", record->seq);
	field(text, "FIGSANDBOX_EVENT", event->event, WORD);
	field(text, "FIGSANDBOX_RIGHT", event->right, WORD);
	whole = field(text, "FIGSANDBOX_OBJECT", event->object, FIELD_OBJECT);
	whole &= field(text, "FIGSANDBOX_RULE", event->rule, FIELD_RULE);
	whole &= field(text, "FIGSANDBOX_SOURCE", record->source, FIELD_SOURCE);
	field(text, "FIGSANDBOX_LAYER", event->layer, WORD);
	whole &= field(text, "FIGSANDBOX_CALLER", event->caller, FIELD_CALLER);
	whole &= field(text, "FIGSANDBOX_FUNC", event->func, FUNC);
	if (event->err)
		field(text, "FIGSANDBOX_ERRNO",
		      errno_name(event->err, number), WORD);
	number_field(text, "FIGSANDBOX_COUNT", record->count);
	if (dropped)
		number_field(text, "FIGSANDBOX_DROPPED", dropped);
	if (!whole)
		number_field(text, "FIGSANDBOX_TRUNC", 1);
}
