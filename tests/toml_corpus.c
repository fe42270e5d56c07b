/*
 * toml_corpus.c - a decoder for the toml-test corpus: TOML in, tagged JSON out.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>

#include "config/toml.h"

static void put_string(const char *text, size_t len)
{
	putchar('"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void put(const struct toml_node *node);

static void put_members(const struct toml_node *node, char open, char close)
{
	putchar(open);
	for (const struct toml_node *at = node->first; at; at = at->next) {
		if (at != node->first)
			putchar(',');
		if (node->type == TOML_TABLE) {
			put_string(at->key, at->key_len);
			putchar(':');
		}
		put(at);
	}
	putchar(close);
}

static void put(const struct toml_node *node)
{
	static const char *const types[] = {
		[TOML_STRING] = "string",
		[TOML_FLOAT] = "float",
		[TOML_DATETIME] = "datetime",
		[TOML_DATETIME_LOCAL] = "datetime-local",
		[TOML_DATE_LOCAL] = "date-local",
		[TOML_TIME_LOCAL] = "time-local",
	};

	switch (node->type) {
	case TOML_TABLE:
		put_members(node, '{', '}');
		break;
	case TOML_ARRAY:
		put_members(node, '[', ']');
		break;
	case TOML_INTEGER:
		printf("{\"type\":\"integer\",\"value\":\"%lld\"}",
		       (long long)node->integer);
		break;
	case TOML_BOOL:
		printf("{\"type\":\"bool\",\"value\":\"%s\"}",
		       node->boolean ? "true" : "false");
		break;
	default:
		printf("{\"type\":\"%s\",\"value\":", types[node->type]);
		put_string(node->text, node->len);
		putchar('}');
	}
}

int main(void)
{
	static char text[TOML_SIZE + 1];
	size_t len = fread(text, 1, sizeof(text), stdin), size = 64u << 20;
	const struct toml_node *root;
	struct parse_error error;
	struct arena arena;

	arena_init(&arena, malloc(size), size);
	if (toml_parse(text, len, &arena, &root, &error)) {
		fprintf(stderr, "%u:%u: %s\n", error.line, error.column,
			error.what);
		return 1;
	}
	put(root);
	return 0;
}
