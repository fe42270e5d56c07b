/*
 * spans.c - ranges with tags, and that a map of single bytes agrees.
 * SPDX-License-Identifier: MIT
 */
/* Where a fork would find the spans: all around the stores that count. */
static void at_fence(void);
#define __atomic_thread_fence(order) at_fence()
#include "preload/spans.c"
#undef __atomic_thread_fence

#include <stdlib.h>

#include "tests/unit/test.h"

#include "tests/unit/spans_model.h"

/* "0-10:1 20-30:2" */
static const char *shown(char *text, size_t size)
{
	uint64_t at = 0;
	size_t len = 0;

	text[0] = '\0';
	while (at < CELLS) {
		struct span next = spans_next(&model.spans, at, CELLS);

		if (next.tag)
			len += (size_t)snprintf(text + len, size - len,
						"%s%u-%u:%u", len ? " " : "",
						(unsigned)next.start,
						(unsigned)next.end, next.tag);
		at = next.end;
	}
	return text;
}

TEST(a_range_cuts_what_it_covers_and_joins_its_like)
{
	static const struct {
		unsigned start, end, tag;
		const char *then;
	} cases[] = {
		{ 10, 20, 1, "10-20:1" },
		{ 20, 30, 1, "10-30:1" },
		{ 5, 10, 1, "5-30:1" },
		{ 12, 14, 1, "5-30:1" },
		{ 12, 14, 2, "5-12:1 12-14:2 14-30:1" },
		{ 12, 14, 1, "5-30:1" },
		{ 12, 14, 0, "5-12:1 14-30:1" },
		{ 0, 5, 0, "5-12:1 14-30:1" },
		{ 12, 14, 0, "5-12:1 14-30:1" },
		{ 11, 15, 2, "5-11:1 11-15:2 15-30:1" },
		{ 30, 40, 2, "5-11:1 11-15:2 15-30:1 30-40:2" },
		{ 15, 30, 2, "5-11:1 11-40:2" },
		{ 0, 50, 0, "" },
		{ 0, 600, 3, "0-600:3" },
		{ 0, 1, 0, "1-600:3" },
		{ 599, 600, 0, "1-599:3" },
	};
	char text[200];

	model_clear(MODEL_ROOM);
	for (size_t i = 0; i < COUNT(cases); i++) {
		spans_put(&model.spans, cases[i].start, cases[i].end,
			  (unsigned char)cases[i].tag, NULL);
		CHECK(strcmp(shown(text, sizeof(text)), cases[i].then) == 0,
		      "%u-%u:%u gives %s", cases[i].start, cases[i].end,
		      cases[i].tag, text);
	}
}

TEST(what_had_another_tag_is_told_sixteen_at_a_time)
{
	struct spans_old old;
	uint64_t stop = 0;
	size_t told = 0, calls = 0;

	model_clear(MODEL_ROOM);
	for (unsigned i = 0; i < 40; i++)
		spans_put(&model.spans, 10 * i + 5, 10 * i + 10, 1, NULL);
	for (; stop < 400; calls++) {
		stop = spans_put(&model.spans, stop, 400, 2, &old);
		told += old.n;
	}
	assert_int_equal(told, 40);
	assert_int_equal(calls, 3);
	assert_int_equal(spans_next(&model.spans, 400, 400).tag, 0);
	assert_int_equal(spans_next(&model.spans, 399, 399).tag, 0);
	assert_int_equal(spans_sum(&model.spans, 0, 400, 2), 400);
	assert_int_equal(spans_count(&model.spans), 1);
}

TEST(a_part_is_turned_up_to_a_number_of_bytes)
{
	static const struct {
		unsigned char from, to;
		uint64_t most, turned;
		const char *then;
	} cases[] = {
		{ 1, 2, 5, 5, "0-5:2 5-10:1 20-30:1 40-50:3" },
		{ 1, 2, 8, 8, "0-10:2 20-23:2 23-30:1 40-50:3" },
		{ 0, 1, 12, 12, "0-10:2 10-20:1 20-23:2 23-32:1 40-50:3" },
		{ 0, 1, 999, 18, "0-10:2 10-20:1 20-23:2 23-40:1 40-50:3 "
				 "50-60:1" },
		{ 3, 0, 999, 10, "0-10:2 10-20:1 20-23:2 23-40:1 50-60:1" },
		{ 7, 1, 999, 0, "0-10:2 10-20:1 20-23:2 23-40:1 50-60:1" },
		{ 1, 2, 0, 0, "0-10:2 10-20:1 20-23:2 23-40:1 50-60:1" },
	};
	char text[200];

	model_clear(MODEL_ROOM);
	spans_put(&model.spans, 0, 10, 1, NULL);
	spans_put(&model.spans, 20, 30, 1, NULL);
	spans_put(&model.spans, 40, 50, 3, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t turned =
			spans_turn(&model.spans, 0, 60, cases[i].from,
				   cases[i].to, cases[i].most);

		CHECK(turned == cases[i].turned &&
			      strcmp(shown(text, sizeof(text)),
				     cases[i].then) == 0,
		      "%zu: %u, %s", i, (unsigned)turned, text);
	}
}

