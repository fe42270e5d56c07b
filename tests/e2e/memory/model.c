/*
 * model.c - see model.h.
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((weak)) int fig_sandbox_status(struct fig_sandbox_status *status,
					     size_t size);

enum { PAGE = 4096, LINE = 4000, MAPPED_FROM = 128 * 1024 };

struct actor actors[ACTORS];
struct fig_sandbox_status base;

static uint64_t first_seed;
static char text[LINE + 2]; /* what is copied, printed and read */
static pthread_t threads[ACTORS];
static _Alignas(64) char stacks[ACTORS][STACK];

/* Not in every libc; where they are, ours come first. */
static void (*cfree_here)(void *);
static void (*free_sized_here)(void *, size_t);

void fail(const char *format, ...)
{
	char out[500];
	va_list list;
	int n;

	va_start(list, format);
	n = vsnprintf(out, sizeof(out) - 40, format, list);
	va_end(list);
	n += sprintf(out + n, " (seed %llu)\n", (unsigned long long)first_seed);
	if (write(1, out, n) != n)
		abort();
	_exit(1);
}

static struct fig_sandbox_status books(void)
{
	struct fig_sandbox_status now;

	if (fig_sandbox_status(&now, sizeof(now)))
		fail("no status");
	return now;
}

unsigned pick(struct actor *actor, unsigned n)
{
	uint64_t x = actor->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	actor->random = x;
	return (unsigned)(x >> 20) % n;
}

size_t pick_size(struct actor *actor)
{
	unsigned per_mille = pick(actor, 1000);

	if (per_mille < 780)
		return pick(actor, 264);
	if (per_mille < 950)
		return 256 + pick(actor, 2048);
	if (per_mille < 990)
		return 2048 + pick(actor, 16384);
	if (per_mille < 999)
		return 16384 + pick(actor, 131072);
	return 131072 + pick(actor, 1 << 20);
}

struct request pick_request(struct actor *actor, enum kind kinds)
{
	enum kind kind = pick(actor, 2) ? MALLOC : pick(actor, kinds);
	struct request request = {kind, 16u << pick(actor, 9), 0};

	request.size = pick_size(actor);
	return request;
}

/* The ways that find their own size; 0 and a block, or not 0. */
static int get_text(enum kind kind, size_t size, char **at)
{
	size_t n = size % LINE + 1;
	FILE *file;
	int err;

	*at = NULL;
	switch (kind) {
	case STRDUP:
		*at = strdup(text + LINE - n);
		return !*at;
	case STRNDUP:
		*at = strndup(text, n);
		return !*at;
	case ASPRINTF:
		return asprintf(at, "%.*s", (int)n, text) < 0;
	case GETLINE:
		file = fmemopen(text + LINE - n, n + 1, "r");
		size = 0;
		err = !file || getline(at, &size, file) < 0;
		break;
	default:
		file = open_memstream(at, &size);
		err = !file || fwrite(text, 1, n, file) != n;
	}
	return file ? fclose(file) || err : err;
}

static char *get(const struct request *request)
{
	size_t size = request->size;
	void *at = NULL;

	switch (request->kind) {
	case MALLOC:
		return malloc(size);
	case CALLOC:
		return calloc(size / 8 + 1, 8);
	case REALLOC:
		return realloc(NULL, size);
	case REALLOCARRAY:
		return reallocarray(NULL, size / 24 + 1, 24);
	case MEMALIGN:
		return memalign(request->alignment, size);
	case ALIGNED_ALLOC:
		return aligned_alloc(request->alignment, size);
	case POSIX_MEMALIGN:
		return posix_memalign(&at, request->alignment, size) ? NULL
								     : at;
	case VALLOC:
		return valloc(size);
	case PVALLOC:
		return pvalloc(size);
	default:
		return get_text(request->kind, size, (char **)&at) ? NULL : at;
	}
}

/* The kinds that take an alignment: 0 for the others. */
static size_t alignment_of(const struct request *request)
{
	switch (request->kind) {
	case MEMALIGN:
	case ALIGNED_ALLOC:
	case POSIX_MEMALIGN:
		return request->alignment;
	case VALLOC:
	case PVALLOC:
		return PAGE;
	default:
		return 0;
	}
}

/*
 * libc's rule: 8 bytes of its own, multiples of 16, at least 24; a rest too
 * small for a chunk stays with the block, before it too when that is aligned.
 * What is mapped has whole pages.
 */
int64_t model_worth(const struct request *request)
{
	int64_t size = (int64_t)request->size;
	int64_t alignment = (int64_t)alignment_of(request);

	if (request->kind == CALLOC || request->kind == REALLOCARRAY)
		size += 24;
	if (request->kind == PVALLOC)
		size = (size + PAGE - 1) / PAGE * PAGE;
	if (size >= MAPPED_FROM)
		return size + alignment + 2 * PAGE;
	size = size < 24 ? 24 : (size + 23) / 16 * 16 - 8;
	return size + (alignment ? 32 : 16);
}

static void tally(struct actor *actor, const struct block *block, int sign)
{
	actor->bytes += sign * (int64_t)malloc_usable_size(block->at);
	actor->blocks += sign;
}

static void mark(struct block *block)
{
	block->size = malloc_usable_size(block->at);
	block->at[0] = block->at[block->size - 1] = (char)block->size;
}

static void look(const struct block *block, size_t size)
{
	if (block->at[0] != (char)block->size ||
	    (size == block->size && block->at[size - 1] != (char)size))
		fail("a block of %zu bytes lost its content", block->size);
}

