/*
 * toml_value.c - numbers, dates, times and booleans of TOML.
 * SPDX-License-Identifier: MIT
 *
 * A value is first cut out as a word and then has to match as a whole. Floats,
 * dates and times stay text: nobody here computes with them.
 */
#include "config/toml_internal.h"

#include <string.h>

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static int digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

static bool is(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

/* How many bytes are digits, or underscores between two digits. */
static size_t digits(const char *text, size_t len, int base)
{
	size_t i = 0;

	while (i < len && (digit_value(text[i]) < base ||
			   (i > 0 && text[i] == '_' && i + 1 < len &&
			    digit_value(text[i - 1]) < base &&
			    digit_value(text[i + 1]) < base)))
		i++;
	return i;
}

/* The word without underscores. */
static bool keep(struct parser *p, struct toml_node *node, enum toml_type type,
		 size_t len)
{
	char *copy = arena_take(p->arena, len + 1);
	size_t n = 0;

	if (!copy)
		return toml_full(p);
	for (size_t i = 0; i < len; i++)
		if (p->at[i] != '_')
			copy[n++] = p->at[i];
	node->type = type;
	node->text = copy;
	node->len = n;
	return true;
}

/* All `len` bytes are digits of the base, or '_'. False if it is too large. */
static bool sum(const char *text, size_t len, int base, uint64_t limit,
		uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)digit_value(text[i]);

		if (text[i] == '_')
			continue;
		if (*value > (limit - digit) / (uint64_t)base)
			return false;
		*value = *value * (uint64_t)base + digit;
	}
	return true;
}

/* The word, of `len` bytes, ends in digits of `base` that start at `skip`. */
static bool integer(struct parser *p, struct toml_node *node, size_t len,
		    size_t skip, int base)
{
	bool minus = *p->at == '-';
	uint64_t limit = (uint64_t)INT64_MAX + minus, value;

	if (!sum(p->at + skip, len - skip, base, limit, &value))
		return toml_expected_word(p, "an integer of 64 bits", len);
	node->type = TOML_INTEGER;
	node->integer = (int64_t)(minus ? -value : value);
	return true;
}

/* What follows the whole part of a float: ".25", "e-7", ".5E+3". */
static bool is_fraction(const char *text, size_t len)
{
	size_t i = 0, n;

	if (i < len && text[i] == '.') {
		n = digits(text + 1, len - 1, 10);
		if (n == 0)
			return false;
		i = 1 + n;
	}
	if (i < len && (text[i] == 'e' || text[i] == 'E')) {
		i++;
		if (i < len && (text[i] == '+' || text[i] == '-'))
			i++;
		n = digits(text + i, len - i, 10);
		if (n == 0)
			return false;
		i += n;
	}
	return i == len;
}

/* 16, 8 or 2 for 0x, 0o, 0b; else 10. */
static int base_of(const char *text, size_t len)
{
	if (len < 2 || text[0] != '0')
		return 10;
	if (text[1] == 'x')
		return 16;
	if (text[1] == 'o')
		return 8;
	return text[1] == 'b' ? 2 : 10;
}

static bool number(struct parser *p, struct toml_node *node, size_t len)
{
	size_t sign = *p->at == '+' || *p->at == '-';
	const char *body = p->at + sign;
	size_t rest = len - sign, whole = digits(body, rest, 10);
	int base = base_of(p->at, len);

	if (is(body, rest, "inf") || is(body, rest, "nan"))
		return keep(p, node, TOML_FLOAT, len);
	if (base != 10 && len > 2 &&
	    digits(p->at + 2, len - 2, base) == len - 2)
		return integer(p, node, len, 2, base);
	if (whole == 0 && sign == 0)
		return toml_expected_word(p, "a value", len);
	if (whole == 0)
		return toml_expected_word(p, "a number", len);
	if (whole > 1 && *body == '0')
		return toml_expected_word(p, "a number without leading zeros",
					  len);
	if (whole == rest)
		return integer(p, node, len, sign, 10);
	if (!is_fraction(body + whole, rest - whole))
		return toml_expected_word(p, "a number", len);
	return keep(p, node, TOML_FLOAT, len);
}

