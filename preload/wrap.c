/*
 * wrap.c - the wrappers themselves, one per row of calls.def.
 * SPDX-License-Identifier: MIT
 *
 * Nothing but ASK and the call happens here; the thought is in the questions.
 */
#include "preload/families.h"
#include "preload/gate.h"
#include "preload/path.h"
#include "preload/real.h"

#define R RIGHT(FS_READ)
#define W RIGHT(FS_WRITE)
#define S RIGHT(FS_STAT)
#define X RIGHT(EXEC)

#define CALL(returns, name, parameters, arguments, rights, question, denied) \
	EXPORT returns name parameters                                       \
	{                                                                    \
		int err = ASK(rights, #name, question);                      \
									     \
		return err ? denied : real.name arguments;                   \
	}

#define PATH(returns, name_, parameters, arguments, how, rights, dir, path, \
	     denied)                                                        \
	EXPORT returns name_ parameters                                     \
	{                                                                   \
		struct place at = PLACE(path);                              \
		int err = ASK(rights, #name_, place_ask(ask, &at, how,      \
							rights, dir, path)); \
		returns result = err ? denied : real.name_ arguments;       \
									    \
		place_leave(&at);                                           \
		return result;                                              \
	}

#define PAIR(returns, name_, parameters, arguments, rights, dir, path,       \
	     to_rights, to_dir, to_path, denied)                             \
	EXPORT returns name_ parameters                                      \
	{                                                                    \
		struct place at = PLACE(path), to = PLACE(to_path);          \
		int err = ASK((rights) | (to_rights), #name_,                \
			      place_ask_pair(ask, &at, rights, dir, path, &to, \
					     to_rights, to_dir, to_path));   \
		returns result = err ? denied : real.name_ arguments;        \
									     \
		place_leave(&to);                                            \
		place_leave(&at);                                            \
		return result;                                               \
	}

#include "preload/calls.def"
