/*
 * gate.c - the one door between a libc call and the policy.
 * SPDX-License-Identifier: MIT
 */
#include "preload/gate.h"

#include <errno.h>
#include <signal.h>

#include "config/raw.h"
#include "preload/audit.h"
#include "preload/caller.h"
#include "preload/start.h"
#include "preload/status.h"

uint32_t gate_restricted = UINT32_MAX;

/* Until there is a policy nothing is granted: libc may call us from our start. */
static const struct policy nothing = { .closed = true };
const struct policy *gate_policy = &nothing;

void gate_enter(struct asked *ask, const char *call, const void *caller)
{
	ask->call = call;
	ask->caller = caller;
	ask->saved = errno;
	start_sandbox();
}

int gate_leave(const struct asked *ask, int answer)
{
	errno = answer ? -answer : ask->saved;
	return answer;
}

bool gate_idle(void)
{
	return gate_policy->at[KEY_mode].number == MODE_OFF;
}

/* What a record says the question was about. */
static const char *object_of(const struct query *query, char text[NET_TEXT])
{
	struct text number = text_in(text, NET_TEXT);

	if (query->path)
		return query->path;
	if (query->address)
		return net_print(query->address, text);
	if (query->host)
		return query->host;
	if (query->name)
		return query->name;
	if (query->right == MEM_ALLOC) {
		text_number(&number, query->size);
		text_add(&number, " bytes on top of ");
		text_number(&number, query->live);
	} else if (query->right == NET_SOCKET) {
		text_add(&number, "family ");
		text_number(&number, (unsigned)query->domain);
		text_add(&number, " type ");
		text_number(&number, (unsigned)query->kind);
	}
	return text;
}

static void record(const struct asked *ask, const char *event,
		   const struct query *query, const struct verdict *verdict)
{
	char text[NET_TEXT];

	audit_record(&(struct event){
		.event = event,
		.right = policy_right_name(query->right),
		.object = object_of(query, text),
		.any_object = query->right == MEM_ALLOC, /* one per limit */
		.rule = verdict->rule,
		.source = verdict->source,
		.layer = "preload",
		.caller = caller_name(ask->caller),
		.func = ask->call,
		.err = verdict->err,
	});
}

/* The first process of a pid namespace cannot be killed from inside. */
static _Noreturn void end_process(void)
{
	audit_flush();
	status_end();
	RAW(kill, RAW(getpid), SIGKILL);
	for (;;)
		RAW(exit_group, 128 + SIGKILL);
}

/* A refusal: counted, recorded, and answered as mode and on_violation say. */
static int refuse(const struct asked *ask, const struct query *query,
		  const struct verdict *verdict)
{
	bool deny = gate_policy->at[KEY_mode].number == MODE_ENFORCE ||
		    verdict->explicit_deny;
	bool kill = deny &&
		    gate_policy->at[KEY_on_violation].number == VIOLATION_KILL;

	STATUS_ADD(violations[query->right], 1);
	record(ask, kill ? "kill" : deny ? "deny" : "would_deny", query,
	       verdict);
	if (kill)
		end_process();
	return deny ? verdict->err : 0;
}

int gate_verdict(const struct asked *ask, const struct query *query,
		 struct verdict *verdict)
{
	STATUS_ADD(calls, 1);
	policy_decide(gate_policy, query, verdict);
	if (verdict->err)
		return refuse(ask, query, verdict);
	if (gate_policy->at[KEY_log_level].number >= LEVEL_INFO)
		record(ask, "allow", query, verdict);
	return 0;
}

int gate_decide(const struct asked *ask, const struct query *query)
{
	struct verdict verdict = { 0 };

	return gate_verdict(ask, query, &verdict);
}

int gate_refuse(const struct asked *ask, enum right right, const char *object,
		const char *rule, int err)
{
	const struct query query = { .right = right, .path = object };
	const struct verdict verdict = { .err = err, .rule = rule };

	return refuse(ask, &query, &verdict);
}
