/*
 * mapping_races.c - many mappings, by threads, children and signal handlers.
 * SPDX-License-Identifier: MIT
 */
#include "tests/e2e/memory/mapping.h"

enum { THREADS = 8, SLOTS = 32, ROUNDS = 4000 };

/* More ranges than the table begins with, cut and merged. */
const char *many(void)
{
	enum { N = 4000 };
	size_t before = mapped();
	char *at = mmap(NULL, 2 * N * PAGE, PROT_NONE, ANON, -1, 0);

	for (size_t i = 0; i < N; i++)
		MUST(mprotect(at + 2 * i * PAGE, PAGE, RW) == 0);
	COUNTED(N * PAGE, "not every page counts");
	for (size_t i = 0; i < N; i += 2)
		MUST(munmap(at + 2 * i * PAGE, PAGE) == 0);
	COUNTED(N / 2 * PAGE, "not every other page is gone");
	MUST(mremap(at + 2 * PAGE, PAGE, PAGE, 0) == at + 2 * PAGE);
	MUST(munmap(at, 2 * N * PAGE) == 0);
	COUNTED(0, "something was left");
	return NULL;
}

/* As many mappings as the kernel lets there be: one more hole is too much. */
const char *crowded(void)
{
	size_t before = mapped(), n = 100000 * PAGE;
	char *at = mmap(NULL, n, PROT_NONE, ANON, -1, 0), *page = at;
	char *three = take(3 * PAGE);
	size_t counted = mapped() - before;

	MUST(at != MAP_FAILED && three != MAP_FAILED);
	while (page < at + n && mprotect(page, PAGE, PROT_READ) == 0)
		page += 2 * PAGE;
	if (page < at + n)
		FAILS(munmap(three + PAGE, PAGE), ENOMEM);
	COUNTED(counted, "an unmapping that failed was counted");
	MUST(munmap(at, n) == 0 && munmap(three, 3 * PAGE) == 0);
	COUNTED(0, "something was left");
	return NULL;
}

static volatile int stop;
static size_t most;

static unsigned next(unsigned *state)
{
	*state = *state * 1103515245 + 12345;
	return *state >> 8;
}

struct slot {
	char *at;
	size_t size;
};

/* One of all that can be done with a mapping, or with none. */
static void act(struct slot *slot, unsigned random)
{
	size_t size = (1 + random % 512) * PAGE;
	void *at;

	if (!slot->at) {
		at = mmap(NULL, size, random & 512 ? RW : PROT_NONE, ANON, -1,
			  0);
		*slot = at == MAP_FAILED ? (struct slot){ 0 } :
					   (struct slot){ at, size };
	} else if (random & 1024) {
		munmap(slot->at, slot->size);
		slot->at = NULL;
	} else if (random & 2048) {
		at = mremap(slot->at, slot->size, size, MREMAP_MAYMOVE);
		if (at != MAP_FAILED)
			*slot = (struct slot){ at, size };
	} else if (random & 4096) {
		mprotect(slot->at, slot->size / 2 & -PAGE, RW);
	} else {
		mmap(slot->at, slot->size, random & 8192 ? RW : PROT_NONE,
		     ANON | MAP_FIXED, -1, 0);
	}
}

static void *work(void *seed)
{
	unsigned state = (unsigned)(uintptr_t)seed;
	struct slot slots[SLOTS] = { 0 };

	for (int i = 0; i < ROUNDS && !stop; i++) {
		unsigned random = next(&state);
		size_t now;

		act(&slots[random % SLOTS], next(&state));
		now = mapped();
		if (now > __atomic_load_n(&most, __ATOMIC_RELAXED))
			__atomic_store_n(&most, now, __ATOMIC_RELAXED);
	}
	for (int i = 0; i < SLOTS; i++)
		if (slots[i].at)
			munmap(slots[i].at, slots[i].size);
	return NULL;
}

