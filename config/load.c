/*
 * load.c - makes a policy from flags, environment, file and profile.
 * SPDX-License-Identifier: MIT
 *
 * The levels are applied weakest first; the profile then fills what is left. A
 * level may set a setting once, under one of its names.
 */
#include "config/load.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "config/policy_internal.h"

_Static_assert(KEYS <= 64, "loader.seen has a bit for every key");

int load_fail(struct loader *loader, const struct place *place, ...)
{
	struct text text =
	    text_in(loader->error->text, sizeof(loader->error->text));
	const char *word;
	va_list words;

	text_plain(&text, place->name, strlen(place->name));
	if (place->line) {
		text_char(&text, ':');
		text_number(&text, place->line);
		text_char(&text, ':');
		text_number(&text, place->column);
	}
	text_add(&text, ": ");
	va_start(words, place);
	while ((word = va_arg(words, const char *)))
		text_plain(&text, word, strlen(word));
	va_end(words);
	return -EINVAL;
}

int load_expected(struct loader *loader, const struct place *place,
		  const char *what)
{
	if (place->key)
		return load_fail(loader, place, "expected ", what, " for ",
				 place->key, NULL);
	return load_fail(loader, place, "expected ", what, NULL);
}

int load_full(struct loader *loader)
{
	static const struct place nowhere = {.name = "policy"};
	const struct place *at = loader->at.name ? &loader->at : &nowhere;

	load_fail(loader, at,
		  "expected a shorter policy: this one takes too much memory",
		  NULL);
	return -ENOMEM;
}

/* Notes that this level sets the key; an error if it has done so before. */
static int claim(struct loader *loader, const struct place *place, enum key key)
{
	const char *name = policy_keys[key].name;
	const char *alias = policy_keys[key].alias;

	loader->at = *place;
	if (!(loader->seen >> key & 1)) {
		loader->seen |= UINT64_C(1) << key;
		loader->places[key] = *place;
		return 0;
	}
	if (*alias)
		return load_fail(loader, place, "expected only one of ", name,
				 " and ", alias, NULL);
	return load_fail(loader, place, "expected ", name, " only once", NULL);
}

static void choose(struct loader *loader, const struct place *place,
		   enum key key, struct setting *setting)
{
	setting->chosen = true;
	setting->source = place->source;
	loader->policy->at[key] = *setting;
}

int load_apply_node(struct loader *loader, const struct place *place,
		    enum key key, bool alias, const struct toml_node *node)
{
	struct setting setting = {0};
	int err = claim(loader, place, key);

	if (!err)
		err = value_of_node(loader, place, key, alias, node, &setting);
	if (!err)
		choose(loader, place, key, &setting);
	return err;
}

int load_apply_text(struct loader *loader, const struct place *place,
		    enum key key, bool alias, const char *text)
{
	struct setting setting = {0};
	int err = claim(loader, place, key);

	if (!err)
		err = value_of_text(loader, place, key, alias, text, &setting);
	if (!err)
		choose(loader, place, key, &setting);
	return err;
}

static int load_file(struct loader *loader, const char *file)
{
	struct word text;
	int err;

	loader->at = (struct place){.name = file};
	err = read_policy(loader, file, &text);
	if (!err)
		err = table_load(loader, file, text.at, text.len);
	loader->base = loader->input->cwd;
	return err;
}

static bool is_inherited(const char *text)
{
	static const char mark[] = POLICY_INHERITED "\n";

	return strncmp(text, mark, sizeof(mark) - 1) == 0;
}

/* The file or inline text, whichever there is. */
static int load_text(struct loader *loader)
{
	static const struct place place = {.name = "FIG_SANDBOX_CONFIG"};
	const struct load_input *input = loader->input;
	const char *file = variables_find(input, place.name);
	const char *text = variables_find(input, "FIG_SANDBOX_POLICY");

	if (input->file)
		return load_file(loader, input->file);
	loader->inherited = text && is_inherited(text);
	if (text && file && !loader->inherited)
		return load_fail(loader, &place,
				 "expected only one of "
				 "FIG_SANDBOX_CONFIG and FIG_SANDBOX_POLICY",
				 NULL);
	if (text) {
		loader->at = (struct place){.name = "FIG_SANDBOX_POLICY"};
		return table_load(loader, loader->at.name, text, strlen(text));
	}
	if (file && !*file)
		return load_expected(loader, &place, "the name of a file");
	return file ? load_file(loader, file) : 0;
}

static int fill_defaults(struct loader *loader)
{
	struct setting *at = loader->policy->at;
	enum profile profile = PROFILE_FIG;
	int err = 0;

	if (at[KEY_profile].chosen)
		profile = at[KEY_profile].number;
	for (unsigned key = 0; !err && key < KEYS; key++) {
		if (!at[key].chosen)
			err = value_default(loader, key, profile, &at[key]);
	}
	return err;
}

/* True if `a` is for a person to read before `b`; b may be none. */
static bool is_before(const struct place *a, const struct place *b)
{
	return !b || (a->line && (!b->line || a->line < b->line));
}

/* The first setting that asks for what this release does not enforce. */
static int check_enforced(struct loader *loader)
{
	const struct place *first = NULL, *place;
	const struct setting *at = loader->policy->at;
	const char *name = "library";

	if (loader->library.name)
		first = &loader->library;
	for (unsigned key = 0; key < KEYS; key++) {
		place = &loader->places[key];
		if (!at[key].chosen || !policy_unenforced(key, &at[key]) ||
		    !is_before(place, first))
			continue;
		first = place;
		name = policy_keys[key].name;
	}
	if (!first)
		return 0;
	if (first->line)
		load_fail(loader, first, name,
			  ": not available yet in this release", NULL);
	else
		load_fail(loader, first, "not available yet in this release",
			  NULL);
	return -ENOTSUP;
}

static int load(struct loader *loader, bool strict)
{
	int err = load_text(loader);

	loader->seen = 0;
	if (!err && !loader->inherited)
		err = variables_load(loader);
	loader->seen = 0;
	if (!err)
		err = flags_load(loader);
	if (!err)
		err = fill_defaults(loader);
	if (!err && strict)
		err = check_enforced(loader);
	return err;
}

int load_policy(const struct load_input *input, bool strict,
		struct arena *arena, struct policy *policy,
		struct load_error *error)
{
	struct loader *loader = arena_take(arena, sizeof(*loader));
	struct loader only_error = {.error = error};
	int err;

	policy_close(policy);
	if (!loader)
		return load_full(&only_error);
	loader->input = input;
	loader->arena = arena;
	loader->policy = policy;
	loader->error = error;
	loader->base = input->cwd;
	err = load(loader, strict);
	if (err)
		policy_close(policy);
	else
		policy_finish(policy);
	return err;
}
