/*
 * model.h - blocks in every way libc gives them, and what they add up to.
 * SPDX-License-Identifier: MIT
 *
 * The reference for the sandbox's books. Each thread is an actor that tallies
 * the usable size and the number of the blocks it gets and gives back; the sum
 * over all actors is what must be live. It is read at quiet points only: when
 * no thread is between two blocks. Every block carries a mark that is looked
 * for before it goes. What is wrong ends the program, with the seed.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "preload/figsandbox.h"

/* In order: those that take a size, then those that find their own. */
enum kind {
	MALLOC,
	CALLOC,
	REALLOC,
	REALLOCARRAY,
	MEMALIGN,
	ALIGNED_ALLOC,
	POSIX_MEMALIGN,
	VALLOC,
	PVALLOC,
	STRDUP,
	STRNDUP,
	ASPRINTF,
	GETLINE,
	MEMSTREAM,
	KINDS,
	SIZED = STRDUP
};

struct request {
	enum kind kind;
	size_t alignment, size;
};

struct block {
	char *at;           /* NULL: there is none */
	size_t asked, size; /* what it is worth */
	enum kind kind;
};

enum { THREADS = 64, ACTORS = THREADS + 4, SLOTS = 48, STACK = 256 * 1024 };

struct actor {
	_Alignas(64) uint64_t random;
	int64_t bytes, blocks;
	unsigned number;
	struct block slots[SLOTS];
};

extern struct actor actors[ACTORS];

/* First of all; the books as they are then are the base of every comparison. */
void model_start(uint64_t seed);

/* The base again, after threads were made: libc allocates for them. */
void model_rebase(void);

/* At a quiet point: ends the program unless the books are exact. */
void model_check(const char *where);

/* At a quiet point: no more is live than the peak. */
void model_check_peak(void);

/* At a quiet point: what is live by the model, on top of the base. */
int64_t model_bytes(void);
int64_t model_blocks(void);

/* Does the model find room for one more block of so many bytes? Quiet points.
 */
bool model_room(int64_t bytes);

/* The most that a block for this request can be worth. */
int64_t model_worth(const struct request *request);

/* A number below n. */
unsigned pick(struct actor *actor, unsigned n);

/* A size as programs ask for them; a request of any kind below `kinds`. */
size_t pick_size(struct actor *actor);
struct request pick_request(struct actor *actor, enum kind kinds);

/* False when it was refused; then nothing has changed. */
bool block_get(struct actor *actor, struct block *block,
	       const struct request *request);
bool block_resize(struct actor *actor, struct block *block, size_t size);
void block_drop(struct actor *actor, struct block *block);

/* A step of a program on one of the actor's blocks; refusals are wrong. */
void step(struct actor *actor);
void drop_all(struct actor *actor);

/* Threads on stacks of their own: libc keeps nothing of them when they end. */
void run_thread(unsigned number, void *(*body)(void *));
void join_thread(unsigned number);

_Noreturn void fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* In force, at the base: fig_sandbox_status() as it was. */
extern struct fig_sandbox_status base;

#endif
