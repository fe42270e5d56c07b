/*
 * variable.c - variables that make ld.so or libc load or write by themselves.
 * SPDX-License-Identifier: MIT
 *
 * See variable.h; for ld.so's own see ld.so(8). LD_LIBRARY_PATH is none of
 * them: a child's own libraries are mapped before us, from wherever.
 */
#include "preload/variable.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "preload/gate.h"
#include "preload/path.h"
#include "preload/start.h"

#define PRELOAD "LD_PRELOAD="
#define SEPARATORS " :"

/* `minded` are the rights of which children have to keep one. */
static const struct variable {
	const char *name;
	enum right right;
	uint32_t minded;
} variables[] = {
	/* A namespace of its own, with a libc that we do not stand before. */
	{ "LD_AUDIT=", LIB_LOAD, UINT32_MAX },
	{ "LD_DEBUG_OUTPUT=", FS_WRITE, RIGHT(FS_WRITE) },
	{ "LD_PROFILE=", FS_WRITE, RIGHT(FS_WRITE) },
	{ "LD_PROFILE_OUTPUT=", FS_WRITE, RIGHT(FS_WRITE) },
	{ "GCONV_PATH=", LIB_LOAD, RIGHT(LIB_LOAD) },
};

/* Nobody in particular: ld.so, or libc, of a child. */
static const struct asked child = { .call = "exec" };

static const struct variable *find(const char *entry)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		if (strncmp(entry, variables[i].name,
			    strlen(variables[i].name)) == 0)
			return &variables[i];
	return NULL;
}

static bool is_from_start(const char *entry)
{
	for (char *const *env = start_env; env && *env; env++)
		if (strcmp(*env, entry) == 0)
			return true;
	return false;
}

bool variable_asks(const char *entry)
{
	const struct variable *variable = find(entry);

	return variable && variable->minded & gate_policy->kept &&
	       !is_from_start(entry);
}

bool variable_may_pass(const char *entry)
{
	return !variable_asks(entry) ||
	       gate_refuse(&child, find(entry)->right, entry,
			   "variable that acts unasked", -EACCES) == 0;
}

static bool lists(const char *value, const char *file, size_t len)
{
	while (*value) {
		size_t n = strcspn(value, SEPARATORS);

		if (n == len && memcmp(value, file, n) == 0)
			return true;
		value += n + (value[n] != '\0');
	}
	return false;
}

bool variable_asks_library(const char *file, size_t len)
{
	if (!(gate_policy->withheld & RIGHT(LIB_LOAD)))
		return false;
	for (char *const *env = start_env; env && *env; env++)
		if (strncmp(*env, PRELOAD, strlen(PRELOAD)) == 0 &&
		    lists(*env + strlen(PRELOAD), file, len))
			return false;
	return true;
}

/* What is no absolute name, or holds $LIB, only the child's ld.so will find. */
static int ask_library(const char *file, size_t len, struct scratch *slot)
{
	if (len >= sizeof(slot->work))
		return -ENAMETOOLONG;
	memcpy(slot->work, file, len);
	slot->work[len] = '\0';
	if (*file != '/' || memchr(file, '$', len))
		return gate_refuse(&child, LIB_LOAD, slot->work,
				   "LD_PRELOAD without a plain, absolute name",
				   -EACCES);
	slot->path[0] = '\0';
	path_resolve(AT_FDCWD, slot->work, FOLLOW, slot->path);
	return gate_decide(&child, &(struct query){ .right = LIB_LOAD,
						    .path = slot->path });
}

bool variable_may_preload(const char *file, size_t len)
{
	struct scratch *slot;
	int err;

	if (!variable_asks_library(file, len))
		return true;
	slot = scratch_take();
	err = slot ? ask_library(file, len, slot) : -ENOMEM;
	scratch_drop(slot);
	return !err;
}
