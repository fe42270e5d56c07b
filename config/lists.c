/*
 * lists.c - the entries of lists: patterns, addresses, pins, sinks.
 * SPDX-License-Identifier: MIT
 *
 * An empty list is a list: it grants nothing. A symbolic link that is named
 * among files stands for itself and for what it leads to, because files match
 * by their resolved names only.
 */
#include <errno.h>
#include <string.h>

#include "config/glob.h"
#include "config/policy_internal.h"

enum {
	HOSTS_MAX = 64,  /* bits of query.resolved */
	SOCKET_MAX = 107 /* bytes of a socket's path: unix(7) */
};

static bool is_name_list(enum key key)
{
	return key == KEY_allowed_functions;
}

/* A library is known by both its names when it is loaded. */
static bool follows_links(enum key key)
{
	return key != KEY_allowed_libs && key != KEY_lib_hashes;
}

static int make_room(struct loader *loader, struct setting *setting,
		     size_t entries)
{
	setting->count = 0;
	setting->given = true;
	setting->items =
	    arena_take(loader->arena, 2 * entries * sizeof(*setting->items));
	return setting->items ? 0 : load_full(loader);
}

/* There is room: make_room counted every entry twice. */
static struct item *append(struct setting *setting, const struct place *place,
			   const char *text)
{
	struct item *item = &setting->items[setting->count++];

	item->text = text;
	item->source = place->source;
	return item;
}

static int add_name(struct loader *loader, const struct place *place,
		    const char *text, struct setting *setting)
{
	if (!*text || glob_check(text))
		return load_expected(loader, place, "a name or pattern");
	text = arena_text(loader->arena, text, strlen(text));
	if (!text)
		return load_full(loader);
	append(setting, place, text);
	return pattern_utf8(loader, place, text);
}

static int add_glob(struct loader *loader, const struct place *place,
		    enum key key, const char *text, struct setting *setting)
{
	const char *pattern, *target;
	int err;

	if (is_name_list(key))
		return add_name(loader, place, text, setting);
	err = pattern_resolve(loader, place, text, &pattern, &target);
	if (err)
		return err;
	append(setting, place, pattern);
	if (target && follows_links(key))
		append(setting, place, target);
	return 0;
}

static int parse_net(struct loader *loader, const struct place *place,
		     const char *text, struct setting *setting)
{
	const char *expected;
	struct net_rule rule;
	int err =
	    net_parse(text, strlen(text), loader->arena, &rule, &expected);

	if (err == -ENOMEM)
		return load_full(loader);
	if (err)
		return load_expected(loader, place, expected);
	if (rule.kind == NET_HOST && setting->count >= HOSTS_MAX)
		return load_expected(loader, place,
				     "host names among the first 64 entries");
	append(setting, place, rule.text)->net = rule;
	return pattern_utf8(loader, place, rule.text);
}

static int add_socket(struct loader *loader, const struct place *place,
		      const char *path, struct setting *setting)
{
	size_t len = strlen(path);
	char *rule = arena_take(loader->arena, len + sizeof("unix:"));

	if (!rule)
		return load_full(loader);
	memcpy(rule, "unix:", 5);
	memcpy(rule + 5, path, len);
	return parse_net(loader, place, rule, setting);
}

static int add_net(struct loader *loader, const struct place *place,
		   const char *text, struct setting *setting)
{
	const char *pattern, *target;
	int err;

	if (strncmp(text, "unix:/", 6) != 0)
		return parse_net(loader, place, text, setting);
	err = pattern_resolve(loader, place, text + 5, &pattern, &target);
	if (!err)
		err = add_socket(loader, place, pattern, setting);
	if (!err && target)
		err = add_socket(loader, place, target, setting);
	return err;
}

/* "file:" and "unix:" with an absolute path. */
static int add_sink_path(struct loader *loader, const struct place *place,
			 const char *text, struct setting *setting)
{
	const char *path;
	int err = pattern_absolute(loader, place, text + 5, &path);
	size_t len;
	char *sink;

	if (err)
		return err;
	len = strlen(path);
	if (text[0] == 'u' && len > SOCKET_MAX)
		return load_expected(loader, place,
				     "a socket's path of at most 107 bytes");
	sink = arena_take(loader->arena, 5 + len + 1);
	if (!sink)
		return load_full(loader);
	memcpy(sink, text, 5);
	memcpy(sink + 5, path, len);
	append(setting, place, sink);
	return 0;
}

static int add_sink(struct loader *loader, const struct place *place,
		    const char *text, struct setting *setting)
{
	static const char *const plain[] = {"syslog", "journal", "stderr",
					    "none"};

	if (setting->count == POLICY_SINKS)
		return load_expected(loader, place, "at most eight sinks");
	if (strncmp(text, "file:", 5) == 0 || strncmp(text, "unix:", 5) == 0)
		return add_sink_path(loader, place, text, setting);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (text_equal(text, plain[i])) {
			append(setting, place, plain[i]);
			return 0;
		}
	}
	return load_expected(loader, place,
			     "syslog, journal, stderr, file:PATH, unix:PATH "
			     "or none");
}

/* "sha256:" and 64 digits, which are kept in lower case. */
static char *copy_hash(struct loader *loader, const char *text)
{
	char *hash;

	if (strncmp(text, "sha256:", 7) != 0 || strlen(text += 7) != 64 ||
	    strspn(text, "0123456789abcdefABCDEF") != 64)
		return NULL;
	hash = arena_text(loader->arena, text, 64);
	for (char *c = hash; c && *c; c++)
		*c |= *c >= 'A' && *c <= 'F' ? 'a' - 'A' : 0;
	return hash;
}

