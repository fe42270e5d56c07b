/*
 * shell.c - functions of libc that start /bin/sh by themselves.
 * SPDX-License-Identifier: MIT
 *
 * They stay libc's: pclose knows only what popen made. But they hand on
 * `environ` as it is, so it is put right for as long as they need it
 * (environment.h).
 */
#include <paths.h>

#include "preload/environment.h"
#include "preload/exec.h"
#include "preload/file.h"
#include "preload/process.h"
#include "preload/real.h"
#include "preload/target.h"

/* May a shell be started, and with what environment? */
static int ask_shell(const struct asked *ask, struct swap **swap)
{
	int err = 0;

	*swap = NULL;
	if (gate_restricts(RIGHT(PROC_FORK)))
		err = may_fork(ask, ask->call);
	if (!err)
		err = target_ask(ask, AT_FDCWD, _PATH_BSHELL, 0);
	return err ? err : environment_swap(swap);
}

#define MAY_SHELL(call, swap)                                       \
	({                                                          \
		struct asked ask[1];                                \
								    \
		gate_enter(ask, call, __builtin_return_address(0)); \
		gate_leave(ask, ask_shell(ask, swap));              \
	})

/* system(NULL) asks whether there is a shell: not for us. */
#define SYSTEM(name)                                          \
	EXPORT int name(const char *command)                  \
	{                                                     \
		struct swap *swap;                            \
		int result, err = MAY_SHELL(#name, &swap);    \
							      \
		if (err)                                      \
			return command ? -1 : 0;              \
		result = real.name(command);                  \
		environment_restore(swap);                    \
		return result;                                \
	}

SYSTEM(system)
SYSTEM(__libc_system)

#define POPEN(name, parameters, arguments)                    \
	EXPORT FILE *name parameters                          \
	{                                                     \
		struct swap *swap;                            \
		int err = MAY_SHELL(#name, &swap);            \
		FILE *result = NULL;                          \
							      \
		if (!err)                                     \
			result = real.name arguments;         \
		environment_restore(swap);                    \
		return result;                                \
	}

POPEN(popen, (const char *command, const char *mode), (command, mode))
POPEN(_IO_popen, (const char *command, const char *mode), (command, mode))
POPEN(_IO_proc_open, (FILE *stream, const char *command, const char *mode),
      (stream, command, mode))

/* Only words with $(command) or `command` need a shell. */
static bool needs_shell(const char *words)
{
	for (; words && *words; words++)
		if (*words == '`' || (words[0] == '$' && words[1] == '('))
			return true;
	return false;
}

/* libc globs by functions of its own; it looks at the words, not at values. */
static bool has_wildcards(const char *words)
{
	return words && strpbrk(words, "*?[");
}

/* Without a shell, WRDE_CMDSUB is what wordexp has to say. */
EXPORT int wordexp(const char *words, wordexp_t *result, int flags)
{
	struct swap *swap = NULL;
	int status;

	if (has_wildcards(words) &&
	    ASK(RIGHT(FS_READ) | RIGHT(FS_STAT), "wordexp",
		may_read_all(ask, words, "wildcards for libc to expand")))
		return WRDE_BADCHAR;
	if (!(flags & WRDE_NOCMD) && needs_shell(words) &&
	    MAY_SHELL("wordexp", &swap))
		flags |= WRDE_NOCMD;
	status = real.wordexp(words, result, flags);
	environment_restore(swap);
	return status;
}
