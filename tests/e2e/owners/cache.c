/*
 * cache.c - what is in the front cache is still glibc's.
 * SPDX-License-Identifier: MIT
 *
 * cache WORD, or cache SIZE: frees a block of that size twice.
 */
#include <pthread.h>

#include "host.h"

enum { BLOCKS = 200, SIZE = 2000 };

/* Bytes in blocks, as glibc sees it. */
static size_t in_use(void)
{
	return mallinfo2().uordblks;
}

static void use(void)
{
	void *all[BLOCKS];

	for (int i = 0; i < BLOCKS; i++)
		all[i] = malloc(SIZE);
	for (int i = 0; i < BLOCKS; i++)
		free(all[i]);
}

static void *use_in_thread(void *unused)
{
	use();
	return unused;
}

/* What glibc does not have back of what was freed. */
static const char *kept(void)
{
	size_t before = in_use();

	use();
	if (in_use() < before + BLOCKS * SIZE)
		return "nothing";
	return NULL;
}

static const char *trimmed(void)
{
	size_t before = in_use();

	use();
	if (in_use() < before + BLOCKS * SIZE)
		return "nothing is cached";
	malloc_trim(0);
	if (in_use() > before + 4096)
		return SAY("%zu bytes are not", in_use() - before);
	return NULL;
}

/* A thread costs a little for ever, but not what it freed. */
static const char *ended(void)
{
	size_t before = in_use();
	pthread_t thread;

	use();
	if (in_use() < before + BLOCKS * SIZE)
		return "nothing is cached";
	malloc_trim(0);
	pthread_create(&thread, NULL, use_in_thread, NULL);
	pthread_join(thread, NULL);
	if (in_use() > before + 16384)
		return SAY("%zu bytes are not", in_use() - before);
	return NULL;
}

/* What is freed and got again has been overwritten. */
static const char *perturbed(void)
{
	unsigned char *block = malloc(5000), *again;

	memset(block, 'x', 5000);
	free(block);
	again = malloc(5000);
	if (again != block)
		return "another address";
	return again[2500] == 'x' ? "not overwritten" : NULL;
}

static void free_twice(size_t size)
{
	char *volatile block = malloc(size), *volatile guard = malloc(size);

	memset(block, 'x', size);
	free(block);
	free(block);
	free(guard);
}

static const struct test tests[] = {
	{ "kept", kept },   { "trimmed", trimmed },
	{ "ended", ended }, { "perturbed", perturbed },
	{ 0 },
};

int main(int argc, char **argv)
{
	static char out[BUFSIZ];

	setvbuf(stdout, out, _IOFBF, sizeof(out));
	if (argc != 2)
		return 2;
	if (atoi(argv[1]))
		free_twice((size_t)atoi(argv[1]));
	else
		return run_test(tests, argv[1]);
	puts("not noticed");
	return 0;
}
