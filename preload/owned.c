/*
 * owned.c - malloc and its family where every block has an owner.
 * SPDX-License-Identifier: MIT
 *
 * In front of one of the other tables of allocator.h. A block is made and
 * charged to the process there, then charged to the library that asked and
 * noted in the owner map. The map, not the block, says what comes off the
 * books. A block that the map does not know is libc's: it goes back uncounted.
 */
#include <errno.h>
#include <string.h>

#include "preload/allocator.h"
#include "preload/operators.h"
#include "preload/owner_map.h"
#include "preload/owners.h"

static bool with_front;

void owned_start(bool front)
{
	with_front = front;
}

/* Noted, but freed by libc without us: its charge comes off now. */
static RARE void forget(unsigned char *place)
{
	size_t bytes;
	unsigned account = owner_read(place, &bytes);

	if (!account) /* a piece of what is no note any more */
		return;
	owner_clear(place);
	if (owners_limited[account])
		owners_uncharge(account, (int64_t)bytes, 1);
	blocks_uncharge(bytes, 1);
}

/* A block is not to be had after all; the process's charge comes off too. */
static RARE void *take_back(void *block, size_t bytes)
{
	blocks_uncharge(bytes, 1);
	real.free(block);
	errno = ENOMEM;
	return NULL;
}

/* A block that the process was charged for becomes its owner's. */
static inline void *own(void *block, unsigned account, const char *call,
			const void *caller)
{
	unsigned char *place;
	size_t bytes;

	if (!block)
		return NULL;
	bytes = with_front ? chunk_usable(block) : blocks_worth(block);
	place = owner_place(block);
	if (__builtin_expect(!place, 0))
		place = owner_map_make(block);
	if (__builtin_expect(!place, 0) ||
	    (__builtin_expect(owners_limited[account], 0) &&
	     !owners_spend(account, (int64_t)bytes) &&
	     owners_charge(account, call, caller, (int64_t)bytes, 1)))
		return take_back(block, bytes);
	if (__builtin_expect(place[0], 0))
		forget(place);
	owner_write(place, account, bytes);
	return block;
}

/* In a foreign malloc small blocks may lie closer than the map can tell apart.
 */
static size_t spread(size_t size)
{
	return size < 2 * OWNER_PLACE && !blocks_are_chunks ? 2 * OWNER_PLACE
							    : size;
}

/*
 * An operator new that failed is the C++ library's to finish: it asks malloc
 * again, which must not pass for the library's own request. So what it is given
 * is a size that nobody has, with the true one in its lower bits.
 */
#define AGAIN ((size_t)0xf195 << 48)
#define AGAIN_SIZE (((size_t)1 << 48) - 1)

static __thread const void *failed_caller;

static void *make(enum maker maker, const char *call, const void *caller,
		  size_t alignment, size_t size)
{
	unsigned account = owners_find(caller);
	void *block = blocks_make(maker, call, caller, alignment, spread(size));

	if (block)
		return own(block, account, call, caller);
	if ((size & ~AGAIN_SIZE) != AGAIN || !failed_caller)
		return NULL;
	return make(maker, "operator new", failed_caller, alignment,
		    size & AGAIN_SIZE);
}

static RARE void *failed(size_t size, size_t alignment, const void *caller,
			 bool nothrow)
{
	if (size <= AGAIN_SIZE) {
		failed_caller = caller;
		size |= AGAIN;
	}
	return operators_failed(size, alignment, nothrow);
}

/*
 * The front cache gives a block that is larger than need be. Not to one who may
 * have no room for that.
 */
static bool is_roomy(unsigned account, size_t size)
{
	const struct purse *owned = ledger_thread->owned;

	return !owners_limited[account] || size <= SMALL_MAX ||
	       (owned && ledger_spent(&owned[account]) + 2 * (int64_t)size <=
			     ledger_seen(&owned[account].allow));
}

static inline void *make_plain(size_t size, const char *call,
			       const void *caller)
{
	unsigned account;

	if (!with_front || __builtin_expect(size > LARGE_MAX, 0))
		return make(MALLOC, call, caller, 0, size);
	account = owners_find(caller);
	if (__builtin_expect(!is_roomy(account, size), 0))
		return make(MALLOC, call, caller, 0, size);
	return own(blocks_malloc(size, call, caller), account, call, caller);
}

