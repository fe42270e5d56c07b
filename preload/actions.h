/*
 * actions.h - what a child of posix_spawn does before its program starts.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_ACTIONS_H
#define PRELOAD_ACTIONS_H

#include <spawn.h>

#include "preload/gate.h"

/*
 * Asks, at the time of the spawn, about every file that the child will open: the
 * question when it was added may be long ago. 0 or a negative errno.
 */
int actions_ask(const struct asked *ask,
		const posix_spawn_file_actions_t *actions);

/* Is the path relative to a directory that only the child will know? */
bool actions_lead_elsewhere(const posix_spawn_file_actions_t *actions,
			    const char *path);

/* `answer` is a negative errno; errno stays what it was. */
#define SPAWN_BY(call, answer)                                      \
	({                                                          \
		struct asked ask[1];                                \
		int answer_;                                        \
								    \
		gate_enter(ask, call, __builtin_return_address(0)); \
		answer_ = answer;                                   \
		gate_leave(ask, 0);                                 \
		-answer_;                                           \
	})

#endif
