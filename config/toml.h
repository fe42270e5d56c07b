/*
 * toml.h - a strict TOML 1.0 parser into a tree that lives in an arena.
 * SPDX-License-Identifier: MIT
 *
 * No malloc, no stdio, no locale, no globals, recursion bounded by TOML_DEPTH:
 * it runs inside other people's processes and reads hostile input. Time grows
 * with the text, and so does memory: at worst, as in "a=[1,1,1]" or "a.b.c=1",
 * 60 bytes for one of text.
 */
#ifndef CONFIG_TOML_H
#define CONFIG_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/arena.h"
#include "config/error.h"

enum {
	TOML_DEPTH = 32,        /* levels of the tree below the root */
	TOML_SIZE = 1024 * 1024 /* bytes of one text at most */
};

enum toml_type {
	TOML_STRING,
	TOML_INTEGER,
	TOML_FLOAT, /* kept as text without '_': nothing here needs a double */
	TOML_BOOL,
	TOML_DATETIME, /* with an offset; these four are kept as text */
	TOML_DATETIME_LOCAL,
	TOML_DATE_LOCAL,
	TOML_TIME_LOCAL,
	TOML_ARRAY,
	TOML_TABLE,
};

struct toml_node {
	enum toml_type type;
	/*
	 * Where the value or the table's header starts, from 1; the column
	 * counts bytes. A table without a header has the place of its key.
	 */
	unsigned line, column;
	const char *key;       /* NUL-terminated; NULL in arrays and the root */
	size_t key_len;        /* a key may hold NUL bytes */
	unsigned key_line, key_column;
	struct toml_node *next; /* in the same table or array, in file order */
	union {
		struct {
			const char *text; /* NUL-terminated */
			size_t len;       /* a string may hold NUL bytes */
		};
		int64_t integer;
		bool boolean;
		struct toml_node *first; /* array, table: the first member */
	};
};

/*
 * Parses `len` bytes of `text`. 0 and the root table, or
 *	-EINVAL  not TOML 1.0 (error says where and what was expected)
 *	-E2BIG   longer than TOML_SIZE, or deeper than TOML_DEPTH
 *	-ENOMEM  the arena is full
 * Strings are copied: `text` may be dropped afterwards. In a string of several
 * lines they end in "\n", whatever they end in in the text. On failure *root is
 * untouched, and what was taken from the arena stays taken.
 */
int toml_parse(const char *text, size_t len, struct arena *arena,
	       const struct toml_node **root, struct parse_error *error);

/* The member of `table` called `key`, or NULL; walks the members. */
const struct toml_node *toml_find(const struct toml_node *table,
				  const char *key);

/* "a string", "an array" …, as an error message says it. */
const char *toml_type_name(enum toml_type type);

#endif
