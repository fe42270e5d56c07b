/*
 * dynamic.c - what a library's file says that it needs.
 * SPDX-License-Identifier: MIT
 *
 * ld.so finds everything by address, in the image that PT_LOAD describes, so
 * addresses are translated here in the same way; p_offset of PT_DYNAMIC means
 * nothing to it. Only images whose segments ascend and share no page have one
 * meaning, all others are refused.
 */
#include "preload/dynamic.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>

#include "config/raw.h"

enum { PAGE = 4096, ENTRIES_MAX = 4096, BATCH = 16, HEADERS_MAX = 128 };

/* Our own ELF header: of the only machine and class that can be loaded. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* All of `len` bytes; 0, -EBADMSG when the file ends before, or an errno. */
static int read_all(int fd, uint64_t offset, void *out, size_t len)
{
	long got;

	if (offset > INT64_MAX - len)
		return -EBADMSG;
	do
		got = RAW(pread64, fd, out, len, offset);
	while (got == -EINTR);
	return got < 0 ? (int)got : (size_t)got == len ? 0 : -EBADMSG;
}

static bool same_machine(const ElfW(Ehdr) *header)
{
	return header->e_ident[EI_CLASS] == __ehdr_start.e_ident[EI_CLASS] &&
	       header->e_ident[EI_DATA] == __ehdr_start.e_ident[EI_DATA] &&
	       header->e_machine == __ehdr_start.e_machine;
}

static bool is_elf(const ElfW(Ehdr) *header)
{
	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0;
}

bool dynamic_for_us(int fd)
{
	ElfW(Ehdr) header;

	return read_all(fd, 0, &header, sizeof(header)) || !is_elf(&header) ||
	       same_machine(&header);
}

/* Adds a PT_LOAD; false if it shares a page with the one before. */
static bool add_segment(struct dynamic *out, const ElfW(Phdr) *load,
			uint64_t *end)
{
	struct segment *segment = &out->segments[out->segment_count];

	if (out->segment_count == DYNAMIC_SEGMENTS ||
	    load->p_filesz > load->p_memsz ||
	    load->p_vaddr > INT64_MAX - PAGE ||
	    load->p_memsz > INT64_MAX - PAGE - load->p_vaddr ||
	    load->p_vaddr / PAGE * PAGE < *end)
		return false;
	*end = (load->p_vaddr + load->p_memsz + PAGE - 1) / PAGE * PAGE;
	*segment = (struct segment){ load->p_vaddr, load->p_filesz,
				     load->p_offset };
	out->segment_count++;
	return true;
}

/* Without PT_GNU_STACK ld.so makes stacks executable: DEFAULT_STACK_PERMS. */
static const char *exec_of(bool stack, bool segment)
{
	return segment ? "segment that is writable and executable" :
	       stack   ? "executable stack" :
			 NULL;
}

/* Takes in the program headers; `dynamic` gets the address of the last one. */
static int read_headers(int fd, const ElfW(Ehdr) *header, struct dynamic *out,
			uint64_t *dynamic)
{
	bool stack = true, segment = false;
	uint64_t end = 0;

	if (header->e_phentsize != sizeof(ElfW(Phdr)) ||
	    header->e_phnum > HEADERS_MAX)
		return -EBADMSG;
	for (unsigned i = 0; i < header->e_phnum; i++) {
		ElfW(Phdr) program;
		int err = read_all(fd, header->e_phoff + i * sizeof(program),
				   &program, sizeof(program));

		if (err)
			return err;
		if (program.p_type == PT_LOAD &&
		    !add_segment(out, &program, &end))
			return -EBADMSG;
		if (program.p_type == PT_DYNAMIC)
			*dynamic = program.p_vaddr;
		if (program.p_type == PT_GNU_STACK)
			stack = program.p_flags & PF_X;
		segment |= program.p_type == PT_LOAD &&
			   (program.p_flags & (PF_W | PF_X)) == (PF_W | PF_X);
	}
	out->wants_exec = exec_of(stack, segment);
	return 0;
}