bool block_get(struct actor *actor, struct block *block,
	       const struct request *request)
{
	size_t alignment = alignment_of(request);

	block->at = get(request);
	if (!block->at)
		return false;
	if (alignment && (uintptr_t)block->at % alignment)
		fail("a block is not aligned to %zu", alignment);
	if (request->kind == CALLOC && request->size > 0 &&
	    (block->at[0] || block->at[request->size - 1]))
		fail("calloc gave %zu bytes that are not 0", request->size);
	block->kind = request->kind;
	block->asked = request->size;
	mark(block);
	tally(actor, block, 1);
	return true;
}

bool block_resize(struct actor *actor, struct block *block, size_t size)
{
	bool shrinks = size < block->size;
	char *at;

	tally(actor, block, -1);
	errno = 0;
	at = pick(actor, 2) ? realloc(block->at, size)
			    : reallocarray(block->at, size, 1);
	if (!at && size > 0) {
		if (errno != ENOMEM)
			fail("realloc failed with errno %d", errno);
		tally(actor, block, 1);
		look(block, block->size);
		return false;
	}
	block->at = at;
	if (!at)
		return true;
	if (!shrinks)
		look(block, block->size);
	else if (at[0] != (char)block->size)
		fail("realloc to %zu lost the content", size);
	block->kind = REALLOC;
	mark(block);
	tally(actor, block, 1);
	return true;
}

void block_drop(struct actor *actor, struct block *block)
{
	void *at = block->at;

	if (!at)
		return;
	look(block, block->size);
	tally(actor, block, -1);
	block->at = NULL;
	errno = EXDEV;
	if (cfree_here && pick(actor, 8) == 0)
		cfree_here(at);
	else if (free_sized_here && block->kind == MALLOC)
		free_sized_here(at, block->asked);
	else
		free(at);
	if (errno != EXDEV)
		fail("free changed errno to %d", errno);
}

void step(struct actor *actor)
{
	struct block *block = &actor->slots[pick(actor, SLOTS)];
	struct request request;

	if (!block->at) {
		request = pick_request(actor, KINDS);
		if (!block_get(actor, block, &request))
			fail("refused %zu bytes of kind %d", request.size,
			     (int)request.kind);
	} else if (pick(actor, 3) == 0) {
		request.size = pick(actor, 20) ? pick_size(actor) : 0;
		if (!block_resize(actor, block, request.size))
			fail("refused a realloc to %zu", request.size);
	} else {
		block_drop(actor, block);
	}
}

void drop_all(struct actor *actor)
{
	for (unsigned i = 0; i < SLOTS; i++)
		block_drop(actor, &actor->slots[i]);
}

int64_t model_bytes(void)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < ACTORS; i++)
		sum += actors[i].bytes;
	return sum;
}

int64_t model_blocks(void)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < ACTORS; i++)
		sum += actors[i].blocks;
	return sum;
}

bool model_room(int64_t bytes)
{
	int64_t had = (int64_t)base.live_bytes + model_bytes();
	int64_t blocks = (int64_t)base.live_allocs + model_blocks();

	return (!base.memory_limit ||
		had + bytes <= (int64_t)base.memory_limit) &&
	       (!base.max_allocs || blocks < (int64_t)base.max_allocs);
}

void model_check(const char *where)
{
	struct fig_sandbox_status now = books();
	int64_t bytes = (int64_t)(now.live_bytes - base.live_bytes);
	int64_t blocks = (int64_t)(now.live_allocs - base.live_allocs);

	if (bytes != model_bytes() || blocks != model_blocks())
		fail("%s: the books say %+lld bytes in %+lld blocks, it is "
		     "%+lld in %+lld",
		     where, (long long)bytes, (long long)blocks,
		     (long long)model_bytes(), (long long)model_blocks());
	if (now.memory_limit && now.live_bytes > now.memory_limit)
		fail("%s: %llu bytes live", where,
		     (unsigned long long)now.live_bytes);
	if (now.max_allocs && now.live_allocs > now.max_allocs)
		fail("%s: %llu blocks live", where,
		     (unsigned long long)now.live_allocs);
}

void model_check_peak(void)
{
	struct fig_sandbox_status now = books();

	if (now.peak_bytes < now.live_bytes)
		fail("a peak of %llu, with %llu live",
		     (unsigned long long)now.peak_bytes,
		     (unsigned long long)now.live_bytes);
}

void model_rebase(void)
{
	base = books();
	base.live_bytes -= (uint64_t)model_bytes();
	base.live_allocs -= (uint64_t)model_blocks();
}

void model_start(uint64_t seed)
{
	struct block block;

	first_seed = seed;
	if (!fig_sandbox_status)
		fail("there is no sandbox");
	memset(text, 'x', LINE);
	*(void **)&cfree_here = dlsym(RTLD_DEFAULT, "cfree");
	*(void **)&free_sized_here = dlsym(RTLD_DEFAULT, "free_sized");
	for (unsigned i = 0; i < ACTORS; i++) {
		actors[i].number = i;
		actors[i].random = (seed + i + 1) * 0x9e3779b97f4a7c15 | 1;
		pick(&actors[i], 2);
	}
	/* What libc allocates once, it has after this. */
	for (enum kind kind = 0; kind < KINDS; kind++) {
		block_get(&actors[0], &block, &(struct request){kind, 16, 9});
		block_drop(&actors[0], &block);
	}
	model_rebase();
}

void run_thread(unsigned number, void *(*body)(void *))
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, stacks[number], STACK);
	if (pthread_create(&threads[number], &attr, body, &actors[number]))
		fail("no thread");
	pthread_attr_destroy(&attr);
}

void join_thread(unsigned number)
{
	if (pthread_join(threads[number], NULL))
		fail("no join");
}
