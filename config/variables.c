/*
 * variables.c - settings from the environment and from flags.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "config/policy_internal.h"

enum { NAME_SIZE = 64 };

#define PREFIX "FIG_SANDBOX_"

/* A setting's name as a variable or a flag writes it. */
struct spelling {
	const char *prefix;
	bool upper;
	char gap; /* what stands for '_' */
};

static const struct spelling variable = {PREFIX, true, '_'};
static const struct spelling flag = {"--", false, '-'};

/* The first counts, as for getenv. */
const char *variables_find(const struct load_input *input, const char *name)
{
	size_t len = strlen(name);

	for (char *const *env = input->env; env && *env; env++) {
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	}
	return NULL;
}

/* One byte as TOML has it; what this spelling does not have becomes '?'. */
static char plain(const struct spelling *spelling, char c)
{
	bool upper = c >= 'A' && c <= 'Z';

	if (c == '_' || c == spelling->gap)
		return '_';
	if (c >= '0' && c <= '9')
		return c;
	if (upper != spelling->upper || (!upper && (c < 'a' || c > 'z')))
		return '?';
	return upper ? (char)(c + ('a' - 'A')) : c;
}

/* Names that are too long are cut: no setting's name is near NAME_SIZE. */
static struct word read_name(const struct spelling *spelling, const char *text,
			     char buffer[NAME_SIZE])
{
	struct word word = {buffer, 0};

	for (; text[word.len] && word.len < NAME_SIZE; word.len++)
		buffer[word.len] = plain(spelling, text[word.len]);
	return word;
}

static const char *write_name(const struct spelling *spelling, const char *name,
			      char buffer[NAME_SIZE])
{
	struct text text = text_in(buffer, NAME_SIZE);

	text_add(&text, spelling->prefix);
	for (; *name; name++) {
		if (*name == '_')
			text_char(&text, spelling->gap);
		else if (spelling->upper && *name >= 'a')
			text_char(&text, (char)(*name - ('a' - 'A')));
		else
			text_char(&text, *name);
	}
	return buffer;
}

static int apply(struct loader *loader, const struct spelling *spelling,
		 const struct place *place, const char *value)
{
	char buffer[NAME_SIZE];
	struct word name =
	    read_name(spelling, place->name + strlen(spelling->prefix), buffer);
	bool alias;
	enum key key = key_find(name, &alias);

	if (key == KEYS)
		return load_fail(
		    loader, place, "unknown setting, the nearest is ",
		    write_name(spelling, key_nearest(name), buffer), NULL);
	if (!value)
		return load_expected(loader, place, "'=' and a value");
	return load_apply_text(loader, place, key, alias, value + 1);
}

static int apply_variable(struct loader *loader, const char *text)
{
	const char *name = arena_text(loader->arena, text, strcspn(text, "="));
	const struct place place = {.name = name, .source = {.file = name}};

	if (!name)
		return load_full(loader);
	if (text_equal(name, PREFIX "CONFIG") ||
	    text_equal(name, PREFIX "POLICY"))
		return 0;
	return apply(loader, &variable, &place, strchr(text, '='));
}

/* FFI_LOG_LEVEL is Fig's: our own variable beats it. */
int variables_load(struct loader *loader)
{
	static const char level[] = "FFI_LOG_LEVEL";
	static const struct place place = {.name = level,
					   .source = {.file = level}};
	const struct load_input *input = loader->input;
	const char *value = variables_find(input, level);
	int err = 0;

	if (value && !variables_find(input, PREFIX "LOG_LEVEL"))
		err = load_apply_text(loader, &place, KEY_log_level, false,
				      value);
	for (char *const *env = input->env; !err && env && *env; env++) {
		if (strncmp(*env, PREFIX, strlen(PREFIX)) == 0)
			err = apply_variable(loader, *env);
	}
	return err;
}

static int apply_flag(struct loader *loader, const char *text)
{
	size_t len = strcspn(text, "=");
	char *name = arena_take(loader->arena, len + sizeof("--"));
	struct place place = {.name = name, .source = {.file = name}};

	if (!name)
		return load_full(loader);
	memcpy(name, "--", 2);
	for (size_t i = 0; i < len; i++)
		name[2 + i] = text[i] == '_' ? '-' : text[i];
	return apply(loader, &flag, &place, strchr(text, '='));
}

int flags_load(struct loader *loader)
{
	int err = 0;

	for (char *const *text = loader->input->flags; !err && text && *text;
	     text++)
		err = apply_flag(loader, *text);
	return err;
}
