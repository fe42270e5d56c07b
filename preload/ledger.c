/*
 * ledger.c - what is live, in bytes and blocks, against its limits.
 * SPDX-License-Identifier: MIT
 *
 * See ledger.h. For every account, under the lock:
 *
 *	limit = left + the sum of all purses' base + allow
 *
 * and the same for blocks, without a base. What is live is the sum of all that
 * is spent, base included.
 */
#include "preload/ledger.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>

#include "config/raw.h"
#include "preload/lock.h"
#include "preload/status.h"

enum {
	BATCH = 64 << 10, /* bytes that a purse gets beyond its need */
	BATCH_BLOCKS = 1024,
	SURPLUS = 1 << 20, /* bytes that may be given back unreported */
};
#define UNLIMITED_BATCH (INT64_C(1) << 50)

struct account {
	int64_t limit, limit_blocks;
	int64_t left, left_blocks; /* in no purse */
	unsigned shown; /* place in the status page and 1, or 0 */
};

/*
 * Allows nothing and lets nothing be given back, so that every operation is one
 * that asks. What is written to its purse is never read.
 */
struct thread ledger_nobody = {
    .purse = {.drawn = INT64_MIN / 2, .allow = INT64_MIN},
    .most = INT64_MIN,
};
__thread struct thread *ledger_thread = &ledger_nobody;
static __thread bool leaving; /* its destructor has run */

/* For threads that have no purses, or none any more. Under the lock. */
static struct thread common;

static struct account accounts[ACCOUNTS] = {
    [PROCESS] = { .limit = NO_LIMIT,
		      .limit_blocks = NO_LIMIT,
		      .left = NO_LIMIT,
		      .left_blocks = NO_LIMIT },
};
static struct thread *threads = &common, *unused;
static int locked;
static bool counting, has_barrier, has_fronts, has_key, has_owned;
static pthread_key_t at_exit;

static struct purse *purse_of(struct thread *thread, unsigned account)
{
	if (account == PROCESS)
		return &thread->purse;
	return thread->owned ? &thread->owned[account] : NULL;
}

