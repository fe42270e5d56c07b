/*
 * ip.h - IP addresses as text and as bytes in network order.
 * SPDX-License-Identifier: MIT
 *
 * ip_take...() read at a cursor into NUL-terminated text and move it behind
 * what they read; on failure it stays. No libc parser is used: inet_aton and strtoul
 * accept forms that a policy must not guess at (octal, "10.1", "+80").
 */
#ifndef CONFIG_IP_H
#define CONFIG_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "config/text.h"

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool take(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

/* Decimal, no sign, no leading zero: "010" is 8 to some readers. */
bool ip_take_number(const char **at, unsigned max, unsigned *number);

bool ip_take4(const char **at, uint8_t bytes[4]);

/* RFC 4291, section 2.2, without zones. `bytes` is scratch on failure. */
bool ip_take6(const char **at, uint8_t bytes[16]);

/* ::ffff:1.2.3.4 is 1.2.3.4 to the kernel, so it is to us. */
bool ip_is_mapped(const uint8_t bytes[16]);
void ip_unmap(uint8_t bytes[16]);

void ip_print4(struct text *text, const uint8_t bytes[4]);

/* RFC 5952: the first longest run of two or more zero groups is "::". */
void ip_print6(struct text *text, const uint8_t bytes[16]);

#endif