static void *owned_malloc(size_t size)
{
	return make_plain(size, "malloc", CALLER);
}

static void owned_free(void *block)
{
	unsigned char *place = owner_place(block);
	unsigned account = 0;
	size_t bytes;

	if (!block)
		return;
	if (place)
		account = owner_read(place, &bytes);
	if (__builtin_expect(!account, 0)) {
		blocks_free_unknown(block);
		return;
	}
	owner_clear(place);
	if (__builtin_expect(owners_limited[account], 0))
		owners_uncharge(account, (int64_t)bytes, 1);
	if (with_front && bytes == chunk_usable(block)) {
		blocks_give(block);
	} else {
		blocks_uncharge(bytes, 1);
		real.free(block);
	}
}

static void *owned_calloc(size_t n, size_t size)
{
	size_t bytes;
	void *block;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	if (!with_front || bytes > SMALL_MAX)
		return make(CALLOC, "calloc", CALLER, 0, bytes);
	block = make_plain(bytes, "calloc", CALLER);
	return block ? memset(block, 0, bytes) : NULL;
}

/* A block that its owner was charged `charged` for is worth `bytes` now. */
static void settle_owned(void *block, unsigned account, size_t charged,
			 size_t bytes)
{
	unsigned char *place = owner_map_make(block);

	if (owners_limited[account])
		owners_uncharge(account, (int64_t)charged - (int64_t)bytes, 0);
	if (place) {
		if (__builtin_expect(place[0], 0))
			forget(place);
		owner_write(place, account, bytes);
		return;
	}
	blocks_uncharge(bytes, 1); /* it will go back uncounted */
	if (owners_limited[account])
		owners_uncharge(account, (int64_t)bytes, 1);
}

/*
 * A block of libc's own becomes one of ours when it gets a new size. Charged
 * first: behind the realloc there is no old block to keep.
 */
static void *adopt(void *old, size_t size, const char *call, const void *caller)
{
	unsigned account = owners_find(caller);
	int64_t most = (int64_t)blocks_most_for(size);
	const struct site site = {call, caller};
	void *block = NULL;
	size_t bytes;

	if (blocks_charge(&site, (size_t)most, 1))
		return NULL;
	if (!owners_limited[account] ||
	    owners_charge(account, call, caller, most, 1) == 0) {
		block = real.realloc(old, size ? spread(size) : 0);
		if (!block && owners_limited[account])
			owners_uncharge(account, most, 1);
	}
	bytes = block ? blocks_worth(block) : 0;
	blocks_uncharge((size_t)most - bytes, block ? 0 : 1);
	if (block)
		settle_owned(block, account, (size_t)most, bytes);
	return block;
}

/* Charges the owner for so many bytes more; false if there is no room. */
static bool charge_quietly(unsigned account, size_t bytes)
{
	struct standing standing;

	return !owners_limited[account] ||
	       ledger_charge(account, (int64_t)bytes, 0, &standing) == 0;
}

/*
 * Grows into a block of its own, where the owner's limit has no room for what
 * realloc might cost. What a new block costs is known when it is there.
 */
static RARE void *move_owned(void *old, unsigned char *place, size_t size,
			     const char *call, const void *caller)
{
	const struct site site = {call, caller};
	size_t had, bytes = 0, holds = blocks_worth(old), charged;
	unsigned account = owner_read(place, &had);
	void *new;

	charged = size - had;
	if (owners_charge(account, call, caller, (int64_t)charged, 0))
		return NULL;
	new = real.malloc(spread(size));
	if (new)
		bytes = blocks_worth(new);
	if (!new ||
	    owners_charge(account, call, caller, (int64_t)(bytes - size), 0)) {
		owners_uncharge(account, (int64_t)charged, 0);
	} else if (blocks_charge(&site, bytes - had, 0)) {
		owners_uncharge(account, (int64_t)(bytes - had), 0);
	} else {
		memcpy(new, old, holds < bytes ? holds : bytes);
		owner_clear(place);
		real.free(old);
		settle_owned(new, account, bytes, bytes);
		return new;
	}
	real.free(new);
	errno = ENOMEM;
	return NULL;
}

