/*
 * text.h - builds text in a fixed buffer, without stdio.
 * SPDX-License-Identifier: MIT
 *
 * What does not fit is dropped and `cut` is set; the text always ends in NUL.
 * Safe in signal handlers.
 */
#ifndef CONFIG_TEXT_H
#define CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *at;
	size_t size; /* of the buffer, with the NUL */
	size_t len;
	bool cut;
};

/* Starts an empty text in `buffer`; `size` is at least 1. */
struct text text_in(char *buffer, size_t size);

void text_add(struct text *text, const char *string);
void text_add_n(struct text *text, const char *bytes, size_t len);
void text_char(struct text *text, char c);
void text_number(struct text *text, uint64_t number);
void text_hex(struct text *text, uint64_t number, unsigned digits);

/*
 * The bytes as the inside of a JSON string: pure ASCII.
 * Quotes, backslashes and control bytes are escaped, characters outside ASCII
 * become \uXXXX, bytes that are not UTF-8 and NUL become "\\xNN" (a backslash, x
 * and two digits: the reader sees the byte's value, no parser sees the byte).
 */
void text_escaped(struct text *text, const char *bytes, size_t len);

/*
 * The bytes for people to read, on one line: control characters and what is not
 * UTF-8 become '?'. Done twice it changes nothing more.
 */
void text_plain(struct text *text, const char *bytes, size_t len);

/* The length of the UTF-8 character (RFC 3629) at `bytes`; 0 if there is none. */
size_t text_utf8(const char *bytes, size_t len, uint32_t *point);

bool text_equal(const char *a, const char *b);

#endif
