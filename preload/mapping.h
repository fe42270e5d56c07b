/*
 * mapping.h - memory that the program maps, counted and limited.
 * SPDX-License-Identifier: MIT
 *
 * A mapping counts if it can be written to and is the process's own: private,
 * or shared memory that no file stands for (MAP_ANONYMOUS, memfd, /dev/zero).
 * One that cannot be written to is a reservation, and counts from the mprotect
 * on that changes this. What counts once counts until it is unmapped or covered
 * by a mapping that does not. What libc maps for itself never comes here; what a
 * foreign malloc maps does not count, for its blocks do.
 *
 * These are the wrappers without their question (memory.h, may_protect); the
 * system calls by number come here, too. Each returns what libc's function
 * would. A refusal has changed nothing, and errno is ENOMEM.
 */
#ifndef PRELOAD_MAPPING_H
#define PRELOAD_MAPPING_H

#include <stdint.h>
#include <sys/types.h>

#include "preload/ledger.h"

typedef void *map_function(void *addr, size_t len, int prot, int flags, int fd,
			   off_t offset);
typedef int unmap_function(void *addr, size_t len);
typedef int protect_function(void *addr, size_t len, int prot);

/* What mmap is asked for, and the function of that name behind us. */
struct map_wish {
	void *addr;
	size_t len;
	int prot, flags, fd;
	off_t offset;
	map_function *map;
};

struct remap_wish {
	void *old;
	size_t old_len, len;
	int flags;
	void *addr; /* with MREMAP_FIXED, and MREMAP_DONTUNMAP */
};

struct protect_wish {
	void *addr;
	size_t len;
	int prot, pkey;
	protect_function *protect; /* NULL is pkey_mprotect */
};

void *mapping_map(const struct site *site, const struct map_wish *wish);
int mapping_unmap(const struct site *site, void *addr, size_t len,
		  unmap_function *unmap);
void *mapping_remap(const struct site *site, const struct remap_wish *wish);
int mapping_protect(const struct site *site, const struct protect_wish *wish);
int mapping_brk(const struct site *site, void *end);
void *mapping_sbrk(const struct site *site, intptr_t more,
		   void *(*sbrk)(intptr_t more));

/* The system call, whose refusal is the end as it was. */
long mapping_raw_brk(const struct site *site, long end);

#endif
