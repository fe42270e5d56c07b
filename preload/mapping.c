/*
 * mapping.c - memory that the program maps, counted and limited.
 * SPDX-License-Identifier: MIT
 *
 * See mapping.h. Bytes are charged before the kernel is asked, and given back
 * after it has them. A range leaves the table before its addresses are free for
 * another thread, and enters it when the kernel has given them.
 */
#include "preload/mapping.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "config/raw.h"
#include "config/text.h"
#include "preload/bill.h"
#include "preload/kernel/rlimit.h"
#include "preload/real.h"

enum { HUGE_SHIFT_MASK = 63, HUGE_SHIFT = 21 /* the usual size: 2 MiB */ };

static bool begins(const char *name, long len, const char *with)
{
	return len >= (long)strlen(with) &&
	       memcmp(name, with, strlen(with)) == 0;
}

/* Shared memory, though it has a descriptor: no file is behind it. */
static bool is_memory(int fd)
{
	char name[32], target[16];
	struct text text = text_in(name, sizeof(name));
	long len;

	text_add(&text, "/proc/self/fd/");
	text_number(&text, (unsigned)fd);
	len = RAW(readlinkat, AT_FDCWD, name, target, sizeof(target));
	return begins(target, len, "/memfd:") ||
	       begins(target, len, "/secretmem") ||
	       (len == 9 && begins(target, len, "/dev/zero"));
}

/* Is it the process's own, to be counted once it can be written to? */
static bool is_own(const struct map_wish *wish)
{
	int type = wish->flags & MAP_TYPE;

	return wish->flags & MAP_ANONYMOUS ||
	       (type != MAP_SHARED && type != MAP_SHARED_VALIDATE) ||
	       is_memory(wish->fd);
}

/* The kernel makes huge pages full by itself. */
static uint64_t size_of(const struct map_wish *wish)
{
	unsigned shift = (unsigned)wish->flags >> MAP_HUGE_SHIFT;
	uint64_t page = PAGE;

	if (wish->flags & MAP_HUGETLB) {
		shift &= HUGE_SHIFT_MASK;
		page = UINT64_C(1) << (shift ? shift : HUGE_SHIFT);
	}
	return (wish->len + page - 1) & -page;
}

static void *map(const struct map_wish *wish)
{
	return wish->map(wish->addr, wish->len, wish->prot, wish->flags,
			 wish->fd, wish->offset);
}

/* One that costs nothing, or not yet; what it covers, if anything, is gone. */
static void *map_free(const struct map_wish *wish, unsigned char tag)
{
	void *at = map(wish);

	if (at != MAP_FAILED)
		bill_replace((struct range){ (uint64_t)at,
					     (uint64_t)at + size_of(wish) },
			     tag);
	return at;
}

/* What it covers is paid for already. */
static void *map_counted(const struct site *site, const struct map_wish *wish)
{
	struct range range = { (uint64_t)wish->addr,
			       (uint64_t)wish->addr + size_of(wish) };
	uint64_t bytes = size_of(wish);
	struct bill bill;
	void *at;

	if (wish->flags & MAP_FIXED)
		bytes = mapped_uncounted(range.start, range.end);
	if (bill_charge(&bill, site, bytes))
		return MAP_FAILED;
	at = map(wish);
	if (at == MAP_FAILED && errno == ENOMEM && rlimit_armed()) {
		rlimit_raise(bytes); /* it was allowed */
		at = map(wish);
	}
	if (at == MAP_FAILED) {
		bill_cancel(&bill);
		return at;
	}
	range.start = (uint64_t)at;
	range.end = range.start + size_of(wish);
	bill_settle_new(&bill, range);
	return at;
}

void *mapping_map(const struct site *site, const struct map_wish *wish)
{
	bool fixed = wish->flags & MAP_FIXED;
	struct range range;

	if (!bill_counts(site) ||
	    !bill_covers(&range, fixed ? wish->addr : NULL, size_of(wish)))
		return map(wish);
	if (!is_own(wish))
		return map_free(wish, 0);
	if (!(wish->prot & PROT_WRITE))
		return map_free(wish, RESERVED);
	return map_counted(site, wish);
}

int mapping_unmap(const struct site *site, void *addr, size_t len,
		  unmap_function *unmap)
{
	struct range range;
	struct spans_old held;
	int err = 0;

	if (!bill_counts(site) || !bill_covers(&range, addr, len))
		return unmap(addr, len);
	while (!err && range.start < range.end) {
		uint64_t stop = mapped_put(range.start, range.end, 0, &held);

		err = unmap((void *)range.start, stop - range.start);
		if (err)
			mapped_back(&held);
		else
			bill_give_back(&held);
		range.start = stop;
	}
	return err;
}

static int protect(const struct protect_wish *wish)
{
	return wish->protect ?
		       wish->protect(wish->addr, wish->len, wish->prot) :
		       real.pkey_mprotect(wish->addr, wish->len, wish->prot,
					  wish->pkey);
}

/*
 * It failed, maybe behind some pages that it has changed: these were not to be
 * written to before, and are not now.
 */
static void undo(const struct protect_wish *wish, struct range range)
{
	struct span next = mapped_next(range.start, range.end);

	for (; next.tag; next = mapped_next(next.end, range.end))
		if (next.tag == RESERVED)
			RAW(mprotect, next.start, next.end - next.start,
			    wish->prot & ~PROT_WRITE);
}

/* A reservation that can be written to from now on. */
int mapping_protect(const struct site *site, const struct protect_wish *wish)
{
	struct range range;
	struct bill bill;
	uint64_t bytes;
	int err;

	if (!(wish->prot & PROT_WRITE) || !bill_counts(site) ||
	    !bill_covers(&range, wish->addr, wish->len))
		return protect(wish);
	bytes = mapped_sum(range.start, range.end, RESERVED);
	if (bill_charge(&bill, site, bytes))
		return -1;
	err = protect(wish);
	if (err && errno == ENOMEM && bytes && rlimit_armed()) {
		rlimit_raise(bytes); /* it was allowed */
		err = protect(wish);
	}
	if (!err) {
		bill_settle(&bill, range, RESERVED);
		return 0;
	}
	if (bytes && errno != EINVAL)
		undo(wish, range);
	bill_cancel(&bill);
	return err;
}
