/*
 * syncs.c - calls fsync once, on its standard output's directory.
 * SPDX-License-Identifier: MIT
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY);

	printf("%d\n", fsync(fd));
	return 0;
}