static void set(int64_t *at, int64_t value)
{
	__atomic_store_n(at, value, __ATOMIC_RELAXED);
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Lowers `allow` to what is spent; false if there is nothing to get. */
static bool lower(int64_t *allow, int64_t now, int64_t *before)
{
	*before = *allow;
	if (now >= *allow)
		return false;
	set(allow, now);
	return true;
}

/*
 * Behind the barrier: what was spent meanwhile is allowed after all. More than
 * was allowed before is a request that is about to be undone, and to ask.
 */
static int64_t gain(int64_t *allow, int64_t now, int64_t before)
{
	if (now > *allow)
		set(allow, smaller(now, before));
	return before - *allow;
}

/* Takes back what lies unused in all purses but that of `me`. */
static void take_back(unsigned number, const struct thread *me)
{
	struct account *account = &accounts[number];
	struct purse *purse;
	bool some = false;

	for (struct thread *t = threads; t; t = t->next) {
		purse = t == me ? NULL : purse_of(t, number);
		if (!purse)
			continue;
		some |= lower(&purse->allow, ledger_spent(purse), &t->before);
		some |= lower(&purse->allow_blocks, ledger_seen(&purse->blocks),
			      &t->before_blocks);
	}
	if (!some)
		return;
	if (has_barrier)
		RAW(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
	for (struct thread *t = threads; t; t = t->next) {
		purse = t == me ? NULL : purse_of(t, number);
		if (!purse)
			continue;
		account->left +=
		    gain(&purse->allow, ledger_spent(purse), t->before);
		account->left_blocks +=
		    gain(&purse->allow_blocks, ledger_seen(&purse->blocks),
			 t->before_blocks);
	}
}

/* What a purse gets beyond its need; without a limit, so much that it never
 * asks. */
static int64_t batch(unsigned number)
{
	if (!has_barrier)
		return 0;
	return number != PROCESS && accounts[number].limit == NO_LIMIT
		   ? UNLIMITED_BATCH
		   : BATCH;
}

static int64_t batch_blocks(unsigned number)
{
	if (!has_barrier)
		return 0;
	return accounts[number].limit_blocks == NO_LIMIT ? UNLIMITED_BATCH
							 : BATCH_BLOCKS;
}

/* What to move for a purse that lacks `need`: a batch more, if there is one. */
static int64_t portion(int64_t need, int64_t left, int64_t more)
{
	return need <= 0 ? 0 : smaller(left, need + more);
}

/* Lets the purse spend that much; false if the account has not got it. */
static bool fill(unsigned number, struct thread *me, struct purse *purse,
		 int64_t bytes, int64_t blocks)
{
	struct account *account = &accounts[number];
	int64_t need = ledger_spent(purse) + bytes - purse->allow, more;
	int64_t need_blocks = purse->blocks + blocks - purse->allow_blocks;

	for (bool tried = false; need > larger(account->left, 0) ||
				 need_blocks > larger(account->left_blocks, 0);
	     tried = true) {
		if (tried)
			return false;
		take_back(number, me);
	}
	more = portion(need, account->left, batch(number));
	account->left -= more;
	set(&purse->allow, purse->allow + more);
	more = portion(need_blocks, account->left_blocks, batch_blocks(number));
	account->left_blocks -= more;
	set(&purse->allow_blocks, purse->allow_blocks + more);
	return true;
}

/*
 * Where an account stood when it refused: what is neither left nor unused in
 * the purse was spent, as of when it was taken back. Others may have freed
 * since.
 */
static struct standing refused_at(unsigned number, const struct purse *purse)
{
	const struct account *account = &accounts[number];
	int64_t unused_bytes = purse->allow - ledger_spent(purse);
	int64_t unused_blocks = purse->allow_blocks - purse->blocks;

	return (struct standing){
	    .limit = account->limit,
	    .limit_blocks = account->limit_blocks,
	    .bytes = account->limit - account->left - unused_bytes,
	    .blocks =
		account->limit_blocks - account->left_blocks - unused_blocks,
	};
}

/* From now on `drawn` is counted so that it stands at this. */
static void rebase(struct purse *purse, int64_t drawn)
{
	int64_t more = purse->drawn - drawn;

	purse->base += more;
	set(&purse->allow, purse->allow - more);
	set(&purse->drawn, drawn);
}

/* A purse keeps a batch of what it does not use; the account gets the rest. */
static void skim(unsigned number, struct purse *purse)
{
	struct account *account = &accounts[number];
	int64_t spare = purse->allow - ledger_spent(purse);
	int64_t spare_blocks = purse->allow_blocks - purse->blocks;

	spare = larger(0, spare - batch(number));
	account->left += spare;
	set(&purse->allow, purse->allow - spare);
	spare_blocks = larger(0, spare_blocks - batch_blocks(number));
	account->left_blocks += spare_blocks;
	set(&purse->allow_blocks, purse->allow_blocks - spare_blocks);
	rebase(purse, has_barrier ? SURPLUS : INT64_MIN / 4);
}

struct standing ledger_standing(unsigned number)
{
	const struct account *account = &accounts[number];
	struct standing standing = {account->limit, account->limit_blocks, 0,
				    0};

	for (struct thread *t = __atomic_load_n(&threads, __ATOMIC_ACQUIRE); t;
	     t = t->next) {
		const struct purse *purse = purse_of(t, number);

		standing.bytes += purse ? purse->base + ledger_spent(purse) : 0;
		standing.blocks += purse ? ledger_seen(&purse->blocks) : 0;
	}
	return standing;
}

/* What others can read, as of the last time that a purse was filled. */
static void show(unsigned number)
{
	struct standing now = ledger_standing(number);
	uint64_t bytes = (uint64_t)larger(now.bytes, 0);
	uint64_t blocks = (uint64_t)larger(now.blocks, 0);

	if (number == PROCESS) {
		status->live_bytes = bytes;
		status->live_allocs = blocks;
		if (bytes > status->peak_bytes)
			status->peak_bytes = bytes;
	} else if (accounts[number].shown) {
		unsigned place = accounts[number].shown - 1;

		status->libraries[place].live_bytes = bytes;
		status->libraries[place].live_allocs = blocks;
	}
}

void ledger_show(unsigned account, unsigned place)
{
	accounts[account].shown = place + 1;
}

static bool give_owned(struct thread *thread)
{
	if (has_owned)
		thread->owned = raw_memory(ACCOUNTS * sizeof(*thread->owned));
	return !has_owned || thread->owned;
}

/* One that a thread has left, or a new one; NULL if there is no memory. */
static struct thread *find_thread(void)
{
	struct thread *thread = unused;

	if (thread) {
		unused = thread->next_unused;
		return thread;
	}
	thread = raw_memory(sizeof(*thread));
	if (!thread || !give_owned(thread))
		return NULL;
	thread->most = has_fronts ? FRONT_MOST : INT64_MIN;
	thread->next = threads;
	__atomic_store_n(&threads, thread, __ATOMIC_RELEASE);
	return thread;
}

/* With the lock: this thread's purses, or the common ones. */
static struct thread *enrol(bool *new)
{
	struct thread *me = ledger_thread;

	*new = false;
	if (me != &ledger_nobody)
		return me;
	me = leaving || !has_key ? NULL : find_thread();
	if (!me)
		return &common;
	*new = true;
	ledger_thread = me;
	return me;
}

/*
 * With the lock and no purses, an operation goes to the common ones at once;
 * everybody else has done it already, or does it here.
 */
int ledger_charge(unsigned account, int64_t bytes, int64_t blocks,
		  struct standing *standing)
{
	struct signals old = lock_take(&locked);
	bool new, filled;
	struct thread *me = enrol(&new);
	struct purse *purse = purse_of(me, account);

	filled = fill(account, me, purse, bytes, blocks);
	if (filled)
		ledger_draw(purse, bytes, blocks);
	else
		*standing = refused_at(account, purse);
	show(account);
	lock_drop(&locked, &old);
	if (new)
		pthread_setspecific(at_exit, me);
	return filled ? 0 : -ENOMEM;
}

void ledger_force(unsigned number, int64_t bytes, int64_t blocks)
{
	struct account *account = &accounts[number];
	struct signals old = lock_take(&locked);
	bool new;
	struct thread *me = enrol(&new);
	struct purse *purse = purse_of(me, number);

	account->left -= bytes;
	account->left_blocks -= blocks;
	set(&purse->allow, purse->allow + bytes);
	set(&purse->allow_blocks, purse->allow_blocks + blocks);
	ledger_draw(purse, bytes, blocks);
	show(number);
	lock_drop(&locked, &old);
	if (new)
		pthread_setspecific(at_exit, me);
}

void ledger_report(unsigned account, int64_t bytes, int64_t blocks)
{
	struct signals old = lock_take(&locked);
	bool done = ledger_thread != &ledger_nobody, new;
	struct thread *me = enrol(&new);
	struct purse *purse = purse_of(me, account);

	if (!done)
		ledger_draw(purse, -bytes, -blocks);
	skim(account, purse);
	show(account);
	lock_drop(&locked, &old);
	if (new)
		pthread_setspecific(at_exit, me);
}

void ledger_leave(struct thread *me)
{
	struct signals old = lock_take(&locked);

	leaving = true;
	ledger_thread = &ledger_nobody;
	me->next_unused = unused;
	unused = me;
	lock_drop(&locked, &old);
}

void ledger_limit(unsigned number, uint64_t bytes, uint64_t blocks)
{
	struct account *account = &accounts[number];
	int64_t limit = bytes && bytes < NO_LIMIT ? (int64_t)bytes : NO_LIMIT;
	int64_t limit_blocks =
	    blocks && blocks < NO_LIMIT ? (int64_t)blocks : NO_LIMIT;
	struct signals old = lock_take(&locked);

	take_back(number, NULL); /* nobody goes on with what was allowed */
	account->left += limit - account->limit;
	account->limit = limit;
	account->left_blocks += limit_blocks - account->limit_blocks;
	account->limit_blocks = limit_blocks;
	lock_drop(&locked, &old);
}

static bool register_barrier(void)
{
	return RAW(membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0,
		   0) == 0;
}

void ledger_start(bool fronts, void (*leave)(void *thread))
{
	counting = true;
	has_barrier = register_barrier();
	has_fronts = fronts;
	has_key = pthread_key_create(&at_exit, leave) == 0;
}

bool ledger_start_owned(void)
{
	has_owned = true;
	return give_owned(&common);
}

bool ledger_counts(void)
{
	return counting;
}

/* What is in no purse, worked out again. */
static void count_left(unsigned number)
{
	struct account *account = &accounts[number];

	account->left = account->limit;
	account->left_blocks = account->limit_blocks;
	for (struct thread *t = threads; t; t = t->next) {
		const struct purse *purse = purse_of(t, number);

		account->left -= purse ? purse->base + purse->allow : 0;
		account->left_blocks -= purse ? purse->allow_blocks : 0;
	}
}

/* The fork may have come while another thread had the lock. */
void ledger_forked(void)
{
	struct thread *me = ledger_thread;

	locked = 0;
	if (!counting)
		return;
	has_barrier = register_barrier();
	unused = NULL;
	for (struct thread *t = threads; t; t = t->next) {
		if (t == me || t == &common)
			continue;
		t->next_unused = unused;
		unused = t;
	}
	for (unsigned i = PROCESS; i < (has_owned ? ACCOUNTS : 1); i++)
		count_left(i);
}
