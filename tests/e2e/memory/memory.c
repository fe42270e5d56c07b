/*
 * memory.c - allocates in every way, and says what came of it.
 * SPDX-License-Identifier: MIT
 *
 * memory WORD …: each word is one case; "WORD: ok" or what was wrong. The cases
 * that want a limit expect it to be 1 MiB (or 100 blocks).
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/shm.h>
#include <unistd.h>

enum { MIB = 1 << 20, THREADS = 8, SLOTS = 512 };

static char text[200];

#define SAY(...) (snprintf(text, sizeof(text), __VA_ARGS__), text)

/* Not optimised away, and compared with nothing. */
static void *volatile sink;

static const char *refused(const char *name, void *block, int err)
{
	if (block)
		return SAY("%s gave a block", name);
	if (err != ENOMEM)
		return SAY("%s: %s", name, strerrorname_np(err));
	return NULL;
}

/* Every way to ask for 2 MiB when 1 is the limit. */
static const char *too_much(void)
{
	const char *wrong = NULL;
	void *volatile small = malloc(100);
	void *block = NULL;
	size_t n = 2 * MIB;
	int result;

#define TRY(call)                                          \
	do {                                               \
		errno = 0;                                 \
		sink = (call);                             \
		if (!wrong)                                \
			wrong = refused(#call, sink, errno); \
	} while (0)
	TRY(malloc(n));
	TRY(calloc(2, n / 2));
	TRY(realloc(small, n));
	TRY(realloc(NULL, n));
	TRY(reallocarray(small, 2, n / 2));
	TRY(memalign(64, n));
	TRY(aligned_alloc(64, n));
	TRY(valloc(n));
	TRY(pvalloc(n));
	if (wrong)
		return wrong;
	errno = 0;
	result = posix_memalign(&block, 64, n);
	if (result != ENOMEM || errno || block)
		return SAY("posix_memalign: %d, errno %d", result, errno);
	free(small);
	return NULL;
}

static const char *overflow(void)
{
	void *volatile old = malloc(10);
	volatile size_t half = SIZE_MAX / 2;

	errno = 0;
	sink = calloc(half, 3);
	if (sink || errno != ENOMEM)
		return "calloc";
	errno = 0;
	sink = reallocarray(old, half, 3);
	if (sink || errno != ENOMEM)
		return "reallocarray";
	sink = malloc(2 * half - 100);
	if (sink)
		return "malloc";
	free(old);
	return NULL;
}

/* Fills the rest with blocks of 1000 bytes; none may be refused before time. */
static const char *fill(void)
{
	enum { MOST = MIB / 1000 + 100 };
	static void *blocks[MOST + 1];
	size_t live = 0, n = 0;

	while (n < MOST && (blocks[n] = malloc(1000)))
		live += malloc_usable_size(blocks[n++]);
	if (n == MOST)
		return "no refusal";
	if (live < MIB - 120000) /* what libc itself holds is not much */
		return SAY("refused with %zu live", live);
	if (live > MIB)
		return SAY("%zu live", live);
	for (size_t i = 0; i < n; i++)
		free(blocks[i]);
	sink = malloc(live); /* all of it came back */
	if (!sink)
		return "what was freed is not there";
	free(sink);
	return NULL;
}

/* Over and over, what fits: a leak in the books would end it. */
static const char *churn(void)
{
	void *slots[16] = { 0 };

	for (unsigned i = 0; i < 200000; i++) {
		void **slot = &slots[i % 16];
		size_t size = (i * 2654435761u >> 8) % 50000;
		void *block;

		switch (i % 5) {
		case 0:
			free(*slot);
			*slot = NULL;
			break;
		case 1:
			free(*slot);
			*slot = calloc(1, size);
			break;
		default:
			block = realloc(*slot, size);
			if (block || size == 0)
				*slot = block;
			else
				return SAY("refused %zu at round %u", size, i);
		}
	}
	for (unsigned i = 0; i < 16; i++)
		free(slots[i]);
	sink = malloc(MIB - 200000);
	if (!sink)
		return "the books did not come back to where they were";
	free(sink);
	return NULL;
}

/* A block that cannot grow is still there, with its content. */
static const char *survives(void)
{
	char *old = malloc(300000), *block;

	memset(old, 'x', 300000);
	errno = 0;
	block = realloc(old, 1100000);
	if (block || errno != ENOMEM)
		return "not refused";
	if (old[0] != 'x' || old[299999] != 'x')
		return "content lost";
	/* More than half of the limit: old and new are not counted together. */
	block = realloc(old, 700000);
	if (!block)
		return "what fits was refused";
	if (block[0] != 'x' || block[299999] != 'x')
		return "content not moved";
	/* Near the limit nothing but the exact size fits. */
	old = realloc(block, 900000);
	if (!old || old[299999] != 'x')
		return "near the limit";
	block = realloc(old, 100);
	if (!block || block[99] != 'x')
		return "shrinking";
	free(block);
	return NULL;
}

static const char *manners(void)
{
	void *block = malloc(10);

	errno = EXDEV;
	free(block);
	if (errno != EXDEV)
		return "free changed errno";
	free(NULL);
	errno = 0;
	sink = aligned_alloc(3, 100);
	if (!sink && errno != EINVAL) /* before 2.38 it rounds up */
		return SAY("aligned_alloc(3): %s", strerrorname_np(errno));
	errno = EXDEV;
	if (posix_memalign(&block, 3, 100) != EINVAL || errno != EXDEV)
		return "posix_memalign(3)";
	block = malloc(10);
	if (realloc(block, 0))
		return "realloc(p, 0) gave a block";
	block = memalign(256, 1000);
	if (!block || (uintptr_t)block % 256)
		return "memalign";
	free(block);
	block = malloc(0);
	if (!block)
		return "malloc(0)";
	free(block);
	return NULL;
}

/* 100 blocks at most, freed ones not counted. */
static const char *count(void)
{
	void *blocks[200];
	size_t n = 0;

	for (int i = 0; i < 1000; i++)
		free(malloc(10));
	while (n < 200 && (blocks[n] = malloc(10)))
		n++;
	if (n == 200)
		return "no refusal";
	if (n < 50 || n > 100)
		return SAY("%zu blocks", n);
	blocks[0] = realloc(blocks[0], 5000); /* still the same number */
	if (!blocks[0])
		return "realloc counted as one more";
	free(blocks[--n]);
	blocks[n] = malloc(10);
	if (!blocks[n++])
		return "the freed one is not there";
	while (n)
		free(blocks[--n]);
	return NULL;
}

static size_t live_now;
static size_t most;
static pthread_barrier_t all_there;

static void drop(void **slot)
{
	__atomic_sub_fetch(&live_now, malloc_usable_size(*slot),
			   __ATOMIC_SEQ_CST);
	free(*slot);
	*slot = NULL;
}

static void *work(void *seed)
{
	unsigned state = (unsigned)(uintptr_t)seed;
	void *slots[SLOTS] = { 0 };

	pthread_barrier_wait(&all_there);
	for (int i = 0; i < 100000; i++) {
		unsigned at = (state = state * 1103515245 + 12345) >> 8;
		void **slot = &slots[at % SLOTS];
		size_t now;

		if (*slot) {
			drop(slot);
			continue;
		}
		*slot = malloc(at % 3000);
		if (!*slot)
			continue;
		now = __atomic_add_fetch(&live_now, malloc_usable_size(*slot),
					 __ATOMIC_SEQ_CST);
		if (now > __atomic_load_n(&most, __ATOMIC_SEQ_CST))
			__atomic_store_n(&most, now, __ATOMIC_SEQ_CST);
	}
	for (int i = 0; i < SLOTS; i++)
		if (slots[i])
			drop(&slots[i]);
	return NULL;
}

/* Eight threads want three times the limit; they never have more than it. */
static const char *threads(void)
{
	pthread_t all[THREADS];

	pthread_barrier_init(&all_there, NULL, THREADS);
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&all[i], NULL, work, (void *)(i + 1)))
			abort();
	for (int i = 0; i < THREADS; i++)
		pthread_join(all[i], NULL);
	if (most > MIB)
		return SAY("%zu live at once", most);
	if (most < MIB / 2)
		return SAY("only %zu live at once", most);
	sink = malloc(MIB - 250000);
	if (!sink)
		return "the books did not come back to where they were";
	free(sink);
	return NULL;
}

