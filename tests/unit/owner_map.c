/*
 * owner_map.c - unit tests of the notes in preload/owner_map.h.
 * SPDX-License-Identifier: MIT
 */
#include "test.h"

#include "preload/owner_map.h"

enum { PLACES = 64, ACCOUNT = 7 };

static const size_t sizes[] = {24,    2032,    2040,      2048,       4056,
			       65544, 1 << 20, 1UL << 31, 34359738360};

TEST(what_is_written_is_read_and_leaves_nothing_behind)
{
	static const unsigned char zeros[PLACES];

	for (size_t i = 0; i < COUNT(sizes); i++) {
		unsigned char map[PLACES] = {0};
		size_t bytes = 0;

		owner_write(map, ACCOUNT, sizes[i]);
		assert_int_equal(owner_read(map, &bytes), ACCOUNT);
		CHECK(bytes == sizes[i], "%zu read as %zu", sizes[i], bytes);
		owner_clear(map);
		assert_memory_equal(map, zeros, PLACES);
	}
}

TEST(no_block_finds_a_note_inside_that_of_a_large_one)
{
	for (size_t size = 2040; size < 600000; size += 8) {
		unsigned char map[PLACES] = {0};
		size_t bytes;

		owner_write(map, ACCOUNT, size);
		for (unsigned at = 2; at < PLACES - 2; at++)
			CHECK(owner_read(map + at, &bytes) == 0,
			      "%zu bytes: a note at %u", size, at);
	}
}

/* Its block was freed by libc, and others were put into the place since. */
TEST(a_charge_that_was_written_over_is_never_a_larger_one)
{
	for (unsigned at = 2; at < 2 + OWNER_BITS; at++) {
		unsigned char map[2 * PLACES] = {0};
		size_t bytes = 0;

		owner_write(map, ACCOUNT, 4056);
		owner_write(map + at, ACCOUNT, 24);
		assert_int_equal(owner_read(map, &bytes), 0);
		owner_clear(map + at);
		if (owner_read(map, &bytes))
			CHECK(bytes <= 4056, "at %u: %zu bytes", at, bytes);
	}
}

RUN(cmocka_unit_test(what_is_written_is_read_and_leaves_nothing_behind),
    cmocka_unit_test(no_block_finds_a_note_inside_that_of_a_large_one),
    cmocka_unit_test(a_charge_that_was_written_over_is_never_a_larger_one))
