/*
 * dl.c - questions of the family dl: loading libraries.
 * SPDX-License-Identifier: MIT
 *
 * See dl.h. The library that is named is loaded under the very name that was
 * judged. Those that it needs are found by libc itself, by the same search over
 * again: whoever can change these directories meanwhile can change them.
 */
#include "preload/dl.h"

#include <string.h>

#include "config/raw.h"
#include "preload/closure.h"
#include "preload/dlerror.h"
#include "preload/library.h"
#include "preload/owners.h"
#include "preload/loaded.h"
#include "preload/path.h"
#include "preload/real.h"
#include "preload/search.h"

/* One library about to be opened. */
struct opening {
	struct asked ask[1];
	const char *file; /* as the program named it; then what libc gets */
	int flags;
	struct search *search;
	bool named;  /* the policy looks at names, not only at their number */
	bool walks;  /* and at what is needed, or only at what that contains */
	bool binds;  /* and is enforced: libc gets the name that was judged */
	bool counts; /* it will be one more */
};

/* Ends the question for want of a file, or of memory. */
static int missing(const char *name, int err)
{
	dlerror_missing(name, err);
	return err;
}

/*
 * The file as the policy knows it, in search->path and search->alias. What does
 * not exist gets names as well, but an errno.
 */
static int resolve(struct search *search, const char *file)
{
	int err, entry;

	search->path[0] = search->alias[0] = '\0';
	err = path_resolve(AT_FDCWD, file, FOLLOW, search->path);
	entry = path_resolve(AT_FDCWD, file, ENTRY, search->alias);
	return err ? err : entry;
}

/* Asks about the file in search->path. */
static int ask_about(struct opening *opening, bool needed, unsigned count)
{
	const struct search *search = opening->search;
	bool same = !search->alias[0] ||
		    strcmp(search->alias, search->path) == 0;
	const struct query query = {
		.right = LIB_LOAD,
		.path = search->path,
		.alias = same ? NULL : search->alias,
		.needed = needed,
		.count = count,
	};
	struct verdict verdict = { 0 };
	int err = gate_verdict(opening->ask, &query, &verdict);

	if (err)
		dlerror_verdict(search->path, &verdict);
	return err;
}

/* A refusal that is not the policy's own. */
static int refuse(struct opening *opening, const char *object,
		  const char *rule, const char *reason, struct source source)
{
	int err = gate_refuse(opening->ask, LIB_LOAD, object, rule, -EACCES);

	if (err)
		dlerror_refused(object, reason, source);
	return err;
}

/*
 * The name to load it by. The alias keeps $ORIGIN where the program expects it,
 * but its last component may be a symbolic link that somebody turns elsewhere;
 * so it has to be granted by itself.
 */
static const char *name_to_load(const struct search *search)
{
	const struct query query = { .right = LIB_LOAD,
				     .path = search->alias };
	struct verdict verdict = { 0 };

	policy_decide(gate_policy, &query, &verdict);
	return verdict.err ? search->path : search->alias;
}

/*
 * How many are open if this one is to be counted; 0 if it will not add to them.
 * search->file is its name as ld.so has it.
 */
static unsigned count_before(struct opening *opening, enum loaded loaded)
{
	struct search *search = opening->search;
	unsigned count = library_count();
	uint64_t limit = gate_policy->at[KEY_max_loaded_libs].number;

	opening->counts = loaded != LOADED_HOST &&
			  !(opening->flags & RTLD_NOLOAD) &&
			  !library_is_open(search->file) &&
			  !library_is_open(search->alias) &&
			  !library_is_open(search->path);
	/* Under a name that nothing knows it may still be the same file. */
	if (opening->counts && loaded == LOADED_NOT && limit &&
	    count >= limit && loaded_file(search->file))
		opening->counts = false;
	return opening->counts ? count : 0;
}

