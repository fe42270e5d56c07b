/*
 * behind.c - blocks that libc gives, takes or resizes without the sandbox.
 * SPDX-License-Identifier: MIT
 *
 * behind WORD: with a limit of 1 MiB. Libc exports its malloc by a second name;
 * a library that is opened with RTLD_DEEPBIND finds it by the first.
 */
#include "host.h"

extern void *__libc_malloc(size_t size);
extern void __libc_free(void *block);
extern void *__libc_realloc(void *block, size_t size);

enum { ROUNDS = 1000 };

/* What is live does not change, and the limit is where it was. */
static const char *is_kept(int64_t before)
{
	int64_t after = live(), sum;

	if (after != before)
		return SAY("the books say %+lld bytes",
			   (long long)(after - before));
	sum = (int64_t)fill(malloc, 1000);
	if (count == MOST)
		return "there is no limit";
	if (before + sum > MIB || before + sum + 1016 < MIB)
		return SAY("%lld bytes until the limit, and %lld before",
			   (long long)sum, (long long)before);
	empty(free);
	return live() == before ? NULL : "the books are wrong at the end";
}

static const char *given(void)
{
	int64_t before = live();

	for (int i = 0; i < ROUNDS; i++)
		free(__libc_malloc(1000));
	return is_kept(before);
}

static const char *taken(void)
{
	int64_t before = live();

	for (int i = 0; i < ROUNDS; i++) {
		void *block = malloc(1000), *again;

		__libc_free(block);
		again = malloc(1000);
		if (again != block)
			return "another address";
		free(again);
		(void)malloc_trim(0);
	}
	return is_kept(before);
}

static const char *resized(void)
{
	int64_t before = live();

	for (int i = 0; i < ROUNDS; i++) {
		char *block = malloc(6000), *again;

		again = __libc_realloc(block, i % 2 ? 3000 : 6500);
		if (i % 4 < 2)
			again = realloc(again, 9000);
		if (!again)
			return "refused";
		free(again);
		(void)malloc_trim(0);
	}
	return is_kept(before);
}

/* A block that libc gave is counted from when we resize it. */
static const char *adopted(void)
{
	int64_t before = live();
	char *block;

	for (int i = 0; i < ROUNDS; i++) {
		block = realloc(__libc_malloc(100), 5000);
		if (live() != before + (int64_t)malloc_usable_size(block))
			return "not counted";
		free(block);
	}
	block = strcpy(__libc_malloc(100), "content");
	if (realloc(block, 2 * MIB))
		return "beyond the limit";
	if (strcmp(block, "content") != 0)
		return "what could not be resized is lost";
	free(block);
	return is_kept(before);
}

/* A moved block comes to lie where one was that libc took. */
static const char *moved_there(void)
{
	int64_t before = live();

	for (int i = 0; i < ROUNDS; i++) {
		void *taken = malloc(6000), *guard = malloc(2000);
		void *block = malloc(2000), *other = malloc(2000);

		__libc_free(taken);
		block = realloc(block, 5000);
		if (block != taken)
			return "another address";
		free(block);
		free(other);
		free(guard);
		(void)malloc_trim(0);
	}
	return is_kept(before);
}

/* As `given` and `taken`, by a library that means no harm. */
static const char *deepbind(void)
{
	void *handle;
	const struct library *deep = library_open("one.so", RTLD_DEEPBIND,
						  &handle);
	int64_t before = live();
	void *block;

	for (int i = 0; i < ROUNDS; i++) {
		free(deep->get(1000));
		free(deep->resize(deep->get(1000), 2000));
		free(realloc(deep->get(1000), 2000));
		block = malloc(1000);
		deep->put(block);
		if (malloc(1000) != block)
			return "another address";
		free(block);
		(void)malloc_trim(0);
	}
	return is_kept(before);
}

/* The same for a library with a limit that resizes what libc gave. */
static const char *adopted_by_limited(void)
{
	void *handle;
	const struct library *one = library_open("one.so", 0, &handle);
	char *block = strcpy(__libc_malloc(100), "content");
	void *held = one->get(600000);

	if (one->resize(block, 600000))
		return "beyond the limit";
	if (strcmp(block, "content") != 0)
		return "what could not be resized is lost";
	one->put(held);
	block = one->resize(block, 600000);
	if (!block || strcmp(block, "content") != 0)
		return "what fits was refused";
	if (one->get(600000))
		return "not counted";
	free(block);
	return one->get(900000) ? NULL : "what was freed is not there";
}

static const struct test tests[] = {
	{ "given", given },
	{ "taken", taken },
	{ "resized", resized },
	{ "adopted", adopted },
	{ "moved_there", moved_there },
	{ "deepbind", deepbind },
	{ "adopted_by_limited", adopted_by_limited },
	{ 0 },
};

int main(int argc, char **argv)
{
	static char out[BUFSIZ];

	setvbuf(stdout, out, _IOFBF, sizeof(out));
	return argc == 2 ? run_test(tests, argv[1]) : 2;
}
