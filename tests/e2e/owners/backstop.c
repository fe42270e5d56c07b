/*
 * backstop.c - the kernel's limit behind a memory_limit of 64 MiB.
 * SPDX-License-Identifier: MIT
 *
 * backstop WORD; system calls are made without libc, and so without us.
 */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "host.h"

enum { GIB = 1 << 30, THREADS = 64 };

static long map(size_t size, int protection)
{
	register long flags __asm__("r10") = MAP_PRIVATE | MAP_ANONYMOUS;
	register long fd __asm__("r8") = -1;
	register long offset __asm__("r9") = 0;
	long result = SYS_mmap;

	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"(0L), "S"(size), "d"((long)protection),
			   "r"(flags), "r"(fd), "r"(offset)
			 : "rcx", "r11", "memory");
	return result;
}

static rlim_t soft(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_DATA, &limit);
	return limit.rlim_cur;
}

static const char *finite(void)
{
	if (soft() == RLIM_INFINITY)
		return "no limit";
	if (soft() < (rlim_t)(96 + 64) * MIB)
		return SAY("only %lld", (long long)soft());
	if (soft() > (rlim_t)400 * MIB)
		return SAY("as much as %lld", (long long)soft());
	return NULL;
}

static const char *raw(void)
{
	long result = map(GIB, PROT_READ | PROT_WRITE);

	if (result != -ENOMEM)
		return SAY("writable: %ld", result);
	result = map(GIB, PROT_NONE);
	if (result < 0 && result > -4096)
		return SAY("reserved: %ld", result);
	if (mprotect((void *)result, GIB, PROT_READ | PROT_WRITE) == 0)
		return "a reservation became writable";
	return NULL;
}

static pthread_barrier_t all_there;

static void *stand(void *unused)
{
	void *block = malloc(1000);

	pthread_barrier_wait(&all_there);
	free(block);
	return unused;
}

/* Their stacks are 512 MiB of address space, and not the program's memory. */
static const char *stacks(void)
{
	pthread_t all[THREADS];
	int err;

	if (finite())
		return finite();
	pthread_barrier_init(&all_there, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++) {
		err = pthread_create(&all[i], NULL, stand, NULL);
		if (err)
			return SAY("thread %d: %s", i, strerrorname_np(err));
	}
	pthread_barrier_wait(&all_there);
	for (int i = 0; i < THREADS; i++)
		pthread_join(all[i], NULL);
	if (map(GIB, PROT_READ | PROT_WRITE) != -ENOMEM)
		return "the limit is gone";
	return NULL;
}

/* Nearly all of memory_limit is to be had, in blocks of any size. */
static const char *usable(void)
{
	static const size_t sizes[] = { 5000, 100000, 1000000, 60 * MIB };

	if (finite())
		return finite();
	for (unsigned i = 0; i < 4; i++) {
		size_t sum = fill(malloc, sizes[i]);

		if (sum < (size_t)59 * MIB && sum + sizes[i] < 60 * MIB)
			return SAY("%zu bytes of blocks of %zu", sum, sizes[i]);
		for (size_t j = 0; j < count; j++)
			memset(blocks[j], 1, 1);
		empty(free);
	}
	return NULL;
}

/* A parent that has used up its memory starts a program that wants as much. */
static const char *child(void)
{
	size_t sum = fill(malloc, 1000000);

	if (sum < (size_t)59 * MIB)
		return "the parent";
	printf("child: ");
	fflush(stdout);
	execl("/proc/self/exe", "backstop", "usable", NULL);
	return strerrorname_np(errno);
}

static const char *same(void)
{
	return SAY("%lld", (long long)soft());
}

static const struct test tests[] = {
	{ "finite", finite }, { "raw", raw },	  { "stacks", stacks },
	{ "usable", usable }, { "child", child }, { "same", same },
	{ 0 },
};

int main(int argc, char **argv)
{
	return argc == 2 ? run_test(tests, argv[1]) : 2;
}
