/*
 * limit.c - random programs at a limit: never above it, never refused below it.
 * SPDX-License-Identifier: MIT
 *
 * limit CASE THREADS [ROUNDS [SEED]]: runs under a memory_limit, max_allocs or
 * both, and prints "CASE THREADS: ok", or what is wrong and the seed. A soak is
 * one with many rounds: limit churn 64 10000 $RANDOM.
 *
 * What a refused request would have been worth is known to a few bytes only: a
 * refusal is wrong when there was room for the most it can be (model_worth).
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

enum { STEPS = 20000, POOL = 1 << 18, PAGE = 4096, WANTED = 3 };

static unsigned count, rounds; /* of threads; of quiet points */
static pthread_barrier_t start, barrier;

/* What is live is at least this: added to after, taken from before. */
static int64_t held_bytes, held_blocks;

static unsigned refusals;

/* Filled by whoever comes; emptied by others. */
static struct block pool[POOL];
static unsigned used;

static void wait_all(void)
{
	pthread_barrier_wait(&barrier);
}

static int64_t live(void)
{
	return (int64_t)base.live_bytes + model_bytes();
}

static void note(int64_t bytes, int64_t blocks)
{
	int64_t most = (int64_t)base.memory_limit;

	bytes = __atomic_add_fetch(&held_bytes, bytes, __ATOMIC_SEQ_CST);
	blocks = __atomic_add_fetch(&held_blocks, blocks, __ATOMIC_SEQ_CST);
	if (most && (bytes += (int64_t)base.live_bytes) > most)
		fail("%lld bytes are more than the limit", (long long)bytes);
	most = (int64_t)base.max_allocs;
	if (most && (blocks += (int64_t)base.live_allocs) > most)
		fail("%lld blocks are more than the limit", (long long)blocks);
}

static bool get(struct actor *actor, struct block *block,
		const struct request *request)
{
	if (!block_get(actor, block, request)) {
		__atomic_fetch_add(&refusals, 1, __ATOMIC_RELAXED);
		return false;
	}
	note((int64_t)block->size, 1);
	return true;
}

static void drop(struct actor *actor, struct block *block)
{
	if (!block->at)
		return;
	__atomic_sub_fetch(&held_bytes, block->size, __ATOMIC_SEQ_CST);
	__atomic_sub_fetch(&held_blocks, 1, __ATOMIC_SEQ_CST);
	block_drop(actor, block);
}

static bool resize(struct actor *actor, struct block *block, size_t size)
{
	bool done;

	__atomic_sub_fetch(&held_bytes, block->size, __ATOMIC_SEQ_CST);
	__atomic_sub_fetch(&held_blocks, 1, __ATOMIC_SEQ_CST);
	done = block_resize(actor, block, size);
	if (block->at)
		note((int64_t)block->size, 1);
	return done;
}

/* With all other threads quiet: refused only where there is no room. */
static bool alone(struct actor *actor, struct block *block,
		  const struct request *request)
{
	if (get(actor, block, request))
		return true;
	if (model_room(model_worth(request)))
		fail("thread %u: %zu bytes of kind %d refused at %lld of %llu, "
		     "block %lld of %llu",
		     actor->number, request->size, (int)request->kind,
		     (long long)live(), (unsigned long long)base.memory_limit,
		     (long long)((int64_t)base.live_allocs + model_blocks()),
		     (unsigned long long)base.max_allocs);
	return false;
}

/* Old and new are not counted together, and are one block. */
static void alone_resize(struct actor *actor, struct block *block, size_t size)
{
	struct request request = {REALLOC, 0, size};
	int64_t more = model_worth(&request) - (int64_t)block->size;

	if (resize(actor, block, size))
		return;
	if (size <= block->size || !base.memory_limit ||
	    live() + more <= (int64_t)base.memory_limit)
		fail("thread %u: a realloc from %zu to %zu refused at %lld",
		     actor->number, block->size, size, (long long)live());
}

/* One thread after the other; all are quiet before and after. */
static void in_turn(struct actor *actor, void (*work)(struct actor *))
{
	for (unsigned i = 0; i < count; i++) {
		wait_all();
		if (i == actor->number)
			work(actor);
	}
	wait_all();
	if (actor->number == 0)
		model_check("at a quiet point");
	wait_all();
}

static struct block *next_block(void)
{
	unsigned i = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);

	if (i >= POOL)
		fail("%u blocks, and no refusal", i);
	return &pool[i];
}

/* Until not even the smallest block is given. */
static void fill_up(struct actor *actor)
{
	size_t most = 1 << 21; /* always more than was refused last */

	while (most > 0) {
		struct request request = pick_request(actor, SIZED);

		if (most <= PAGE)
			request.kind = MALLOC; /* what takes no whole page */
		request.size %= most;
		if (!get(actor, next_block(), &request))
			most = request.size / 2;
	}
}

