/*
 * toml_internal.h - what the files of the TOML parser share.
 * SPDX-License-Identifier: MIT
 *
 * Functions that return bool return false once p->err is set.
 */
#ifndef CONFIG_TOML_INTERNAL_H
#define CONFIG_TOML_INTERNAL_H

#include "config/toml.h"

/* How a table or array came to be; decides what may still be added to it. */
enum origin {
	IMPLIED, /* [a.b] made a: [a] may still come, once */
	HEADED,  /* by its own header */
	DOTTED,  /* by a dotted key: open to more of them, and to [a.b] below */
	LISTED,  /* array by [[a]] */
	WRITTEN, /* as a value: closed */
};

struct entry {
	struct toml_node node; /* first: its address is the entry's */
	struct entry *last;    /* of the members */
	struct entry *parent;
	struct entry *chain; /* next in the same bucket of the key index */
	enum origin origin;
	unsigned depth; /* the root's is 0 */
};

/* One part of a key and where it stands. */
struct key {
	const char *text; /* NUL-terminated, in the arena */
	size_t len;
	unsigned line, column;
};

struct parser {
	const char *at, *end;
	const char *line_start;
	unsigned line;
	struct arena *arena;
	struct entry **index; /* keys by hash of table and name */
	size_t index_mask;
	struct parse_error *error;
	int err; /* of the first failure, which is the one to report */
};

/* The byte `n` ahead, or -1 at the end. */
static inline int toml_peek(const struct parser *p, size_t n)
{
	return n < (size_t)(p->end - p->at) ? (unsigned char)p->at[n] : -1;
}

static inline unsigned toml_column(const struct parser *p)
{
	return (unsigned)(p->at - p->line_start) + 1;
}

/* True for what TOML allows nowhere; a line end has to be looked for before. */
static inline bool toml_is_control(int c)
{
	return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f;
}

/* toml_scan.c: errors, white space, strings, keys. */

/* Notes the first error at the current place; always false. */
bool toml_fail(struct parser *p, int err, const char *expected);
/* "expected WHAT, found 'C'": the character here; always false. */
bool toml_expected(struct parser *p, const char *what);
/* "expected WHAT, found 'WORD'": the `len` bytes here; always false. */
bool toml_expected_word(struct parser *p, const char *what, size_t len);
/* -ENOMEM; always false. */
bool toml_full(struct parser *p);

/* True if all that is ahead is UTF-8; moves nothing. */
bool toml_utf8(struct parser *p);
/* Steps over `c`; false if another character stands here. */
bool toml_skip(struct parser *p, char c);
/* How long the line end here is; 0 if there is none. */
size_t toml_line_end(const struct parser *p);
void toml_space(struct parser *p); /* spaces and tabs */
bool toml_blank(struct parser *p); /* space, comments and line ends */
bool toml_rest(struct parser *p);  /* space and a comment up to the line end */

/* A string of any kind, at its first quote; `triple` allows several lines. */
bool toml_string(struct parser *p, bool triple, const char **text, size_t *len);
/* One part of a key, bare or quoted. */
bool toml_key(struct parser *p, struct key *key);

/* toml_value.c: a number, date, time or boolean. */
bool toml_scalar(struct parser *p, struct toml_node *node);

#endif
