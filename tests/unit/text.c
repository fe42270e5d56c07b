/*
 * text.c - text in a fixed buffer is never too long and always ends.
 * SPDX-License-Identifier: MIT
 */
#include "config/text.h"

#include "tests/unit/test.h"

TEST(what_does_not_fit_is_dropped_and_said)
{
	char buffer[6] = "xxxxx";
	struct text text = text_in(buffer, sizeof(buffer));

	assert_string_equal(buffer, "");
	text_add(&text, "abc");
	assert_false(text.cut);
	text_add(&text, "de");
	assert_false(text.cut);
	assert_string_equal(buffer, "abcde");
	text_add(&text, "");
	assert_false(text.cut);
	text_char(&text, 'f');
	assert_true(text.cut);
	assert_string_equal(buffer, "abcde");
	assert_int_equal(text.len, 5);
	text = text_in(buffer, 1);
	text_number(&text, 7);
	assert_true(text.cut);
	assert_string_equal(buffer, "");
}

TEST(numbers_are_decimal_and_hexadecimal)
{
	static const struct {
		uint64_t number;
		const char *decimal, *hex;
	} cases[] = {
		{ 0, "0", "00" },
		{ 9, "9", "09" },
		{ 10, "10", "0a" },
		{ 255, "255", "ff" },
		{ UINT64_MAX, "18446744073709551615", "ff" },
	};
	char buffer[32];
	struct text text;

	for (size_t i = 0; i < COUNT(cases); i++) {
		text = text_in(buffer, sizeof(buffer));
		text_number(&text, cases[i].number);
		assert_string_equal(buffer, cases[i].decimal);
		text = text_in(buffer, sizeof(buffer));
		text_hex(&text, cases[i].number, 2);
		assert_string_equal(buffer, cases[i].hex);
	}
	text = text_in(buffer, sizeof(buffer));
	text_hex(&text, UINT64_MAX - 15, 16);
	assert_string_equal(buffer, "fffffffffffffff0");
}

/* What is UTF-8 and what is not: RFC 3629, section 4. */
static const struct {
	const char *bytes;
	size_t len;
	const char *escaped, *plain;
} cases[] = {
	{ "a b", 3, "a b", "a b" },
	{ "\"\\", 2, "\\\"\\\\", "\"\\" },
	{ "\n\r\t\x1b\x7f", 5, "\\u000a\\u000d\\u0009\\u001b\\u007f", "?????" },
	{ "a\0b", 3, "a\\\\x00b", "a?b" },
	{ "\xc3\xa4", 2, "\\u00e4", "\xc3\xa4" },
	{ "\xe2\x82\xac", 3, "\\u20ac", "\xe2\x82\xac" },
	{ "\xf0\x9f\x98\x80", 4, "\\ud83d\\ude00", "\xf0\x9f\x98\x80" },
	{ "\xf4\x8f\xbf\xbf", 4, "\\udbff\\udfff", "\xf4\x8f\xbf\xbf" },
	{ "\xc2\x9b", 2, "\\u009b", "?" },
	{ "\xc2\xa0", 2, "\\u00a0", "\xc2\xa0" },
	{ "\x80", 1, "\\\\x80", "?" },
	{ "\xff\xfe", 2, "\\\\xff\\\\xfe", "??" },
	{ "\xc0\xaf", 2, "\\\\xc0\\\\xaf", "??" },
	{ "\xc3", 1, "\\\\xc3", "?" },
	{ "\xc3(", 2, "\\\\xc3(", "?(" },
	{ "\xe0\x80\xaf", 3, "\\\\xe0\\\\x80\\\\xaf", "???" },
	{ "\xed\xa0\x80", 3, "\\\\xed\\\\xa0\\\\x80", "???" },
	{ "\xf4\x90\x80\x80", 4, "\\\\xf4\\\\x90\\\\x80\\\\x80", "????" },
	{ "\xf8\x88\x80\x80\x80", 5, "\\\\xf8\\\\x88\\\\x80\\\\x80\\\\x80",
	  "?????" },
	{ "", 0, "", "" },
};

TEST(escaped_text_is_ascii_that_no_parser_misreads)
{
	char buffer[64];
	struct text text;

	for (size_t i = 0; i < COUNT(cases); i++) {
		text = text_in(buffer, sizeof(buffer));
		text_escaped(&text, cases[i].bytes, cases[i].len);
		assert_string_equal(buffer, cases[i].escaped);
		assert_false(text.cut);
	}
}

TEST(plain_text_is_one_line_and_stays_as_it_is)
{
	char buffer[64], again[64];
	struct text text;

	for (size_t i = 0; i < COUNT(cases); i++) {
		text = text_in(buffer, sizeof(buffer));
		text_plain(&text, cases[i].bytes, cases[i].len);
		assert_string_equal(buffer, cases[i].plain);
		text = text_in(again, sizeof(again));
		text_plain(&text, buffer, strlen(buffer));
		assert_string_equal(again, buffer);
	}
}

TEST(no_byte_behind_the_length_is_looked_at)
{
	uint32_t point = 7;

	for (size_t len = 0; len < 4; len++)
		assert_int_equal(text_utf8("\xf0\x9f\x98\x80", len, &point), 0);
	assert_int_equal(point, 7);
	assert_int_equal(text_utf8("\xf0\x9f\x98\x80", 4, &point), 4);
	assert_int_equal(point, 0x1f600);
}

TEST(texts_are_equal_byte_by_byte)
{
	assert_true(text_equal("", ""));
	assert_true(text_equal("a", "a"));
	assert_false(text_equal("a", "ab"));
	assert_false(text_equal("a", "A"));
}

RUN(cmocka_unit_test(what_does_not_fit_is_dropped_and_said),
    cmocka_unit_test(numbers_are_decimal_and_hexadecimal),
    cmocka_unit_test(escaped_text_is_ascii_that_no_parser_misreads),
    cmocka_unit_test(plain_text_is_one_line_and_stays_as_it_is),
    cmocka_unit_test(no_byte_behind_the_length_is_looked_at),
    cmocka_unit_test(texts_are_equal_byte_by_byte))
