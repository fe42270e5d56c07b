/*
 * size.h - byte counts as people write them: 64MiB, 64M, 65536.
 * SPDX-License-Identifier: MIT
 */
#ifndef CONFIG_SIZE_H
#define CONFIG_SIZE_H

#include <stddef.h>
#include <stdint.h>

enum { SIZE_TEXT = 32 }; /* room for size_print */

/*
 * Digits and a unit: none or B; K M G T and KiB MiB GiB TiB are powers of 1024,
 * kB MB GB TB powers of 1000. No sign, fraction, exponent, space or underscore.
 * 0 and *bytes, or -EINVAL (not a size), -ERANGE (above INT64_MAX).
 */
int size_parse(const char *text, size_t len, uint64_t *bytes);

/* The shortest text that size_parse reads back as `bytes`. Returns `buffer`. */
const char *size_print(uint64_t bytes, char buffer[SIZE_TEXT]);

#endif
