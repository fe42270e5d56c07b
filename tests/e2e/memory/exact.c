/*
 * exact.c - random programs that know what they hold, beside the books.
 * SPDX-License-Identifier: MIT
 *
 * exact CASE THREADS [ROUNDS [SEED]]: runs under limits that it does not reach,
 * and prints "CASE THREADS: ok", or what differs and the seed. A soak is one
 * with many rounds: exact mix 64 100000 $RANDOM.
 */
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model.h"

enum { BOXES = 128, STEPS = 8000, KEYS = 40, BATCH = 20 };

static unsigned count, rounds; /* of threads; of quiet points */
static pthread_barrier_t barrier;
static bool over;

static void wait_all(void)
{
	pthread_barrier_wait(&barrier);
}

/* Every thread's work between two quiet points. */
static unsigned steps(void)
{
	return STEPS / count + 20;
}

/* Where blocks change hands. */
static struct box {
	pthread_mutex_t lock;
	struct block block;
} boxes[BOXES];

static void swap(struct actor *actor, struct block *mine)
{
	struct box *box = &boxes[pick(actor, BOXES)];
	struct block theirs;

	pthread_mutex_lock(&box->lock);
	theirs = box->block;
	box->block = *mine;
	pthread_mutex_unlock(&box->lock);
	*mine = theirs;
}

static void empty_boxes(struct actor *actor)
{
	for (unsigned i = 0; i < BOXES; i++)
		block_drop(actor, &boxes[i].block);
}

/* The handler's thread; it allocates in the middle of whatever raised it. */
static __thread struct actor *interrupted;

static void handler(int number)
{
	(void)number;
	for (int i = 0; i < 4; i++)
		step(interrupted);
}

static void random_steps(struct actor *actor, unsigned n)
{
	interrupted = actor;
	for (unsigned i = 0; i < n; i++) {
		switch (pick(actor, 50)) {
		case 0:
			raise(SIGUSR1);
			break;
		case 1:
		case 2:
		case 3:
			swap(actor, &actor->slots[pick(actor, SLOTS)]);
			break;
		default:
			step(actor);
		}
	}
}

static void *short_life(void *actor)
{
	random_steps(actor, 100);
	drop_all(actor);
	return NULL;
}

static void await(pid_t child, const char *what)
{
	int state;

	if (child < 0 || waitpid(child, &state, 0) != child)
		fail("no %s", what);
	if (!WIFEXITED(state) || WEXITSTATUS(state) != 0)
		fail("%s ended with %#x", what, state);
}

/* The child holds what the parent held, and can give all of it back. */
static _Noreturn void forked(struct actor *actor, bool threads)
{
	model_check("after a fork, in the child");
	random_steps(actor, 300);
	model_check("in the child");
	if (threads) {
		run_thread(THREADS, short_life);
		run_thread(THREADS + 1, short_life);
		join_thread(THREADS);
		join_thread(THREADS + 1);
		model_check("after the child's threads");
	}
	for (unsigned i = 0; i < ACTORS; i++)
		drop_all(&actors[i]);
	empty_boxes(actor);
	model_check("the child gave everything back");
	_exit(0);
}

/* A vfork child shares the memory: what it allocates is the parent's. */
static void vforked(struct actor *actor, bool runs)
{
	struct block *block = &actor->slots[0];
	pid_t child;

	block_drop(actor, block);
	child = vfork();
	if (child == 0) {
		block_get(actor, block, &(struct request){MALLOC, 0, 777});
		if (runs)
			execl("/bin/true", "true", NULL);
		_exit(runs ? 1 : 0);
	}
	await(child, "vfork");
	model_check("after vfork");
}

static void spawned(void)
{
	char *argv[] = {"true", NULL};
	pid_t child;

	if (posix_spawn(&child, "/bin/true", NULL, NULL, argv, environ))
		child = -1;
	await(child, "posix_spawn");
	model_check("after posix_spawn");
}

static void multiply(struct actor *actor, unsigned way)
{
	pid_t child;

	switch (way) {
	case 0:
	case 1:
		child = way ? _Fork() : fork();
		if (child == 0)
			forked(actor, !way);
		await(child, way ? "_Fork" : "fork");
		model_check("after a fork, in the parent");
		break;
	case 2:
	case 3:
		vforked(actor, way == 3);
		break;
	default:
		spawned();
	}
}

/* The body of a thread: `work` between quiet points, until the last. */
static void quietly(struct actor *actor, void (*work)(struct actor *))
{
	wait_all(); /* all are there: the base is taken */
	wait_all();
	for (unsigned round = 0; round < rounds; round++) {
		work(actor);
		wait_all();
		if (actor->number == 0) {
			model_check("at a quiet point");
			model_check_peak();
			multiply(actor, round % 5);
		}
		wait_all();
	}
	drop_all(actor);
	interrupted = NULL;
}

static void mix_work(struct actor *actor)
{
	random_steps(actor, steps());
}

