/*
 * convert.c - has libc load a converter from a directory of our own.
 * SPDX-License-Identifier: MIT
 *
 * convert DIRECTORY WAY …: says "WAY: ok" or "WAY: ERRNO"; what is loaded says
 * so itself.
 */
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int convert(const char *way)
{
	const char *mode = strchr(way, '=') ? "r,ccs=FOREIGN" : "r";

	if (!strncmp(way, "fopen", 5))
		return fopen("/dev/null", mode) ? 0 : -1;
	if (!strncmp(way, "freopen", 7))
		return freopen("/dev/null", mode, stdin) ? 0 : -1;
	return iconv_open("UTF-8", "FOREIGN") == (iconv_t)-1 ? -1 : 0;
}

int main(int argc, char **argv)
{
	setenv("GCONV_PATH", argv[1], 1);
	for (int i = 2; i < argc; i++) {
		errno = 0;
		printf("%s: %s\n", argv[i],
		       convert(argv[i]) ? strerrorname_np(errno) : "ok");
		fflush(stdout);
	}
	return 0;
}
