/*
 * decide.c - the one function that says yes or no.
 * SPDX-License-Identifier: MIT
 *
 * Everything here is pure: it reads the policy and the question, and runs in
 * signal handlers on small stacks. A verdict starts as "allowed, nothing
 * restricts this"; whoever knows better says so.
 */
#include "config/policy.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "config/floor.h"
#include "config/glob.h"

/* One family's question on its way. */
struct case_of {
	const struct policy *policy;
	const struct setting *at; /* policy->at */
	const struct query *query;
	struct verdict *verdict;
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What refusing each right looks like to the program. */
static const int refusals[RIGHTS] = {
    [FS_READ] = -EACCES,     [FS_WRITE] = -EACCES,   [FS_STAT] = -EACCES,
    [EXEC] = -EACCES,        [PROC_FORK] = -EPERM,   [PROC_SIGNAL] = -EPERM,
    [NET_CONNECT] = -EACCES, [NET_BIND] = -EACCES,   [NET_LISTEN] = -EACCES,
    [NET_LOCAL] = -EACCES,   [NET_SOCKET] = -EACCES, [LIB_LOAD] = -EACCES,
    [LIB_SYMBOL] = -EACCES,  [MEM_ALLOC] = -ENOMEM,  [MEM_EXEC] = -EACCES,
    [CALL_TIME] = -EPERM,    [SYS_RAW] = -EPERM,
};

static void allow(const struct case_of *on, enum key key,
		  const struct item *item)
{
	on->verdict->rule = policy_keys[key].name;
	on->verdict->source = item->source;
}

static void allow_by_floor(const struct case_of *on)
{
	on->verdict->rule = "platform floor";
}

static void refuse(const struct case_of *on, enum key key)
{
	on->verdict->err = refusals[on->query->right];
	on->verdict->rule = policy_keys[key].name;
	on->verdict->source = on->at[key].source;
}

static void refuse_always(const struct case_of *on, enum key key,
			  const struct item *item)
{
	refuse(on, key);
	on->verdict->source = item->source;
	on->verdict->explicit_deny = true;
}

static const struct item *granted(const struct setting *list, const char *path,
				  bool subtree)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (policy_covers(list->items[i].text, path, subtree))
			return &list->items[i];
	}
	return NULL;
}

static const struct item *denied(const struct setting *list, const char *path,
				 bool subtree)
{
	for (unsigned i = 0; i < list->count; i++) {
		const char *pattern = list->items[i].text;

		if (glob_match(pattern, path) ||
		    (subtree && glob_below(pattern, path)))
			return &list->items[i];
	}
	return NULL;
}

static bool is_ancestor(const struct setting *list, const char *dir)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (glob_below(list->items[i].text, dir))
			return true;
	}
	return false;
}

/* How the kernel names what a descriptor holds when no file system names it. */
static bool is_no_path(const char *name)
{
	size_t len = strlen(name), tail = strlen(" (deleted)");

	if (strncmp(name, "/memfd:", 7) == 0)
		return len > tail &&
		       strcmp(name + len - tail, " (deleted)") == 0;
	return name[0] != '/' &&
	       (strncmp(name, "anon_inode:", 11) == 0 || strstr(name, ":["));
}

static void decide_read(const struct case_of *on, const char *path)
{
	const struct setting *list = &on->at[KEY_read];
	bool subtree = on->query->subtree;
	const struct item *item = denied(&on->at[KEY_deny_read], path, subtree);

	if (item) {
		refuse_always(on, KEY_deny_read, item);
		return;
	}
	if (!list->given && on->at[KEY_allow_file_io].number)
		return;
	item = granted(list, path, subtree);
	if (item)
		allow(on, KEY_read, item);
	else if (floor_reads(on->policy, path, subtree))
		allow_by_floor(on);
	else
		refuse(on, list->given ? KEY_read : KEY_allow_file_io);
}

static void decide_write(const struct case_of *on, const char *path)
{
	const struct setting *list = &on->at[KEY_write];
	bool subtree = on->query->subtree;
	const struct item *item;

	if (floor_keeps(on->policy, path, subtree)) {
		on->verdict->err = refusals[on->query->right];
		on->verdict->rule = "sandbox library";
		return;
	}
	item = denied(&on->at[KEY_deny_write], path, subtree);
	if (item) {
		refuse_always(on, KEY_deny_write, item);
		return;
	}
	if (!list->given && on->at[KEY_allow_file_io].number)
		return;
	item = granted(list, path, subtree);
	if (item)
		allow(on, KEY_write, item);
	else if (floor_writes(path, subtree))
		allow_by_floor(on);
	else
		refuse(on, list->given ? KEY_write : KEY_allow_file_io);
}

