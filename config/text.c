/*
 * text.c - builds text in a fixed buffer, without stdio.
 * SPDX-License-Identifier: MIT
 */
#include "config/text.h"

#include <string.h>

struct text text_in(char *buffer, size_t size)
{
	buffer[0] = '\0';
	return (struct text){ .at = buffer, .size = size };
}

void text_char(struct text *text, char c)
{
	text_add_n(text, &c, 1);
}

void text_add_n(struct text *text, const char *bytes, size_t len)
{
	size_t room = text->size - 1 - text->len;

	if (len > room) {
		text->cut = true;
		len = room;
	}
	memcpy(text->at + text->len, bytes, len);
	text->len += len;
	text->at[text->len] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_n(text, string, strlen(string));
}

void text_number(struct text *text, uint64_t number)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	text_add_n(text, digits + i, sizeof(digits) - i);
}

void text_hex(struct text *text, uint64_t number, unsigned digits)
{
	while (digits--)
		text_char(text, "0123456789abcdef"[number >> 4 * digits & 15]);
}

/* No overlong form, no surrogate, nothing above U+10FFFF. */
size_t text_utf8(const char *at, size_t len, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *bytes = (const unsigned char *)at;
	unsigned char first = len ? bytes[0] : 0x80;
	size_t n = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 :
		   first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
	uint32_t value = n == 1 ? first : first & (0x7f >> n);

	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (bytes[i] & 0x3f);
	}
	if (value < least[n] || value > 0x10ffff ||
	    (value >= 0xd800 && value < 0xe000))
		return 0;
	*point = value;
	return n;
}

static void unicode(struct text *text, uint32_t point)
{
	if (point > 0xffff) {
		point -= 0x10000;
		unicode(text, 0xd800 | point >> 10);
		point = 0xdc00 | (point & 0x3ff);
	}
	text_add(text, "\\u");
	text_hex(text, point, 4);
}

void text_escaped(struct text *text, const char *bytes, size_t len)
{
	uint32_t point;
	size_t n;

	for (; len; bytes += n, len -= n) {
		n = text_utf8(bytes, len, &point);
		if (n == 0 || point == 0) {
			text_add(text, "\\\\x");
			text_hex(text, (unsigned char)bytes[0], 2);
			n = 1;
		} else if (point == '"' || point == '\\') {
			text_char(text, '\\');
			text_char(text, (char)point);
		} else if (point < 0x20 || point >= 0x7f) {
			unicode(text, point);
		} else {
			text_char(text, (char)point);
		}
	}
}

void text_plain(struct text *text, const char *bytes, size_t len)
{
	uint32_t point;
	size_t n;

	for (; len; bytes += n, len -= n) {
		n = text_utf8(bytes, len, &point);
		if (n == 0 || point < 0x20 || (point >= 0x7f && point < 0xa0)) {
			text_char(text, '?');
			n = n ? n : 1;
		} else {
			text_add_n(text, bytes, n);
		}
	}
}

bool text_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}
