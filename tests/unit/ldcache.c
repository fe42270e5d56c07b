/*
 * ldcache.c - the loader's cache is read as ld.so reads it, or not at all.
 * SPDX-License-Identifier: MIT
 */
#include "preload/ldcache.c"

#include <stdlib.h>

#include "tests/unit/test.h"

enum { PLAIN = 0x0303, OTHER = 0x0003, ENTRIES = 12 };

/* In the order of ldconfig: descending, numbers by value. */
static const struct {
	const char *name, *file;
	int flags;
	uint64_t hwcap;
} entries[] = {
	{ "libz.so.10", "/l/libz.so.10", PLAIN, 0 },
	{ "libz.so.9", "/l/libz.so.9", PLAIN, 0 },
	{ "libv.so.1", "/l/v4", PLAIN, (uint64_t)HWCAP_EXTENSION << 32 | 2 },
	{ "libv.so.1", "/l/v3", PLAIN, (uint64_t)HWCAP_EXTENSION << 32 | 1 },
	{ "libv.so.1", "/l/v2", PLAIN, (uint64_t)HWCAP_EXTENSION << 32 | 0 },
	{ "libv.so.1", "/l/v9", PLAIN, (uint64_t)HWCAP_EXTENSION << 32 | 3 },
	{ "libv.so.1", "/l/far", PLAIN, (uint64_t)HWCAP_EXTENSION << 32 | 99 },
	{ "libv.so.1", "/l/old", PLAIN, 1 << 3 },
	{ "libv.so.1", "/l/plain", PLAIN, 0 },
	{ "libm.so.6", "/l/32/libm.so.6", OTHER, 0 },
	{ "libm.so.6", "/l/libm.so.6", PLAIN, 0 },
	{ "liba.so", "/l/liba.so", PLAIN, 0 },
};
static const char *const levels[] = { "x86-64-v2", "x86-64-v3", "x86-64-v4",
				      "z9000" };

struct image {
	struct header header;
	struct entry entries[ENTRIES];
	uint32_t head[2];
	struct section section;
	uint32_t levels[COUNT(levels)];
	char strings[600];
};

static uint32_t put(struct image *image, size_t *used, const char *text)
{
	size_t at = *used;

	strcpy(image->strings + at, text);
	*used += strlen(text) + 1;
	return (uint32_t)(offsetof(struct image, strings) + at);
}

static struct image build(void)
{
	struct image image = {
		.header = { .magic = "glibc-ld.so.cache1.1",
			    .count = ENTRIES,
			    .extension = offsetof(struct image, head) },
		.head = { (uint32_t)EXTENSION_MAGIC, 1 },
		.section = { .tag = SECTION_HWCAPS,
			     .offset = offsetof(struct image, levels),
			     .size = sizeof(image.levels) },
	};
	size_t used = 0;

	for (size_t i = 0; i < ENTRIES; i++) {
		image.entries[i].flags = entries[i].flags;
		image.entries[i].hwcap = entries[i].hwcap;
		image.entries[i].key = put(&image, &used, entries[i].name);
		image.entries[i].value = put(&image, &used, entries[i].file);
	}
	for (size_t i = 0; i < COUNT(levels); i++)
		image.levels[i] = put(&image, &used, levels[i]);
	image.header.strings = (uint32_t)used;
	return image;
}

static const struct {
	const char *name;
	unsigned level;
	const char *file;
} cases[] = {
	{ "libz.so.10", 1, "/l/libz.so.10" },
	{ "libz.so.9", 4, "/l/libz.so.9" },
	{ "libz.so.8", 4, NULL },
	{ "libz.so.11", 4, NULL },
	{ "libz.so", 4, NULL },
	{ "libv.so.1", 1, "/l/plain" },
	{ "libv.so.1", 2, "/l/v2" },
	{ "libv.so.1", 3, "/l/v3" },
	{ "libv.so.1", 4, "/l/v4" },
	{ "libm.so.6", 4, "/l/libm.so.6" },
	{ "liba.so", 1, "/l/liba.so" },
	{ "", 4, NULL },
	{ "a", 4, NULL },
	{ "zzz", 4, NULL },
};

TEST(a_name_gives_the_best_file_for_the_processor)
{
	struct image image = build();

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *file = ldcache_find(&image, sizeof(image),
						cases[i].name, cases[i].level);

		CHECK(!file == !cases[i].file &&
			      (!file || strcmp(file, cases[i].file) == 0),
		      "%s at %u: %s", cases[i].name, cases[i].level,
		      file ? file : "nothing");
	}
}

/* A copy that ends where the heap block ends, so that a sanitizer sees. */
TEST(every_truncation_gives_an_answer_from_inside_or_none)
{
	struct image image = build();

	for (size_t size = 0; size < sizeof(image); size++) {
		char *copy = malloc(size + !size);

		memcpy(copy, &image, size);
		for (size_t i = 0; i < COUNT(cases); i++) {
			const char *file =
				ldcache_find(copy, size, cases[i].name, 4);

			CHECK(!file || (file >= copy && file < copy + size &&
					memchr(file, '\0',
					       (size_t)(copy + size - file))),
			      "%s in %zu bytes", cases[i].name, size);
		}
		free(copy);
	}
}

TEST(another_format_has_no_names)
{
	struct image image = build();

	image.header.magic[17] = '2';
	assert_null(ldcache_find(&image, sizeof(image), "liba.so", 1));
}

TEST(more_entries_than_the_file_holds_are_none)
{
	struct image image = build();

	image.header.count = UINT32_MAX;
	assert_null(ldcache_find(&image, sizeof(image), "liba.so", 1));
}

RUN(cmocka_unit_test(a_name_gives_the_best_file_for_the_processor),
    cmocka_unit_test(every_truncation_gives_an_answer_from_inside_or_none),
    cmocka_unit_test(another_format_has_no_names),
    cmocka_unit_test(more_entries_than_the_file_holds_are_none))
