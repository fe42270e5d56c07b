/*
 * host.h - programs that run one case: "WORD: ok", or what was wrong.
 * SPDX-License-Identifier: MIT
 */
#ifndef HOST_H
#define HOST_H

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "library.h"
#include "preload/figsandbox.h"

enum { MIB = 1 << 20, MOST = 1 << 14 };

struct test {
	const char *word;
	const char *(*run)(void);
};

static char said[200];

#define SAY(...) (snprintf(said, sizeof(said), __VA_ARGS__), said)

__attribute__((weak)) int fig_sandbox_status(struct fig_sandbox_status *status,
					     size_t size);

/* Bytes that the books say are live; 0 without a sandbox. */
static inline int64_t live(void)
{
	struct fig_sandbox_status status = { 0 };

	if (fig_sandbox_status)
		fig_sandbox_status(&status, sizeof(status));
	return (int64_t)status.live_bytes;
}

/* A library beside the program. */
static inline const struct library *library_open(const char *name, int flags,
						 void **handle)
{
	char path[4200];
	const struct library *library;
	ssize_t len = readlink("/proc/self/exe", path, 4096);

	path[len < 0 ? 0 : len] = '\0';
	strcpy(strrchr(path, '/') + 1, name);
	*handle = dlopen(path, RTLD_NOW | flags);
	library = *handle ? dlsym(*handle, "library") : NULL;
	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		exit(2);
	}
	return library;
}

/* The blocks that fill() got. */
static void *blocks[MOST];
static size_t count;

/* Takes blocks until one is refused; the sum of their usable sizes. */
static inline size_t fill(void *(*get)(size_t size), size_t size)
{
	size_t sum = 0;

	for (count = 0; count < MOST; count++) {
		errno = 0;
		blocks[count] = get(size);
		if (!blocks[count])
			break;
		sum += malloc_usable_size(blocks[count]);
	}
	return sum;
}

static inline void empty(void (*put)(void *block))
{
	while (count)
		put(blocks[--count]);
}

static inline int run_test(const struct test *test, const char *word)
{
	const char *wrong;

	while (test->word && strcmp(test->word, word) != 0)
		test++;
	if (!test->word)
		return 2;
	wrong = test->run();
	printf("%s: %s\n", word, wrong ? wrong : "ok");
	return 0;
}

#endif
