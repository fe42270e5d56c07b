/*
 * path.h - the resolved name of what a call is about, and a name that cannot
 * change its meaning between the question and the act.
 * SPDX-License-Identifier: MIT
 *
 * A question about a path opens what it names (O_PATH), reads that descriptor's
 * name, asks the policy about it, and hands the call "/proc/thread-self/fd/N"
 * instead of the path: whatever is swapped meanwhile, the call acts on what was
 * judged. For names that are made, removed or moved, N is the parent directory
 * and the last component follows.
 */
#ifndef PRELOAD_PATH_H
#define PRELOAD_PATH_H

#include "config/text.h"
#include "preload/gate.h"
#include "preload/scratch.h"

enum how {
	FOLLOW = 0, /* the object that the path leads to, through a last symlink */
	ENTRY = 1,  /* the directory entry itself: unlink, rename, lstat, mkdir */
	CREATE = 2, /* FOLLOW, but it need not exist: open(O_CREAT), fopen("w") */
	OR_FD = 4,  /* added: an empty path means the descriptor (AT_EMPTY_PATH) */
	AWAY = 8    /* added: the call makes a descriptor, ours is out of its way */
};

struct place {
	const char *name; /* to give to libc instead of the path */
	int fd;           /* ours, closed by place_leave; or -1 */
	bool away;        /* AWAY */
	bool made;        /* CREATE: name is an entry that did not exist */
	struct scratch *scratch;
};

/* A place that stands for the path as the program gave it. */
#define PLACE(path) { .name = (path), .fd = -1 }

/*
 * Resolves `path` relative to `dir` and asks for every right in `rights` on it.
 * 0: at->name is what to pass on (the path itself if it is NULL). Otherwise the
 * negative errno: the refusal, or what the kernel would have said.
 * Call place_leave() in both cases.
 */
int place_ask(const struct asked *ask, struct place *at, enum how how,
	      uint32_t rights, int dir, const char *path);

/*
 * Asks about two directory entries at once, for rename and link. Below the first
 * everything is concerned as well: moving a directory moves what it holds.
 */
int place_ask_pair(const struct asked *ask, struct place *at, uint32_t rights,
		   int dir, const char *path, struct place *to,
		   uint32_t to_rights, int to_dir, const char *to_path);

void place_leave(struct place *at); /* keeps errno */

/* Asks for rights on the file behind a descriptor (fchmod, ftruncate …). */
int place_ask_fd(const struct asked *ask, uint32_t rights, int fd);

/*
 * The absolute, symlink-free name of `path` as far as it exists, the rest
 * lexically; without asking anything. `out` holds SCRATCH_PATH bytes.
 * 0, or -ENAMETOOLONG, or another errno that kept the start from being known.
 */
int path_resolve(int dir, const char *path, enum how how, char *out);

/*
 * "a/./b//c/.." to "a/b" in place, for an absolute path; 0 or -ENAMETOOLONG.
 * `base` (absolute) is put before a relative path.
 */
int path_lexical(const char *base, const char *path, char *out, size_t size);

/*
 * The lexical name of `path` in `dir`; `work` is overwritten. Both hold
 * SCRATCH_PATH bytes, and so does `out` below, to which components are added.
 */
int path_name(int dir, const char *path, char *work, char *out);
int path_append(char *out, const char *path);

/* Where the last component begins, trailing slashes aside, and its length. */
const char *path_last(const char *path, size_t *len);
bool path_is_dots(const char *last, size_t len); /* "", "." or ".." */

/* How much of "/a/b" is "/a"; "/" stays. */
size_t path_parent(const char *path, size_t len);

/*
 * A descriptor of ours to a number where none of the program's is expected: the
 * next that it opens shall be the lowest that is free. Keeps it if it must.
 */
int path_raise(int fd);

/* Adds the name by which a descriptor can be opened again: at most 32 bytes. */
void path_to_fd(int fd, struct text *text);

/* The name of an open descriptor, as /proc has it, "/proc/self" for our pid. */
int path_of_fd(int fd, char *out, size_t size);

#endif
