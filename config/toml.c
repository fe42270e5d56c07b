/*
 * toml.c - a strict TOML 1.0 parser: tables, arrays and what may join them.
 * SPDX-License-Identifier: MIT
 *
 * Only value() and what it calls recurse, once per level of the tree.
 */
#include "config/toml_internal.h"

#include <errno.h>
#include <string.h>

#include "config/text.h"

/*
 * One index holds the keys of all tables. The table's address, which the kernel
 * chose at random, seeds the hash: a text made to collide has to know it.
 */
static struct entry **bucket(const struct parser *p, const struct entry *table,
			     const struct key *key)
{
	uint64_t hash = (uintptr_t)table * 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < key->len; i++)
		hash = (hash ^ (unsigned char)key->text[i]) * 0x100000001b3u;
	return &p->index[(hash ^ hash >> 29) & p->index_mask];
}

static bool make_index(struct parser *p, size_t len)
{
	size_t buckets = 64;

	while (buckets < len / 16)
		buckets *= 2;
	p->index = arena_take(p->arena, buckets * sizeof(struct entry *));
	p->index_mask = buckets - 1;
	return p->index || toml_full(p);
}

static struct entry *member(const struct parser *p, const struct entry *table,
			    const struct key *key)
{
	struct entry *at = *bucket(p, table, key);

	while (at && (at->parent != table || at->node.key_len != key->len ||
		      memcmp(at->node.key, key->text, key->len) != 0))
		at = at->chain;
	return at;
}

static void set_key(struct parser *p, struct entry *entry,
		    const struct key *key)
{
	struct entry **first = bucket(p, entry->parent, key);

	entry->node.key = key->text;
	entry->node.key_len = key->len;
	entry->node.line = entry->node.key_line = key->line;
	entry->node.column = entry->node.key_column = key->column;
	entry->chain = *first;
	*first = entry;
}

/* To a key on the current line, which is what an error is about. */
static void go_back(struct parser *p, const struct key *key)
{
	p->at = p->line_start + key->column - 1;
}

/* Appends an entry to a table or array; `key` is NULL in an array. */
static struct entry *add(struct parser *p, struct entry *parent,
			 const struct key *key)
{
	struct entry *added;

	if (parent->depth == TOML_DEPTH) {
		if (key)
			go_back(p, key);
		toml_fail(p, -E2BIG, "expected fewer levels of nesting");
		return NULL;
	}
	added = arena_take(p->arena, sizeof(*added));
	if (!added) {
		toml_full(p);
		return NULL;
	}
	added->parent = parent;
	added->depth = parent->depth + 1;
	added->node.line = p->line;
	added->node.column = toml_column(p);
	if (parent->last)
		parent->last->node.next = &added->node;
	else
		parent->node.first = &added->node;
	parent->last = added;
	if (key)
		set_key(p, added, key);
	return added;
}

static struct entry *add_table(struct parser *p, struct entry *parent,
			       const struct key *key, enum origin origin)
{
	struct entry *added = add(p, parent, key);

	if (added) {
		added->node.type = TOML_TABLE;
		added->origin = origin;
	}
	return added;
}

/* The key cannot be defined beside `old`; always NULL. */
static struct entry *taken(struct parser *p, const struct key *key,
			   const struct entry *old)
{
	char words[sizeof(p->error->what)];
	struct text text = text_in(words, sizeof(words));

	go_back(p, key);
	text_add(&text, "expected a new key, but '");
	text_plain(&text, key->text, key->len < 64 ? key->len : 64);
	text_add(&text, key->len < 64 ? "'" : "...'");
	text_add(&text, " is defined on line ");
	text_number(&text, old->node.key_line);
	toml_fail(p, -EINVAL, words);
	return NULL;
}

/* After a part of a key: steps over the dot if another part follows. */
static bool another_part(struct parser *p)
{
	toml_space(p);
	if (!toml_skip(p, '.'))
		return false;
	toml_space(p);
	return true;
}

/*
 * The table that one part of a dotted key leads to. If it is DOTTED, then by a
 * key below the same header: none can come twice, and from any other the way
 * leads through a table that is HEADED.
 */
static struct entry *dotted(struct parser *p, struct entry *table,
			    const struct key *key)
{
	struct entry *next = member(p, table, key);

	if (!next)
		return add_table(p, table, key, DOTTED);
	if (next->node.type != TOML_TABLE || next->origin == HEADED ||
	    next->origin == WRITTEN)
		return taken(p, key, next);
	next->origin = DOTTED;
	return next;
}

static bool value(struct parser *p, struct entry *into);

/* key = value, also a.b.c = value. */
static bool pair(struct parser *p, struct entry *table)
{
	struct entry *into;
	struct key key;

	if (!toml_key(p, &key))
		return false;
	while (another_part(p)) {
		table = dotted(p, table, &key);
		if (!table || !toml_key(p, &key))
			return false;
	}
	into = member(p, table, &key);
	if (into)
		return taken(p, &key, into);
	if (!toml_skip(p, '='))
		return toml_expected(p, "'=' after the key");
	toml_space(p);
	into = add(p, table, &key);
	if (!into)
		return false;
	into->node.line = p->line;
	into->node.column = toml_column(p);
	return value(p, into);
}

static bool array(struct parser *p, struct entry *into)
{
	struct entry *item;

	into->node.type = TOML_ARRAY;
	into->origin = WRITTEN;
	while (toml_blank(p) && !toml_skip(p, ']')) {
		item = add(p, into, NULL);
		if (!item || !value(p, item) || !toml_blank(p))
			return false;
		if (toml_skip(p, ']'))
			break;
		if (!toml_skip(p, ','))
			return toml_expected(p, "',' or ']' in the array");
	}
	return !p->err;
}

