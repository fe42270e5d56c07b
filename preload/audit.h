/*
 * audit.h - one record per refusal, to where the policy says.
 * SPDX-License-Identifier: MIT
 *
 * No malloc, no stdio, no lock, no errno, no libc: raw system calls only. Never
 * blocks, never fails the program: what cannot be sent is counted and reported
 * with the next record. Safe in signal handlers and vfork children.
 */
#ifndef PRELOAD_AUDIT_H
#define PRELOAD_AUDIT_H

#include "config/policy.h"

/*
 * object, rule and caller are copied where they must last; the other texts are
 * literals or the policy's.
 */
struct event {
	const char *event;  /* of the list in audit_text.c: "deny", "start" */
	const char *right;  /* "fs.read"; NULL leaves a member out */
	const char *object; /* hostile bytes; NUL-terminated */
	const char *rule;   /* the setting that decided, or a few words */
	struct source source;
	const char *layer;  /* "preload" */
	const char *caller; /* the library that called; hostile bytes */
	const char *func;   /* the libc function */
	int err;            /* negative errno, or 0 */
	bool any_object;    /* the same with another object is a repetition */
};

/*
 * Opens the sinks of the policy. Called once, at start. Returns 0, or a
 * negative errno and the entry that names the sink when one cannot be used at
 * all (`file:` in a directory that is not there); a socket where nobody listens
 * yet is not an error.
 */
int audit_start(const struct policy *policy, const struct item **failed);

/* The child of a fork: new pid, own sequence, nothing pending. */
void audit_forked(void);

/*
 * Records the event, if log_level asks for its kind. What repeats the record
 * before it (in event, right, object, rule and caller) within a second is
 * counted and told later: with the next record, or by audit_flush.
 */
void audit_record(const struct event *event);

/*
 * Sends what is coalesced or counted as dropped: at exit, before execve, and in
 * abort. What another signal ends takes it along. In a vfork child nothing.
 */
void audit_flush(void);

/*
 * The sandbox cannot start: one line "figsandbox: TEXT" on standard error, one
 * record "config_error" to syslog, and _exit(125).
 */
_Noreturn void audit_fatal(const char *text);

#endif
