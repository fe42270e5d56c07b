/*
 * arena.c - memory that is handed out once: alignment, zeros, the end.
 * SPDX-License-Identifier: MIT
 */
#include "test.h"

#include "config/arena.h"

static _Alignas(max_align_t) char block[1024];

TEST(memory_is_aligned_wherever_the_block_starts)
{
	size_t align = _Alignof(max_align_t);
	struct arena arena;

	for (size_t skip = 0; skip < 2 * align; skip++) {
		arena_init(&arena, block + skip, sizeof(block) - skip);
		for (size_t size = 1; size < 20; size++) {
			char *taken = arena_take(&arena, size);

			CHECK(taken && (uintptr_t)taken % align == 0,
			      "%zu bytes, block + %zu", size, skip);
		}
	}
}

TEST(memory_is_zero_though_the_block_was_not)
{
	static const char zeros[100];
	struct arena arena;

	memset(block, 0x55, sizeof(block));
	arena_init(&arena, block, sizeof(block));
	assert_memory_equal(arena_take(&arena, 100), zeros, 100);
	assert_memory_equal(arena_take(&arena, 100), zeros, 100);
}

TEST(what_was_handed_out_is_left_alone)
{
	struct arena arena;
	char *taken[20];

	arena_init(&arena, block, sizeof(block));
	for (int i = 0; i < 20; i++) {
		taken[i] = arena_take(&arena, 17);
		assert_non_null(taken[i]);
		memset(taken[i], 'a' + i, 17);
	}
	for (int i = 0; i < 20; i++)
		for (int j = 0; j < 17; j++)
			assert_int_equal(taken[i][j], 'a' + i);
}

TEST(the_block_can_be_used_up_and_then_there_is_no_more)
{
	struct arena arena;

	for (size_t size = 1; size < 200; size++) {
		memset(block, 0x55, sizeof(block));
		arena_init(&arena, block, size);
		CHECK(arena_take(&arena, size + 1) == NULL, "%zu", size);
		CHECK(arena_take(&arena, size) == block, "%zu", size);
		CHECK(arena_take(&arena, 1) == NULL, "%zu", size);
		CHECK(block[size] == 0x55, "%zu", size);
	}
}

TEST(sizes_that_would_overflow_are_refused_and_take_nothing)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15,
					SIZE_MAX - 16, SIZE_MAX / 2 + 1 };
	struct arena arena;

	arena_init(&arena, block, sizeof(block));
	assert_non_null(arena_take(&arena, 16));
	for (size_t i = 0; i < COUNT(sizes); i++) {
		assert_null(arena_take(&arena, sizes[i]));
		assert_null(arena_text(&arena, "text", sizes[i]));
	}
	assert_ptr_equal(arena_take(&arena, 1), block + 16);
}

TEST(a_block_too_small_to_be_aligned_is_full)
{
	struct arena arena;

	arena_init(&arena, block + 1, 3);
	assert_null(arena_take(&arena, 1));
	arena_init(&arena, block, 0);
	assert_null(arena_take(&arena, 1));
}

TEST(a_text_is_copied_with_a_nul_behind_it)
{
	char source[] = "one\0two";
	struct arena arena;
	char *copy, *empty;

	memset(block, 0x55, sizeof(block));
	arena_init(&arena, block, sizeof(block));
	copy = arena_text(&arena, source, 7);
	empty = arena_text(&arena, source, 0);
	memset(source, 'x', sizeof(source));
	assert_memory_equal(copy, "one\0two", 8);
	assert_string_equal(empty, "");
	arena_init(&arena, block, 4);
	assert_null(arena_text(&arena, "text", 4));
	assert_string_equal(arena_text(&arena, "text", 3), "tex");
}

RUN(cmocka_unit_test(memory_is_aligned_wherever_the_block_starts),
    cmocka_unit_test(memory_is_zero_though_the_block_was_not),
    cmocka_unit_test(what_was_handed_out_is_left_alone),
    cmocka_unit_test(the_block_can_be_used_up_and_then_there_is_no_more),
    cmocka_unit_test(sizes_that_would_overflow_are_refused_and_take_nothing),
    cmocka_unit_test(a_block_too_small_to_be_aligned_is_full),
    cmocka_unit_test(a_text_is_copied_with_a_nul_behind_it))
