/*
 * limit.c - libraries with a limit of their own: 1 MiB, or 100 blocks.
 * SPDX-License-Identifier: MIT
 *
 * limit WORD [LIBRARY [THREADS]]: the library is the one that has the limit,
 * two.so has none and neither has the program.
 */
#include <pthread.h>
#include <sys/wait.h>

#include "host.h"

enum { BLOCK = 20000, SLOTS = 64 };

static const struct library *one, *two;
static void *handle;
static unsigned threads = 1;

/* All that it may have, to the block, and nothing more. */
static const char *is_full(size_t sum, size_t size)
{
	if (count == MOST)
		return "no refusal";
	if (errno != ENOMEM)
		return SAY("errno %d", errno);
	if (sum > MIB)
		return SAY("%zu bytes", sum);
	if (sum + size + 4096 < MIB) /* by pages if it is large */
		return SAY("refused with %zu bytes", sum);
	return NULL;
}

static const char *are_free(void)
{
	void *mine = malloc(4 * MIB), *other = two->get(4 * MIB);

	if (!mine || !other)
		return "one without a limit was refused";
	two->put(other);
	free(mine);
	return NULL;
}

static const char *beyond(void)
{
	size_t sum = fill(one->get, BLOCK);
	const char *wrong = is_full(sum, BLOCK);
	void *last;

	wrong = wrong ? wrong : are_free();
	last = one->get(((MIB - sum) & ~(size_t)15) - 40);
	if (!wrong && !last)
		wrong = SAY("no room beside %zu bytes", sum);
	one->put(last);
	empty(one->put);
	sum = fill(one->get, BLOCK);
	wrong = wrong ? wrong : is_full(sum, BLOCK);
	empty(one->put);
	if (!wrong && one->get(MIB + 1))
		wrong = "more than the limit at once";
	return wrong;
}

static const char *blocks_only(void)
{
	void *block;

	fill(one->get, 100);
	if (count != 100)
		return SAY("%zu blocks", count);
	if (errno != ENOMEM)
		return SAY("errno %d", errno);
	fill(two->get, 100);
	if (count != MOST)
		return "another library was refused";
	block = malloc(100);
	if (!block)
		return "the program was refused";
	return NULL;
}

/* Frees by the program, then by the other library. */
static const char *freed_by_others(void)
{
	void (*const puts[])(void *block) = { free, two->put };
	size_t sum = fill(one->get, BLOCK);
	const char *wrong = is_full(sum, BLOCK);

	for (int i = 0; i < 2 && !wrong; i++) {
		puts[i](blocks[count - 1]);
		blocks[count - 1] = one->get(BLOCK);
		if (!blocks[count - 1])
			wrong = SAY("what others freed is not there: %d", i);
		else if (one->get(BLOCK))
			wrong = "more than was freed";
	}
	return wrong;
}

static const char *resized_by_others(void)
{
	void *block = one->get(100), *other, *mine;

	block = two->resize(block, 900000);
	if (!block)
		return "what fits was refused";
	if (one->get(200000))
		return "what another library resized is not its owner's";
	memset(block, 'x', 900000);
	if (two->resize(block, 2 * MIB))
		return "another library resized beyond the owner's limit";
	for (int i = 0; i < 900000; i++)
		if (((char *)block)[i] != 'x')
			return "what could not be resized is lost";
	other = one->resize(two->get(100), 4 * MIB);
	mine = one->resize(malloc(100), 4 * MIB);
	if (!other || !mine)
		return "resized a block of one without a limit: refused";
	block = two->resize(block, 100);
	other = one->get(900000);
	if (!block || !other)
		return "what another library shrank is not there";
	free(other);
	if (two->resize(block, 0) || !(block = one->get(MIB - 4096)))
		return "what another library freed by realloc is not there";
	return NULL;
}

/* To the byte, although glibc may round what it resizes. */
static const char *resized_to_the_limit(void)
{
	char *block = one->get(500000);

	memset(block, 'x', 500000);
	block = one->resize(block, MIB - 32); /* a page rounds up to it */
	if (!block)
		return "what fits was refused";
	if (malloc_usable_size(block) > MIB)
		return "more than the limit";
	for (int i = 0; i < 500000; i++)
		if (block[i] != 'x')
			return "the content is lost";
	if (one->get(16))
		return "there is room beside it";
	if (one->resize(block, MIB + 1) || block[499999] != 'x')
		return "beyond the limit";
	one->put(block);
	return beyond();
}

