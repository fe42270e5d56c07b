/*
 * dynamic.c - fuzzes the reader of a library's dynamic section.
 * SPDX-License-Identifier: MIT
 *
 * Input: the file.
 */
#include "preload/dynamic.c"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dynamic found;
	static char text[256];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("library", MFD_CLOEXEC);
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	dynamic_for_us(fd);
	if (dynamic_read(fd, &found))
		return 0;
	for (unsigned i = 0; i < found.needed_count; i++)
		if (dynamic_text(fd, &found, found.needed[i], text,
				 sizeof(text)) == 0 &&
		    strlen(text) >= sizeof(text))
			abort();
	return 0;
}
