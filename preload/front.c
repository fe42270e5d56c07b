/*
 * front.c - the front cache: a thread's own lists of blocks that it freed.
 * SPDX-License-Identifier: MIT
 */
#include "preload/front.h"

#include <string.h>
#include <sys/auxv.h>

uintptr_t front_key;

/* The kernel's 16 random bytes; ld.so uses the first 8 for its canary. */
void front_start(void)
{
	const char *random = (const char *)getauxval(AT_RANDOM);

	if (random)
		memcpy(&front_key, random + 8, sizeof(front_key));
	front_key |= 1;
}

static struct spare *next_of(const struct spare *spare)
{
	return (struct spare *)mangle(spare, spare->next);
}

bool front_remove(struct front *front, unsigned class, void *block)
{
	struct spare *before = NULL, *at = front->head[class];

	while (at && at != block) {
		before = at;
		at = next_of(at);
	}
	if (!at)
		return false;
	if (before)
		before->next = mangle(before, (uintptr_t)next_of(at));
	else
		front->head[class] = next_of(at);
	at->key = 0;
	return true;
}