/* The number of the two digits at `text`; -1 if it is out of range. */
static int two(const char *text, int least, int most)
{
	int value = -1;

	if (is_digit(text[0]) && is_digit(text[1]))
		value = (text[0] - '0') * 10 + text[1] - '0';
	return value >= least && value <= most ? value : -1;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Starts with a date as 1979-05-27. */
static bool is_date(const char *text, size_t len)
{
	int century, year, month;

	if (len < 10 || text[4] != '-' || text[7] != '-')
		return false;
	century = two(text, 0, 99);
	year = two(text + 2, 0, 99);
	month = two(text + 5, 1, 12);
	return century >= 0 && year >= 0 && month >= 0 &&
	       two(text + 8, 1, days_in(century * 100 + year, month)) > 0;
}

/*
 * The length of the time at `text`, as 07:32:00.999; 0 if there is none. Second
 * 60 is a leap second (RFC 3339, 5.6); when there was one is not ours to know.
 */
static size_t time_length(const char *text, size_t len)
{
	size_t n = 8;

	if (len < 8 || text[2] != ':' || text[5] != ':' ||
	    two(text, 0, 23) < 0 || two(text + 3, 0, 59) < 0 ||
	    two(text + 6, 0, 60) < 0)
		return 0;
	if (n == len || text[n] != '.')
		return n;
	for (n++; n < len && is_digit(text[n]); n++)
		;
	return n > 9 ? n : 0;
}

static bool is_offset(const char *text, size_t len)
{
	if (len == 1)
		return text[0] == 'Z' || text[0] == 'z';
	return len == 6 && (text[0] == '+' || text[0] == '-') &&
	       text[3] == ':' && two(text + 1, 0, 23) >= 0 &&
	       two(text + 4, 0, 59) >= 0;
}

static bool date(struct parser *p, struct toml_node *node, size_t len)
{
	const char *text = p->at;
	size_t n = 0;

	if (!is_date(text, len))
		return toml_expected_word(p, "a date as 1979-05-27", len);
	if (len == 10)
		return keep(p, node, TOML_DATE_LOCAL, len);
	if (text[10] == 'T' || text[10] == 't' || text[10] == ' ')
		n = time_length(text + 11, len - 11);
	if (n == 0)
		return toml_expected_word(p, "07:32:00 after the date", len);
	n += 11;
	if (n == len)
		return keep(p, node, TOML_DATETIME_LOCAL, len);
	if (!is_offset(text + n, len - n))
		return toml_expected_word(p, "Z or +01:00 after the time", len);
	return keep(p, node, TOML_DATETIME, len);
}

static bool time_of_day(struct parser *p, struct toml_node *node, size_t len)
{
	if (time_length(p->at, len) != len)
		return toml_expected_word(p, "a time as 07:32:00", len);
	return keep(p, node, TOML_TIME_LOCAL, len);
}

static bool is_word(int c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '+' || c == '-' || c == '_' ||
	       c == '.' || c == ':';
}

/* The length of the word here. One space may part a date from its time. */
static size_t word_length(const struct parser *p)
{
	size_t n = 0;

	while (is_word(toml_peek(p, n)) ||
	       (n == 10 && toml_peek(p, n) == ' ' && is_date(p->at, n) &&
		is_digit(toml_peek(p, 11))))
		n++;
	return n;
}

/* Starts with `n` digits and then `c`. */
static bool starts(const char *text, size_t len, size_t n, char c)
{
	return len > n && digits(text, n, 10) == n && text[n] == c;
}

bool toml_scalar(struct parser *p, struct toml_node *node)
{
	size_t len = word_length(p);
	bool good = true;

	if (len == 0)
		return toml_expected(p, "a value");
	if (is(p->at, len, "true") || is(p->at, len, "false")) {
		node->type = TOML_BOOL;
		node->boolean = *p->at == 't';
	} else if (starts(p->at, len, 4, '-')) {
		good = date(p, node, len);
	} else if (starts(p->at, len, 2, ':')) {
		good = time_of_day(p, node, len);
	} else {
		good = number(p, node, len);
	}
	if (good)
		p->at += len;
	return good;
}
