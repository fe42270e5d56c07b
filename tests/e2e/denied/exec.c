/*
 * exec.c - denials of the family exec.
 * SPDX-License-Identifier: MIT
 */
#include "tests/e2e/denied/denied.h"

static char program[] = NOWHERE;
static char *const argv[] = {program, NULL};
static char *const envp[] = {NULL};
static posix_spawn_file_actions_t actions;

/* The actions are made anew, which leaves errno alone. */
static posix_spawn_file_actions_t *no_actions(void)
{
	posix_spawn_file_actions_init(&actions);
	return &actions;
}

/* clang-format off */
DENIED(execve) { return refused(execve(NOWHERE, argv, envp)); }
DENIED(execveat) { return refused(execveat(AT_FDCWD, NOWHERE, argv, envp, 0)); }
DENIED(fexecve)
{
	int fd = open("/proc/self/exe", O_PATH); /* whose name may be known */

	return fd >= 0 && refused(fexecve(fd, argv, envp));
}
DENIED(execv) { return refused(execv(NOWHERE, argv)); }
DENIED(execvp) { return refused(execvp(NOWHERE, argv)); }
DENIED(execvpe) { return refused(execvpe(NOWHERE, argv, envp)); }
DENIED(execl) { return refused(execl(NOWHERE, "a", NULL)); }
DENIED(execle) { return refused(execle(NOWHERE, "a", NULL, envp)); }
DENIED(execlp) { return refused(execlp(NOWHERE, "a", NULL)); }

DENIED(posix_spawn)
{
	return is(posix_spawn(NULL, NOWHERE, NULL, NULL, argv, envp), EPERM, 0);
}
DENIED(posix_spawnp)
{
	return is(posix_spawnp(NULL, NOWHERE, NULL, NULL, argv, envp), EPERM,
		  0);
}
DENIED(pidfd_spawn)
{
	int fd;

	return is(pidfd_spawn(&fd, NOWHERE, NULL, NULL, argv, envp), EPERM, 0);
}
DENIED(pidfd_spawnp)
{
	int fd;

	return is(pidfd_spawnp(&fd, NOWHERE, NULL, NULL, argv, envp), EPERM, 0);
}

DENIED(posix_spawn_file_actions_addopen)
{
	return is(posix_spawn_file_actions_addopen(no_actions(), 0, NOWHERE,
						   O_RDONLY, 0), EACCES, 0);
}
DENIED(posix_spawn_file_actions_addchdir_np)
{
	return is(posix_spawn_file_actions_addchdir_np(no_actions(), NOWHERE),
		  EACCES, 0);
}
DENIED(posix_spawn_file_actions_addchdir)
{
	return is(posix_spawn_file_actions_addchdir(no_actions(), NOWHERE),
		  EACCES, 0);
}
NOTHING_TO_DENY(posix_spawn_file_actions_addfchdir_np,
		"it names a directory that is open already")

DENIED(system) { return forbidden(system("exit 0")); }
DENIED(__libc_system) { return forbidden(__libc_system("exit 0")); }
DENIED(popen) { return is((long)popen("exit 0", "r"), 0, EPERM); }
DENIED(_IO_popen) { return is((long)_IO_popen("exit 0", "r"), 0, EPERM); }
DENIED(_IO_proc_open)
{
	return is((long)_IO_proc_open(stdin, "exit 0", "r"), 0, EPERM);
}
DENIED(wordexp)
{
	wordexp_t words;

	return is(wordexp("$(exit 0)", &words, 0), WRDE_CMDSUB, EPERM);
}
/* clang-format on */