/* All of it has to be on one line, and no comma may follow the last pair. */
static bool inline_table(struct parser *p, struct entry *into)
{
	into->node.type = TOML_TABLE;
	into->origin = WRITTEN;
	toml_space(p);
	if (toml_skip(p, '}'))
		return true;
	do {
		toml_space(p);
		if (!pair(p, into))
			return false;
		toml_space(p);
	} while (toml_skip(p, ','));
	if (!toml_skip(p, '}'))
		return toml_expected(p, "',' or '}' on the same line");
	return true;
}

static bool value(struct parser *p, struct entry *into)
{
	int c = toml_peek(p, 0);

	if (c == '"' || c == '\'') {
		into->node.type = TOML_STRING;
		return toml_string(p, true, &into->node.text, &into->node.len);
	}
	if (toml_skip(p, '['))
		return array(p, into);
	if (toml_skip(p, '{'))
		return inline_table(p, into);
	return toml_scalar(p, &into->node);
}

/* The table that one part of a header, not the last, leads through. */
static struct entry *through(struct parser *p, struct entry *table,
			     const struct key *key)
{
	struct entry *next = member(p, table, key);

	if (!next)
		return add_table(p, table, key, IMPLIED);
	if (next->node.type == TOML_ARRAY && next->origin == LISTED)
		return next->last;
	if (next->node.type == TOML_TABLE && next->origin != WRITTEN)
		return next;
	return taken(p, key, next);
}

/* The last part of [header]. */
static struct entry *headed(struct parser *p, struct entry *table,
			    const struct key *key)
{
	struct entry *found = member(p, table, key);

	if (!found)
		return add_table(p, table, key, HEADED);
	if (found->node.type != TOML_TABLE || found->origin != IMPLIED)
		return taken(p, key, found);
	found->origin = HEADED;
	found->node.key_line = key->line;
	found->node.key_column = key->column;
	return found;
}

/* The last part of [[header]]. */
static struct entry *listed(struct parser *p, struct entry *table,
			    const struct key *key)
{
	struct entry *list = member(p, table, key);

	if (list && (list->node.type != TOML_ARRAY || list->origin != LISTED))
		return taken(p, key, list);
	if (!list) {
		list = add(p, table, key);
		if (!list)
			return NULL;
		list->node.type = TOML_ARRAY;
		list->origin = LISTED;
	}
	return add_table(p, list, NULL, HEADED);
}

/* [a.b] or [[a.b]], behind the first bracket. */
static struct entry *header(struct parser *p, struct entry *table)
{
	unsigned column = toml_column(p) - 1;
	bool list = toml_skip(p, '[');
	struct key key;

	toml_space(p);
	if (!toml_key(p, &key))
		return NULL;
	while (another_part(p)) {
		table = through(p, table, &key);
		if (!table || !toml_key(p, &key))
			return NULL;
	}
	table = list ? listed(p, table, &key) : headed(p, table, &key);
	if (!table)
		return NULL;
	table->node.line = p->line;
	table->node.column = column;
	if (toml_skip(p, ']') && (!list || toml_skip(p, ']')))
		return table;
	toml_expected(p, list ? "']]' after the name" : "']' after the name");
	return NULL;
}

static bool document(struct parser *p, struct entry *root)
{
	struct entry *table = root;

	while (toml_blank(p) && p->at < p->end) {
		if (toml_skip(p, '['))
			table = header(p, root);
		else
			pair(p, table);
		if (p->err || !toml_rest(p))
			return false;
		if (p->at < p->end && !toml_line_end(p))
			return toml_expected(p, "the end of the line");
	}
	return !p->err;
}

static bool parse(struct parser *p, struct entry **root)
{
	size_t len = (size_t)(p->end - p->at);

	if (len > TOML_SIZE)
		return toml_fail(p, -E2BIG, "expected at most 1 MiB of text");
	/* A byte order mark, which is not a part of the first line. */
	if (len >= 3 && memcmp(p->at, "\xef\xbb\xbf", 3) == 0)
		p->line_start = p->at += 3;
	if (!toml_utf8(p) || !make_index(p, len))
		return false;
	*root = arena_take(p->arena, sizeof(**root));
	if (!*root)
		return toml_full(p);
	(*root)->node.type = TOML_TABLE;
	(*root)->node.line = (*root)->node.column = 1;
	(*root)->origin = HEADED;
	return document(p, *root);
}

int toml_parse(const char *text, size_t len, struct arena *arena,
	       const struct toml_node **root, struct parse_error *error)
{
	struct parser p = {.at = text,
			   .line_start = text,
			   .end = text + len,
			   .line = 1,
			   .arena = arena,
			   .error = error};
	struct entry *top = NULL;

	if (parse(&p, &top))
		*root = &top->node;
	return p.err;
}

const struct toml_node *toml_find(const struct toml_node *table,
				  const char *key)
{
	const struct toml_node *at = table->first;
	size_t len = strlen(key);

	while (at && (at->key_len != len || memcmp(at->key, key, len) != 0))
		at = at->next;
	return at;
}

const char *toml_type_name(enum toml_type type)
{
	static const char *const names[] = {
	    [TOML_STRING] = "a string",
	    [TOML_INTEGER] = "an integer",
	    [TOML_FLOAT] = "a float",
	    [TOML_BOOL] = "true or false",
	    [TOML_DATETIME] = "a date and time",
	    [TOML_DATETIME_LOCAL] = "a local date and time",
	    [TOML_DATE_LOCAL] = "a date",
	    [TOML_TIME_LOCAL] = "a time",
	    [TOML_ARRAY] = "an array",
	    [TOML_TABLE] = "a table",
	};

	return names[type];
}
