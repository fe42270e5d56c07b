/*
 * toml.c - fuzzes the TOML parser: limits, places of errors, and the way back.
 * SPDX-License-Identifier: MIT
 *
 * A tree that is written out as TOML has to be read back as the same tree.
 */
#include "config/toml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/text.h"

#define MUST(condition)          \
	do {                     \
		if (!(condition)) \
			abort(); \
	} while (0)

enum { ARENA = 1 << 22, SPARE = 1 << 18 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char block[ARENA], again[ARENA], written[SPARE];

/* From memory of its own, so that one byte too many or too late is seen. */
static int parse(const char *text, size_t len, struct arena *arena,
		 const struct toml_node **root, struct parse_error *error)
{
	char *copy = malloc(len ? len : 1);
	int err;

	MUST(copy);
	memcpy(copy, text, len);
	memset(error, 0, sizeof(*error));
	*root = NULL;
	err = toml_parse(copy, len, arena, root, error);
	free(copy);
	MUST((err == 0) == (*root != NULL));
	MUST((err == 0) == (error->line == 0));
	MUST((err == 0) == (error->what[0] == '\0'));
	return err;
}

static void check_error(const struct parse_error *error, int err,
			const char *text, size_t len)
{
	unsigned lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	MUST(err == -EINVAL || err == -E2BIG || err == -ENOMEM);
	MUST(error->line <= lines);
	MUST(error->column >= 1 && error->column <= len + 1);
	MUST(memchr(error->what, '\0', sizeof(error->what)));
	MUST(strlen(error->what) < sizeof(error->what) - 1);
	MUST(strncmp(error->what, "expected ", 9) == 0);
	for (const char *c = error->what; *c; c++)
		MUST((unsigned char)*c >= 0x20 && *c != 0x7f);
}

static void check_text(const char *text, size_t len)
{
	uint32_t point;
	size_t n;

	MUST(text[len] == '\0');
	for (; len; text += n, len -= n) {
		n = text_utf8(text, len, &point);
		MUST(n > 0);
	}
}

static bool same_key(const struct toml_node *a, const struct toml_node *b)
{
	return a->key_len == b->key_len &&
	       memcmp(a->key, b->key, a->key_len) == 0;
}

static void check_key(const struct toml_node *table,
		      const struct toml_node *node)
{
	check_text(node->key, node->key_len);
	MUST(node->key_line >= 1 && node->key_column >= 1);
	if (strlen(node->key) == node->key_len)
		MUST(toml_find(table, node->key) == node);
	for (const struct toml_node *at = table->first; at != node;
	     at = at->next)
		MUST(!same_key(at, node));
}

static void check_tree(const struct toml_node *node, unsigned level)
{
	MUST(level <= TOML_DEPTH);
	MUST(node->line >= 1 && node->column >= 1);
	if (node->type == TOML_INTEGER || node->type == TOML_BOOL)
		return;
	if (node->type < TOML_ARRAY) {
		check_text(node->text, node->len);
		MUST(node->type == TOML_STRING ||
		     (node->len && !strchr(node->text, '_')));
		return;
	}
	for (const struct toml_node *at = node->first; at; at = at->next) {
		MUST((at->key != NULL) == (node->type == TOML_TABLE));
		if (at->key)
			check_key(node, at);
		check_tree(at, level + 1);
	}
}

static void write_string(struct text *out, const char *text, size_t len)
{
	text_char(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\') {
			text_add(out, "\\u");
			text_hex(out, c, 4);
		} else {
			text_char(out, text[i]);
		}
	}
	text_char(out, '"');
}

static void write_integer(struct text *out, int64_t integer)
{
	if (integer < 0)
		text_char(out, '-');
	text_number(out, integer < 0 ? -(uint64_t)integer : (uint64_t)integer);
}

static void write_value(struct text *out, const struct toml_node *node)
{
	switch (node->type) {
	case TOML_STRING:
		write_string(out, node->text, node->len);
		return;
	case TOML_INTEGER:
		write_integer(out, node->integer);
		return;
	case TOML_BOOL:
		text_add(out, node->boolean ? "true" : "false");
		return;
	case TOML_ARRAY:
	case TOML_TABLE:
		break;
	default:
		text_add(out, node->text);
		return;
	}
	text_char(out, node->type == TOML_ARRAY ? '[' : '{');
	for (const struct toml_node *at = node->first; at; at = at->next) {
		if (at->key) {
			write_string(out, at->key, at->key_len);
			text_char(out, '=');
		}
		write_value(out, at);
		if (at->next)
			text_char(out, ',');
	}
	text_char(out, node->type == TOML_ARRAY ? ']' : '}');
}

static void same_tree(const struct toml_node *a, const struct toml_node *b)
{
	MUST(a->type == b->type);
	if (a->type == TOML_INTEGER) {
		MUST(a->integer == b->integer);
	} else if (a->type == TOML_BOOL) {
		MUST(a->boolean == b->boolean);
	} else if (a->type < TOML_ARRAY) {
		MUST(a->len == b->len && !memcmp(a->text, b->text, a->len));
	} else {
		a = a->first;
		b = b->first;
		for (; a && b; a = a->next, b = b->next) {
			MUST(!a->key || same_key(a, b));
			same_tree(a, b);
		}
		MUST(!a && !b);
	}
}

static void check_way_back(const struct toml_node *root)
{
	struct text out = text_in(written, sizeof(written));
	struct parse_error error;
	const struct toml_node *back;
	struct arena arena;

	for (const struct toml_node *at = root->first; at; at = at->next) {
		write_string(&out, at->key, at->key_len);
		text_char(&out, '=');
		write_value(&out, at);
		text_char(&out, '\n');
	}
	if (out.cut)
		return;
	arena_init(&arena, again, sizeof(again));
	MUST(parse(written, out.len, &arena, &back, &error) == 0);
	same_tree(root, back);
}

/* It takes what it needs and no less, and notices when there is none. */
static void check_memory(const char *text, size_t len, size_t need)
{
	struct parse_error error;
	const struct toml_node *root;
	struct arena arena;
	int err;

	arena_init(&arena, again, need);
	MUST(parse(text, len, &arena, &root, &error) == 0);
	arena_init(&arena, again, need - _Alignof(max_align_t));
	err = parse(text, len, &arena, &root, &error);
	MUST(err == -ENOMEM);
	check_error(&error, err, text, len);
	arena_init(&arena, again, need / 2);
	MUST(parse(text, len, &arena, &root, &error) == -ENOMEM);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct parse_error error;
	const struct toml_node *root;
	struct arena arena;
	int err;

	arena_init(&arena, block, sizeof(block));
	err = parse(text, size, &arena, &root, &error);
	if (err) {
		check_error(&error, err, text, size);
		return 0;
	}
	check_tree(root, 0);
	check_way_back(root);
	check_memory(text, size, arena.used);
	return 0;
}
