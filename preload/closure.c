/*
 * closure.c - everything that loading one library would load with it.
 * SPDX-License-Identifier: MIT
 *
 * See _dl_map_object_deps in glibc's elf/dl-deps.c.
 */
#include "preload/closure.h"

#include <errno.h>
#include <string.h>

#include "config/raw.h"
#include "preload/loaded.h"

enum { MEMBERS_MAX = 256 };

struct member {
	struct loader loader;
	const char *file;
	const char *soname;
	struct needed {
		const char *name;
		bool optional;
	} *needed;
	unsigned needed_count;
	struct member *next;
};

struct closure {
	struct search *search;
	const struct closure_questions *ask;
	void *context;
	struct member *first, *last;
	unsigned count;
};

/* A string of the file, in the arena; `out` becomes NULL if it has none. */
static int keep(struct search *search, int fd, uint64_t offset,
		const char **out)
{
	int err;

	*out = NULL;
	if (offset == DYNAMIC_NONE)
		return 0;
	err = dynamic_text(fd, &search->dynamic, offset, search->name,
			   sizeof(search->name));
	if (err)
		return err;
	*out = arena_text(&search->arena, search->name, strlen(search->name));
	return *out ? 0 : -ENOMEM;
}

static int keep_needed(struct search *search, int fd, struct member *member)
{
	const struct dynamic *from = &search->dynamic;
	int err = 0;

	if (from->needed_count == 0)
		return 0;
	member->needed = arena_take(&search->arena, from->needed_count *
						    sizeof(*member->needed));
	if (!member->needed)
		return -ENOMEM;
	for (unsigned i = 0; !err && i < from->needed_count; i++) {
		member->needed[i].optional = from->optional[i];
		err = keep(search, fd, from->needed[i],
			   &member->needed[i].name);
	}
	member->needed_count = from->needed_count;
	return err;
}

static int fill(const struct closure *closure, int fd, struct member *member)
{
	struct search *search = closure->search;
	struct dynamic *from = &search->dynamic;
	int err = dynamic_read(fd, from);

	if (err == -ENOEXEC)
		return 0; /* ld.so itself will refuse it */
	if (!err)
		err = closure->ask->content(closure->context, member->file);
	if (from->runpath != DYNAMIC_NONE)
		from->rpath = DYNAMIC_NONE;
	member->loader.no_default = from->no_default;
	if (!err)
		err = keep(search, fd, from->soname, &member->soname);
	if (!err)
		err = keep(search, fd, from->rpath, &member->loader.rpath);
	if (!err)
		err = keep(search, fd, from->runpath, &member->loader.runpath);
	return err ? err : keep_needed(search, fd, member);
}

/* Adds search->file, which is open as `fd`. */
static int append(struct closure *closure, int fd, const struct loader *by)
{
	struct search *search = closure->search;
	struct member *member = arena_take(&search->arena, sizeof(*member));

	if (!member || closure->count++ == MEMBERS_MAX)
		return -ENOMEM;
	member->loader.by = by;
	member->loader.origin = search_origin(search, search->file);
	member->file = arena_text(&search->arena, search->file,
				  strlen(search->file));
	if (!member->file)
		return -ENOMEM;
	if (closure->last)
		closure->last->next = member;
	else
		closure->first = member;
	closure->last = member;
	return fill(closure, fd, member);
}

static bool is_member(const struct closure *closure, const char *name)
{
	for (const struct member *m = closure->first; m; m = m->next)
		if (strcmp(m->file, name) == 0 ||
		    (m->soname && strcmp(m->soname, name) == 0))
			return true;
	return false;
}

/* One DT_NEEDED of a member. */
static int need(struct closure *closure, const struct member *member,
		const struct needed *needed)
{
	struct search *search = closure->search;
	int err = 0, fd;

	if (is_member(closure, needed->name) ||
	    loaded_match(needed->name, search->path))
		return 0;
	fd = search_open(search, &member->loader, needed->name);
	if (fd < 0 && needed->optional)
		return 0;
	if (fd < 0) {
		memmove(search->name, needed->name, strlen(needed->name) + 1);
		return -ENOENT;
	}
	if (!is_member(closure, search->file) &&
	    !loaded_match(search->file, search->path)) {
		err = closure->ask->name(closure->context, search->file);
		if (!err)
			err = append(closure, fd, &member->loader);
	}
	RAW(close, fd);
	return err;
}

int closure_ask(struct search *search, int fd, const char *file,
		const struct loader *by, const struct closure_questions *ask,
		void *context)
{
	struct closure closure = { search, ask, context, .count = 0 };
	int err;

	memmove(search->file, file, strlen(file) + 1);
	err = append(&closure, fd, by);
	for (struct member *m = closure.first; !err && m; m = m->next)
		for (unsigned i = 0; !err && i < m->needed_count; i++)
			err = need(&closure, m, &m->needed[i]);
	return err;
}
