/*
 * values.c - turns one text or one TOML value into a setting.
 * SPDX-License-Identifier: MIT
 *
 * In TOML a value has its own type; in the environment and in flags everything
 * is text. Nothing is guessed: "1e6", " 5" and "Yes" are errors.
 */
#include <errno.h>
#include <string.h>

#include "config/policy_internal.h"
#include "config/size.h"

enum { MIB = 1024 * 1024 };

static const char *const wanted[] = {
    [BOOL] = "true or false",
    [COUNT] = "a whole number, 0 or more",
    [MS] = "a whole number of milliseconds, 0 or more",
    [SECONDS] = "a whole number of seconds, 0 or more",
    [SIZE] = "a size such as 65536 or 64MiB",
};

/* "enforce, audit or off"; not only for people who know all settings. */
static int expected_choice(struct loader *loader, const struct place *place,
			   enum key key)
{
	const char *choices = policy_keys[key].choices;
	char buffer[96];
	struct text text = text_in(buffer, sizeof(buffer));
	struct word word;

	while (choice_next(&choices, &word)) {
		if (text.len)
			text_add(&text, choices ? ", " : " or ");
		text_add_n(&text, word.at, word.len);
	}
	return load_expected(loader, place, buffer);
}

static int take_choice(struct loader *loader, const struct place *place,
		       enum key key, struct word name, struct setting *setting)
{
	const char *choices = policy_keys[key].choices;
	struct word word;

	for (uint64_t i = 0; choice_next(&choices, &word); i++) {
		if (word_same(word, name)) {
			setting->number = i;
			return 0;
		}
	}
	return expected_choice(loader, place, key);
}

/* max_memory_mb is memory_limit in another unit. */
static int take_number(struct loader *loader, const struct place *place,
		       enum key key, bool alias, uint64_t number,
		       struct setting *setting)
{
	bool mib = alias && policy_keys[key].type == SIZE;

	if (number > (uint64_t)INT64_MAX / (mib ? MIB : 1))
		return load_expected(loader, place, "a smaller number");
	setting->number = mib ? number * MIB : number;
	return 0;
}

static int take_size(struct loader *loader, const struct place *place,
		     const char *text, size_t len, struct setting *setting)
{
	int err = size_parse(text, len, &setting->number);

	if (err)
		return load_expected(loader, place,
				     err == -ERANGE ? "a size below 8192PiB"
						    : wanted[SIZE]);
	return 0;
}

static bool is_any(const char *text, const char *a, const char *b,
		   const char *c)
{
	return text_equal(text, a) || text_equal(text, b) ||
	       text_equal(text, c);
}

static int bool_of_text(struct loader *loader, const struct place *place,
			const char *text, struct setting *setting)
{
	setting->number = is_any(text, "true", "yes", "1");
	if (setting->number || is_any(text, "false", "no", "0"))
		return 0;
	return load_expected(loader, place, "true, false, yes, no, 1 or 0");
}

/* Digits and nothing else. */
static int number_of_text(struct loader *loader, const struct place *place,
			  enum key key, bool alias, const char *text,
			  struct setting *setting)
{
	size_t len = strlen(text);
	uint64_t number;
	const char *what = policy_keys[key].type == SIZE
			       ? "a whole number of MiB, 0 or more"
			       : wanted[policy_keys[key].type];

	if (len == 0 || strspn(text, "0123456789") != len)
		return load_expected(loader, place, what);
	if (size_parse(text, len, &number))
		return load_expected(loader, place, "a smaller number");
	return take_number(loader, place, key, alias, number, setting);
}

int value_of_text(struct loader *loader, const struct place *place,
		  enum key key, bool alias, const char *text,
		  struct setting *setting)
{
	switch (policy_keys[key].type) {
	case NAME:
		return take_choice(loader, place, key,
				   (struct word){text, strlen(text)}, setting);
	case BOOL:
		return bool_of_text(loader, place, text, setting);
	case SIZE:
		if (!alias)
			return take_size(loader, place, text, strlen(text),
					 setting);
		/* fall through */
	case COUNT:
	case MS:
	case SECONDS:
		return number_of_text(loader, place, key, alias, text, setting);
	default:
		return list_of_text(loader, place, key, text, setting);
	}
}

/* allow_syscalls is true and false as TOML has them, and "policed". */
static int name_of_node(struct loader *loader, const struct place *place,
			enum key key, const struct toml_node *node,
			struct setting *setting)
{
	bool truth = key == KEY_allow_syscalls;
	struct word name;

	if (truth && node->type == TOML_BOOL)
		name = node->boolean ? (struct word){"true", 4}
				     : (struct word){"false", 5};
	else if (node->type == TOML_STRING)
		name = (struct word){node->text, node->len};
	else
		return expected_choice(loader, place, key);
	if (truth && node->type == TOML_STRING && !word_is(name, "policed"))
		return load_expected(loader, place,
				     "true, false or \"policed\"");
	return take_choice(loader, place, key, name, setting);
}

static int number_of_node(struct loader *loader, const struct place *place,
			  enum key key, bool alias,
			  const struct toml_node *node, struct setting *setting)
{
	const char *what = wanted[policy_keys[key].type];

	if (alias && policy_keys[key].type == SIZE)
		what = "a whole number of MiB, 0 or more";
	else if (policy_keys[key].type == SIZE && node->type == TOML_STRING)
		return take_size(loader, place, node->text, node->len, setting);
	else if (policy_keys[key].type == SIZE)
		what = "a size such as 65536 or \"64MiB\"";
	if (node->type != TOML_INTEGER || node->integer < 0)
		return load_expected(loader, place, what);
	return take_number(loader, place, key, alias, (uint64_t)node->integer,
			   setting);
}

int value_of_node(struct loader *loader, const struct place *place,
		  enum key key, bool alias, const struct toml_node *node,
		  struct setting *setting)
{
	switch (policy_keys[key].type) {
	case NAME:
		return name_of_node(loader, place, key, node, setting);
	case BOOL:
		if (node->type != TOML_BOOL)
			return load_expected(loader, place, wanted[BOOL]);
		setting->number = node->boolean;
		return 0;
	case COUNT:
	case MS:
	case SECONDS:
	case SIZE:
		return number_of_node(loader, place, key, alias, node, setting);
	default:
		return list_of_node(loader, place, key, node, setting);
	}
}

int value_default(struct loader *loader, enum key key, enum profile profile,
		  struct setting *setting)
{
	static const char *const names[] = {
	    [PROFILE_FIG] = "profile fig",
	    [PROFILE_CONFINED] = "profile confined",
	    [PROFILE_RESTRICTIVE] = "profile restrictive",
	    [PROFILE_PERMISSIVE] = "profile permissive",
	};
	const char *text = policy_keys[key].defaults[profile];
	const struct place place = {.name = names[profile],
				    .source = {.file = names[profile]}};

	memset(setting, 0, sizeof(*setting));
	setting->source = place.source;
	if (key_is_list(key) && !*text)
		return 0;
	setting->given = key_is_list(key);
	if (setting->given && text_equal(text, "[]"))
		return 0;
	return value_of_text(loader, &place, key, false, text, setting);
}
