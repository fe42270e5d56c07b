/*
 * audit.c - one record per refusal, to where the policy says.
 * SPDX-License-Identifier: MIT
 *
 * See audit.h. The record that was sent last is remembered, and what repeats it
 * within a second is counted instead of sent. That memory is behind a try-lock:
 * who does not get it (another thread, a signal handler) or must not touch it
 * (a vfork child, which shares it with its parent) sends without counting.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "config/raw.h"
#include "preload/audit_internal.h"
#include "preload/scratch.h"
#include "preload/start.h"
#include "preload/status.h"

/* Microseconds. */
enum {
	WINDOW = 1000000, /* in which repetitions are counted */
	PERIOD = 20000,   /* 50 records a second in the long run … */
	BURST = 100       /* … after so many at once */
};

_Static_assert((int)AUDIT_ROOM <= (int)SCRATCH_PATH, "lines go to scratch");

static struct sink sinks[POLICY_SINKS];
static unsigned sink_count;
static enum log_level level;
static int owner; /* the process whose memory and descriptors these are */
static uint64_t sequence;
static int64_t due; /* when the record would be sent at the long-run rate */

/* The record that was sent last, and how often it has come again since. */
static struct {
	int busy; /* the try-lock */
	struct record record;
	int64_t since;
	char object[1024], rule[512], caller[512]; /* what record points to */
} last;

