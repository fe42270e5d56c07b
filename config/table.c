/*
 * table.c - finds our table in a TOML text and applies what it sets.
 * SPDX-License-Identifier: MIT
 *
 * Inside our table everything is strict. Other tables belong to other programs.
 */
#include <errno.h>
#include <string.h>

#include "config/policy_internal.h"

/* What one library may have for itself. */
static const enum key overlay_keys[] = {
    KEY_verify_libs,
    KEY_lib_hashes,
    KEY_allowed_functions,
    KEY_call_timeout,
    KEY_on_timeout,
    KEY_memory_limit,
    KEY_max_allocs,
    KEY_allow_file_io,
    KEY_read,
    KEY_write,
    KEY_exec,
    KEY_allow_network,
    KEY_connect,
    KEY_bind,
    KEY_allow_process,
    KEY_allow_syscalls,
    KEY_allow_exec_memory,
};

/* The line's number is in `line`; false behind the last one. */
static bool go_to_line(struct loader *loader, unsigned line)
{
	while (loader->label_at && loader->label_line < line) {
		loader->label_at = strchr(loader->label_at, '\n');
		if (loader->label_at) {
			loader->label_at++;
			loader->label_line++;
		}
	}
	return loader->label_at && loader->label_line == line;
}

/* "FILE:LINE" or "FILE" into *source; false if there is no room for it. */
static bool read_label(struct loader *loader, const char *text, size_t len,
		       struct source *source)
{
	char buffer[LABEL_SIZE + 1];
	struct text label = text_in(buffer, sizeof(buffer));
	unsigned line = 0, unit = 1;
	size_t end = len;

	while (end && text[end - 1] >= '0' && text[end - 1] <= '9' &&
	       len - end < 9) {
		line += unit * (unsigned)(text[--end] - '0');
		unit *= 10;
	}
	if (end < 2 || end == len || text[end - 1] != ':' || text[end] == '0')
		line = 0;
	else
		len = end - 1;
	label_plain(&label, text, len);
	source->file = arena_text(loader->arena, label.at, label.len);
	source->line = line;
	return source->file;
}

/* The last "# from " of the line at `text`; NULL if there is none. */
static const char *find_label(const char *text, size_t len)
{
	static const char mark[] = "# from ";
	const char *found = NULL;

	for (size_t i = 0; i + sizeof(mark) - 1 < len; i++) {
		if (memcmp(text + i, mark, sizeof(mark) - 1) == 0)
			found = text + i + sizeof(mark) - 1;
	}
	return found;
}

struct source table_source(struct loader *loader, const struct place *place,
			   unsigned line)
{
	struct source source = {place->name, line};
	const char *label;
	size_t len;

	if (!loader->inherited)
		return source;
	if (line == loader->label_line && loader->label.file)
		return loader->label;
	if (line < loader->label_line) {
		loader->label_at = loader->text;
		loader->label_line = 1;
	}
	loader->label = source;
	if (!go_to_line(loader, line))
		return source;
	len = strcspn(loader->label_at, "\r\n");
	label = find_label(loader->label_at, len);
	if (label &&
	    !read_label(loader, label, (size_t)(loader->label_at + len - label),
			&loader->label))
		loader->label = source;
	return loader->label;
}

static struct place place_of(struct loader *loader, const char *name,
			     const struct toml_node *node)
{
	struct place place = {.name = name,
			      .line = node->line,
			      .column = node->column,
			      .key = node->key};

	place.source = table_source(loader, &place, node->line);
	loader->at = place;
	return place;
}

static struct place place_of_key(const char *name, const struct toml_node *node)
{
	return (struct place){
	    .name = name, .line = node->key_line, .column = node->key_column};
}

static int unknown(struct loader *loader, const char *name,
		   const struct toml_node *node, const char *nearest)
{
	const struct place place = place_of_key(name, node);

	return load_fail(loader, &place, "unknown setting ", node->key,
			 ", the nearest is ", nearest, NULL);
}

static int apply(struct loader *loader, const char *name,
		 const struct toml_node *node)
{
	struct place place = place_of(loader, name, node);
	struct word word = {node->key, node->key_len};
	bool alias;
	enum key key = key_find(word, &alias);

	if (key == KEYS)
		return unknown(loader, name, node, key_nearest(word));
	return load_apply_node(loader, &place, key, alias, node);
}

static bool is_overlay_key(enum key key)
{
	for (size_t i = 0; i < sizeof(overlay_keys) / sizeof(overlay_keys[0]);
	     i++) {
		if (overlay_keys[i] == key)
			return true;
	}
	return false;
}

static int apply_match(struct loader *loader, const struct place *place,
		       const struct toml_node *node, struct overlay *overlay)
{
	const char *target;
	int err;

	if (node->type != TOML_STRING || strlen(node->text) != node->len)
		return load_expected(loader, place, "a path or pattern");
	err = pattern_resolve(loader, place, node->text, &overlay->match,
			      &target);
	if (!err && target) /* a library is known by where its link leads */
		overlay->match = target;
	return err;
}

