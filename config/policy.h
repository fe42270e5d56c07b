/*
 * policy.h - what a process may do, and the one function that decides it.
 * SPDX-License-Identifier: MIT
 *
 * A policy is built once (load.h), lives in an arena and never changes.
 * policy_decide() is pure: no globals, no I/O, no allocation, safe in signal
 * handlers. Enforcement and the tools call the same function.
 */
#ifndef CONFIG_POLICY_H
#define CONFIG_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/arena.h"
#include "config/net.h"
#include "config/text.h"

enum key {
#define KEY(name, ...) KEY_##name,
#include "config/keys.def"
#undef KEY
	KEYS
};

enum type { NAME, BOOL, COUNT, MS, SECONDS, SIZE, GLOBS, NETS, PINS, SINKS };

/* A row of keys.def. */
struct key_info {
	const char *name, *alias;
	enum type type;
	const char *choices;     /* NAME: "a|b|c" */
	const char *defaults[4]; /* by profile */
	const char *idle, *help; /* see keys.def */
};
extern const struct key_info policy_keys[KEYS];

/* The values of NAME settings, in the order of their choices. */
enum profile { PROFILE_FIG, PROFILE_CONFINED, PROFILE_RESTRICTIVE,
	       PROFILE_PERMISSIVE };
enum mode { MODE_ENFORCE, MODE_AUDIT, MODE_OFF };
enum on_violation { VIOLATION_DENY, VIOLATION_KILL };
enum deepbind { DEEPBIND_STRIP, DEEPBIND_DENY, DEEPBIND_ALLOW };
enum syscalls { SYSCALLS_ALL, SYSCALLS_NONE, SYSCALLS_POLICED };
enum log_level { LEVEL_ERROR, LEVEL_WARN, LEVEL_INFO, LEVEL_DEBUG };

/* Where a setting was made: "fig.toml" 12, "FIG_SANDBOX_READ" 0, "profile fig" 0. */
struct source {
	const char *file;
	unsigned line; /* from 1; 0 when there are no lines */
};

enum { POLICY_SINKS = 8 }; /* entries of `audit` at most */

/* One entry of a list. */
struct item {
	const char *text; /* GLOBS, PINS and unix: sockets: absolute, directories
	                   * resolved; else as given */
	const char *hash; /* PINS: 64 hexadecimal digits */
	struct net_rule net; /* NETS */
	struct source source;
};

struct setting {
	struct source source;
	bool chosen;      /* by a user, not by the profile */
	bool given;       /* lists: false is "not restricted" */
	uint64_t number;  /* BOOL, COUNT, MS, SECONDS, SIZE; NAME: choice's index */
	unsigned count;   /* lists */
	struct item *items;
};

/* One [[ffi.sandbox.library]]. */
struct overlay {
	const char *match;
	struct source source;
	struct setting at[KEYS]; /* only those that are .chosen count */
	struct overlay *next;
};

/* Has it limits of memory? */
bool overlay_limits_memory(const struct overlay *overlay);

/* Does it set what this release does not enforce for one library? */
bool overlay_unenforced(const struct overlay *overlay);

/* What can be asked for; policy_right_name() gives the dotted names. */
/* NET_LOCAL is "net.unix": sockets of this host. */
enum right {
	FS_READ, FS_WRITE, FS_STAT, EXEC, PROC_FORK, PROC_SIGNAL, NET_CONNECT,
	NET_BIND, NET_LISTEN, NET_LOCAL, NET_SOCKET, LIB_LOAD, LIB_SYMBOL,
	MEM_ALLOC, MEM_EXEC, CALL_TIME, SYS_RAW, RIGHTS
};
#define RIGHT(right) (1u << (right))

const char *policy_right_name(enum right right); /* "fs.read" */

struct policy {
	struct setting at[KEYS];
	struct overlay *overlays;
	uint32_t restricted; /* RIGHT() of all that some object may be refused */
	uint32_t withheld;   /* RIGHT() of the capabilities that are limited:
	                      * files, network, processes, which libraries and
	                      * executable memory, but no mere count. While any
	                      * is, the ways round the preload are closed */
	uint32_t kept;       /* RIGHT() of what children have to keep: withheld,
	                      * and what a program without us would not count
	                      * or refuse: memory, raw system calls */
	const char *program; /* the running program's own file, which it may
	                      * read; NULL if unknown */
	const char *library; /* the sandbox's own file, which children need: not
	                      * to be changed while anything is withheld; or
	                      * NULL */
	bool closed;         /* no policy could be made: everything is refused */
};

/* What is asked: a right, and the members that this right looks at. */
struct query {
	enum right right;
	const char *path;  /* fs.*, exec, lib.load: absolute, fully resolved */
	const char *alias; /* lib.load: its directory resolved, the name it was
	                    * reached by; NULL if the same */
	bool subtree;      /* fs.*: everything below path is concerned as well */
	bool needed;       /* lib.load: another library's dependency */
	unsigned count;    /* lib.load: libraries open now, this one not counted */
	const struct net_address *address; /* net.connect, bind, unix */
	uint64_t resolved; /* net.connect: bit i set if the resolver gave this
	                    * address for the name in item i of `connect` */
	int domain, kind;  /* net.socket: address family and type without flags */
	const char *host;  /* net.connect: a name to look up; address is NULL */
	const char *name;  /* sys.raw: the call; mem.exec, proc.*: for the record */
	bool harmless;     /* sys.raw: of the documented harmless set */
	bool roundabout;   /* sys.raw: a way round the policy as a whole */
	const struct overlay *overlay; /* mem.alloc: a library's own limits;
					* NULL: the process's */
	uint64_t live, size; /* mem.alloc: bytes live now; usable bytes asked */
	uint64_t allocs;     /* mem.alloc: allocations live now */
};

struct verdict {
	int err;            /* 0, or the negative errno of the refusal */
	const char *rule;   /* the setting that decided: "allowed_libs"; or "platform
	                     * floor", "sandbox library"; NULL when nothing
	                     * restricts the right */
	struct source source;
	bool explicit_deny; /* from deny_*: stays enforced in audit mode */
};

void policy_decide(const struct policy *policy, const struct query *query,
		   struct verdict *verdict);

/* True if a setting asks for more than this release enforces (keys.def). */
bool policy_unenforced(enum key key, const struct setting *setting);

/*
 * One setting in TOML syntax, without name: `["/a/b", "/c"]`, `67108864`. A list
 * that is not given has no value in TOML: look at setting->given first.
 */
void policy_print_value(enum key key, const struct setting *setting,
			struct text *text);

/*
 * The whole policy as TOML under [ffi.sandbox]; parses back to an equal policy.
 * Every setting ends in a comment `# from FILE:LINE`, which load.h reads back, so
 * that a child process names the line its parent's user wrote. The first line
 * says that this policy is complete. When the text does not fit, or the policy
 * is closed, text->cut is set.
 */
void policy_print(const struct policy *policy, struct text *text);

/* A text of that size fits into one variable, by the kernel's limit. */
enum { POLICY_TEXT = 128 * 1024 - 64 };

#endif
