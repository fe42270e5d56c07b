/*
 * thread.c - threads need stacks, which the limit of the kernel counts.
 * SPDX-License-Identifier: MIT
 *
 * A stack is not the program's live memory. So when the limit behind ours is
 * all that stands against one, it is raised by that much.
 */
#include "preload/calls.h"
#include "preload/kernel/rlimit.h"
#include "preload/real.h"

#include <pthread.h>

enum { ATTEMPTS = 8 };

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*run)(void *), void *argument)
{
	int err = real.pthread_create(thread, attributes, run, argument);
	size_t size = 0;

	if (err != EAGAIN || !rlimit_armed())
		return err;
	if (attributes)
		pthread_attr_getstacksize(attributes, &size);
	/* What was raised for this one, another thread's heap may have taken. */
	for (int i = 0; err == EAGAIN && i < ATTEMPTS; i++) {
		rlimit_raise_stack(size);
		err = real.pthread_create(thread, attributes, run, argument);
	}
	return err;
}