static int apply_overlay_key(struct loader *loader, const char *name,
			     const struct toml_node *node,
			     struct overlay *overlay)
{
	struct place place = place_of(loader, name, node);
	struct word word = {node->key, node->key_len};
	struct setting *setting;
	bool alias;
	enum key key = key_find(word, &alias);

	if (word_is(word, "match"))
		return apply_match(loader, &place, node, overlay);
	if (key == KEYS)
		return unknown(loader, name, node, key_nearest(word));
	if (alias || !is_overlay_key(key)) {
		place = place_of_key(name, node);
		return load_fail(loader, &place, "expected no ", node->key,
				 " for one library: it is the whole process's",
				 NULL);
	}
	setting = &overlay->at[key];
	setting->chosen = true;
	setting->source = place.source;
	return value_of_node(loader, &place, key, false, node, setting);
}

static int apply_overlay(struct loader *loader, const char *name,
			 const struct toml_node *table, struct overlay **end)
{
	struct overlay *overlay = arena_take(loader->arena, sizeof(*overlay));
	struct place place = place_of(loader, name, table);
	int err = 0;

	if (!overlay)
		return load_full(loader);
	place.key = "library";
	overlay->source = place.source;
	for (const struct toml_node *node = table->first; !err && node;
	     node = node->next)
		err = apply_overlay_key(loader, name, node, overlay);
	if (err)
		return err;
	if (!overlay->match)
		return load_expected(loader, &place,
				     "match = \"PATTERN\" among the settings");
	if (!loader->library.name && overlay_unenforced(overlay))
		loader->library = place;
	*end = overlay;
	return 0;
}

static int apply_overlays(struct loader *loader, const char *name,
			  const struct toml_node *list)
{
	struct overlay **end = &loader->policy->overlays;
	const struct toml_node *node = list->first;
	struct place place = place_of(loader, name, list);
	int err = 0;

	if (list->type == TOML_ARRAY) {
		for (; !err && node && node->type == TOML_TABLE;
		     node = node->next) {
			err = apply_overlay(loader, name, node, end);
			end = err ? end : &(*end)->next;
		}
	}
	if (!err && (node || list->type != TOML_ARRAY))
		err = load_expected(loader, &place, "tables: [[...library]]");
	return err;
}

static int apply_table(struct loader *loader, const char *name,
		       const struct toml_node *table)
{
	struct place place = place_of(loader, name, table);
	int err = 0;

	if (table->type != TOML_TABLE)
		return load_expected(loader, &place, "a table");
	for (const struct toml_node *node = table->first; !err && node;
	     node = node->next) {
		if (text_equal(node->key, "library"))
			err = apply_overlays(loader, name, node);
		else
			err = apply(loader, name, node);
	}
	return err;
}

/* A table that nearly has our name is a misspelling, not another program's. */
static int check_spelling(struct loader *loader, const char *name,
			  const struct toml_node *table)
{
	static const struct word ours = {"sandbox", 7};

	for (const struct toml_node *node = table->first; node;
	     node = node->next) {
		struct word word = {node->key, node->key_len};

		if (key_distance(word, ours) == 1)
			return unknown(loader, name, node, "sandbox");
	}
	return 0;
}

/* Fig writes call_timeout into [ffi]; the rest of that table is Fig's. */
static int apply_ffi(struct loader *loader, const char *name,
		     const struct toml_node *ffi)
{
	const struct toml_node *timeout = toml_find(ffi, "call_timeout");
	const struct toml_node *sandbox = toml_find(ffi, "sandbox");
	int err = check_spelling(loader, name, ffi);

	if (!err && timeout)
		err = apply(loader, name, timeout);
	return err || !sandbox ? err : apply_table(loader, name, sandbox);
}

static int apply_root(struct loader *loader, const char *name,
		      const struct toml_node *root)
{
	const struct toml_node *ffi = toml_find(root, "ffi");
	const struct toml_node *sandbox = toml_find(root, "sandbox");
	struct place place;
	int err = check_spelling(loader, name, root);

	if (err)
		return err;
	if (ffi && ffi->type != TOML_TABLE) {
		place = place_of(loader, name, ffi);
		return load_expected(loader, &place, "a table");
	}
	if (ffi && sandbox && toml_find(ffi, "sandbox")) {
		place = place_of_key(name, sandbox);
		return load_expected(loader, &place,
				     "only one of [sandbox] and [ffi.sandbox]");
	}
	if (ffi)
		err = apply_ffi(loader, name, ffi);
	return err || !sandbox ? err : apply_table(loader, name, sandbox);
}

int table_load(struct loader *loader, const char *name, const char *text,
	       size_t len)
{
	const struct toml_node *root;
	struct parse_error error = {0};
	struct place place = {.name = name};
	int err = toml_parse(text, len, loader->arena, &root, &error);

	if (err == -ENOMEM)
		return load_full(loader);
	if (err) {
		place.line = error.line;
		place.column = error.column;
		return load_fail(loader, &place, error.what, NULL);
	}
	loader->text = loader->label_at = text;
	loader->label_line = 1;
	return apply_root(loader, name, root);
}
