/*
 * caller.c - which library made a call.
 * SPDX-License-Identifier: MIT
 */
#include "preload/caller.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <string.h>

#include "config/raw.h"
#include "config/text.h"
#include "preload/scratch.h"
#include "preload/start.h"

/* glibc 2.35 and later; an older libc leaves callers unnamed. */
extern __typeof__(_dl_find_object) _dl_find_object __attribute__((weak));

const char *caller_name(const void *address)
{
	struct dl_find_object found;

	if (!_dl_find_object || _dl_find_object((void *)address, &found) != 0)
		return "";
	if (found.dlfo_link_map->l_name[0] == '\0')
		return start_program;
	return found.dlfo_link_map->l_name;
}

/* Reads a number in hex, and goes behind it. */
static uintptr_t read_hex(const char **at)
{
	uintptr_t number = 0;

	for (;; ++*at) {
		if (**at >= '0' && **at <= '9')
			number = number << 4 | (uintptr_t)(**at - '0');
		else if (**at >= 'a' && **at <= 'f')
			number = number << 4 | (uintptr_t)(**at - 'a' + 10);
		else
			return number;
	}
}

/* Is it in this line of maps: "from-to mode offset device inode path"? */
static bool is_there(const char *line, const void *address)
{
	uintptr_t from = read_hex(&line), to;

	line += *line == '-';
	to = read_hex(&line);
	return from <= (uintptr_t)address && (uintptr_t)address < to;
}

struct reader {
	struct scratch *slot; /* lines are in its `work` */
	size_t len, used;
	long fd;
};

/* The next line, which stays until the one after it; NULL at the end. */
static const char *next_line(struct reader *reader)
{
	char *room = reader->slot->work, *end;
	long got = 0;

	reader->len -= reader->used;
	memmove(room, room + reader->used, reader->len);
	do {
		reader->len += (size_t)got;
		end = memchr(room, '\n', reader->len);
		if (end) {
			*end = '\0';
			reader->used = (size_t)(end - room) + 1;
			return room;
		}
		got = RAW(read, reader->fd, room + reader->len,
			  sizeof(reader->slot->work) - reader->len);
	} while (got > 0);
	return NULL;
}

/* A file that was removed since has its name still. */
static bool take_file(const char *line, struct scratch *slot)
{
	static const char deleted[] = " (deleted)";
	struct text out = text_in(slot->path, sizeof(slot->path));
	size_t tail = sizeof(deleted) - 1, len;

	line = strchr(line, '/');
	if (!line)
		return false;
	len = strlen(line);
	if (len > tail && strcmp(line + len - tail, deleted) == 0)
		len -= tail;
	text_add_n(&out, line, len);
	return true;
}

bool caller_file(const void *address, struct scratch *slot)
{
	struct reader reader = { .slot = slot };
	const char *line;

	reader.fd = RAW(openat, AT_FDCWD, "/proc/self/maps",
			O_RDONLY | O_CLOEXEC);
	if (reader.fd < 0)
		return false;
	do
		line = next_line(&reader);
	while (line && !is_there(line, address));
	RAW(close, reader.fd);
	return line && take_file(line, slot);
}
