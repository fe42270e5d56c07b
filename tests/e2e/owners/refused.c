/*
 * refused.c - asks a thousand times for more than the limit, and waits.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	void *volatile kept = malloc(100000);
	void *volatile block = malloc(200000);

	free(block);
	for (int i = 0; i < 1000; i++)
		if ((block = malloc(2 << 20)))
			return 1;
	puts("ready");
	fflush(stdout);
	getchar();
	free(kept);
	return 0;
}
