/*
 * audit_internal.h - what audit.c, audit_text.c and audit_sink.c share.
 * SPDX-License-Identifier: MIT
 *
 * audit.c decides whether a record is sent, audit_text.c says how it is
 * written, audit_sink.c where it goes. Only they and their tests include this.
 */
#ifndef PRELOAD_AUDIT_INTERNAL_H
#define PRELOAD_AUDIT_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/text.h"
#include "preload/audit.h"

/* syslog's severities, and its facility for what concerns rights. */
enum { ALERT = 1, ERROR = 3, WARNING = 4, NOTICE = 5, INFO = 6 };
enum { AUTHPRIV = 10 };

enum {
	AUDIT_LINE = 2000,            /* bytes of one datagram at most */
	AUDIT_ROOM = 3 * 1024,        /* of the buffers: drafts are longer */
	AUDIT_SOURCE = 200,           /* "FILE:LINE", raw */
};

/* How much an event matters; an unknown one counts as a refusal. */
struct grade {
	const char *event;
	int severity;
	enum log_level level; /* the least log_level at which it is recorded */
};
const struct grade *audit_grade(const char *event);

/* An event and its circumstances. */
struct record {
	struct event event;
	const char *source; /* of the event, as text; NULL when there is none */
	const char *exe;
	int64_t when;   /* microseconds, UTC */
	int64_t uptime; /* microseconds, monotonic */
	uint64_t seq;
	uint64_t count; /* how many equal events this stands for */
	int pid, tid;
	unsigned uid;
};

/* The record as a syslog line, or as JSON alone. */
struct line {
	struct text text;
	size_t json;  /* where the JSON starts: after syslog's header */
	size_t tail;  /* where line_end writes */
	bool clipped; /* some member is not complete */
};

/* Writes all but the end into `room`, which has AUDIT_ROOM bytes. */
void line_write(struct line *line, char *room, const struct record *record);

/* Writes the end, which depends on the sink; may be called again. */
void line_end(struct line *line, uint64_t dropped);

/* The record as fields of journald's native protocol. */
void journal_write(struct text *text, const struct record *record,
		   uint64_t dropped);

enum sink_kind { TO_SYSLOG, TO_UNIX, TO_JOURNAL, TO_FILE, TO_STDERR };

struct sink {
	enum sink_kind kind;
	const char *path;
	int fd;     /* >= 0, or one of the states in audit_sink.c */
	bool stream; /* this socket wants a terminator */
	dev_t dev;  /* dev and ino say whether fd is still what we opened */
	ino_t ino;
	int64_t retry;    /* uptime before which reopening is not tried */
	uint64_t dropped; /* events lost since the last record that arrived */
};

/* A sink that is not open yet. */
#define SINK(kind_, path_) { .kind = (kind_), .path = (path_), .fd = -1 }

/* Where syslog and journald listen; tests put their own sockets here. */
extern const char *sink_syslog, *sink_journal;

/*
 * Makes a sink of an entry of the setting `audit` and opens it. 1 for "none",
 * 0, or a negative errno: not a sink, or a file that cannot be written. A
 * socket where nobody listens is opened later.
 */
int sink_open(struct sink *sink, const char *text);

/*
 * Sends one ready text, without ever waiting. `own` says that this process is
 * the one that opened the sink: a vfork child shares its memory but not its
 * descriptors, so it must not remember what it opens. 0, or a negative errno.
 */
int sink_send(struct sink *sink, const char *bytes, size_t len, int64_t uptime,
	      bool own);

#endif