static int64_t clock_micros(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void describe(struct record *record, const struct event *event)
{
	*record = (struct record){
		.event = *event,
		.exe = start_program,
		.when = clock_micros(CLOCK_REALTIME),
		.uptime = clock_micros(CLOCK_MONOTONIC),
		.count = 1,
		.pid = (int)RAW(getpid),
		.tid = (int)RAW(gettid),
		.uid = (unsigned)RAW(getuid),
	};
}

/* To one sink, with what it lost before; what does not get there is counted. */
static void deliver(struct sink *sink, struct line *line,
		    const struct record *record, char *room)
{
	uint64_t dropped = __atomic_exchange_n(&sink->dropped, 0,
					       __ATOMIC_RELAXED);
	struct text text;
	size_t skip = 0;
	int err;

	if (!record->count && !dropped)
		return; /* nothing to tell at the end */
	if (sink->kind == TO_JOURNAL) {
		text = text_in(room, AUDIT_ROOM);
		journal_write(&text, record, dropped);
	} else {
		line_end(line, dropped);
		text = line->text;
	}
	if (sink->kind == TO_FILE || sink->kind == TO_STDERR) {
		text_char(&text, '\n');
		skip = line->json;
	}
	err = sink_send(sink, text.at + skip, text.len - skip, record->uptime,
			record->pid == owner);
	if (!err) {
		STATUS_ADD(audit_sent, record->count);
		return;
	}
	__atomic_add_fetch(&sink->dropped, dropped + record->count,
			   __ATOMIC_RELAXED);
	STATUS_ADD(audit_dropped, record->count);
}

static void lose(uint64_t count)
{
	for (unsigned i = 0; i < sink_count; i++)
		__atomic_add_fetch(&sinks[i].dropped, count, __ATOMIC_RELAXED);
	STATUS_ADD(audit_dropped, count);
}

static void emit(struct record *record)
{
	struct scratch *scratch = scratch_take();
	const struct source *source = &record->event.source;
	struct text text;
	struct line line;

	if (!scratch) {
		lose(record->count);
		return;
	}
	if (source->file) {
		text = text_in(scratch->name, AUDIT_SOURCE);
		text_add(&text, source->file);
		if (source->line) {
			text_char(&text, ':');
			text_number(&text, source->line);
		}
		record->source = text.at;
	}
	record->seq = __atomic_add_fetch(&sequence, 1, __ATOMIC_RELAXED);
	line_write(&line, scratch->path, record);
	for (unsigned i = 0; i < sink_count; i++)
		deliver(&sinks[i], &line, record, scratch->work);
	scratch_drop(scratch);
}

/*
 * The rate bound: `due` runs ahead of the clock by PERIOD with each record, at
 * most by BURST of them. What ends the process or is an attack always passes.
 */
static bool in_rate(const struct record *record)
{
	int64_t seen = __atomic_load_n(&due, __ATOMIC_RELAXED), next;

	if (audit_grade(record->event.event)->severity <= WARNING)
		return true;
	do {
		next = (seen > record->uptime ? seen : record->uptime) + PERIOD;
		if (next - record->uptime > (int64_t)BURST * PERIOD)
			return false;
	} while (!__atomic_compare_exchange_n(&due, &seen, next, false,
					      __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return true;
}

static void emit_in_rate(struct record *record)
{
	if (in_rate(record))
		emit(record);
	else
		lose(record->count);
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool repeats(const struct event *event)
{
	const struct event *old = &last.record.event;

	return old->event && same(old->event, event->event) &&
	       same(old->right, event->right) &&
	       (event->any_object || same(old->object, event->object)) &&
	       same(old->rule, event->rule) && same(old->caller, event->caller);
}

/* Copies a text that the caller may take back. False if it is too long. */
static bool keep(const char **kept, const char *text, char *room, size_t size)
{
	size_t len = text ? strnlen(text, size) : 0;

	if (len == size)
		return false;
	*kept = text ? memcpy(room, text, len) : NULL;
	room[len] = '\0';
	return true;
}

static void remember(const struct record *record)
{
	struct event *event = &last.record.event;

	last.record = *record;
	last.record.count = 0;
	last.since = record->uptime;
	if (!keep(&event->object, event->object, last.object,
		  sizeof(last.object)) ||
	    !keep(&event->rule, event->rule, last.rule, sizeof(last.rule)) ||
	    !keep(&event->caller, event->caller, last.caller,
		  sizeof(last.caller)))
		event->event = NULL;
}

/* Sends the repetitions that were only counted. */
static void send_counted(void)
{
	if (last.record.count)
		emit_in_rate(&last.record);
	last.record.count = 0;
}

/* True if the record was a repetition, and is dealt with. Needs last.busy. */
static bool coalesce(const struct record *record)
{
	if (!repeats(&record->event)) {
		send_counted();
		remember(record);
		return false;
	}
	last.record.count++;
	last.record.when = record->when;
	last.record.uptime = record->uptime;
	last.record.tid = record->tid;
	if (record->uptime - last.since >= WINDOW) {
		last.since = record->uptime;
		send_counted();
	}
	return true;
}

static bool try_lock(void)
{
	return !__atomic_exchange_n(&last.busy, 1, __ATOMIC_ACQUIRE);
}

static void unlock(void)
{
	__atomic_store_n(&last.busy, 0, __ATOMIC_RELEASE);
}

void audit_record(const struct event *event)
{
	struct record record;
	bool counted = false;

	if (!sink_count || audit_grade(event->event)->level > level)
		return;
	describe(&record, event);
	if (record.pid == owner && try_lock()) {
		counted = coalesce(&record);
		unlock();
	}
	if (!counted)
		emit_in_rate(&record);
}

static bool lost_some(void)
{
	for (unsigned i = 0; i < sink_count; i++)
		if (__atomic_load_n(&sinks[i].dropped, __ATOMIC_RELAXED))
			return true;
	return false;
}

void audit_flush(void)
{
	const struct event event = { .event = "dropped", .layer = "preload" };
	struct record record;

	if (!sink_count)
		return;
	describe(&record, &event);
	record.count = 0;
	if (record.pid != owner || !try_lock())
		return;
	if (last.record.count)
		last.record.uptime = record.uptime;
	send_counted();
	if (lost_some())
		emit(&record);
	unlock();
}

int audit_start(const struct policy *policy, const struct item **failed)
{
	const struct setting *audit = &policy->at[KEY_audit];
	int err = 0;

	level = (enum log_level)policy->at[KEY_log_level].number;
	owner = (int)RAW(getpid);
	sink_count = 0;
	for (unsigned i = 0; i < audit->count && i < POLICY_SINKS; i++) {
		err = sink_open(&sinks[sink_count], audit->items[i].text);
		if (err < 0) {
			*failed = &audit->items[i];
			return err;
		}
		sink_count += err == 0;
	}
	return 0;
}

void audit_forked(void)
{
	owner = (int)RAW(getpid);
	sequence = 0;
	due = 0;
	last.record.event.event = NULL;
	last.record.count = 0;
	unlock();
	for (unsigned i = 0; i < sink_count; i++)
		sinks[i].dropped = 0;
}

static void say_fatal(const char *text)
{
	char room[640];
	struct text line = text_in(room, sizeof(room) - 1);

	text_add(&line, "figsandbox: ");
	text_add(&line, text);
	line.size++; /* the newline always fits */
	text_char(&line, '\n');
	RAW(write, 2, line.at, line.len);
}

_Noreturn void audit_fatal(const char *text)
{
	const struct event event = { .event = "config_error", .object = text,
				     .layer = "preload" };
	struct sink sink = SINK(TO_SYSLOG, sink_syslog);
	struct scratch *scratch = scratch_take();
	struct record record;
	struct line line;

	say_fatal(text);
	describe(&record, &event);
	if (scratch) {
		line_write(&line, scratch->path, &record);
		line_end(&line, 0);
		sink_send(&sink, line.text.at, line.text.len, 0, false);
	}
	for (;;)
		RAW(exit_group, 125);
}
