/*
 * mapping_calls.c - the mapping calls by name and by number.
 * SPDX-License-Identifier: MIT
 *
 * While nothing is counted and executable memory is not restricted, each name
 * is one branch. Executable memory is asked about first.
 */
#include <errno.h>
#include <sys/mman.h>

#include "preload/acts.h"
#include "preload/mapping.h"
#include "preload/memory.h"
#include "preload/real.h"

#define COUNTS RIGHT(MEM_ALLOC)
#define ASKS (RIGHT(MEM_ALLOC) | RIGHT(MEM_EXEC))

#define SITE(name) (struct site){ (name), __builtin_return_address(0) }

/* errno says why not. */
static bool refused(const struct site *site, const char *name, int prot)
{
	struct asked ask;

	if (!gate_restricts(RIGHT(MEM_EXEC)))
		return false;
	gate_enter(&ask, site->call, site->caller);
	return gate_leave(&ask, may_protect(&ask, name, prot)) != 0;
}

static __attribute__((noinline)) void *ask_map(const struct site *site,
					       const struct map_wish *wish)
{
	return refused(site, "mmap", wish->prot) ? MAP_FAILED :
						   mapping_map(site, wish);
}

#define MMAP(name)                                                          \
	EXPORT void *name(void *addr, size_t len, int prot, int flags,      \
			  int fd, off_t offset)                             \
	{                                                                   \
		if (!gate_restricts(ASKS))                                  \
			return real.name(addr, len, prot, flags, fd, offset); \
		return ask_map(&SITE(#name),                                \
			       &(struct map_wish){ addr, len, prot, flags,  \
						   fd, offset, real.name }); \
	}

MMAP(mmap)
MMAP(mmap64)
MMAP(__mmap)

#define MUNMAP(name)                                                         \
	EXPORT int name(void *addr, size_t len)                              \
	{                                                                    \
		if (!gate_restricts(COUNTS))                                 \
			return real.name(addr, len);                         \
		return mapping_unmap(&SITE(#name), addr, len, real.name);    \
	}

MUNMAP(munmap)
MUNMAP(__munmap)

EXPORT void *mremap(void *old, size_t old_len, size_t len, int flags, ...)
{
	struct remap_wish wish = { old, old_len, len, flags, NULL };
	va_list ap;

	va_start(ap, flags);
	wish.addr = va_arg(ap, void *);
	va_end(ap);
	if (!gate_restricts(COUNTS))
		return real.mremap(old, old_len, len, flags, wish.addr);
	return mapping_remap(&SITE("mremap"), &wish);
}

static __attribute__((noinline)) int
ask_protect(const struct site *site, const struct protect_wish *wish)
{
	return refused(site, "mprotect", wish->prot) ?
		       -1 :
		       mapping_protect(site, wish);
}

#define MPROTECT(name)                                                      \
	EXPORT int name(void *addr, size_t len, int prot)                   \
	{                                                                   \
		if (!gate_restricts(ASKS))                                  \
			return real.name(addr, len, prot);                  \
		return ask_protect(&SITE(#name),                            \
				   &(struct protect_wish){ addr, len, prot, \
							   -1, real.name }); \
	}

MPROTECT(mprotect)
MPROTECT(__mprotect)

EXPORT int pkey_mprotect(void *addr, size_t len, int prot, int pkey)
{
	if (!gate_restricts(ASKS))
		return real.pkey_mprotect(addr, len, prot, pkey);
	return ask_protect(&SITE("pkey_mprotect"),
			   &(struct protect_wish){ addr, len, prot, pkey,
						   NULL });
}

EXPORT int brk(void *end)
{
	return gate_restricts(COUNTS) ? mapping_brk(&SITE("brk"), end) :
					real.brk(end);
}

#define SBRK(name)                                                          \
	EXPORT void *name(intptr_t more)                                    \
	{                                                                   \
		if (!gate_restricts(COUNTS))                                \
			return real.name(more);                             \
		return mapping_sbrk(&SITE(#name), more, real.name);         \
	}

SBRK(sbrk)
SBRK(__sbrk)

/* By number. Executable memory has been asked about (syscalls.def). */

static struct site site_of(const struct raw *raw)
{
	return (struct site){ "syscall", raw->caller };
}

static long answer(long result)
{
	return result == -1 ? -errno : result;
}

long act_mmap(struct raw *raw)
{
	const struct site site = site_of(raw);
	const long *a = raw->a;

	return answer((long)mapping_map(
		&site, &(struct map_wish){ (void *)a[0], (size_t)a[1],
					   (int)a[2], (int)a[3], (int)a[4],
					   a[5], real.mmap }));
}

long act_munmap(struct raw *raw)
{
	const struct site site = site_of(raw);

	return answer(mapping_unmap(&site, (void *)raw->a[0],
				    (size_t)raw->a[1], real.munmap));
}

long act_mremap(struct raw *raw)
{
	const struct site site = site_of(raw);
	const long *a = raw->a;

	return answer((long)mapping_remap(
		&site, &(struct remap_wish){ (void *)a[0], (size_t)a[1],
					     (size_t)a[2], (int)a[3],
					     (void *)a[4] }));
}

long act_mprotect(struct raw *raw)
{
	const struct site site = site_of(raw);
	const long *a = raw->a;

	return answer(mapping_protect(
		&site, &(struct protect_wish){ (void *)a[0], (size_t)a[1],
					       (int)a[2], -1,
					       real.mprotect }));
}

long act_pkey_mprotect(struct raw *raw)
{
	const struct site site = site_of(raw);
	const long *a = raw->a;

	return answer(mapping_protect(
		&site, &(struct protect_wish){ (void *)a[0], (size_t)a[1],
					       (int)a[2], (int)a[3], NULL }));
}

long act_brk(struct raw *raw)
{
	const struct site site = site_of(raw);

	return mapping_raw_brk(&site, raw->a[0]);
}
