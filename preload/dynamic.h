/*
 * dynamic.h - what a library's file says that it needs.
 * SPDX-License-Identifier: MIT
 *
 * Reads program headers and PT_DYNAMIC, as ld.so does; section headers are not
 * looked at. The file may be hostile: every offset is checked, nothing is
 * mapped, and a file that could mean one thing to us and another to ld.so is
 * refused.
 */
#ifndef PRELOAD_DYNAMIC_H
#define PRELOAD_DYNAMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DYNAMIC_SEGMENTS = 32, /* gcc makes 4, lld 5 */
	DYNAMIC_NEEDED = 256   /* the largest in Debian has about 100 */
};

#define DYNAMIC_NONE UINT64_MAX

struct dynamic {
	struct segment {
		uint64_t address, size, offset; /* of what is in the file */
	} segments[DYNAMIC_SEGMENTS];
	unsigned segment_count;
	uint64_t strings, strings_size; /* place of the string table */
	/* Offsets of strings, or DYNAMIC_NONE. */
	uint64_t soname, rpath, runpath;
	uint64_t needed[DYNAMIC_NEEDED];
	bool optional[DYNAMIC_NEEDED]; /* DT_AUXILIARY: may be missing */
	unsigned needed_count;
	bool no_default;               /* DF_1_NODEFLIB */
	/* How loading it makes memory writable and executable at once; or NULL. */
	const char *wants_exec;
};

/*
 * Reads the file into `out`. 0; -ENOEXEC if ld.so will refuse it at first sight
 * (no ELF magic, too short); -EBADMSG if it is malformed or beyond the limits
 * above; or what reading failed with.
 */
int dynamic_read(int fd, struct dynamic *out);

/* A string of the string table; 0 or -EBADMSG (outside, or too long). */
int dynamic_text(int fd, const struct dynamic *in, uint64_t offset, char *out,
		 size_t size);

/* True unless the file is an ELF file for another machine or word size. */
bool dynamic_for_us(int fd);

#endif
