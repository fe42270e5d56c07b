/*
 * convert.c - questions of the family dl: libc's functions that load libraries
 * without dlopen.
 * SPDX-License-Identifier: MIT
 */
#include "preload/dl.h"

#include "preload/real.h"
#include "preload/start.h"

static const char *variable(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; env && *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return "";
}

int may_convert(const struct asked *ask)
{
	const char *now = variable(environ, "GCONV_PATH");

	if (strcmp(now, variable(start_env, "GCONV_PATH")) == 0)
		return 0;
	return gate_refuse(ask, LIB_LOAD, now, "GCONV_PATH was changed",
			   -EACCES);
}

int may_configure(const struct asked *ask, const char *services)
{
	if (!gate_policy->at[KEY_allowed_libs].given &&
	    !gate_policy->at[KEY_block_system_libs].number)
		return 0;
	return gate_refuse(ask, LIB_LOAD, services, "allowed_libs", -EACCES);
}
