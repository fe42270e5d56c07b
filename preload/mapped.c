/*
 * mapped.c - which ranges the program has mapped, and who paid for them.
 * SPDX-License-Identifier: MIT
 *
 * See mapped.h. A larger table is mapped without the lock, filled under it, and
 * put in place by one store.
 */
#include "preload/mapped.h"

#include <errno.h>
#include <sys/mman.h>

#include "preload/lock.h"

enum { FIRST = 4096, PLENTY = 64 /* to spare, for some threads at once */ };

static union {
	struct spans spans;
	char bytes[FIRST];
} first = {
	.spans.room = (FIRST - sizeof(struct spans)) / sizeof(struct span),
};
static struct spans *spans = &first.spans;
static size_t spare = (FIRST - sizeof(struct spans)) / sizeof(struct span);
static size_t size = FIRST; /* of the table */
static int locked;

static void leave(const struct signals *old)
{
	__atomic_store_n(&spare, spans_spare(spans), __ATOMIC_RELAXED);
	lock_drop(&locked, old);
}

/* Twice the size, unless another thread came first. */
static void grow(void)
{
	size_t had = __atomic_load_n(&size, __ATOMIC_RELAXED);
	struct spans *unused = raw_memory(2 * had), *larger = unused;
	size_t unused_size = 2 * had;
	struct signals old;

	if (!larger)
		return;
	old = lock_take(&locked);
	if (size == had) {
		spans_init(larger, 2 * had);
		spans_copy(larger, spans);
		unused = spans;
		unused_size = had;
		__atomic_store_n(&spans, larger, __ATOMIC_RELEASE);
		__atomic_store_n(&size, 2 * had, __ATOMIC_RELAXED);
	}
	leave(&old);
	if (unused != &first.spans)
		RAW(munmap, unused, unused_size);
}

int mapped_ready(void)
{
	if (__atomic_load_n(&spare, __ATOMIC_RELAXED) < PLENTY)
		grow();
	return __atomic_load_n(&spare, __ATOMIC_RELAXED) < SPANS_SPARE ?
		       -ENOMEM :
		       0;
}

/* The lock, and true if there is room for an update. */
static bool enter(struct signals *old)
{
	mapped_ready();
	*old = lock_take(&locked);
	return spans_spare(spans) >= SPANS_SPARE;
}

uint64_t mapped_put(uint64_t start, uint64_t end, unsigned char tag,
		    struct spans_old *was)
{
	struct signals old;

	was->n = 0;
	if (enter(&old))
		end = spans_put(spans, start, end, tag, was);
	leave(&old);
	return end;
}

/* Once more if it ended for want of room, which there is now. */
uint64_t mapped_turn(uint64_t start, uint64_t end, unsigned char from,
		     unsigned char to, uint64_t most)
{
	uint64_t turned, sum = 0;
	struct signals old;

	do {
		enter(&old);
		turned = spans_turn(spans, start, end, from, to, most - sum);
		leave(&old);
		sum += turned;
	} while (turned && sum < most);
	return sum;
}

struct span mapped_next(uint64_t start, uint64_t end)
{
	struct signals old = lock_take(&locked);
	struct span found = spans_next(spans, start, end);

	leave(&old);
	return found;
}

uint64_t mapped_sum(uint64_t start, uint64_t end, unsigned char tag)
{
	struct signals old = lock_take(&locked);
	uint64_t sum = spans_sum(spans, start, end, tag);

	leave(&old);
	return sum;
}

uint64_t mapped_uncounted(uint64_t start, uint64_t end)
{
	struct signals old = lock_take(&locked);
	uint64_t sum = spans_sum(spans, start, end, 0) +
		       spans_sum(spans, start, end, RESERVED);

	leave(&old);
	return sum;
}

bool mapped_list(uint64_t start, uint64_t end, struct spans_old *found)
{
	struct signals old = lock_take(&locked);
	struct span next = spans_next(spans, start, end);

	for (found->n = 0; next.tag && found->n < SPANS_OLD;
	     next = spans_next(spans, next.end, end))
		found->at[found->n++] = next;
	leave(&old);
	return !next.tag;
}

void mapped_back(const struct spans_old *held)
{
	struct signals old;
	bool room = enter(&old);

	for (size_t i = 0; room && i < held->n; i++) {
		const struct span *span = &held->at[i];

		spans_put(spans, span->start, span->end, span->tag, NULL);
		room = spans_spare(spans) >= SPANS_SPARE;
	}
	leave(&old);
}

/* The spans are whole in any case: each update counts from one store on. */
void mapped_forked(void)
{
	locked = 0;
	spare = spans_spare(spans);
}
