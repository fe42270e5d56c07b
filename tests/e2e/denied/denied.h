/*
 * denied.h - one block for every row of calls.def: the call, refused.
 * SPDX-License-Identifier: MIT
 *
 * DENIED(name) makes the call where nothing is granted, and is true if the
 * refusal came back as that function's own failure, with its errno. It asks for
 * what does not exist, so that it does no harm if the sandbox is broken: libc
 * would say ENOENT, only we say EACCES. What cannot be asked for in such a way,
 * the kernel has been told not to do (harmless.c).
 *
 * NOTHING_TO_DENY(name, "what it does") is for a row that refuses nothing.
 *
 * A row without its block does not build, nor does a block without its row.
 */
#ifndef TESTS_E2E_DENIED_H
#define TESTS_E2E_DENIED_H

#include "preload/calls.h"

#define NOWHERE "/nonexistent/a"
#define ELSEWHERE "/nonexistent/b"

struct block {
	bool (*refused)(void); /* errno is 0 before it */
	const char *nothing;   /* or what it does that nobody refuses */
};

/* Every row, as in preload/real.h; NULL if there is none in this libc. */
#define CALL(returns, name, parameters, ...)                                   \
	returns name parameters __attribute__((weak));                         \
	extern const struct block denied_##name;
#define PATH CALL
#define PAIR CALL
#define HAND CALL
#include "preload/calls.def"

#define DENIED(name)                                                           \
	static bool refused_##name(void);                                      \
	__typeof__(denied_##name) denied_##name = {                            \
	    .refused = refused_##name,                                         \
	};                                                                     \
	static bool refused_##name(void)

#define NOTHING_TO_DENY(name, what)                                            \
	__typeof__(denied_##name) denied_##name = {                            \
	    .nothing = (what),                                                 \
	};

/* The answers that most calls have. */
static inline bool is(long result, long failure, int err)
{
	return result == failure && errno == err;
}

static inline bool refused(long result)
{
	return is(result, -1, EACCES);
}

static inline bool forbidden(long result)
{
	return is(result, -1, EPERM);
}

static inline bool none(const void *result)
{
	return is((long)result, 0, EACCES);
}

/*
 * From here on the kernel answers EUCLEAN, as nobody else does, to what may do
 * harm with any argument. False if it cannot be told to.
 */
bool be_harmless(void);

#endif
