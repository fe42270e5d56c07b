/*
 * print.c - writes settings and whole policies as TOML.
 * SPDX-License-Identifier: MIT
 *
 * What stands here is read back by the next process: a setting that is chosen,
 * and where it came from. The profile gives the rest.
 */
#include <string.h>

#include "config/policy_internal.h"

/* All our strings are UTF-8; TOML 1.0 takes it as it is. */
static void print_string(struct text *text, const char *string)
{
	text_char(text, '"');
	for (; *string; string++) {
		if (*string == '"' || *string == '\\') {
			text_char(text, '\\');
			text_char(text, *string);
		} else if ((unsigned char)*string < ' ' || *string == 0x7f) {
			text_add(text, "\\u00");
			text_hex(text, (unsigned char)*string, 2);
		} else {
			text_char(text, *string);
		}
	}
	text_char(text, '"');
}

static void print_item(enum key key, const struct item *item, struct text *text)
{
	print_string(text, item->text);
	if (policy_keys[key].type != PINS)
		return;
	text_add(text, " = \"sha256:");
	text_add(text, item->hash);
	text_char(text, '"');
}

static void print_list(enum key key, const struct setting *setting,
		       struct text *text)
{
	bool pins = policy_keys[key].type == PINS;

	text_char(text, pins ? '{' : '[');
	for (unsigned i = 0; i < setting->count; i++) {
		if (i)
			text_add(text, ", ");
		print_item(key, &setting->items[i], text);
	}
	text_char(text, pins ? '}' : ']');
}

static void print_name(enum key key, uint64_t number, struct text *text)
{
	struct word name = choice_name(key, number);
	bool truth = word_is(name, "true") || word_is(name, "false");

	if (!truth)
		text_char(text, '"');
	text_add_n(text, name.at, name.len);
	if (!truth)
		text_char(text, '"');
}

void policy_print_value(enum key key, const struct setting *setting,
			struct text *text)
{
	switch (policy_keys[key].type) {
	case NAME:
		print_name(key, setting->number, text);
		break;
	case BOOL:
		text_add(text, setting->number ? "true" : "false");
		break;
	case COUNT:
	case MS:
	case SECONDS:
	case SIZE:
		text_number(text, setting->number);
		break;
	default:
		print_list(key, setting, text);
	}
}

void label_plain(struct text *text, const char *file, size_t len)
{
	size_t start = text->len;

	text_plain(text, file, len < LABEL_SIZE ? len : LABEL_SIZE);
	for (char *c = text->at + start; *c; c++)
		*c = *c == '#' ? '?' : *c;
}

static void print_source(struct source source, struct text *text)
{
	if (source.file && *source.file) {
		text_add(text, "  # from ");
		label_plain(text, source.file, strlen(source.file));
		if (source.line) {
			text_char(text, ':');
			text_number(text, source.line);
		}
	}
	text_char(text, '\n');
}

static bool same_source(struct source a, struct source b)
{
	return a.line == b.line && text_equal(a.file, b.file);
}

/* Pins are an inline table, and TOML wants that on one line. */
static bool fits_one_line(enum key key, const struct setting *setting)
{
	if (!key_is_list(key) || policy_keys[key].type == PINS)
		return true;
	for (unsigned i = 0; i < setting->count; i++) {
		if (!same_source(setting->items[i].source, setting->source))
			return false;
	}
	return true;
}

static void print_setting(enum key key, const struct setting *setting,
			  struct text *text)
{
	text_add(text, policy_keys[key].name);
	text_add(text, " = ");
	if (fits_one_line(key, setting)) {
		policy_print_value(key, setting, text);
		print_source(setting->source, text);
		return;
	}
	text_char(text, '[');
	print_source(setting->source, text);
	for (unsigned i = 0; i < setting->count; i++) {
		text_char(text, '\t');
		print_item(key, &setting->items[i], text);
		text_char(text, ',');
		print_source(setting->items[i].source, text);
	}
	text_add(text, "]\n");
}

static void print_overlay(const struct overlay *overlay, struct text *text)
{
	text_add(text, "[[ffi.sandbox.library]]");
	print_source(overlay->source, text);
	text_add(text, "match = ");
	print_string(text, overlay->match);
	text_char(text, '\n');
	for (unsigned key = 0; key < KEYS; key++) {
		if (overlay->at[key].chosen)
			print_setting(key, &overlay->at[key], text);
	}
}

void policy_print(const struct policy *policy, struct text *text)
{
	if (policy->closed) { /* no text means that */
		text->cut = true;
		return;
	}
	text_add(text, POLICY_INHERITED "\n[ffi.sandbox]\n");
	for (unsigned key = 0; key < KEYS; key++) {
		if (policy->at[key].chosen || key == KEY_profile)
			print_setting(key, &policy->at[key], text);
	}
	for (const struct overlay *overlay = policy->overlays; overlay;
	     overlay = overlay->next)
		print_overlay(overlay, text);
}