/*
 * Looking at a file is part of reading, writing or running it, and looking at a
 * directory is part of going through it. A right to run programs that no list
 * limits is no grant on every file, as that to write is.
 */
static void decide_stat(const struct case_of *on, const char *path)
{
	static const enum key grants[] = {KEY_read, KEY_write, KEY_exec};
	bool files = on->at[KEY_allow_file_io].number;
	const struct item *item;

	item = denied(&on->at[KEY_deny_read], path, on->query->subtree);
	if (item) {
		refuse_always(on, KEY_deny_read, item);
		return;
	}
	if (files && (!on->at[KEY_read].given || !on->at[KEY_write].given))
		return;
	for (size_t i = 0; i < LENGTH(grants); i++) {
		item = granted(&on->at[grants[i]], path, on->query->subtree);
		if (item) {
			allow(on, grants[i], item);
			return;
		}
	}
	if (floor_reads(on->policy, path, on->query->subtree) ||
	    floor_leads(on->policy, path))
		allow_by_floor(on);
	else if (!is_ancestor(&on->at[KEY_read], path) &&
		 !is_ancestor(&on->at[KEY_write], path) &&
		 !is_ancestor(&on->at[KEY_exec], path))
		refuse(on,
		       on->at[KEY_read].given ? KEY_read : KEY_allow_file_io);
}

static void decide_file(const struct case_of *on)
{
	const char *path = on->query->path ? on->query->path : "";

	if (is_no_path(path))
		return;
	if (on->query->right == FS_READ)
		decide_read(on, path);
	else if (on->query->right == FS_WRITE)
		decide_write(on, path);
	else
		decide_stat(on, path);
}

/* `exec` beside allow_process = false grants these programs and their fork. */
static void decide_process(const struct case_of *on)
{
	const struct setting *list = &on->at[KEY_exec];
	const char *path = on->query->path ? on->query->path : "";
	bool any = on->at[KEY_allow_process].number;
	const struct item *item;

	if (on->query->right != EXEC) {
		if (!any && (on->query->right == PROC_SIGNAL || !list->count))
			refuse(on, KEY_allow_process);
		return;
	}
	if (!list->given && any)
		return;
	item = granted(list, path, false);
	if (item)
		allow(on, KEY_exec, item);
	else
		refuse(on, list->given ? KEY_exec : KEY_allow_process);
}

/* True if some rule is on sockets of this host, or on others if not `local`. */
static bool names(const struct setting *list, bool local)
{
	for (unsigned i = 0; i < list->count; i++) {
		if ((list->items[i].net.kind == NET_UNIX) == local)
			return true;
	}
	return false;
}

static bool is_unlimited(const struct case_of *on, enum key key)
{
	return on->at[KEY_allow_network].number && !on->at[key].given;
}

static void refuse_network(const struct case_of *on, enum key key)
{
	refuse(on, on->at[key].given ? key : KEY_allow_network);
}

/* A socket that is not bound yet is bound by listen to any address and port. */
static bool is_bound(const struct net_address *address)
{
	return !address || address->family == AF_UNIX || address->port;
}

static void decide_address(const struct case_of *on, enum key key)
{
	const struct setting *list = &on->at[key];
	const struct query *query = on->query;

	if (is_unlimited(on, key))
		return;
	if (query->right == NET_LISTEN && list->count &&
	    is_bound(query->address))
		return;
	for (unsigned i = 0; query->address && i < list->count; i++) {
		bool resolved = i < 64 && query->resolved >> i & 1;

		if (!net_match(&list->items[i].net, query->address, resolved))
			continue;
		allow(on, key, &list->items[i]);
		return;
	}
	/* A look-up itself reaches nobody whom some rule might not name. */
	if (query->address || !query->host || !names(list, false))
		refuse_network(on, key);
}

