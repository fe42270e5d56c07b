/*
 * closure.h - everything that loading one library would load with it.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_CLOSURE_H
#define PRELOAD_CLOSURE_H

#include "preload/search.h"

/* Both are given a file that would be loaded, by the name ld.so gives it. */
struct closure_questions {
	/* Before it is read; not for the first one. */
	int (*name)(void *context, const char *file);
	/* Of what was read, search->dynamic. */
	int (*content)(void *context, const char *file);
};

/*
 * Walks `file`, open as `fd`, the libraries that it needs, and those that they
 * need, breadth first as ld.so does; what is loaded already is left out.
 * Stops at the first answer that is not 0 and returns it. Otherwise:
 *
 *	-ENOENT   a needed library is nowhere; its name is in search->name
 *	-EBADMSG  a file is malformed, or needs too many; it is search->file
 *	-ENOMEM   more libraries or names than the work space holds
 */
int closure_ask(struct search *search, int fd, const char *file,
		const struct loader *by, const struct closure_questions *ask,
		void *context);

#endif
