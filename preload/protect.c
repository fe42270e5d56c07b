/*
 * protect.c - memory that is writable and executable at once.
 * SPDX-License-Identifier: MIT
 */
#include <sys/mman.h>

#include "preload/memory.h"

int may_protect(const struct asked *ask, const char *name, int prot)
{
	if ((prot & (PROT_WRITE | PROT_EXEC)) != (PROT_WRITE | PROT_EXEC))
		return 0;
	return gate_decide(ask,
			   &(struct query){.right = MEM_EXEC, .name = name});
}
