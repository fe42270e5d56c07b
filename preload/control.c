/*
 * control.c - what ioctl does beyond reading and writing.
 * SPDX-License-Identifier: MIT
 */
#include "preload/control.h"

#include <linux/fs.h>
#include <sys/ioctl.h>

#include "preload/acts.h"
#include "preload/real.h"
#include "preload/syscall.h"

/* What these requests do needs no descriptor that was open for writing. */
int may_ioctl(const struct asked *ask, int fd, unsigned long request)
{
	switch (request) {
	case FS_IOC_SETFLAGS:
	case FS_IOC_FSSETXATTR:
		return place_ask_fd(ask, RIGHT(FS_WRITE), fd);
	case TIOCSTI:
	case TIOCLINUX:
		return place_ask_fd(ask, RIGHT(SYS_RAW), fd);
	}
	return 0;
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
	int err = ASK(RIGHT(FS_WRITE) | RIGHT(SYS_RAW), "ioctl",
		      may_ioctl(ask, fd, request));
	va_list ap;
	void *argument;

	va_start(ap, request);
	argument = va_arg(ap, void *);
	va_end(ap);
	return err ? -1 : real.ioctl(fd, request, argument);
}
