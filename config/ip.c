/*
 * ip.c - IP addresses as text and as bytes in network order.
 * SPDX-License-Identifier: MIT
 */
#include "config/ip.h"

#include <stddef.h>
#include <string.h>

/* The value of a hexadecimal digit, or -1. */
static int hex(char c)
{
	c = lower(c);
	if (is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool ip_take_number(const char **at, unsigned max, unsigned *number)
{
	const char *c = *at;
	unsigned value = 0;

	do {
		if (!is_digit(*c))
			return false;
		value = value * 10 + (unsigned)(*c++ - '0');
	} while (value != 0 && value <= max && is_digit(*c));
	if (value > max || is_digit(*c))
		return false;
	*at = c;
	*number = value;
	return true;
}

bool ip_take4(const char **at, uint8_t bytes[4])
{
	const char *c = *at;
	unsigned number;

	for (int i = 0; i < 4; i++) {
		if ((i > 0 && !take(&c, '.')) ||
		    !ip_take_number(&c, 255, &number))
			return false;
		bytes[i] = (uint8_t)number;
	}
	*at = c;
	return true;
}

/* One to four hexadecimal digits. */
static bool take_group(const char **at, uint8_t bytes[2])
{
	const char *c = *at;
	unsigned value = 0;

	for (; c < *at + 4 && hex(*c) >= 0; c++)
		value = value << 4 | (unsigned)hex(*c);
	if (c == *at)
		return false;
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
	*at = c;
	return true;
}

/* Moves what follows a "::" at `gap` to the end. */
static void widen(uint8_t bytes[16], size_t gap, size_t len)
{
	size_t tail = len - gap;

	memmove(bytes + 16 - tail, bytes + gap, tail);
	memset(bytes + gap, 0, 16 - len);
}

bool ip_take6(const char **at, uint8_t bytes[16])
{
	enum { NONE = 17 };
	const char *c = *at;
	size_t len = 0, gap = NONE;
	bool more = true; /* a group must follow */

	if (c[0] == ':' && c[1] == ':') {
		c += 2;
		gap = 0;
		more = false;
	}
	while (len < 16) {
		if (len <= 12 && ip_take4(&c, bytes + len)) {
			len += 4;
			more = false;
			break;
		}
		if (!take_group(&c, bytes + len))
			break;
		len += 2;
		more = take(&c, ':');
		if (!more)
			break;
		if (gap == NONE && take(&c, ':')) {
			gap = len;
			more = false;
		}
	}
	if (more || (gap == NONE ? len != 16 : len > 14))
		return false;
	if (gap != NONE)
		widen(bytes, gap, len);
	*at = c;
	return true;
}

bool ip_is_mapped(const uint8_t bytes[16])
{
	static const uint8_t start[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(bytes, start, sizeof(start)) == 0;
}

void ip_unmap(uint8_t bytes[16])
{
	memcpy(bytes, bytes + 12, 4);
	memset(bytes + 4, 0, 12);
}

void ip_print4(struct text *text, const uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			text_char(text, '.');
		text_number(text, bytes[i]);
	}
}

static unsigned group(const uint8_t bytes[16], int i)
{
	return (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
}

/* How many of the groups from `i` on are zero. */
static int zeros(const uint8_t bytes[16], int i)
{
	int n = 0;

	while (i + n < 8 && group(bytes, i + n) == 0)
		n++;
	return n;
}

void ip_print6(struct text *text, const uint8_t bytes[16])
{
	int gap = 0, len, digits;

	for (int i = 1; i < 8; i++) {
		if (zeros(bytes, i) > zeros(bytes, gap))
			gap = i;
	}
	len = zeros(bytes, gap);
	for (int i = 0; i < 8; i++) {
		if (i == gap && len > 1) {
			text_add(text, "::");
			i += len - 1;
			continue;
		}
		if (i > 0 && (len < 2 || i != gap + len))
			text_char(text, ':');
		for (digits = 1; group(bytes, i) >> 4 * digits; digits++)
			;
		text_hex(text, group(bytes, i), (unsigned)digits);
	}
}