TEST(without_room_nothing_is_turned)
{
	model_clear(SPANS_SPARE - 1);
	assert_int_equal(spans_turn(&model.spans, 0, 10, 0, 1, 10), 0);
	assert_int_equal(spans_count(&model.spans), 0);
}

static uint32_t seed = 1;

static unsigned below(unsigned n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

/* Rooms from hardly enough on, so that the gap also moves in small steps. */
TEST(random_operations_agree_with_a_map_of_bytes)
{
	static const unsigned widths[] = { 2, 20, 100, CELLS };

	model_clear(MODEL_ROOM);
	for (unsigned i = 0; i < 500000; i++) {
		unsigned width = widths[i / 1000 % COUNT(widths)];
		struct op op = { .deed = below(DEEDS), .start = below(CELLS),
				 .tag = below(TAGS), .to = below(TAGS),
				 .most = below(2 * width) };
		const char *wrong;

		if (op.deed == COPY && below(100))
			op.deed = PUT;
		op.end = op.start + below(width) + 1;
		if (op.end > CELLS)
			op.end = CELLS;
		if (spans_spare(&model.spans) < 16)
			op = (struct op){ .deed = PUT_BLIND, .end = CELLS };
		wrong = model_do(&op);
		CHECK(!wrong, "operation %u, %u on %u-%u: %s", i, op.deed,
		      op.start, op.end, wrong);
	}
}

static bool watched;
static const char *torn;
static unsigned fences;
static unsigned char earlier[CELLS];

/* Now, within an update: is all as before it, or as after it? */
static void at_fence(void)
{
	unsigned char later[CELLS];

	fences++;
	if (!watched || !model_differs())
		return;
	memcpy(later, cells, CELLS);
	memcpy(cells, earlier, CELLS);
	torn = model_differs();
	memcpy(cells, later, CELLS);
}

/* A room with hardly a gap makes the gap move in many small steps. */
TEST(a_fork_in_an_update_finds_the_spans_before_or_after_it)
{
	watched = true;
	for (size_t room = 60; room < 70; room++) {
		model_clear(room);
		for (unsigned i = 0; i < 800; i++) {
			unsigned start = below(CELLS - 10);
			unsigned end = start + 1 + below(9);
			unsigned char tag = (unsigned char)below(TAGS);

			if (spans_spare(&model.spans) < SPANS_SPARE)
				tag = 0, start = below(200), end = CELLS;
			memcpy(earlier, cells, CELLS);
			memset(cells + start, tag, end - start);
			spans_put(&model.spans, start, end, tag, NULL);
			CHECK(!torn, "room %zu, update %u: %s", room, i, torn);
		}
	}
	watched = false;
	assert_true(fences > 20000);
}

TEST(a_hundred_thousand_ranges_are_changed)
{
	enum { N = 100000 };
	size_t size = sizeof(struct spans) + (N + 8) * sizeof(struct span);
	struct spans *spans = calloc(1, size);

	spans_init(spans, size);
	for (uint64_t i = N; i-- > 0;)
		spans_put(spans, i << 13, (i << 13) + 4096, 1 + i % 3, NULL);
	assert_int_equal(spans_count(spans), N);
	assert_int_equal(spans_spare(spans), 8);
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t at = (uint64_t)below(N) << 13;

		unsigned char tag = (unsigned char)(1 + (at >> 13) % 3);

		CHECK(spans_next(spans, at, at + 4096).tag == tag, "%u", i);
		spans_put(spans, at, at + 4096, 0, NULL);
		spans_put(spans, at, at + 4096, tag, NULL);
	}
	assert_int_equal(spans_count(spans), N);
	free(spans);
}

RUN(cmocka_unit_test(a_range_cuts_what_it_covers_and_joins_its_like),
    cmocka_unit_test(what_had_another_tag_is_told_sixteen_at_a_time),
    cmocka_unit_test(a_part_is_turned_up_to_a_number_of_bytes),
    cmocka_unit_test(without_room_nothing_is_turned),
    cmocka_unit_test(random_operations_agree_with_a_map_of_bytes),
    cmocka_unit_test(a_fork_in_an_update_finds_the_spans_before_or_after_it),
    cmocka_unit_test(a_hundred_thousand_ranges_are_changed))
