/*
 * blocks.c - times malloc and free; memory.sh preloads what it compares.
 * SPDX-License-Identifier: MIT
 *
 *	blocks TEST THREADS [PAIRS]
 *
 * Prints the nanoseconds of one malloc with its free: the CPU time of all
 * threads by all pairs, so that another program's turn is not counted. With
 * PAIRS every thread does that many, for counting instructions; else most tests
 * go on until each thread has used up its time. Between the two calls stands as
 * little as possible: a slow loop would flatter whoever is preloaded.
 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	THREADS = 2,
	SLOTS = 4096,
	BATCH = 100,
	BOX = 500,    /* blocks that go from producer to consumer at once */
	CHUNK = 2000, /* pairs between two looks at the clock */
};

static const double budget = 30e6; /* nanoseconds of each thread */

struct worker {
	pthread_t thread;
	int number;
	uint64_t random;
	char *slots[SLOTS];
	double took, pairs;
};

static struct worker workers[THREADS];
static int nworkers;
static double most; /* pairs of a thread; 0: as many as its time allows */
static pthread_barrier_t start;

static void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "blocks: %s failed\n", what);
	exit(1);
}

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

/* Hides the block from the compiler, which would else leave out the pair. */
static inline char *take(size_t size)
{
	char *block = malloc(size);

	must(block != NULL, "malloc");
	*block = 1;
	__asm__ volatile("" : "+r"(block) : : "memory");
	return block;
}

static void pairs_16(struct worker *worker, int pairs)
{
	(void)worker;
	while (pairs--)
		free(take(16));
}

static void pairs_256(struct worker *worker, int pairs)
{
	(void)worker;
	while (pairs--)
		free(take(256));
}

static void pairs_64k(struct worker *worker, int pairs)
{
	(void)worker;
	while (pairs--)
		free(take(65536));
}

static void batches(struct worker *worker, int pairs)
{
	for (; pairs > 0; pairs -= BATCH) {
		for (int i = 0; i < BATCH; i++)
			worker->slots[i] = take(64);
		for (int i = 0; i < BATCH; i++)
			free(worker->slots[i]);
	}
}

/* xorshift64: the same numbers in every run. */
static uint32_t next(struct worker *worker)
{
	worker->random ^= worker->random << 13;
	worker->random ^= worker->random >> 7;
	worker->random ^= worker->random << 17;
	return (uint32_t)(worker->random >> 32);
}

/* Of a thousand blocks 4 are large, 40 of some pages, 180 middling. */
static size_t mixed(struct worker *worker)
{
	uint32_t kind = next(worker) % 1000, size = next(worker);

	if (kind < 4)
		return 16384 + size % 131072;
	if (kind < 44)
		return 2048 + size % 16384;
	if (kind < 224)
		return 256 + size % 2048;
	return 8 + size % 256;
}

/* Puts a block of some size in the place of one out of many. */
static void mix(struct worker *worker, int pairs)
{
	while (pairs--) {
		char **slot = &worker->slots[next(worker) % SLOTS];

		free(*slot);
		*slot = take(mixed(worker));
	}
}

static struct {
	char *blocks[BOX];
	sem_t empty, full;
} boxes[2];

static void wait_for(sem_t *sem)
{
	while (sem_wait(sem) != 0)
		;
}

static void produce(struct worker *worker, int box)
{
	wait_for(&boxes[box].empty);
	for (int i = 0; i < BOX; i++)
		boxes[box].blocks[i] = take(16 + next(worker) % 256);
	sem_post(&boxes[box].full);
}

static void consume(int box)
{
	wait_for(&boxes[box].full);
	for (int i = 0; i < BOX; i++)
		free(boxes[box].blocks[i]);
	sem_post(&boxes[box].empty);
}

/* The first thread makes every block, the last one frees it. */
static void pass_on(struct worker *worker, int pairs)
{
	for (int box = 0; pairs > 0; pairs -= BOX, box ^= 1) {
		if (worker->number == 0)
			produce(worker, box);
		if (worker->number == nworkers - 1)
			consume(box);
	}
}

static const struct test {
	const char *name;
	void (*work)(struct worker *, int);
	double pairs; /* that the threads do together; 0: each for itself */
} tests[] = {
    /* clang-format off */
	{ "16B",     pairs_16,  0 },
	{ "256B",    pairs_256, 0 },
	{ "64KiB",   pairs_64k, 0 },
	{ "100x64B", batches,   0 },
	{ "mix",     mix,       0 },
	{ "pass-on", pass_on,   400000 },
    /* clang-format on */
};

static const struct test *test;

static void work(struct worker *worker)
{
	double began = now();

	test->work(worker, CHUNK);
	worker->took += now() - began;
	worker->pairs += CHUNK;
}

/* Each thread on a processor of its own: else two may share one, in turn. */
static void settle(int number)
{
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all) != 0)
		return;
	CPU_ZERO(&one);
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all) && number-- == 0)
			CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

/* The first chunk fills caches and finds pages: it counts for nothing. */
static void *run(void *arg)
{
	struct worker *worker = arg;

	if (nworkers > 1)
		settle(worker->number);
	for (int i = 0; i < SLOTS && test->work == mix; i++)
		worker->slots[i] = take(mixed(worker));
	work(worker);
	worker->took = worker->pairs = 0;
	pthread_barrier_wait(&start);
	while (most > 0 ? worker->pairs < most : worker->took < budget)
		work(worker);
	return NULL;
}

static void prepare(int threads)
{
	nworkers = threads;
	pthread_barrier_init(&start, NULL, (unsigned)threads);
	for (int i = 0; i < threads; i++) {
		workers[i].number = i;
		workers[i].random = 88172645463325252u + (unsigned)i;
	}
	for (int i = 0; i < 2; i++) {
		sem_init(&boxes[i].empty, 0, 1);
		sem_init(&boxes[i].full, 0, 0);
	}
}

/* The main thread is the first: alone, it leaves libc without its locks. */
static double measure(void)
{
	double took = 0, pairs = 0;

	for (int i = 1; i < nworkers; i++)
		must(pthread_create(&workers[i].thread, NULL, run,
				    &workers[i]) == 0,
		     "pthread_create");
	run(&workers[0]);
	for (int i = 1; i < nworkers; i++)
		pthread_join(workers[i].thread, NULL);
	for (int i = 0; i < nworkers; i++) {
		took += workers[i].took;
		pairs += workers[i].pairs;
	}
	return test->pairs > 0 ? took * nworkers / pairs : took / pairs;
}

int main(int argc, char **argv)
{
	int threads = argc > 2 ? atoi(argv[2]) : 0;

	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
		if (argc > 2 && strcmp(argv[1], tests[i].name) == 0)
			test = &tests[i];
	if (!test || threads < 1 || threads > THREADS)
		return 2;
	most = argc > 3 ? atof(argv[3]) : test->pairs;
	prepare(threads);
	printf("%.2f\n", measure());
	return 0;
}
