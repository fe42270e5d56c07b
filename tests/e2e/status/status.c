/*
 * status.c - asks the sandbox it runs in, as figsandbox.h says.
 * SPDX-License-Identifier: MIT
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "preload/figsandbox.h"

__attribute__((weak)) int fig_sandbox_status(struct fig_sandbox_status *status,
					     size_t size);
__attribute__((weak)) const char *fig_sandbox_version(void);

int main(void)
{
	struct {
		struct fig_sandbox_status status;
		uint64_t later; /* a member that only newer libraries know */
	} known;
	uint64_t first[2] = { 77, 77 };

	if (!fig_sandbox_status) {
		puts("no sandbox");
		return 0;
	}
	open("/nonexistent/a", O_RDONLY);
	memset(&known, 7, sizeof(known));
	printf("version %s\n", fig_sandbox_version());
	printf("result %d\n", fig_sandbox_status(&known.status, sizeof(known)));
	printf("mode %d\n", (int)known.status.mode);
	printf("memory_limit %d\n", (int)known.status.memory_limit);
	printf("call_timeout %d\n", (int)known.status.call_timeout);
	printf("violations %d\n", (int)known.status.violations);
	printf("later %d\n", (int)known.later);
	printf("short %d", fig_sandbox_status((void *)first, sizeof(first[0])));
	printf(" %d %d\n", (int)first[0], (int)first[1]);
	printf("wrong %d\n", fig_sandbox_status(NULL, 8));
	return 0;
}
