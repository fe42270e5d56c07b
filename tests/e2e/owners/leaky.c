/*
 * leaky.c - a library leaks what it is told to; the program leaks nothing.
 * SPDX-License-Identifier: MIT
 *
 * leaky HOW SIZE … on stdout: the blocks and bytes that one.so leaked. HOW is
 * exit, _exit, or fork: then a child ends first, by exit.
 */
#include <sys/wait.h>

#include "host.h"

int main(int argc, char **argv)
{
	void *handle, *mine = malloc(123456);
	const struct library *one = library_open("one.so", 0, &handle);
	const struct library *two = library_open("two.so", 0, &handle);
	size_t sum = 0;
	int blocks = argc - 2;

	if (argc < 2)
		return 2;
	for (int i = 0; i < blocks; i++)
		sum += malloc_usable_size(one->get((size_t)atoi(argv[i + 2])));
	two->put(two->get(100));
	free(mine);
	if (strcmp(argv[1], "fork") == 0) {
		if (fork() == 0)
			return 0;
		wait(NULL);
	}
	printf("%d blocks, %zu bytes\n", blocks, sum);
	fflush(stdout);
	if (strcmp(argv[1], "_exit") == 0)
		_exit(7);
	return 7;
}
