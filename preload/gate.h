/*
 * gate.h - the one door between a libc call and the policy.
 * SPDX-License-Identifier: MIT
 *
 * Every wrapper does exactly this (calls.def expands to it):
 *
 *	int err = ASK(RIGHT(NET_BIND), "bind", may_bind(ask, fd, addr, len));
 *
 *	return err ? -1 : real.bind(fd, addr, len);
 *
 * While the policy leaves the rights unrestricted, that is one branch. Before
 * start everything counts as restricted, so the first call starts the sandbox.
 * On yes, errno is what it was; on no, it is the refusal. There is no "already
 * inside, let it pass" flag: a signal handler that runs during a question would
 * slip through it. Instead nothing in preload/ calls a function of calls.def,
 * only real.* and raw system calls.
 *
 * All of this is safe in signal handlers, vfork children and any thread.
 */
#ifndef PRELOAD_GATE_H
#define PRELOAD_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/policy.h"

/* One question: who asks, and errno as it was. Lives in the wrapper's frame. */
struct asked {
	const char *call;   /* the function's name */
	const void *caller; /* its return address */
	int saved;          /* errno before the call */
};

/* RIGHT() of all that needs a question; all bits until the sandbox started. */
extern uint32_t gate_restricted __attribute__((visibility("hidden")));

/* The policy in force; one that grants nothing until there is one. */
extern const struct policy *gate_policy;

static inline bool gate_restricts(uint32_t rights)
{
	return __builtin_expect(
		(__atomic_load_n(&gate_restricted, __ATOMIC_RELAXED) & rights) != 0,
		0);
}

/* Starts the sandbox if need be, and notes who asks. */
void gate_enter(struct asked *ask, const char *call, const void *caller);

/* Sets errno: the refusal, or what it was. Returns `answer`. */
int gate_leave(const struct asked *ask, int answer);

#define ASK(rights, call, question)                                       \
	({                                                                \
		int answer_ = 0;                                          \
									  \
		if (gate_restricts(rights)) {                             \
			struct asked ask[1];                              \
									  \
			gate_enter(ask, call, __builtin_return_address(0)); \
			answer_ = gate_leave(ask, question);              \
		}                                                         \
		answer_;                                                  \
	})

/*
 * The way from a question to the policy: decides, and on refusal counts it,
 * records it, and ends the process if the policy says so. In audit mode the
 * refusal is recorded as would_deny and 0 is returned.
 * Returns 0 or the negative errno for the program.
 */
int gate_decide(const struct asked *ask, const struct query *query);

/* The same, for a question whose verdict the caller wants to see (dlopen). */
int gate_verdict(const struct asked *ask, const struct query *query,
		 struct verdict *verdict);

/*
 * A refusal that no setting names but that the policy entails: a static program
 * while something is withheld. `rule` is a setting's name or a few words.
 */
int gate_refuse(const struct asked *ask, enum right right, const char *object,
		const char *rule, int err);

/* True if the policy is not enforced: mode off, or inert under AT_SECURE. */
bool gate_idle(void);

#endif
