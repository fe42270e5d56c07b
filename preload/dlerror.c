/*
 * dlerror.c - what dlerror() says after a refusal of ours.
 * SPDX-License-Identifier: MIT
 *
 * A thread keeps one pointer only, because space for thread-local variables of
 * preloaded libraries is scarce. The texts stand in a ring: one is overwritten
 * when TEXTS refusals have come after it, in all threads together, and nobody
 * reads a text of dlerror that late.
 */
#include "preload/dlerror.h"

#include <string.h>

#include "config/text.h"
#include "preload/gate.h"
#include "preload/real.h"
#include "preload/scratch.h"

enum { TEXTS = 32, TEXT = SCRATCH_PATH + 512 };

static char texts[TEXTS][TEXT]; /* untouched pages cost nothing */
static unsigned used;

static __thread __attribute__((tls_model("initial-exec"))) char *pending;

static struct text next_text(void)
{
	unsigned i = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED) % TEXTS;

	return text_in(texts[i], TEXT);
}

void dlerror_refused(const char *object, const char *reason,
		     struct source source)
{
	struct text text = next_text();

	text_add(&text, "ERR_DLOPEN_FAILED: ");
	text_add(&text, object);
	text_add(&text, ": ");
	text_add(&text, reason);
	if (source.file) {
		text_add(&text, " (");
		text_add(&text, source.file);
		if (source.line) {
			text_char(&text, ':');
			text_number(&text, source.line);
		}
		text_char(&text, ')');
	}
	pending = text.at;
}

void dlerror_verdict(const char *object, const struct verdict *verdict)
{
	const char *rule = verdict->rule ? verdict->rule : "the policy";
	char buffer[96];
	struct text reason = text_in(buffer, sizeof(buffer));

	if (strcmp(rule, "allowed_libs") == 0)
		text_add(&reason, "not in ");
	if (strcmp(rule, "block_system_libs") == 0)
		text_add(&reason, "in a system library directory: ");
	text_add(&reason, rule);
	if (strcmp(rule, "max_loaded_libs") == 0) {
		text_add(&reason, " = ");
		text_number(&reason,
			    gate_policy->at[KEY_max_loaded_libs].number);
		text_add(&reason, " reached");
	}
	dlerror_refused(object, reason.at, verdict->source);
}

void dlerror_missing(const char *name, int err)
{
	const char *what = strerrordesc_np(-err);
	struct text text = next_text();

	text_add(&text, name);
	text_add(&text, ": cannot open shared object file: ");
	text_add(&text, what ? what : "Unknown error");
	pending = text.at;
}

void dlerror_forget(void)
{
	pending = NULL;
}

/* libc's text is older than ours, and is not to come up after it. */
EXPORT char *dlerror(void)
{
	char *ours = pending, *libcs;

	ASK(RIGHT(LIB_LOAD), "dlerror", 0); /* for the start, if need be */
	libcs = real.dlerror();
	pending = NULL;
	return ours ? ours : libcs;
}