/* The block stays its owner's, whoever resizes it. */
static void *resize_owned(void *old, unsigned char *place, size_t size,
			  const char *call, const void *caller)
{
	size_t had, charged;
	unsigned account = owner_read(place, &had);
	void *block;

	charged = size > had ? blocks_most_for(size) : had;
	if (charged > had && !charge_quietly(account, charged - had))
		return move_owned(old, place, size, call, caller);
	if (blocks_worth(old) != had) /* libc resized it without us */
		ledger_force(PROCESS, (int64_t)(blocks_worth(old) - had), 0);
	owner_clear(place);
	block = blocks_resize(old, spread(size), call, caller);
	if (block)
		settle_owned(block, account, charged, blocks_worth(block));
	else if (size)
		settle_owned(old, account, charged, had); /* still there */
	else if (owners_limited[account])
		owners_uncharge(account, (int64_t)charged, 1);
	return block;
}

static void *resize(void *old, size_t size, const char *call,
		    const void *caller)
{
	unsigned char *place;
	size_t had;

	if (!old)
		return make_plain(size, call, caller);
	if (size >= NO_LIMIT) {
		errno = ENOMEM;
		return NULL;
	}
	place = owner_place(old);
	return place && owner_read(place, &had)
		   ? resize_owned(old, place, size, call, caller)
		   : adopt(old, size, call, caller);
}

static void *owned_realloc(void *old, size_t size)
{
	return resize(old, size, "realloc", CALLER);
}

static void *owned_reallocarray(void *old, size_t n, size_t size)
{
	size_t bytes;

	if (!__builtin_mul_overflow(n, size, &bytes))
		return resize(old, bytes, "reallocarray", CALLER);
	errno = ENOMEM;
	return NULL;
}

static void *owned_memalign(size_t alignment, size_t size)
{
	return make(MEMALIGN, "memalign", CALLER, alignment, size);
}

static void *owned_aligned_alloc(size_t alignment, size_t size)
{
	return make(ALIGNED_ALLOC, "aligned_alloc", CALLER, alignment, size);
}

static void *owned_valloc(size_t size)
{
	return make(VALLOC, "valloc", CALLER, 0, size);
}

static void *owned_pvalloc(size_t size)
{
	return make(PVALLOC, "pvalloc", CALLER, 0, size);
}

static int owned_posix_memalign(void **out, size_t alignment, size_t size)
{
	int saved = errno, err;
	void *block;

	if (!blocks_is_alignment(alignment))
		return EINVAL;
	block = make(MEMALIGN, "posix_memalign", CALLER, alignment, size);
	err = block ? 0 : errno;
	errno = saved;
	if (block)
		*out = block;
	return err;
}

static void *owned_new(size_t size)
{
	void *block = make_plain(size, "operator new", CALLER);

	return block ? block : failed(size, 0, CALLER, false);
}

static void *owned_new_nothrow(size_t size)
{
	void *block = make_plain(size, "operator new", CALLER);

	return block ? block : failed(size, 0, CALLER, true);
}

static void *owned_new_aligned(size_t size, size_t alignment)
{
	void *block = make(MEMALIGN, "operator new", CALLER, alignment, size);

	return block ? block : failed(size, alignment, CALLER, false);
}

static void *owned_new_aligned_nothrow(size_t size, size_t alignment)
{
	void *block = make(MEMALIGN, "operator new", CALLER, alignment, size);

	return block ? block : failed(size, alignment, CALLER, true);
}

const struct allocator allocator_owned = {
    .malloc = owned_malloc,
    .free = owned_free,
    .calloc = owned_calloc,
    .realloc = owned_realloc,
    .reallocarray = owned_reallocarray,
    .memalign = owned_memalign,
    .aligned_alloc = owned_aligned_alloc,
    .posix_memalign = owned_posix_memalign,
    .valloc = owned_valloc,
    .pvalloc = owned_pvalloc,
    .new = owned_new,
    .new_nothrow = owned_new_nothrow,
    .new_aligned = owned_new_aligned,
    .new_aligned_nothrow = owned_new_aligned_nothrow,
    .delete = owned_free,
    .delete_aligned = owned_free,
};
