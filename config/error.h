/*
 * error.h - where a text that a person wrote is wrong, and what was expected.
 * SPDX-License-Identifier: MIT
 */
#ifndef CONFIG_ERROR_H
#define CONFIG_ERROR_H

/* Filled in by a parser that fails; untouched when it succeeds. */
struct parse_error {
	unsigned line;   /* from 1; 0 when the place is not a line of a text */
	unsigned column; /* from 1, in bytes */
	char what[224];  /* what was expected, no newline, NUL-terminated */
};

#endif
