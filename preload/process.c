/*
 * process.c - making processes, signalling them, and ending this one.
 * SPDX-License-Identifier: MIT
 */
#include "preload/process.h"

#include <pthread.h>

#include "config/raw.h"
#include "config/text.h"
#include "preload/acts.h"
#include "preload/audit.h"
#include "preload/environment.h"
#include "preload/ledger.h"
#include "preload/library.h"
#include "preload/owners.h"
#include "preload/mapped.h"
#include "preload/real.h"
#include "preload/scratch.h"
#include "preload/start.h"
#include "preload/status.h"
#include "preload/target.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

void process_forked(void)
{
	library_forked();
	start_pid = (int)RAW(getpid);
	ledger_forked();
	owners_forked();
	mapped_forked();
	room_forked();
	environment_forked();
	audit_forked();
	status_forked();
}

/* First of all handlers, so that the program's own find everything in order. */
void process_start(void)
{
	target_start();
	pthread_atfork(NULL, NULL, process_forked);
}

int may_fork(const struct asked *ask, const char *call)
{
	return gate_decide(ask, &(struct query){ .right = PROC_FORK,
						 .name = call });
}

/* For the record: "signal 9 to process 4242", "signal 15 to group 17". */
static int decide_signal(const struct asked *ask, const char *what, long id,
			 int signal)
{
	char object[64];
	struct text text = text_in(object, sizeof(object));

	text_add(&text, "signal ");
	text_number(&text, (unsigned)signal);
	text_add(&text, what);
	text_number(&text, (uint64_t)id);
	return gate_decide(ask, &(struct query){ .right = PROC_SIGNAL,
						 .name = object });
}

int may_signal(const struct asked *ask, long pid, int signal)
{
	if (pid == RAW(getpid))
		return 0;
	if (pid < -1)
		return decide_signal(ask, " to group ", -pid, signal);
	if (pid <= 0)
		return decide_signal(ask, pid ? " to all, -" : " to group ",
				     -pid, signal);
	return decide_signal(ask, " to process ", pid, signal);
}

int may_signal_thread(const struct asked *ask, long thread, int signal)
{
	if (RAW(tgkill, RAW(getpid), thread, 0) == 0)
		return 0;
	return decide_signal(ask, " to thread ", thread, signal);
}