/* The rest, if the others left any; then nothing is refused without need. */
static void probe(struct actor *actor)
{
	static const size_t sizes[] = {1, 100, 1500, 5000, 70000, 200000};
	struct block *block = NULL, spare;
	struct request request = {MALLOC, 64, 1};

	do
		block = next_block();
	while (alone(actor, block, &request));
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		request.size = sizes[i];
		for (request.kind = 0; request.kind < SIZED; request.kind++)
			if (alone(actor, &spare, &request))
				drop(actor, &spare);
	}
	block = &pool[actor->number];
	if (!block->at)
		return;
	for (unsigned i = 0; i < 6; i++)
		alone_resize(actor, block, pick_size(actor) + 1);
}

/* Takes what the others made. */
static void empty(struct actor *actor)
{
	for (unsigned i = actor->number; i < used; i += count)
		drop(actor, &pool[i]);
}

/* What the limit leaves is there in one piece. */
static void all_of_it(struct actor *actor)
{
	struct request request = {MALLOC, 0, 0};
	struct block block;

	model_check("everything was freed");
	if (!base.memory_limit)
		return;
	request.size = base.memory_limit - (uint64_t)live() - 3 * PAGE;
	if (!alone(actor, &block, &request))
		fail("%zu bytes refused, with nothing live", request.size);
	drop(actor, &block);
}

static void *fill(void *value)
{
	struct actor *actor = value;

	pthread_barrier_wait(&start);
	for (unsigned round = 0; round < rounds; round++) {
		wait_all();
		fill_up(actor);
		in_turn(actor, probe);
		empty(actor);
		wait_all();
		if (actor->number == 0) {
			all_of_it(actor);
			used = 0;
		}
	}
	return NULL;
}

/* What was refused in the crowd. */
static struct pending {
	bool is, resizes;
	struct request request;
	struct block *block;
} pending[THREADS];

static size_t churn_size(struct actor *actor)
{
	uint64_t wanted = WANTED * base.memory_limit / SLOTS / count;

	if (wanted == 0 || pick(actor, 2))
		return pick_size(actor);
	return pick(actor, (unsigned)wanted * 4);
}

static void churn_step(struct actor *actor)
{
	struct block *block = &actor->slots[pick(actor, SLOTS)];
	struct request request = pick_request(actor, SIZED);
	struct pending *mine = &pending[actor->number];
	bool resizes = block->at && pick(actor, 4) == 0;

	request.size = churn_size(actor);
	if (resizes ? resize(actor, block, request.size + 1)
		    : !block->at && get(actor, block, &request))
		return;
	if (resizes || !block->at)
		*mine = (struct pending){true, resizes, request, block};
	else if (pick(actor, 4) == 0)
		drop(actor, block);
}

/* By itself it succeeds if there is room now, and is not held against others.
 */
static void retry(struct actor *actor)
{
	struct pending *mine = &pending[actor->number];
	struct block *block = mine->block;

	if (!mine->is)
		return;
	mine->is = false;
	if (block->at)
		alone_resize(actor, block, mine->request.size + 1);
	else if (alone(actor, block, &mine->request))
		drop(actor, block);
}

static void *churn(void *value)
{
	struct actor *actor = value;

	pthread_barrier_wait(&start);
	for (unsigned round = 0; round < rounds; round++) {
		for (unsigned i = 0; i < STEPS / count; i++)
			churn_step(actor);
		in_turn(actor, retry);
	}
	for (unsigned i = 0; i < SLOTS; i++)
		drop(actor, &actor->slots[i]);
	wait_all();
	if (actor->number == 0)
		all_of_it(actor);
	return NULL;
}

static const struct {
	const char *word;
	void *(*body)(void *);
	unsigned rounds;
} cases[] = {
    {"fill", fill, 3},
    {"churn", churn, 10},
};

int main(int argc, char **argv)
{
	static char out[BUFSIZ];
	struct fig_sandbox_status before;
	unsigned i = 0;

	setvbuf(stdout, out, _IOFBF, sizeof(out));
	while (argc > 2 && i < 2 && strcmp(cases[i].word, argv[1]) != 0)
		i++;
	count = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	if (i == 2 || count < 1 || count > THREADS)
		return 2;
	rounds = argc > 3 ? (unsigned)atoi(argv[3]) : cases[i].rounds;
	pthread_barrier_init(&barrier, NULL, count);
	pthread_barrier_init(&start, NULL, count + 1);
	model_start(argc > 4 ? strtoull(argv[4], NULL, 0) : 1);
	if (!base.memory_limit && !base.max_allocs)
		fail("there is no limit");
	before = base;
	for (unsigned thread = 0; thread < count; thread++)
		run_thread(thread, cases[i].body);
	model_rebase(); /* libc allocated for the threads; they wait */
	pthread_barrier_wait(&start);
	for (unsigned thread = 0; thread < count; thread++)
		join_thread(thread);
	base = before;
	model_check("at the end");
	if (refusals == 0)
		fail("nothing was refused");
	printf("%s %u: ok\n", argv[1], count);
	return 0;
}
