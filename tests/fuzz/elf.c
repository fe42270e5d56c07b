/*
 * elf.c - fuzzes the reader of programs and scripts.
 * SPDX-License-Identifier: MIT
 *
 * Input: the file.
 */
#include "config/elf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MUST(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_facts *facts = malloc(sizeof(*facts));
	static int fd = -1;
	bool script;

	MUST(facts);
	if (fd < 0)
		fd = memfd_create("program", MFD_CLOEXEC);
	MUST(ftruncate(fd, 0) == 0 &&
	     pwrite(fd, data, size, 0) == (ssize_t)size);
	memset(facts, 0xff, sizeof(*facts));
	MUST(elf_inspect(fd, facts) == 0);
	MUST(memchr(facts->interpreter, '\0', ELF_NAME));
	MUST(memchr(facts->argument, '\0', ELF_NAME));
	script = size > 2 && memcmp(data, "#!", 2) == 0;
	MUST(facts->kind <= ELF_DYNAMIC);
	MUST(facts->kind != ELF_SCRIPT || (script && facts->interpreter[0]));
	MUST(facts->kind != ELF_DYNAMIC || (!script && size > 64));
	MUST(facts->kind == ELF_SCRIPT || !facts->argument[0]);
	free(facts);
	return 0;
}