/* ld.so does not call mmap and mprotect by their names. */
static int ask_content(void *context, const char *file)
{
	struct opening *opening = context;
	const char *why = opening->search->dynamic.wants_exec;
	int err;

	if (!why || !gate_restricts(RIGHT(MEM_EXEC)) ||
	    gate_policy->at[KEY_allow_exec_memory].number)
		return 0;
	err = gate_refuse(opening->ask, MEM_EXEC, file, why, -EACCES);
	if (err)
		dlerror_refused(file, why,
				gate_policy->at[KEY_allow_exec_memory].source);
	return err;
}

/* Of closure_questions. */
static int ask_needed(void *context, const char *file)
{
	struct opening *opening = context;
	int err = resolve(opening->search, file);

	return err ? missing(file, err) : ask_about(opening, true, 0);
}

/* Asks about all that comes with `file`, which is open as `fd`. */
static int judge_closure(struct opening *opening, int fd, const char *file,
			 const struct loader *by)
{
	static const struct closure_questions ask = { ask_needed, ask_content };
	static const struct source nobody = { 0 };
	struct search *search = opening->search;
	int err = closure_ask(search, fd, file, by, &ask, opening);

	if (err == -EBADMSG)
		return refuse(opening, search->file, "malformed library",
			      "malformed library", nobody);
	if (err == -ENOMEM)
		return refuse(opening, file, "needs too many libraries",
			      "needs too many libraries", nobody);
	if (err == -ENOENT && !opening->binds)
		return 0; /* libc will say so itself */
	return err == -ENOENT ? missing(search->name, err) : err;
}

/* Notes what libc is about to open, under the name that it gets. */
static int pass_on(struct opening *opening, const char *name, bool renames)
{
	const char *kept;

	if (!opening->counts && !renames)
		return 0;
	kept = library_keep(name, opening->counts);
	if (!kept)
		return missing(opening->file, -ENOMEM);
	if (renames)
		opening->file = kept;
	return 0;
}

/* search->file is the l_name of a library that is there already. */
static int judge_loaded(struct opening *opening, enum loaded loaded)
{
	struct search *search = opening->search;
	unsigned count;
	int err;

	if (!strchr(search->file, '/'))
		return 0; /* the vdso: not a file */
	if (resolve(search, search->file))
		return 0; /* gone since; it was asked about when it came */
	count = count_before(opening, loaded);
	err = ask_about(opening, false, count);
	return err ? err : pass_on(opening, search->file, false);
}

/* search->file is new, and open as `fd`. */
static int judge_file(struct opening *opening, int fd, const struct loader *by)
{
	struct search *search = opening->search;
	const char *name = search->file;
	int err = resolve(search, name);

	if (err)
		return missing(opening->file, err);
	err = ask_about(opening, false, count_before(opening, LOADED_NOT));
	if (err)
		return err;
	if (opening->binds)
		name = name_to_load(search);
	name = arena_text(&search->arena, name, strlen(name));
	if (!name)
		return missing(opening->file, -ENOMEM);
	if (opening->walks && !(opening->flags & RTLD_NOLOAD))
		err = judge_closure(opening, fd, name, by);
	return err ? err : pass_on(opening, name, opening->binds);
}

/*
 * Nothing to open. A path is asked about all the same, so that a refusal does
 * not tell what exists. libc may not look again: it could find something now.
 */
static int judge_missing(struct opening *opening, int err)
{
	struct search *search = opening->search;
	int denied = 0;

	if (!opening->named)
		return 0;
	if (strchr(opening->file, '/')) {
		resolve(search, search->file);
		if (search->path[0])
			denied = ask_about(opening, false, 0);
	}
	if (denied || !opening->binds)
		return denied;
	return missing(opening->file, err);
}

