/*
 * symbol.c - questions of the family dl: looking up symbols.
 * SPDX-License-Identifier: MIT
 *
 * See dl.h. Without this, dlsym(dlopen("libc.so.6"), "open") would be a way
 * round every wrapper.
 */
#include "preload/dl.h"

#include "preload/dlerror.h"
#include "preload/loaded.h"
#include "preload/real.h"

/*
 * Our function for a name of calls.def; NULL for other names, and for a preload
 * library behind us that looks for the function it wraps: ours calls it.
 */
static void *wrapper_for(const struct dl_call *call)
{
	const char *name = call->argument[1];
	const struct link_map *host;
	void *wrapper;

	if (gate_idle() || !name)
		return NULL;
	wrapper = real_wrapper(name);
	if (!wrapper || call->argument[0] != RTLD_NEXT)
		return wrapper;
	host = loaded_host_of(call->caller);
	return host && real_symbol(host, name) ? NULL : wrapper;
}

/*
 * `found` is what libc would answer. Its own function is answered with ours; a
 * library's own function of that name is what the program asked for.
 */
static bool answers(const struct dl_call *call, void *wrapper, void *found)
{
	return found == wrapper || loaded_is_libc(found) ||
	       found == real.dlsym(RTLD_NEXT, call->argument[1]);
}

void *dl_symbol(struct dl_call *call)
{
	struct asked ask[1];
	void *wrapper, *found;

	dlerror_forget();
	gate_enter(ask, "dlsym", call->caller);
	wrapper = wrapper_for(call);
	found = wrapper ? real.dlsym(call->argument[0], call->argument[1]) :
			  NULL;
	if (found && !answers(call, wrapper, found))
		found = NULL;
	gate_leave(ask, 0);
	if (!found)
		return (void *)real.dlsym;
	call->argument[0] = wrapper;
	return NULL;
}

void *dl_version(struct dl_call *call)
{
	struct asked ask[1];
	void *wrapper, *found;

	dlerror_forget();
	gate_enter(ask, "dlvsym", call->caller);
	wrapper = wrapper_for(call);
	found = wrapper ? real.dlvsym(call->argument[0], call->argument[1],
				      call->argument[2]) : NULL;
	if (found && !answers(call, wrapper, found))
		found = NULL;
	gate_leave(ask, 0);
	if (!found)
		return (void *)real.dlvsym;
	call->argument[0] = wrapper;
	return NULL;
}