static void begin(pthread_t *all, int n)
{
	stop = 0;
	for (uintptr_t i = 0; i < (uintptr_t)n; i++)
		if (pthread_create(&all[i], NULL, work, (void *)(i + 1)))
			abort();
}

static void end(pthread_t *all, int n)
{
	for (int i = 0; i < n; i++)
		pthread_join(all[i], NULL);
}

/* They want four times the limit. */
const char *threads(void)
{
	size_t before = mapped();
	pthread_t all[THREADS];

	begin(all, THREADS);
	end(all, THREADS);
	COUNTED(0, "the books are not as they were");
	MUST(most <= (size_t)LIMIT);
	MUST(most > (size_t)LIMIT / 2);
	return NULL;
}

/* What a child finds is whole: all of it is there, and can be given back. */
static int child(char *inherited)
{
	size_t before = mapped();
	char *more = take(8 * MIB);

	if (more == MAP_FAILED || mapped() != before + 8 * MIB)
		return 1;
	more = mremap(more, 8 * MIB, 4 * MIB, MREMAP_MAYMOVE);
	if (munmap(inherited, 4 * MIB) || mapped() != before)
		return 2;
	return munmap(more, 4 * MIB) || mapped() != before - 4 * MIB ? 3 : 0;
}

/* Asks the table all the time, and the kernel nothing that would hold up fork.
 */
static void *hammer(void *page)
{
	while (!stop)
		mprotect(page, PAGE, PROT_WRITE | 0x40000000);
	return NULL;
}

/* How it ended; one that hangs with all signals blocked is killed. */
static int status_of(pid_t pid)
{
	int status = -1;

	for (int i = 0; i < 5000; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		usleep(1000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return status;
}

/* 300 children of a process whose other threads are in the middle of it. */
const char *forks(void)
{
	size_t before = mapped();
	char *kept = take(4 * MIB);
	pthread_t all[2], asks;
	int status = 0;

	begin(all, 2);
	MUST(pthread_create(&asks, NULL, hammer, kept) == 0);
	for (int i = 0; i < 300 && !status; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(child(kept));
		status = status_of(pid);
	}
	stop = 1;
	end(all, 2);
	pthread_join(asks, NULL);
	if (status)
		return SAY("a child ended with %x", (unsigned)status);
	MUST(munmap(kept, 4 * MIB) == 0);
	COUNTED(0, "the books are not as they were");
	return NULL;
}

/* A child of vfork maps into its parent. */
const char *vforks(void)
{
	size_t before = mapped();
	static char *volatile at;
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		at = mmap(NULL, 8 * MIB, RW, ANON, -1, 0);
		_exit(0);
	}
	MUST(waitpid(pid, &status, 0) == pid && at && at != MAP_FAILED);
	COUNTED(8 * MIB, "what it has mapped does not count");
	MUST(munmap(at, 8 * MIB) == 0);
	COUNTED(0, "something was left");
	return NULL;
}

static volatile int handled;

static void handle(int signal)
{
	int saved = errno;
	char *at = take(2 * MIB);

	(void)signal;
	if (at != MAP_FAILED) {
		at = mremap(at, 2 * MIB, MIB, MREMAP_MAYMOVE);
		munmap(at, MIB);
		handled++;
	}
	errno = saved;
}

/* They come at any moment, also in the middle of our own calls. */
const char *handlers(void)
{
	struct itimerval often = { { 0, 100 }, { 0, 100 } }, never = { 0 };
	struct slot slots[SLOTS] = { 0 };
	size_t before = mapped();
	unsigned state = 7;

	signal(SIGALRM, handle);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 100000 && handled < 1000; i++)
		act(&slots[next(&state) % SLOTS], next(&state) >> 3);
	setitimer(ITIMER_REAL, &never, NULL);
	for (int i = 0; i < SLOTS; i++)
		if (slots[i].at)
			munmap(slots[i].at, slots[i].size);
	MUST(handled > 100);
	COUNTED(0, "the books are not as they were");
	return NULL;
}
