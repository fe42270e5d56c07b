/*
 * place.c - what a path leads to, and the questions about it.
 * SPDX-License-Identifier: MIT
 *
 * openat2(RESOLVE_NO_SYMLINKS) is the usual way: when it succeeds the path holds
 * no symlink, so its lexical form is its name and nothing more need be read.
 * Otherwise the path is opened with symlinks and the kernel is asked for the
 * name of what was found.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>

#include "config/raw.h"
#include "preload/path.h"

enum { SYMLINKS = 40 }; /* as many as the kernel follows, see path_resolution(7) */

/*
 * Opens with O_PATH and puts the name of what was opened into slot->path. Where
 * "." is, another thread may change between two calls, so a relative path is
 * named by what it led to.
 */
static int open_named(int dir, const char *path, uint64_t flags,
		      struct scratch *slot)
{
	struct open_how how = {
		.flags = flags | O_PATH | O_CLOEXEC,
		.resolve = path[0] == '/' ? RESOLVE_NO_SYMLINKS : 0,
	};
	int fd = (int)RAW(openat2, dir, path, &how, sizeof(how));
	bool plain = fd >= 0 && how.resolve;
	int err;

	if (fd == -ELOOP || fd == -ENOSYS || fd == -EPERM || fd == -EAGAIN)
		fd = (int)RAW(openat, dir, path, how.flags);
	if (fd < 0)
		return fd;
	err = plain ? path_name(dir, path, slot->work, slot->path) :
		      path_of_fd(fd, slot->path, SCRATCH_PATH);
	if (err)
		RAW(close, fd);
	return err ? err : fd;
}

/* What does not exist is named by its deepest existing directory and the rest. */
static int name_missing(int dir, const char *path, struct scratch *slot)
{
	int err = path_name(dir, path, slot->work, slot->rest);
	size_t len = err ? 0 : strlen(slot->rest);
	int fd = -1;

	if (err)
		return err;
	memcpy(slot->path, slot->rest, len + 1);
	while (len > 1) {
		len = path_parent(slot->rest, len);
		char cut = slot->rest[len];

		slot->rest[len] = '\0';
		fd = open_named(AT_FDCWD, len == 1 ? "/" : slot->rest, 0, slot);
		slot->rest[len] = cut;
		if (fd >= 0)
			break;
	}
	if (fd < 0)
		return 0;
	RAW(close, fd);
	return path_append(slot->path, slot->rest + len);
}

/* The object that the path leads to: at->fd is it, at->name a way to it. */
static int find_object(struct place *at, int dir, const char *path)
{
	struct scratch *slot = at->scratch;
	struct text name = text_in(slot->name, sizeof(slot->name));
	int fd = open_named(dir, path, 0, slot);

	if (fd < 0)
		return fd;
	at->fd = at->away ? path_raise(fd) : fd;
	path_to_fd(at->fd, &name);
	at->name = slot->name;
	return 0;
}

/* "/", "a/." and "..": the directory itself, by a name that ends in a dot. */
static int find_dots(struct place *at, int dir, const char *path)
{
	int err = find_object(at, dir, path);

	if (!err) {
		size_t len = strlen(at->scratch->name);

		memcpy(at->scratch->name + len, "/.", 3);
	}
	return err;
}

/* The directory entry: at->fd is its parent, at->name "/proc/thread-self/fd/N/last". */
static int find_entry(struct place *at, int dir, const char *path)
{
	struct scratch *slot = at->scratch;
	struct text name = text_in(slot->name, sizeof(slot->name));
	char last[NAME_MAX + 2];
	size_t len, before;
	const char *start = path_last(path, &len);
	int fd;

	if (path_is_dots(start, len))
		return find_dots(at, dir, path);
	before = (size_t)(start - path);
	if (len > NAME_MAX || before >= sizeof(slot->rest))
		return -ENAMETOOLONG;
	memcpy(last, start, len + (start[len] == '/'));
	last[len + (start[len] == '/')] = '\0';
	memmove(slot->rest, path, before);
	slot->rest[before] = '\0';
	fd = open_named(dir, before ? slot->rest : ".", O_DIRECTORY, slot);
	if (fd < 0)
		return fd;
	at->fd = at->away ? path_raise(fd) : fd;
	at->name = slot->name;
	path_to_fd(at->fd, &name);
	text_char(&name, '/');
	text_add(&name, last);
	return path_append(slot->path, last);
}

/*
 * As find_object, for what may not exist yet: open(O_CREAT) follows a dangling
 * symlink and makes its target, so each such link is followed here, one by one.
 */
