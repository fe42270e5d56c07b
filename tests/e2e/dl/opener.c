/*
 * opener.c - a library that opens another one by its bare name.
 * SPDX-License-Identifier: MIT
 *
 * Only its own RUNPATH leads to it.
 */
#include <dlfcn.h>
#include <stddef.h>

int answer(void);

int answer(void)
{
	void *inner = dlopen("libinner.so", RTLD_NOW);
	int (*function)(void);

	if (!inner)
		return -1;
	function = (int (*)(void))dlsym(inner, "answer");
	return function ? function() : -2;
}
