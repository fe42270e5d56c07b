/*
 * size.c - byte counts as people write them.
 * SPDX-License-Identifier: MIT
 */
#include "config/size.h"

#include <errno.h>
#include <string.h>

#include "config/text.h"

/* clang-format off */
static const struct unit {
	char name[4];
	uint64_t bytes;
} units[] = {
	{ "",    1 },
	{ "B",   1 },
	{ "K",   1024 },
	{ "KiB", 1024 },
	{ "kB",  1000 },
	{ "M",   1024 * 1024 },
	{ "MiB", 1024 * 1024 },
	{ "MB",  1000 * 1000 },
	{ "G",   1024 * 1024 * 1024 },
	{ "GiB", 1024 * 1024 * 1024 },
	{ "GB",  1000 * 1000 * 1000 },
	{ "T",   1024ull * 1024 * 1024 * 1024 },
	{ "TiB", 1024ull * 1024 * 1024 * 1024 },
	{ "TB",  1000ull * 1000 * 1000 * 1000 },
};
/* clang-format on */
enum { UNITS = sizeof(units) / sizeof(units[0]) };

/* The factor of a unit, or 0 if there is no such unit. */
static uint64_t factor(const char *name, size_t len)
{
	for (size_t i = 0; i < UNITS; i++) {
		if (strlen(units[i].name) == len &&
		    memcmp(units[i].name, name, len) == 0)
			return units[i].bytes;
	}
	return 0;
}

int size_parse(const char *text, size_t len, uint64_t *bytes)
{
	uint64_t number = 0, unit, digit;
	size_t digits = 0;

	while (digits < len && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	unit = factor(text + digits, len - digits);
	if (digits == 0 || unit == 0)
		return -EINVAL;
	for (size_t i = 0; i < digits; i++) {
		digit = (uint64_t)(text[i] - '0');
		if (number > (INT64_MAX - digit) / 10)
			return -ERANGE;
		number = number * 10 + digit;
	}
	if (number > INT64_MAX / unit)
		return -ERANGE;
	*bytes = number * unit;
	return 0;
}

static size_t length(uint64_t number)
{
	size_t digits = 1;

	while (number /= 10)
		digits++;
	return digits;
}

const char *size_print(uint64_t bytes, char buffer[SIZE_TEXT])
{
	struct text text = text_in(buffer, SIZE_TEXT);
	const struct unit *best = units;
	size_t least = length(bytes), len;

	for (const struct unit *unit = units; unit < units + UNITS; unit++) {
		if (bytes % unit->bytes != 0)
			continue;
		len = length(bytes / unit->bytes) + strlen(unit->name);
		if (len < least) {
			least = len;
			best = unit;
		}
	}
	text_number(&text, bytes / best->bytes);
	text_add(&text, best->name);
	return buffer;
}
