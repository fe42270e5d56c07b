/*
 * memory.c - denials of the family memory. The limit is 8 MiB.
 * SPDX-License-Identifier: MIT
 */
#include <sys/personality.h>
#include <sys/shm.h>

#include "tests/e2e/denied/denied.h"

enum {
	TOO_MUCH = 16 << 20,
	PAGE = 4096,
	WRITE_EXEC = PROT_READ | PROT_WRITE | PROT_EXEC,
	PRIVATE = MAP_PRIVATE
};

static bool no_memory(const void *block)
{
	return is((long)block, 0, ENOMEM);
}

/* clang-format off */
NOTHING_TO_DENY(malloc_usable_size, "it tells how large a block is")
DENIED(malloc) { return no_memory(malloc(TOO_MUCH)); }
DENIED(calloc) { return no_memory(calloc(PAGE, TOO_MUCH / PAGE)); }
DENIED(realloc) { return no_memory(realloc(malloc(1), TOO_MUCH)); }
DENIED(reallocarray)
{
	return no_memory(reallocarray(malloc(1), PAGE, TOO_MUCH / PAGE));
}
DENIED(memalign) { return no_memory(memalign(PAGE, TOO_MUCH)); }
DENIED(aligned_alloc) { return no_memory(aligned_alloc(PAGE, TOO_MUCH)); }
DENIED(posix_memalign)
{
	void *block;

	return is(posix_memalign(&block, PAGE, TOO_MUCH), ENOMEM, 0);
}
DENIED(valloc) { return no_memory(valloc(TOO_MUCH)); }
DENIED(pvalloc) { return no_memory(pvalloc(TOO_MUCH)); }
NOTHING_TO_DENY(free, "it gives memory back")
NOTHING_TO_DENY(cfree, "it gives memory back")
NOTHING_TO_DENY(free_sized, "it gives memory back")
NOTHING_TO_DENY(free_aligned_sized, "it gives memory back")
NOTHING_TO_DENY(malloc_trim, "it gives memory back")
NOTHING_TO_DENY(pthread_create, "a thread is no new process")

/* Without a C++ library nobody could catch what a refusal throws. */
NOTHING_TO_DENY(_Znwm, "cxx.bats shows it: it throws")
DENIED(_ZnwmRKSt9nothrow_t)
{
	return no_memory(_ZnwmRKSt9nothrow_t(TOO_MUCH, NULL));
}
NOTHING_TO_DENY(_ZnwmSt11align_val_t, "cxx.bats shows it: it throws")
DENIED(_ZnwmSt11align_val_tRKSt9nothrow_t)
{
	return no_memory(
		_ZnwmSt11align_val_tRKSt9nothrow_t(TOO_MUCH, PAGE, NULL));
}
/* Without a C++ library nobody could catch what a refusal throws. */
NOTHING_TO_DENY(_Znam, "cxx.bats shows it: it throws")
DENIED(_ZnamRKSt9nothrow_t)
{
	return no_memory(_ZnamRKSt9nothrow_t(TOO_MUCH, NULL));
}
NOTHING_TO_DENY(_ZnamSt11align_val_t, "cxx.bats shows it: it throws")
DENIED(_ZnamSt11align_val_tRKSt9nothrow_t)
{
	return no_memory(
		_ZnamSt11align_val_tRKSt9nothrow_t(TOO_MUCH, PAGE, NULL));
}
NOTHING_TO_DENY(_ZdlPv, "it gives memory back")
NOTHING_TO_DENY(_ZdlPvm, "it gives memory back")
NOTHING_TO_DENY(_ZdlPvRKSt9nothrow_t, "it gives memory back")
NOTHING_TO_DENY(_ZdlPvSt11align_val_t, "it gives memory back")
NOTHING_TO_DENY(_ZdlPvmSt11align_val_t, "it gives memory back")
NOTHING_TO_DENY(_ZdlPvSt11align_val_tRKSt9nothrow_t, "it gives memory back")
NOTHING_TO_DENY(_ZdaPv, "it gives memory back")
NOTHING_TO_DENY(_ZdaPvm, "it gives memory back")
NOTHING_TO_DENY(_ZdaPvRKSt9nothrow_t, "it gives memory back")
NOTHING_TO_DENY(_ZdaPvSt11align_val_t, "it gives memory back")
NOTHING_TO_DENY(_ZdaPvmSt11align_val_t, "it gives memory back")
NOTHING_TO_DENY(_ZdaPvSt11align_val_tRKSt9nothrow_t, "it gives memory back")

/* A descriptor that is none, a range without a byte. */
DENIED(mmap)
{
	return refused((long)mmap(NULL, PAGE, WRITE_EXEC, PRIVATE, -1, 0));
}
DENIED(mmap64)
{
	return refused((long)mmap64(NULL, PAGE, WRITE_EXEC, PRIVATE, -1, 0));
}
DENIED(__mmap)
{
	return refused((long)__mmap(NULL, PAGE, WRITE_EXEC, PRIVATE, -1, 0));
}
NOTHING_TO_DENY(munmap, "it gives memory back")
NOTHING_TO_DENY(__munmap, "it gives memory back")
DENIED(mremap)
{
	char *page = mmap(NULL, PAGE, PROT_WRITE, PRIVATE | MAP_ANONYMOUS, -1, 0);

	return is((long)mremap(page, PAGE, TOO_MUCH, MREMAP_MAYMOVE), -1, ENOMEM);
}
DENIED(brk) { return is(brk((char *)sbrk(0) + TOO_MUCH), -1, ENOMEM); }
DENIED(sbrk) { return is((long)sbrk(TOO_MUCH), -1, ENOMEM); }
DENIED(__sbrk) { return is((long)__sbrk(TOO_MUCH), -1, ENOMEM); }
DENIED(mprotect) { return refused(mprotect(NULL, 0, WRITE_EXEC)); }
DENIED(__mprotect) { return refused(__mprotect(NULL, 0, WRITE_EXEC)); }
DENIED(pkey_mprotect)
{
	return refused(pkey_mprotect(NULL, 0, WRITE_EXEC, -1));
}
DENIED(shmat) { return refused((long)shmat(-1, NULL, SHM_EXEC)); }
DENIED(personality) { return refused(personality(READ_IMPLIES_EXEC)); }
/* clang-format on */
