/*
 * rlimit.c - the kernel's limit behind memory_limit: RLIMIT_DATA.
 * SPDX-License-Identifier: MIT
 */
#include "preload/kernel/rlimit.h"

#include <fcntl.h>
#include <sys/resource.h>

#include "config/raw.h"

enum { PAGE = 4096, MARGIN = 64 << 20 };

/* Our soft limit, and the one that was there; both 0 while there is none. */
static uint64_t ours, theirs;

/* Bytes of data that the process has: the sixth number of statm, in pages. */
static uint64_t data_now(void)
{
	char line[256];
	const char *at = line;
	uint64_t pages = 0;
	long len, fd = RAW(openat, AT_FDCWD, "/proc/self/statm",
			   O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	len = RAW(read, fd, line, sizeof(line) - 1);
	RAW(close, fd);
	line[len < 0 ? 0 : len] = '\0';
	for (int spaces = 0; *at && spaces < 5; at++)
		spaces += *at == ' ';
	for (; *at >= '0' && *at <= '9'; at++)
		pages = pages * 10 + (uint64_t)(*at - '0');
	return pages * PAGE;
}

static void set(uint64_t soft)
{
	struct rlimit limit;

	if (RAW(prlimit64, 0, RLIMIT_DATA, NULL, &limit))
		return;
	limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
	RAW(prlimit64, 0, RLIMIT_DATA, &limit, NULL);
}

bool rlimit_armed(void)
{
	return __atomic_load_n(&ours, __ATOMIC_RELAXED) != 0;
}

void rlimit_start(uint64_t memory_limit)
{
	struct rlimit limit;
	uint64_t soft;

	if (!memory_limit || memory_limit > UINT64_MAX / 4 ||
	    RAW(prlimit64, 0, RLIMIT_DATA, NULL, &limit))
		return;
	soft = memory_limit + memory_limit / 2 + MARGIN + data_now();
	if (limit.rlim_cur <= soft)
		return;
	theirs = limit.rlim_cur;
	ours = soft;
	set(soft);
}

/* Another thread may raise it meanwhile: the last word is the larger one. */
static void set_ours(void)
{
	uint64_t now;

	do {
		now = __atomic_load_n(&ours, __ATOMIC_SEQ_CST);
		set(now);
	} while (now != __atomic_load_n(&ours, __ATOMIC_SEQ_CST));
}

void rlimit_raise(uint64_t bytes)
{
	if (!rlimit_armed())
		return;
	__atomic_add_fetch(&ours, bytes, __ATOMIC_SEQ_CST);
	set_ours();
}

void rlimit_release(void)
{
	if (rlimit_armed())
		set(theirs);
}

void rlimit_rearm(void)
{
	if (rlimit_armed())
		set_ours();
}

/* As glibc chooses the default: RLIMIT_STACK, or 2 MiB; with a guard page. */
void rlimit_raise_stack(size_t size)
{
	struct rlimit stack = {.rlim_cur = RLIM_INFINITY};

	if (!size)
		RAW(prlimit64, 0, RLIMIT_STACK, NULL, &stack);
	if (!size)
		size =
		    stack.rlim_cur == RLIM_INFINITY ? 2 << 20 : stack.rlim_cur;
	rlimit_raise(size + 2 * PAGE);
}
