/*
 * size.c - byte counts are read strictly and printed as short as possible.
 * SPDX-License-Identifier: MIT
 */
#include "config/size.h"

#include <errno.h>

#include "tests/unit/test.h"

TEST(a_size_is_digits_and_a_unit)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} cases[] = {
		{ "0", 0 },
		{ "0TiB", 0 },
		{ "007", 7 },
		{ "1", 1 },
		{ "1B", 1 },
		{ "65536", 65536 },
		{ "64K", 65536 },
		{ "64KiB", 65536 },
		{ "64kB", 64000 },
		{ "64M", 64ull << 20 },
		{ "64MiB", 64ull << 20 },
		{ "64MB", 64000000 },
		{ "3G", 3ull << 30 },
		{ "3GiB", 3ull << 30 },
		{ "3GB", 3000000000 },
		{ "2T", 2ull << 40 },
		{ "2TiB", 2ull << 40 },
		{ "2TB", 2000000000000 },
		{ "9223372036854775807", INT64_MAX },
		{ "9223372036854775807B", INT64_MAX },
		{ "000000000000000000000000000001", 1 },
		{ "8388607T", 8388607ull << 40 },
	};
	uint64_t bytes;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;

		bytes = 99;
		CHECK(size_parse(text, strlen(text), &bytes) == 0, "%s", text);
		CHECK(bytes == cases[i].bytes, "%s", text);
	}
}

TEST(what_is_no_size_is_refused_and_changes_nothing)
{
	static const struct {
		const char *text;
		int err;
	} cases[] = {
		{ "", -EINVAL },
		{ "K", -EINVAL },
		{ "-1", -EINVAL },
		{ "+1", -EINVAL },
		{ " 1", -EINVAL },
		{ "1 ", -EINVAL },
		{ "1 K", -EINVAL },
		{ "1.5M", -EINVAL },
		{ "1e3", -EINVAL },
		{ "1_000", -EINVAL },
		{ "0x10", -EINVAL },
		{ "1k", -EINVAL },
		{ "1KB", -EINVAL },
		{ "1kiB", -EINVAL },
		{ "1m", -EINVAL },
		{ "1b", -EINVAL },
		{ "1P", -EINVAL },
		{ "1Ki", -EINVAL },
		{ "1KiBB", -EINVAL },
		{ "1K1", -EINVAL },
		{ "\xd9\xa1", -EINVAL },
		{ "99999999999999999999x", -EINVAL },
		{ "9223372036854775808", -ERANGE },
		{ "18446744073709551616", -ERANGE },
		{ "18446744073709551617", -ERANGE },
		{ "99999999999999999999999999999", -ERANGE },
		{ "8388608T", -ERANGE },
		{ "9007199254740992K", -ERANGE },
		{ "16777217TiB", -ERANGE },
	};
	uint64_t bytes = 99;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;

		CHECK(size_parse(text, strlen(text), &bytes) == cases[i].err,
		      "%s", text);
		assert_int_equal(bytes, 99);
	}
	assert_int_equal(size_parse("1\0", 2, &bytes), -EINVAL);
	assert_int_equal(size_parse("1K\0", 3, &bytes), -EINVAL);
}

TEST(only_the_given_length_is_read)
{
	uint64_t bytes;

	assert_int_equal(size_parse("64MiB", 2, &bytes), 0);
	assert_int_equal(bytes, 64);
	assert_int_equal(size_parse("64MiB", 3, &bytes), 0);
	assert_int_equal(bytes, 64 << 20);
	assert_int_equal(size_parse("64MiB", 4, &bytes), -EINVAL);
	assert_int_equal(size_parse("64MiB", 0, &bytes), -EINVAL);
}

TEST(a_size_is_printed_with_the_unit_that_makes_it_shortest)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 1, "1" },
		{ 100, "100" },
		{ 1000, "1kB" },
		{ 1023, "1023" },
		{ 1024, "1K" },
		{ 1025, "1025" },
		{ 65536, "64K" },
		{ 64 << 20, "64M" },
		{ 64000000, "64MB" },
		{ 1024000, "1000K" },
		{ 1ull << 40, "1T" },
		{ 5000000000000, "5TB" },
		{ INT64_MAX, "9223372036854775807" },
		{ UINT64_MAX, "18446744073709551615" },
	};
	char buffer[SIZE_TEXT];

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_ptr_equal(size_print(cases[i].bytes, buffer), buffer);
		assert_string_equal(buffer, cases[i].text);
	}
}

/* Every way to write a number with a unit, the shortest of them. */
static size_t shortest(uint64_t bytes)
{
	static const char *const units[] = { "",  "K", "kB", "M", "MB",
					     "G", "GB", "T", "TB" };
	char text[64];
	size_t least = SIZE_MAX;
	uint64_t one, back;

	for (size_t i = 0; i < COUNT(units); i++) {
		snprintf(text, sizeof(text), "1%s", units[i]);
		assert_int_equal(size_parse(text, strlen(text), &one), 0);
		snprintf(text, sizeof(text), "%llu%s",
			 (unsigned long long)(bytes / one), units[i]);
		assert_int_equal(size_parse(text, strlen(text), &back), 0);
		if (back == bytes && strlen(text) < least)
			least = strlen(text);
	}
	return least;
}

TEST(what_is_printed_reads_back_and_nothing_shorter_does)
{
	uint64_t seed = 7, number, back;
	char buffer[SIZE_TEXT];

	for (int i = 0; i < 100000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		number = seed >> (1 + seed % 63);
		if (i % 3 == 1)
			number = number >> 21 << 10;
		if (i % 3 == 2)
			number = number / 1000000 * 1000000;
		size_print(number, buffer);
		assert_int_equal(size_parse(buffer, strlen(buffer), &back), 0);
		CHECK(back == number, "%s", buffer);
		CHECK(strlen(buffer) == shortest(number), "%s", buffer);
	}
}

RUN(cmocka_unit_test(a_size_is_digits_and_a_unit),
    cmocka_unit_test(what_is_no_size_is_refused_and_changes_nothing),
    cmocka_unit_test(only_the_given_length_is_read),
    cmocka_unit_test(a_size_is_printed_with_the_unit_that_makes_it_shortest),
    cmocka_unit_test(what_is_printed_reads_back_and_nothing_shorter_does))