static void *mix(void *actor)
{
	quietly(actor, mix_work);
	return NULL;
}

/* Every second thread only frees what the others make. */
static void hand_work(struct actor *actor)
{
	struct request request;
	struct block block;

	for (unsigned i = 0; i < 4 * steps(); i++) {
		block.at = NULL;
		if (actor->number % 2 == 0) {
			request = pick_request(actor, KINDS);
			if (!block_get(actor, &block, &request))
				fail("refused %zu bytes", request.size);
		}
		swap(actor, &block);
		block_drop(actor, &block);
	}
}

static void *hand(void *actor)
{
	quietly(actor, hand_work);
	return NULL;
}

/* Late: frees, allocates again and comes back, as often as libc lets it. */
static pthread_key_t keys[KEYS];

static void destroy(void *value)
{
	struct actor *actor = value;
	struct request request = pick_request(actor, KINDS);
	struct block *block = &actor->slots[pick(actor, 3)];

	block_drop(actor, block);
	block_get(actor, block, &request);
	pthread_setspecific(keys[pick(actor, 2) ? 0 : KEYS - 1], actor);
}

static void *die(void *value)
{
	struct actor *actor = value;

	pthread_setspecific(keys[0], actor);
	pthread_setspecific(keys[KEYS - 1], actor);
	random_steps(actor, steps());
	return NULL; /* with all its blocks */
}

static void generation(void *(*body)(void *))
{
	for (unsigned i = 0; i < count; i++)
		run_thread(i, body);
	for (unsigned i = 0; i < count; i++)
		join_thread(i);
}

/* The next of the dead one's number inherits its blocks, or the last thread. */
static void run_die(void)
{
	for (unsigned i = 0; i < KEYS; i++)
		pthread_key_create(&keys[i], destroy);
	for (unsigned round = 0; round < rounds; round++) {
		generation(die);
		model_check("all threads died");
		for (unsigned i = 0; i < count; i++)
			if (pick(&actors[THREADS], 4) == 0)
				drop_all(&actors[i]);
		model_check("their blocks were freed");
	}
}

static void *churn(void *actor)
{
	wait_all();
	wait_all();
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED))
		random_steps(actor, 50);
	drop_all(actor);
	return NULL;
}

/* Forks while the others are anywhere; the child compares only its own. */
static void run_fork(void)
{
	struct actor *actor = &actors[THREADS];
	pid_t child;

	for (unsigned i = 0; i < count; i++)
		run_thread(i, churn);
	wait_all();
	wait_all();
	for (unsigned round = 0; round < rounds; round++) {
		usleep(2000);
		child = fork();
		if (child == 0) {
			model_rebase();
			for (unsigned i = 0; i < 300; i++)
				step(actor);
			model_check("in a child of the storm");
			drop_all(actor);
			model_check("at the end of a child of the storm");
			_exit(0);
		}
		await(child, "fork in the storm");
	}
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < count; i++)
		join_thread(i);
}

static void run_quietly(void *(*body)(void *))
{
	struct fig_sandbox_status before = base;

	for (unsigned i = 0; i < count; i++)
		run_thread(i, body);
	wait_all(); /* all are there, and have allocated nothing */
	model_rebase();
	wait_all();
	for (unsigned round = 0; round < rounds; round++) {
		wait_all();
		wait_all();
	}
	for (unsigned i = 0; i < count; i++)
		join_thread(i);
	base = before;
}

static void run_mix(void)
{
	run_quietly(mix);
}

static void run_hand(void)
{
	run_quietly(hand);
}

static const struct {
	const char *word;
	void (*run)(void);
	unsigned rounds;
} cases[] = {
    {"mix", run_mix, 40},
    {"hand", run_hand, 20},
    {"die", run_die, 20},
    {"fork", run_fork, 20},
};

int main(int argc, char **argv)
{
	static char out[BUFSIZ];
	unsigned i = 0;

	setvbuf(stdout, out, _IOFBF, sizeof(out));
	while (argc > 2 && i < 4 && strcmp(cases[i].word, argv[1]) != 0)
		i++;
	count = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
	if (i == 4 || count < 1 || count > THREADS)
		return 2;
	rounds = argc > 3 ? (unsigned)atoi(argv[3]) : cases[i].rounds;
	pthread_barrier_init(&barrier, NULL, count + 1);
	for (unsigned box = 0; box < BOXES; box++)
		pthread_mutex_init(&boxes[box].lock, NULL);
	signal(SIGUSR1, handler);
	model_start(argc > 4 ? strtoull(argv[4], NULL, 0) : 1);
	cases[i].run();
	empty_boxes(&actors[THREADS]);
	for (unsigned actor = 0; actor < ACTORS; actor++)
		drop_all(&actors[actor]);
	if (model_blocks())
		fail("%lld blocks are left", (long long)model_blocks());
	model_check("at the end");
	printf("%s %u: ok\n", argv[1], count);
	return 0;
}