static int add_pin(struct loader *loader, const struct place *place,
		   const char *path, const char *hash, struct setting *setting)
{
	const char *pattern, *target;
	struct item *item;
	int err;

	if (!loader->inherited && !glob_literal(path))
		return load_expected(loader, place, "a path without wildcards");
	err = pattern_resolve(loader, place, path, &pattern, &target);
	if (err)
		return err;
	item = append(setting, place, pattern);
	item->hash = copy_hash(loader, hash);
	return item->hash ? 0
			  : load_expected(loader, place,
					  "\"sha256:\" and 64 hexadecimal "
					  "digits behind a path");
}

/* `text` is scratch. */
static int add_pin_text(struct loader *loader, const struct place *place,
			char *text, struct setting *setting)
{
	char *equal = strrchr(text, '=');

	if (!equal)
		return load_expected(loader, place, "PATH=sha256:HEX");
	*equal = '\0';
	return add_pin(loader, place, text, equal + 1, setting);
}

static int add(struct loader *loader, const struct place *place, enum key key,
	       char *text, struct setting *setting)
{
	switch (policy_keys[key].type) {
	case GLOBS:
		return add_glob(loader, place, key, text, setting);
	case NETS:
		return add_net(loader, place, text, setting);
	case PINS:
		return add_pin_text(loader, place, text, setting);
	default:
		return add_sink(loader, place, text, setting);
	}
}

/* "none" beside another sink would leave the reader guessing. */
static int check_sinks(struct loader *loader, const struct place *place,
		       enum key key, const struct setting *setting)
{
	if (policy_keys[key].type != SINKS || setting->count < 2)
		return 0;
	for (unsigned i = 0; i < setting->count; i++) {
		if (text_equal(setting->items[i].text, "none"))
			return load_expected(loader, place, "none alone");
	}
	return 0;
}

/*
 * Where the entry at `text` ends. The comma also stands between ports, which
 * begin no entry: "10.0.0.0/8:80,443,8000-8010" is one.
 */
static size_t entry_length(enum key key, const char *text)
{
	const char *separator = policy_keys[key].type == GLOBS ? ":" : ",";
	size_t len = strcspn(text, separator), more;

	while (policy_keys[key].type == NETS && text[len]) {
		more = strspn(text + len + 1, "0123456789-");
		if (more == 0 || (text[len + 1 + more] != ',' &&
				  text[len + 1 + more] != '\0'))
			break;
		len += 1 + more;
	}
	return len;
}

int list_of_text(struct loader *loader, const struct place *place, enum key key,
		 const char *text, struct setting *setting)
{
	size_t entries = 1, len;
	char *entry;
	int err;

	for (const char *c = text; *c; c++)
		entries += *c == ':' || *c == ',';
	err = make_room(loader, setting, entries);
	if (err || !*text)
		return err;
	do {
		len = entry_length(key, text);
		entry = arena_text(loader->arena, text, len);
		err = entry ? add(loader, place, key, entry, setting)
			    : load_full(loader);
		text += len;
	} while (!err && *text++);
	return err ? err : check_sinks(loader, place, key, setting);
}

static struct place place_of(struct loader *loader, const struct place *list,
			     const struct toml_node *node)
{
	struct place place = *list;

	place.line = node->line;
	place.column = node->column;
	place.source = table_source(loader, list, node->line);
	return place;
}

static bool is_text(const struct toml_node *node)
{
	return node->type == TOML_STRING && strlen(node->text) == node->len;
}

static int add_node(struct loader *loader, const struct place *place,
		    enum key key, const struct toml_node *node,
		    struct setting *setting)
{
	char *text;

	if (policy_keys[key].type == PINS) {
		if (!is_text(node) || strlen(node->key) != node->key_len)
			return load_expected(loader, place,
					     "PATH = \"sha256:HEX\"");
		return add_pin(loader, place, node->key, node->text, setting);
	}
	if (!is_text(node))
		return load_expected(loader, place, "a list of strings");
	text = arena_text(loader->arena, node->text, node->len);
	if (!text)
		return load_full(loader);
	return add(loader, place, key, text, setting);
}

static int add_nodes(struct loader *loader, const struct place *place,
		     enum key key, const struct toml_node *first,
		     struct setting *setting)
{
	const struct toml_node *node;
	size_t entries = 1;
	int err;

	for (node = first; node; node = node->next)
		entries++;
	err = make_room(loader, setting, entries);
	for (node = first; !err && node; node = node->next) {
		struct place at = place_of(loader, place, node);

		err = add_node(loader, &at, key, node, setting);
	}
	return err ? err : check_sinks(loader, place, key, setting);
}

int list_of_node(struct loader *loader, const struct place *place, enum key key,
		 const struct toml_node *node, struct setting *setting)
{
	struct toml_node alone = *node;

	if (policy_keys[key].type == PINS && node->type != TOML_TABLE)
		return load_expected(loader, place,
				     "a table of PATH = \"sha256:HEX\"");
	if (key == KEY_audit && node->type == TOML_STRING) {
		alone.next = NULL;
		return add_nodes(loader, place, key, &alone, setting);
	}
	if (policy_keys[key].type != PINS && node->type != TOML_ARRAY)
		return load_expected(loader, place,
				     key == KEY_audit
					 ? "a string or a list of strings"
					 : "a list of strings");
	return add_nodes(loader, place, key, node->first, setting);
}
