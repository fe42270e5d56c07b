/*
 * control.c - ioctl and fcntl, where they do more than their descriptor grants.
 * SPDX-License-Identifier: MIT
 *
 * The kernel signals the owner of a descriptor that has O_ASYNC set. Making a
 * process the owner is therefore asked as signalling it; what is signalled is
 * up to F_SETSIG, which may come later.
 */

#include <linux/fs.h>
#include <sys/ioctl.h>

#include "preload/acts.h"
#include "preload/process.h"
#include "preload/real.h"
#include "preload/syscall.h"

/* What a call is given, and a copy of what it points to: judged, and passed on.
 */
struct control {
	long argument;
	union {
		int pid;
		struct f_owner_ex owner;
	} copy;
};

/* A positive number is a process, a negative one a group, 0 is nobody. */
static int may_own(const struct asked *ask, long owner)
{
	return owner ? may_signal(ask, owner, SIGIO) : 0;
}

static int may_own_as(const struct asked *ask, const struct f_owner_ex *owner)
{
	if (owner->type == F_OWNER_TID && owner->pid)
		return may_signal_thread(ask, owner->pid, SIGIO);
	return may_own(ask, owner->type == F_OWNER_PGRP ? -(long)owner->pid :
							  owner->pid);
}

static int ask_fcntl(const struct asked *ask, int command,
		     struct control *control)
{
	if (command == F_SETOWN)
		return may_own(ask, (int)control->argument);
	if (command != F_SETOWN_EX || !control->argument)
		return 0;
	memcpy(&control->copy.owner, (const void *)control->argument,
	       sizeof(control->copy.owner));
	control->argument = (long)&control->copy.owner;
	return may_own_as(ask, &control->copy.owner);
}

static int ask_ioctl_owner(const struct asked *ask, struct control *control)
{
	if (!gate_restricts(RIGHT(PROC_SIGNAL)) || !control->argument)
		return 0;
	memcpy(&control->copy.pid, (const void *)control->argument,
	       sizeof(control->copy.pid));
	control->argument = (long)&control->copy.pid;
	return may_own(ask, control->copy.pid);
}

/* What these requests do needs no descriptor that was open for writing. */
static int ask_ioctl(const struct asked *ask, int fd, unsigned long request,
		     struct control *control)
{
	switch (request) {
	case FIOSETOWN:
	case SIOCSPGRP:
		return ask_ioctl_owner(ask, control);
	case FS_IOC_SETFLAGS:
	case FS_IOC_FSSETXATTR:
		return place_ask_fd(ask, RIGHT(FS_WRITE), fd);
	case TIOCSTI:
	case TIOCLINUX:
		return place_ask_fd(ask, RIGHT(SYS_RAW), fd);
	}
	return 0;
}

#define IOCTL (RIGHT(FS_WRITE) | RIGHT(SYS_RAW) | RIGHT(PROC_SIGNAL))

EXPORT int ioctl(int fd, unsigned long request, ...)
{
	struct control control;
	va_list ap;
	int err;

	va_start(ap, request);
	control.argument = va_arg(ap, long);
	va_end(ap);
	err = ASK(IOCTL, "ioctl", ask_ioctl(ask, fd, request, &control));
	return err ? -1 : real.ioctl(fd, request, control.argument);
}

#define FCNTL(name)                                                       \
	EXPORT int name(int fd, int command, ...)                         \
	{                                                                 \
		struct control control;                                   \
		va_list ap;                                               \
		int err;                                                  \
									  \
		va_start(ap, command);                                    \
		control.argument = va_arg(ap, long);                      \
		va_end(ap);                                               \
		err = ASK(RIGHT(PROC_SIGNAL), #name,                      \
			  ask_fcntl(ask, command, &control));             \
		return err ? -1 : real.name(fd, command, control.argument); \
	}

FCNTL(fcntl)
FCNTL(fcntl64)
FCNTL(__fcntl)

long act_ioctl(struct raw *raw)
{
	struct control control = { .argument = raw->a[2] };
	int err = 0;

	if (raw_asks(raw, IOCTL))
		err = ask_ioctl(raw->ask, (int)raw->a[0],
				(unsigned long)raw->a[1], &control);
	raw->a[2] = control.argument;
	return err ? err : raw_forward(raw);
}

long act_fcntl(struct raw *raw)
{
	struct control control = { .argument = raw->a[2] };
	int err = 0;

	if (raw_asks(raw, RIGHT(PROC_SIGNAL)))
		err = ask_fcntl(raw->ask, (int)raw->a[1], &control);
	raw->a[2] = control.argument;
	return err ? err : raw_forward(raw);
}
