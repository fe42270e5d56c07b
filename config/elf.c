/*
 * elf.c - what kind of program a file is, as the kernel will see it.
 * SPDX-License-Identifier: MIT
 */
#include "config/elf.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "config/raw.h"

#if defined(__x86_64__)
enum { NATIVE = EM_X86_64, CLASS = ELFCLASS64 };
#elif defined(__aarch64__)
enum { NATIVE = EM_AARCH64, CLASS = ELFCLASS64 };
#endif

enum {
	HEADERS_SIZE = 65536, /* the kernel takes no more bytes of headers */
	BATCH = 2 /* headers read at a time; the stack may be small */
};

/* What the kernel looks at first, and so do we; zeroes follow a short file. */
union head {
	char text[ELF_NAME];
	ElfW(Ehdr) elf;
};

/* As many bytes as there are, up to `len`; or a negative errno. */
static long read_at(int fd, uint64_t offset, void *out, size_t len)
{
	size_t have = 0;
	long got;

	if (offset > INT64_MAX - len)
		return 0;
	do {
		got = RAW(pread64, fd, (char *)out + have, len - have,
			  offset + have);
		if (got > 0)
			have += (size_t)got;
	} while (got == -EINTR || (got > 0 && have < len));
	return got < 0 ? got : (long)have;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

static const char *skip_word(const char *at, const char *end)
{
	while (at < end && *at && !is_blank(*at))
		at++;
	return at;
}

static void copy_word(char *out, const char *from, const char *end)
{
	size_t len = (size_t)(end - from);

	memcpy(out, from, len);
	out[len] = '\0';
}

/*
 * "#! /bin/sh -e\n". A name that may go on behind what was read is none; an
 * argument may be cut. A NUL ends the line only where the newline is missing.
 */
static void read_script(const union head *head, struct elf_facts *facts)
{
	const char *text = head->text, *last = text + ELF_NAME - 1;
	size_t len = strnlen(text, ELF_NAME);
	const char *end = memchr(text, '\n', len);
	const char *name, *stop;

	if (!end) {
		if (skip_word(skip_blanks(text + 2, last + 1), last + 1) > last)
			return;
		end = last;
	}
	while (is_blank(end[-1]))
		end--;
	name = skip_blanks(text + 2, end);
	stop = skip_word(name, end);
	if (stop == name)
		return;
	facts->kind = ELF_SCRIPT;
	copy_word(facts->interpreter, name, stop);
	if (stop == end || *stop == '\0')
		return;
	name = skip_blanks(stop, end);
	copy_word(facts->argument, name, name + strnlen(name, end - name));
}

/* The name in PT_INTERP; false if the kernel would not take it. */
static bool read_loader(int fd, const ElfW(Phdr) *header, char *out)
{
	char last = 1;
	size_t size = header->p_filesz;

	if (size < 2 || size > PATH_MAX || header->p_offset > INT64_MAX - size)
		return false;
	if (read_at(fd, header->p_offset + size - 1, &last, 1) != 1 || last)
		return false;
	if (size > ELF_NAME)
		return true; /* out stays "" */
	if (read_at(fd, header->p_offset, out, size) == (long)size &&
	    out[size - 1] == '\0')
		return true;
	out[0] = '\0';
	return false;
}

/* The kernel obeys the first PT_INTERP and no other. */
static void read_program(int fd, const ElfW(Ehdr) *elf, struct elf_facts *facts)
{
	bool loader = false, dynamic = false;
	ElfW(Phdr) headers[BATCH];
	size_t size = elf->e_phnum * sizeof(*headers);

	if (size == 0 || size > HEADERS_SIZE)
		return;
	for (unsigned i = 0; i < elf->e_phnum; i++) {
		const ElfW(Phdr) *header = &headers[i % BATCH];
		size_t left = size - i * sizeof(*header);
		size_t wanted = left < sizeof(headers) ? left : sizeof(headers);

		if (i % BATCH == 0 &&
		    read_at(fd, elf->e_phoff + i * sizeof(*header), headers,
			    wanted) != (long)wanted)
			return;
		if (header->p_type == PT_DYNAMIC)
			dynamic = true;
		if (header->p_type != PT_INTERP || loader)
			continue;
		loader = true;
		if (!read_loader(fd, header, facts->interpreter))
			return;
	}
	facts->kind = loader && dynamic ? ELF_DYNAMIC : ELF_STATIC;
}

static bool is_native(const ElfW(Ehdr) *elf)
{
	const union { uint16_t word; uint8_t low; } order = { .word = 1 };

	return elf->e_machine == NATIVE && elf->e_ident[EI_CLASS] == CLASS &&
	       elf->e_ident[EI_DATA] == (order.low ? ELFDATA2LSB : ELFDATA2MSB);
}

int elf_inspect(int fd, struct elf_facts *facts)
{
	union head head = { .text = "" };
	long len = read_at(fd, 0, &head, sizeof(head));

	if (len < 0)
		return (int)len;
	memset(facts, 0, sizeof(*facts));
	if (memcmp(head.text, "#!", 2) == 0) {
		read_script(&head, facts);
	} else if (memcmp(head.text, ELFMAG, SELFMAG) == 0) {
		if (!is_native(&head.elf))
			facts->kind = ELF_FOREIGN;
		else if ((head.elf.e_type == ET_EXEC ||
			  head.elf.e_type == ET_DYN) &&
			 head.elf.e_phentsize == sizeof(ElfW(Phdr)) &&
			 head.elf.e_phoff <= INT64_MAX - HEADERS_SIZE)
			read_program(fd, &head.elf, facts);
	}
	if (facts->kind != ELF_DYNAMIC && facts->kind != ELF_SCRIPT)
		facts->interpreter[0] = '\0';
	return 0;
}