static int judge(struct opening *opening)
{
	struct search *search = opening->search;
	enum loaded loaded = loaded_match(opening->file, search->file);
	const struct loader *by;
	int fd, err;

	if (loaded)
		return judge_loaded(opening, loaded);
	by = loaded_loader(search, opening->ask->caller);
	if (!by)
		return missing(opening->file, -ENOMEM);
	fd = search_open(search, by, opening->file);
	if (fd < 0)
		return judge_missing(opening, fd);
	loaded = loaded_match(search->file, search->path);
	err = loaded ? judge_loaded(opening, loaded) :
		       judge_file(opening, fd, by);
	RAW(close, fd);
	return err;
}

/* RTLD_DEEPBIND would let the library find libc's functions before ours. */
static int may_deepbind(struct opening *opening)
{
	const struct setting *deepbind = &gate_policy->at[KEY_deepbind];
	int err = 0;

	if (!(opening->flags & RTLD_DEEPBIND) ||
	    deepbind->number == DEEPBIND_ALLOW)
		return 0;
	if (deepbind->number == DEEPBIND_DENY && opening->file)
		err = refuse(opening, opening->file, "deepbind",
			     "RTLD_DEEPBIND: deepbind", deepbind->source);
	opening->flags &= ~RTLD_DEEPBIND;
	return err;
}

static int may_open(struct opening *opening)
{
	const struct policy *policy = gate_policy;
	int err = gate_idle() ? 0 : may_deepbind(opening);

	if (err || !opening->file || !*opening->file ||
	    !gate_restricts(RIGHT(LIB_LOAD) | RIGHT(MEM_EXEC)))
		return err;
	opening->named = policy->at[KEY_allowed_libs].given ||
			 policy->at[KEY_block_system_libs].number;
	opening->walks = opening->named ||
			 !policy->at[KEY_allow_exec_memory].number;
	opening->binds = opening->walks &&
			 policy->at[KEY_mode].number == MODE_ENFORCE;
	opening->search = search_begin();
	err = opening->search ? judge(opening) :
				missing(opening->file, -ENOMEM);
	search_end(opening->search);
	return err;
}

/* The file is argument `at`, the flags the one after it. */
static int open_at(struct dl_call *call, struct opening *opening, int at)
{
	int err;

	opening->file = call->argument[at];
	opening->flags = (int)(intptr_t)call->argument[at + 1];
	err = may_open(opening);
	call->argument[at] = (void *)opening->file;
	call->argument[at + 1] = (void *)(intptr_t)opening->flags;
	return err;
}

void *dl_open(struct dl_call *call)
{
	struct opening opening = { 0 };
	int err;

	dlerror_forget();
	gate_enter(opening.ask, "dlopen", call->caller);
	err = gate_leave(opening.ask, open_at(call, &opening, 0));
	if (!err)
		return (void *)real.dlopen;
	call->argument[0] = NULL;
	return NULL;
}

/* In a namespace of its own a library has a libc without us before it. */
static int may_open_apart(struct dl_call *call, struct opening *opening)
{
	static const struct source source = { .file = "dlmopen" };
	const char *file = call->argument[1];

	if (gate_idle() ||
	    !(gate_policy->kept || gate_restricts(RIGHT(LIB_LOAD))))
		return 0;
	return refuse(opening, file ? file : "", "dlmopen",
		      "a namespace of its own", source);
}

void *dl_open_in(struct dl_call *call)
{
	struct opening opening = { 0 };
	int err;

	dlerror_forget();
	gate_enter(opening.ask, "dlmopen", call->caller);
	err = (Lmid_t)call->argument[0] == LM_ID_BASE ?
		      open_at(call, &opening, 1) :
		      may_open_apart(call, &opening);
	err = gate_leave(opening.ask, err);
	if (!err)
		return (void *)real.dlmopen;
	call->argument[0] = NULL;
	return NULL;
}

EXPORT int dlclose(void *handle)
{
	int result;

	dlerror_forget();
	ASK(RIGHT(LIB_LOAD), "dlclose", 0); /* for the start, if need be */
	result = real.dlclose(handle);
	owners_forget();
	if (gate_restricts(RIGHT(LIB_LOAD)))
		library_count();
	return result;
}
