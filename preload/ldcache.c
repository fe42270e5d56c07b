/*
 * ldcache.c - reads /etc/ld.so.cache as ld.so does.
 * SPDX-License-Identifier: MIT
 *
 * The layout is that of glibc's sysdeps/generic/dl-cache.h: a header, entries
 * sorted by name (descending, numbers in names by value), strings; and an
 * extension that names the glibc-hwcaps directories.
 */
#include "preload/ldcache.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	FLAGS_ELF64 = 0x0303,      /* _DL_CACHE_DEFAULT_ID of x86-64 */
	EXTENSION_MAGIC = (int)0xeaa42174,
	SECTION_HWCAPS = 1,
	EXTENSIONS_MAX = 16
};

/* In the upper half of hwcap; the lower is then an index of a directory. */
#define HWCAP_EXTENSION (1u << 30)

struct header {
	char magic[20]; /* "glibc-ld.so.cache" "1.1" */
	uint32_t count, strings;
	uint8_t flags, pad[3];
	uint32_t extension, unused[3];
};

struct entry {
	int32_t flags;
	uint32_t key, value; /* offsets of name and file, from the header */
	uint32_t osversion;
	uint64_t hwcap;
};

struct section {
	uint32_t tag, flags, offset, size;
};

/* The bytes, and what has been checked of them. */
struct cache {
	const char *base;
	size_t size;
	uint32_t count;   /* entries, all inside */
	uint32_t names;   /* offset of the table of directory names */
	uint32_t names_count;
};

/* Copies what may be misaligned; false if it is not all inside. */
static bool read_at(const struct cache *in, uint64_t offset, void *out,
		    size_t len)
{
	if (offset > in->size || len > in->size - offset)
		return false;
	memcpy(out, in->base + offset, len);
	return true;
}

/* A string that ends inside, or NULL. */
static const char *text_at(const struct cache *in, uint64_t offset)
{
	if (offset >= in->size ||
	    !memchr(in->base + offset, '\0', in->size - offset))
		return NULL;
	return in->base + offset;
}

static bool entry_at(const struct cache *in, uint32_t i, struct entry *entry)
{
	return i < in->count &&
	       read_at(in, sizeof(struct header) + (uint64_t)i * sizeof(*entry),
		       entry, sizeof(*entry));
}

static void find_names(struct cache *in, uint32_t extension)
{
	struct section section;
	uint32_t head[2]; /* magic, number of sections */

	if (!extension || !read_at(in, extension, head, sizeof(head)) ||
	    head[0] != (uint32_t)EXTENSION_MAGIC)
		return;
	for (uint32_t i = 0; i < head[1] && i < EXTENSIONS_MAX; i++) {
		if (!read_at(in, extension + sizeof(head) +
			     (uint64_t)i * sizeof(section),
			     &section, sizeof(section)))
			return;
		if (section.tag == SECTION_HWCAPS) {
			in->names = section.offset;
			in->names_count = section.size / sizeof(uint32_t);
		}
	}
}

static bool cache_open(struct cache *in)
{
	struct header header;

	if (!read_at(in, 0, &header, sizeof(header)) ||
	    memcmp(header.magic, "glibc-ld.so.cache1.1", 20) != 0 ||
	    header.count > (in->size - sizeof(header)) / sizeof(struct entry))
		return false;
	in->count = header.count;
	find_names(in, header.extension);
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Wraps like the int that ldconfig sorted by. */
static int32_t number(const char **at)
{
	uint32_t value = 0;

	while (is_digit(**at))
		value = value * 10 + (uint32_t)(*(*at)++ - '0');
	return (int32_t)value;
}

/* The order of the cache: as strcmp, but "2" before "10"; digits come last. */
static int compare(const char *a, const char *b)
{
	while (*a) {
		if (is_digit(*a) != is_digit(*b))
			return is_digit(*a) ? 1 : -1;
		if (is_digit(*a)) {
			int32_t x = number(&a), y = number(&b);

			if (x != y)
				return x < y ? -1 : 1;
		} else if (*a != *b) {
			break;
		} else {
			a++, b++;
		}
	}
	return *a - *b;
}

/* compare() of `name` with entry i; `*bad` when that entry has no name. */
static int compare_entry(const struct cache *in, uint32_t i, const char *name,
			 bool *bad)
{
	struct entry entry;
	const char *key;

	key = entry_at(in, i, &entry) ? text_at(in, entry.key) : NULL;
	*bad = !key;
	return key ? compare(name, key) : 0;
}

/* The first entry of this name, or in->count. */
static uint32_t first_of(const struct cache *in, const char *name)
{
	uint32_t low = 0, high = in->count;
	bool bad = false;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare_entry(in, middle, name, &bad) < 0)
			low = middle + 1;
		else
			high = middle;
		if (bad)
			return in->count;
	}
	return low;
}

/* 1 for a plain entry, N for glibc-hwcaps/x86-64-vN, 0 for what is not ours. */
static unsigned level_of(const struct cache *in, const struct entry *entry)
{
	uint32_t index = (uint32_t)entry->hwcap, offset;
	const char *name;

	if (entry->flags != FLAGS_ELF64)
		return 0;
	if (entry->hwcap == 0)
		return 1;
	if (entry->hwcap >> 32 != HWCAP_EXTENSION || index >= in->names_count ||
	    !read_at(in, in->names + (uint64_t)index * sizeof(offset), &offset,
		     sizeof(offset)))
		return 0;
	name = text_at(in, offset);
	if (!name || strncmp(name, "x86-64-v", 8) != 0 || name[8] < '2' ||
	    name[8] > '4' || name[9])
		return 0;
	return (unsigned)(name[8] - '0');
}

const char *ldcache_find(const void *cache, size_t size, const char *name,
			 unsigned level)
{
	struct cache in = { .base = cache, .size = size };
	unsigned best_level = 0;
	const char *best = NULL;
	struct entry entry;
	bool bad;

	if (!cache_open(&in))
		return NULL;
	for (uint32_t i = first_of(&in, name); entry_at(&in, i, &entry); i++) {
		unsigned this_level = level_of(&in, &entry);

		if (compare_entry(&in, i, name, &bad) != 0 || bad)
			break;
		if (this_level > best_level && this_level <= level) {
			best_level = this_level;
			best = text_at(&in, entry.value);
		}
	}
	return best;
}