static const char *denied(const char *name, int failed, int *wrong)
{
	if (failed && (errno == EPERM || errno == EACCES))
		return NULL;
	*wrong = 1;
	return SAY("%s: %s", name, failed ? strerrorname_np(errno) : "allowed");
}

static const char *executable(void)
{
	enum { ALL = PROT_READ | PROT_WRITE | PROT_EXEC };
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600), wrong = 0;
	const char *say = NULL;

#define DENIED(call, failure)                                    \
	if (!wrong) {                                            \
		errno = 0;                                       \
		say = denied(#call, (call) == (failure), &wrong); \
	}
	DENIED(mmap(NULL, 4096, ALL, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	       MAP_FAILED)
	DENIED(mmap64(NULL, 4096, ALL, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	       MAP_FAILED)
	DENIED(mprotect(page, 4096, ALL), -1)
	DENIED(pkey_mprotect(page, 4096, ALL, -1), -1)
	DENIED(shmat(id, NULL, SHM_EXEC), (void *)-1)
	DENIED(personality(READ_IMPLIES_EXEC), -1)
	shmctl(id, IPC_RMID, NULL);
	if (wrong)
		return say;
	if (mprotect(page, 4096, PROT_READ | PROT_EXEC))
		return "a page that is only executable was refused";
	if (personality(0xffffffff) < 0)
		return "asking for the personality was refused";
	return NULL;
}

static const struct {
	const char *word;
	const char *(*run)(void);
} cases[] = {
	{ "too_much", too_much }, { "overflow", overflow },
	{ "fill", fill },	  { "churn", churn },
	{ "survives", survives }, { "manners", manners },
	{ "count", count },	  { "threads", threads },
	{ "executable", executable },
};

int main(int argc, char **argv)
{
	static char out[BUFSIZ];

	setvbuf(stdout, out, _IOLBF, sizeof(out));
	for (int i = 1; i < argc; i++)
		for (size_t j = 0; j < sizeof(cases) / sizeof(cases[0]); j++)
			if (strcmp(argv[i], cases[j].word) == 0) {
				const char *wrong = cases[j].run();

				printf("%s: %s\n", argv[i],
				       wrong ? wrong : "ok");
			}
	return 0;
}