/* "Pid:\t4242" in /proc/thread-self/fdinfo/N; 0 if it is not to be found. */
static long pid_of_fd(int pidfd, struct scratch *slot)
{
	struct text name = text_in(slot->name, sizeof(slot->name));
	const char *line;
	long fd, len, pid = 0;

	text_add(&name, "/proc/thread-self/fdinfo/");
	text_number(&name, (unsigned)pidfd);
	fd = RAW(openat, AT_FDCWD, slot->name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	len = RAW(read, fd, slot->work, sizeof(slot->work) - 1);
	RAW(close, fd);
	slot->work[len < 0 ? 0 : len] = '\0';
	line = strstr(slot->work, "\nPid:\t");
	for (line = line ? line + 6 : ""; *line >= '0' && *line <= '9'; line++)
		pid = pid * 10 + (*line - '0');
	return pid;
}

int may_signal_fd(const struct asked *ask, int pidfd, int signal)
{
	struct scratch *slot = scratch_take();
	long pid = slot ? pid_of_fd(pidfd, slot) : 0;

	scratch_drop(slot);
	if (pid && pid == RAW(getpid))
		return 0;
	return decide_signal(ask, " to process ", pid, signal);
}

int may_limit(const struct asked *ask, long pid, const void *limit)
{
	if (!limit || pid == 0 || pid == RAW(getpid))
		return 0;
	return gate_decide(ask, &(struct query){ .right = PROC_SIGNAL,
						 .name = "prlimit" });
}

int may_unshare(const struct asked *ask, int flags)
{
	return (unsigned)flags & (NAMESPACES | CLONE_NEWTIME) ?
		       may_go_round(ask, "unshare") :
		       0;
}

/* No handler of pthread_atfork runs here. */
EXPORT pid_t _Fork(void)
{
	int err = ASK(RIGHT(PROC_FORK), "_Fork", may_fork(ask, "_Fork"));
	pid_t pid = err ? -1 : real._Fork();

	if (pid == 0)
		process_forked();
	return pid;
}

/*
 * Called by the stub of vfork (arch/), which then jumps to what this returns.
 * NULL is no.
 */
void *process_ask_vfork(const void *caller);
void *process_ask_vfork(const void *caller)
{
	struct asked ask;
	int err = 0;

	gate_enter(&ask, "vfork", caller);
	if (gate_restricts(RIGHT(PROC_FORK)))
		err = may_fork(&ask, "vfork");
	return gate_leave(&ask, err) ? NULL : (void *)real.vfork;
}

/* A thread is no new process; a namespace is a way round. */
static int may_clone(const struct asked *ask, int flags)
{
	int err = 0;

	if (gate_restricts(RIGHT(SYS_RAW)) && (unsigned)flags & NAMESPACES)
		err = may_go_round(ask, "clone(CLONE_NEW...)");
	if (!err && gate_restricts(RIGHT(PROC_FORK)) && !(flags & CLONE_THREAD))
		err = may_fork(ask, ask->call);
	return err;
}

/* What the child runs; its memory is a copy, and this is in it. */
struct task {
	int (*function)(void *);
	void *argument;
};

static int begin(void *task)
{
	const struct task *self = task;

	process_forked();
	return self->function(self->argument);
}

typedef int clone_function(int (*function)(void *), void *stack, int flags,
			   void *argument, ...);

/* The last three are the thread's id, its TLS and where its id is cleared. */
static int clone_with(clone_function *function, const struct task *task,
		      void *stack, int flags, const long *more)
{
	struct task copy = *task;

	if (flags & CLONE_VM || !task->function)
		return function(task->function, stack, flags, task->argument,
				more[0], more[1], more[2]);
	return function(begin, stack, flags, &copy, more[0], more[1], more[2]);
}

#define CLONE(name)                                                         \
	EXPORT int name(int (*function)(void *), void *stack, int flags,    \
			void *argument, ...)                                \
	{                                                                   \
		const struct task task = { function, argument };            \
		int err = ASK(RIGHT(PROC_FORK) | RIGHT(SYS_RAW), #name,     \
			      may_clone(ask, flags));                       \
		long more[3];                                               \
		va_list ap;                                                 \
									    \
		va_start(ap, argument);                                     \
		for (int i = 0; i < 3; i++)                                 \
			more[i] = va_arg(ap, long);                         \
		va_end(ap);                                                 \
		return err ? -1 :                                           \
			     clone_with(real.name, &task, stack, flags, more); \
	}

CLONE(clone)
CLONE(__clone)

EXPORT long ptrace(int request, ...)
{
	int err = ASK(RIGHT(SYS_RAW), "ptrace", may_go_round(ask, "ptrace"));
	long more[4];
	va_list ap;

	va_start(ap, request);
	for (int i = 0; i < 4; i++)
		more[i] = va_arg(ap, long);
	va_end(ap);
	return err ? -1 : real.ptrace(request, more[0], more[1], more[2],
				      more[3]);
}

/* No destructor runs. The pid says whether this is a vfork child. */
static void end(void)
{
	start_sandbox();
	if (RAW(getpid) == start_pid)
		start_finish();
}

EXPORT void _exit(int code)
{
	end();
	real._exit(code);
	__builtin_unreachable();
}

EXPORT void _Exit(int code)
{
	end();
	real._Exit(code);
	__builtin_unreachable();
}

EXPORT void quick_exit(int code)
{
	end();
	real.quick_exit(code);
	__builtin_unreachable();
}

/* A handler of SIGABRT may go on elsewhere: the status page stays. */
EXPORT void abort(void)
{
	start_sandbox();
	audit_flush();
	real.abort();
	__builtin_unreachable();
}