/* Sizes that no computer has change nothing in the books. */
static const char *absurd(void)
{
	void *block = one->get(500000);

	for (int i = 0; i < 1000; i++)
		for (size_t less = 0; less < 3; less++)
			if (one->resize(block, SIZE_MAX / (1 + less)) ||
			    one->get(SIZE_MAX / (1 + less)) ||
			    one->resize(block, PTRDIFF_MAX - 100 * less))
				return "absurd";
	one->put(block);
	return beyond();
}

static const char *reopened(void)
{
	void *block = one->get(600000);

	if (dlclose(handle) || dlclose(handle))
		return "dlclose";
	one = library_open("one.so", 0, &handle);
	if (one->get(600000))
		return "the account was forgotten";
	free(block);
	block = one->get(600000);
	if (!block)
		return "what was freed is not there";
	return NULL;
}

static const char *relative(void)
{
	char path[4200];

	dlclose(handle);
	dlclose(handle);
	path[readlink("/proc/self/exe", path, 4096)] = '\0';
	*strrchr(path, '/') = '\0';
	if (chdir(path) || !(handle = dlopen("./one.so", RTLD_NOW)))
		return dlerror();
	one = dlsym(handle, "library");
	if (chdir("/"))
		return "chdir";
	return beyond();
}

static size_t now_live, most_live;
static pthread_barrier_t all_there;

static void drop(void **slot)
{
	__atomic_sub_fetch(&now_live, malloc_usable_size(*slot),
			   __ATOMIC_SEQ_CST);
	one->put(*slot);
	*slot = NULL;
}

static void note(void *block)
{
	size_t now = __atomic_add_fetch(&now_live, malloc_usable_size(block),
					__ATOMIC_SEQ_CST);
	size_t most = __atomic_load_n(&most_live, __ATOMIC_SEQ_CST);

	while (now > most &&
	       !__atomic_compare_exchange_n(&most_live, &most, now, 0,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

static void *work(void *seed)
{
	unsigned state = (unsigned)(uintptr_t)seed;
	void *slots[SLOTS] = { 0 }, *volatile mine;

	pthread_barrier_wait(&all_there);
	for (int i = 0; i < 20000; i++) {
		unsigned at = (state = state * 1103515245 + 12345) >> 8;
		void **slot = &slots[at % SLOTS];

		mine = malloc(at % 9000);
		if (!mine)
			abort();
		if (*slot)
			drop(slot);
		else if ((*slot = one->get(at % 90000)))
			note(*slot);
		free(mine);
	}
	for (int i = 0; i < SLOTS; i++)
		if (slots[i])
			drop(&slots[i]);
	return NULL;
}

static const char *crowd(void)
{
	pthread_t all[64];

	pthread_barrier_init(&all_there, NULL, threads);
	for (uintptr_t i = 0; i < threads; i++)
		if (pthread_create(&all[i], NULL, work, (void *)(i + 1)))
			abort();
	for (unsigned i = 0; i < threads; i++)
		pthread_join(all[i], NULL);
	if (most_live > MIB)
		return SAY("%zu live at once", most_live);
	if (most_live < MIB / 2)
		return SAY("only %zu live at once", most_live);
	return beyond();
}

static const char *forked(void)
{
	void *block = one->get(600000);
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (one->get(600000))
			_exit(1);
		free(block);
		block = one->get(600000);
		_exit(!block ? 2 : one->get(600000) ? 3 : 0);
	}
	waitpid(child, &status, 0);
	if (status)
		return SAY("in the child: %d", WEXITSTATUS(status));
	if (one->get(600000))
		return "the child's free gave the parent something";
	return NULL;
}

static const struct test tests[] = {
	{ "beyond", beyond },
	{ "blocks", blocks_only },
	{ "freed_by_others", freed_by_others },
	{ "resized_by_others", resized_by_others },
	{ "resized_to_the_limit", resized_to_the_limit },
	{ "absurd", absurd },
	{ "reopened", reopened },
	{ "relative", relative },
	{ "crowd", crowd },
	{ "forked", forked },
	{ 0 },
};

int main(int argc, char **argv)
{
	void *other;

	if (argc < 2)
		return 2;
	one = library_open(argc > 2 ? argv[2] : "one.so", 0, &handle);
	one = library_open(argc > 2 ? argv[2] : "one.so", 0, &handle);
	two = library_open("two.so", 0, &other);
	if (argc > 3)
		threads = (unsigned)atoi(argv[3]);
	return run_test(tests, argv[1]);
}