/* Where `address` is in the file, and how many bytes follow in its segment. */
static int place_of(const struct dynamic *in, uint64_t address,
		    uint64_t *offset, uint64_t *room)
{
	for (unsigned i = 0; i < in->segment_count; i++) {
		const struct segment *segment = &in->segments[i];

		if (address >= segment->address &&
		    address - segment->address < segment->size) {
			*offset = segment->offset + address - segment->address;
			*room = segment->size - (address - segment->address);
			return 0;
		}
	}
	return -EBADMSG;
}

static int add_needed(struct dynamic *out, uint64_t name, bool optional)
{
	if (out->needed_count == DYNAMIC_NEEDED)
		return -EBADMSG;
	out->optional[out->needed_count] = optional;
	out->needed[out->needed_count++] = name;
	return 0;
}

/* Of entries that may stand once, the last counts, as for ld.so. */
static int take_entry(struct dynamic *out, const ElfW(Dyn) *entry)
{
	switch (entry->d_tag) {
	case DT_STRTAB:
		out->strings = entry->d_un.d_ptr;
		break;
	case DT_SONAME:
		out->soname = entry->d_un.d_val;
		break;
	case DT_RPATH:
		out->rpath = entry->d_un.d_val;
		break;
	case DT_RUNPATH:
		out->runpath = entry->d_un.d_val;
		break;
	case DT_TEXTREL:
		out->wants_exec = "text relocations";
		break;
	case DT_FLAGS:
		if (entry->d_un.d_val & DF_TEXTREL)
			out->wants_exec = "text relocations";
		break;
	case DT_FLAGS_1:
		out->no_default = entry->d_un.d_val & DF_1_NODEFLIB;
		break;
	case DT_NEEDED:
	case DT_FILTER:
		return add_needed(out, entry->d_un.d_val, false);
	case DT_AUXILIARY:
		return add_needed(out, entry->d_un.d_val, true);
	}
	return 0;
}

/* ld.so reads up to DT_NULL, whatever size the header gives. */
static int read_entries(int fd, struct dynamic *out, uint64_t address)
{
	ElfW(Dyn) entries[BATCH];
	uint64_t offset, room, n;
	int err = place_of(out, address, &offset, &room);

	for (uint64_t done = 0; !err && done < ENTRIES_MAX; done += n) {
		n = room / sizeof(entries[0]) - done;
		n = n < BATCH ? n : BATCH;
		if (n == 0)
			break;
		err = read_all(fd, offset + done * sizeof(entries[0]), entries,
			       n * sizeof(entries[0]));
		for (uint64_t i = 0; !err && i < n; i++) {
			if (entries[i].d_tag == DT_NULL)
				return 0;
			err = take_entry(out, &entries[i]);
		}
	}
	return err ? err : -EBADMSG;
}

int dynamic_read(int fd, struct dynamic *out)
{
	uint64_t dynamic = 0;
	ElfW(Ehdr) header;
	int err = read_all(fd, 0, &header, sizeof(header));

	if (err == -EBADMSG || (!err && !is_elf(&header)))
		return -ENOEXEC;
	*out = (struct dynamic){ .soname = DYNAMIC_NONE,
				 .rpath = DYNAMIC_NONE,
				 .runpath = DYNAMIC_NONE };
	if (!err && !same_machine(&header))
		return -ENOEXEC;
	if (!err)
		err = read_headers(fd, &header, out, &dynamic);
	if (!err && !dynamic)
		return -ENOEXEC; /* "object file has no dynamic section" */
	if (!err)
		err = read_entries(fd, out, dynamic);
	if (!err)
		err = place_of(out, out->strings, &out->strings,
			       &out->strings_size);
	return err;
}

int dynamic_text(int fd, const struct dynamic *in, uint64_t offset, char *out,
		 size_t size)
{
	uint64_t room;
	long got;

	if (offset >= in->strings_size)
		return -EBADMSG;
	room = in->strings_size - offset;
	do
		got = RAW(pread64, fd, out, room < size ? room : size,
			  in->strings + offset);
	while (got == -EINTR);
	if (got < 0)
		return (int)got;
	return memchr(out, '\0', (size_t)got) ? 0 : -EBADMSG;
}
