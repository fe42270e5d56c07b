/*
 * books.c - a small C program that says whether memory is limited and counted.
 * SPDX-License-Identifier: MIT
 *
 * Prints "books: ok" and "limit: ok", or what is wrong. The limit is expected
 * to be 32 MiB. It runs above any allocator: sizes are what malloc_usable_size
 * says, and an allocator may have rounded by a quarter.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/figsandbox.h"

__attribute__((weak)) int fig_sandbox_status(struct fig_sandbox_status *status,
					     size_t size);

enum { LIMIT = 32 << 20, BLOCK = 50000, MOST = 4 * (LIMIT / BLOCK) };

static struct fig_sandbox_status books(void)
{
	struct fig_sandbox_status now;

	memset(&now, 0, sizeof(now));
	if (fig_sandbox_status)
		fig_sandbox_status(&now, sizeof(now));
	return now;
}

static const char *balance(void)
{
	static void *blocks[1000];
	struct fig_sandbox_status base = books(), now;
	size_t live = 0;

	for (size_t i = 0; i < 1000; i++) {
		blocks[i] = i % 3 ? malloc(i * 7) : memalign(64, i * 7);
		if (i % 5 == 0)
			blocks[i] = realloc(blocks[i], i * 11 + 1);
		live += malloc_usable_size(blocks[i]);
	}
	now = books();
	if (now.live_allocs - base.live_allocs != 1000)
		return "not every block is counted";
	if (now.live_bytes - base.live_bytes != live)
		return "not every byte is counted";
	for (size_t i = 0; i < 1000; i++)
		free(blocks[i]);
	now = books();
	if (now.live_allocs != base.live_allocs ||
	    now.live_bytes != base.live_bytes)
		return "what was freed still counts";
	return NULL;
}

static const char *limit(void)
{
	static void *blocks[MOST];
	void *volatile much = malloc(2 * LIMIT);
	size_t n = 0;

	if (much)
		return "twice the limit was given";
	while (n < MOST && (blocks[n] = malloc(BLOCK)))
		n++;
	if (n * BLOCK > LIMIT)
		return "more than the limit was given";
	if (n * BLOCK < LIMIT / 2)
		return "less than half of the limit was given";
	while (n)
		free(blocks[--n]);
	much = malloc(LIMIT / 2);
	if (!much)
		return "what was freed is not there";
	free(much);
	return NULL;
}

int main(void)
{
	static char out[BUFSIZ];
	const char *wrong;
	int tries = 0;

	setvbuf(stdout, out, _IOLBF, sizeof(out));
	do /* a peer may allocate now and then, for itself */
		wrong = balance();
	while (wrong && ++tries < 10);
	printf("books: %s\n", wrong ? wrong : "ok");
	wrong = limit();
	printf("limit: %s\n", wrong ? wrong : "ok");
	return 0;
}