static int find_new(struct place *at, int dir, const char *path)
{
	struct scratch *slot = at->scratch;
	int parent = -1, err;
	long len = 0;

	for (unsigned i = 0; i < SYMLINKS && len >= 0; i++) {
		err = find_object(at, dir, path);
		if (err == -ENOENT)
			err = find_entry(at, dir, path);
		else
			len = -1;
		if (parent >= 0)
			RAW(close, parent);
		if (err || len < 0)
			return err;
		parent = at->fd;
		at->fd = -1;
		len = RAW(readlinkat, AT_FDCWD, at->name, slot->rest,
			  sizeof(slot->rest) - 1);
		if (len >= 0) {
			slot->rest[len] = '\0';
			dir = parent;
			path = slot->rest;
		}
	}
	if (len >= 0) {
		RAW(close, parent);
		return -ELOOP;
	}
	at->fd = parent;
	at->made = true;
	return 0;
}

static int find(struct place *at, enum how how, int dir, const char *path)
{
	int err = how & ENTRY ? find_entry(at, dir, path) :
		  how & CREATE ? find_new(at, dir, path) :
				 find_object(at, dir, path);
	int named;

	if (!err || err == -EBADF)
		return err;
	named = name_missing(dir, path, at->scratch);
	if (named) /* a name that nothing grants */
		memcpy(at->scratch->path, "?", 2);
	return named == -ENAMETOOLONG ? named : err;
}

int path_resolve(int dir, const char *path, enum how how, char *out)
{
	struct place at = PLACE(path);
	int err;

	at.scratch = scratch_take();
	if (!at.scratch)
		return -ENOMEM;
	err = find(&at, how, dir, path);
	if (err != -EBADF)
		memcpy(out, at.scratch->path, strlen(at.scratch->path) + 1);
	place_leave(&at);
	return err;
}

/* Asks for every right in `rights` on slot->path; the first refusal ends it. */
static int ask_each(const struct asked *ask, uint32_t rights, const char *path,
		    bool subtree)
{
	int err = 0;

	for (unsigned right = 0; !err && right < RIGHTS; right++) {
		const struct query query = {
			.right = right,
			.path = path,
			.subtree = subtree,
			.name = ask->call,
			.roundabout = right == SYS_RAW,
		};

		if (rights & RIGHT(right))
			err = gate_decide(ask, &query);
	}
	return err;
}

int place_ask_fd(const struct asked *ask, uint32_t rights, int fd)
{
	struct scratch *slot = scratch_take();
	int err = slot ? 0 : -ENOMEM;

	if (!err && fd == AT_FDCWD)
		err = path_name(fd, ".", slot->work, slot->path);
	else if (!err)
		err = path_of_fd(fd, slot->path, sizeof(slot->path));
	if (!err)
		err = ask_each(ask, rights, slot->path, false);
	else if (err == -ENOENT)
		err = 0; /* no such descriptor: the call says EBADF */
	scratch_drop(slot);
	return err;
}

static int ask_place(const struct asked *ask, struct place *at, enum how how,
		     uint32_t rights, int dir, const char *path, bool subtree)
{
	int found, err;

	if (!path && dir == AT_FDCWD)
		return 0;
	/* utimensat(fd, NULL) is fd's file; fstat() asks nothing either */
	if (!path || (path[0] == '\0' && how & OR_FD))
		return rights == RIGHT(FS_STAT) ? 0 :
						  place_ask_fd(ask, rights, dir);
	if (path[0] == '\0')
		return -ENOENT;
	at->scratch = scratch_take();
	if (!at->scratch)
		return -ENOMEM;
	at->away = how & AWAY;
	found = find(at, how, dir, path);
	if (found == -EBADF || found == -ENAMETOOLONG) /* there is no name */
		return found;
	err = ask_each(ask, rights, at->scratch->path, subtree);
	return err ? err : found;
}

int place_ask(const struct asked *ask, struct place *at, enum how how,
	      uint32_t rights, int dir, const char *path)
{
	return ask_place(ask, at, how, rights, dir, path, false);
}

int place_ask_pair(const struct asked *ask, struct place *at, uint32_t rights,
		   int dir, const char *path, struct place *to,
		   uint32_t to_rights, int to_dir, const char *to_path)
{
	int err = ask_place(ask, at, ENTRY, rights, dir, path, true);

	return err ? err : ask_place(ask, to, ENTRY, to_rights, to_dir, to_path,
				     false);
}

void place_leave(struct place *at)
{
	if (at->fd >= 0)
		RAW(close, at->fd);
	scratch_drop(at->scratch);
}