static void decide_socket(const struct case_of *on)
{
	const struct setting *connect = &on->at[KEY_connect];
	const struct setting *bind = &on->at[KEY_bind];
	bool out = is_unlimited(on, KEY_connect);
	bool in = is_unlimited(on, KEY_bind), may = false;
	int kind = on->query->kind;

	if (out && in)
		return;
	switch (on->query->domain) {
	case AF_INET:
	case AF_INET6:
		may =
		    (kind == SOCK_STREAM || kind == SOCK_DGRAM) &&
		    (out || in || names(connect, false) || names(bind, false));
		break;
	case AF_UNIX:
		may = out || in || names(connect, true) || names(bind, true);
		break;
	}
	if (!may)
		refuse_network(on, out ? KEY_bind : KEY_connect);
}

/* A grant on either name admits a library, a denial of either refuses it. */
static void decide_library(const struct case_of *on)
{
	const struct setting *list = &on->at[KEY_allowed_libs];
	uint64_t limit = on->at[KEY_max_loaded_libs].number;
	const char *path = on->query->path ? on->query->path : "";
	const char *alias = on->query->alias ? on->query->alias : path;
	const struct item *item;

	if (on->at[KEY_block_system_libs].number &&
	    (floor_library(path) || floor_library(alias))) {
		refuse(on, KEY_block_system_libs);
		return;
	}
	item = granted(list, path, false);
	if (!item)
		item = granted(list, alias, false);
	if (item) {
		allow(on, KEY_allowed_libs, item);
	} else if (list->given && !(on->query->needed && floor_library(path))) {
		refuse(on, KEY_allowed_libs);
		return;
	}
	if (limit && on->query->count >= limit)
		refuse(on, KEY_max_loaded_libs);
}

/* No sum here can overflow: what is asked for is compared with what is left. */
static void decide_memory(const struct case_of *of)
{
	const struct overlay *overlay = of->query->overlay;
	const struct case_of library = { of->policy, overlay ? overlay->at : NULL,
					 of->query, of->verdict };
	const struct case_of *on = overlay ? &library : of;
	uint64_t bytes = on->at[KEY_memory_limit].number;
	uint64_t blocks = on->at[KEY_max_allocs].number;
	const struct query *query = on->query;

	if (bytes && (query->live > bytes || query->size > bytes - query->live))
		refuse(on, KEY_memory_limit);
	else if (blocks && query->allocs >= blocks)
		refuse(on, KEY_max_allocs);
}

static void decide_syscall(const struct case_of *on)
{
	const struct query *query = on->query;
	uint64_t syscalls = on->at[KEY_allow_syscalls].number;

	if ((syscalls == SYSCALLS_NONE && !query->harmless) ||
	    (syscalls == SYSCALLS_POLICED && query->roundabout &&
	     on->policy->withheld))
		refuse(on, KEY_allow_syscalls);
}

static void decide(const struct case_of *on)
{
	switch (on->query->right) {
	case FS_READ:
	case FS_WRITE:
	case FS_STAT:
		decide_file(on);
		break;
	case EXEC:
	case PROC_FORK:
	case PROC_SIGNAL:
		decide_process(on);
		break;
	case NET_CONNECT:
	case NET_LOCAL:
		decide_address(on, KEY_connect);
		break;
	case NET_BIND:
	case NET_LISTEN:
		decide_address(on, KEY_bind);
		break;
	case NET_SOCKET:
		decide_socket(on);
		break;
	case LIB_LOAD:
		decide_library(on);
		break;
	case MEM_ALLOC:
		decide_memory(on);
		break;
	case MEM_EXEC:
		if (!on->at[KEY_allow_exec_memory].number)
			refuse(on, KEY_allow_exec_memory);
		break;
	case SYS_RAW:
		decide_syscall(on);
		break;
	case LIB_SYMBOL:
	case CALL_TIME:
	case RIGHTS:
		break;
	}
}

void policy_decide(const struct policy *policy, const struct query *query,
		   struct verdict *verdict)
{
	const struct case_of on = {policy, policy->at, query, verdict};

	*verdict = (struct verdict){0};
	if (policy->closed) {
		verdict->err =
		    query->right < RIGHTS ? refusals[query->right] : -EPERM;
		verdict->rule = "no policy";
		verdict->explicit_deny = true;
	} else if (policy->at[KEY_mode].number != MODE_OFF) {
		decide(&on);
	}
}
