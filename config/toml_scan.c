/*
 * toml_scan.c - the words of TOML: errors, white space, strings, keys.
 * SPDX-License-Identifier: MIT
 *
 * toml_utf8() goes first: bytes above 0x7f are then copied unseen.
 */
#include "config/toml_internal.h"

#include <errno.h>
#include <string.h>

#include "config/text.h"

struct string {
	int quote;
	bool triple;
	char *out;
	size_t len;
};

bool toml_fail(struct parser *p, int err, const char *expected)
{
	struct text what;

	if (p->err)
		return false;
	p->err = err;
	p->error->line = p->line;
	p->error->column = toml_column(p);
	what = text_in(p->error->what, sizeof(p->error->what));
	text_add(&what, expected);
	return false;
}

bool toml_full(struct parser *p)
{
	return toml_fail(p, -ENOMEM, "expected a shorter text: memory is full");
}

/* What stands here, as a reader sees it. */
static void add_found(struct text *text, const struct parser *p)
{
	int c = toml_peek(p, 0);
	uint32_t point;
	size_t n = text_utf8(p->at, (size_t)(p->end - p->at), &point);

	if (c < 0) {
		text_add(text, "the end of the text");
	} else if (toml_line_end(p)) {
		text_add(text, "the end of the line");
	} else if (c == ' ') {
		text_add(text, "a space");
	} else if (c == '\'') {
		text_add(text, "\"'\"");
	} else if (n == 0 || c < 0x20 || (point >= 0x7f && point < 0xa0)) {
		text_add(text, "byte 0x");
		text_hex(text, (uint64_t)c, 2);
	} else {
		text_char(text, '\'');
		text_add_n(text, p->at, n);
		text_char(text, '\'');
	}
}

bool toml_expected(struct parser *p, const char *what)
{
	char words[sizeof(p->error->what)];
	struct text text = text_in(words, sizeof(words));

	text_add(&text, "expected ");
	text_add(&text, what);
	text_add(&text, ", found ");
	add_found(&text, p);
	return toml_fail(p, -EINVAL, words);
}

bool toml_expected_word(struct parser *p, const char *what, size_t len)
{
	char words[sizeof(p->error->what)];
	struct text text = text_in(words, sizeof(words));

	text_add(&text, "expected ");
	text_add(&text, what);
	text_add(&text, ", found '");
	text_plain(&text, p->at, len < 64 ? len : 64);
	text_add(&text, len < 64 ? "'" : "...'");
	return toml_fail(p, -EINVAL, words);
}

bool toml_skip(struct parser *p, char c)
{
	if (toml_peek(p, 0) != (unsigned char)c)
		return false;
	p->at++;
	return true;
}

bool toml_utf8(struct parser *p)
{
	const struct parser start = *p;
	uint32_t point;
	size_t n;

	while (p->at < p->end) {
		n = text_utf8(p->at, (size_t)(p->end - p->at), &point);
		if (n == 0)
			return toml_expected(p, "UTF-8");
		p->at += n;
		if (point == '\n') {
			p->line++;
			p->line_start = p->at;
		}
	}
	*p = start;
	return true;
}

size_t toml_line_end(const struct parser *p)
{
	int c = toml_peek(p, 0);

	return c == '\n' ? 1 : c == '\r' && toml_peek(p, 1) == '\n' ? 2 : 0;
}

/* Steps over a line end; false if there is none. */
static bool next_line(struct parser *p)
{
	size_t n = toml_line_end(p);

	if (!n)
		return false;
	p->at += n;
	p->line_start = p->at;
	p->line++;
	return true;
}

void toml_space(struct parser *p)
{
	while (toml_peek(p, 0) == ' ' || toml_peek(p, 0) == '\t')
		p->at++;
}

bool toml_rest(struct parser *p)
{
	toml_space(p);
	if (toml_peek(p, 0) != '#')
		return true;
	while (p->at < p->end && !toml_line_end(p)) {
		if (toml_is_control(toml_peek(p, 0)))
			return toml_expected(p, "a comment of printable text");
		p->at++;
	}
	return true;
}

bool toml_blank(struct parser *p)
{
	do {
		if (!toml_rest(p))
			return false;
	} while (next_line(p));
	return true;
}

static void put_utf8(struct string *s, uint32_t point)
{
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = 1 + (point >= 0x80) + (point >= 0x800) + (point >= 0x10000);

	for (size_t i = n - 1; i > 0; i--) {
		s->out[s->len + i] = (char)(0x80 | (point & 0x3f));
		point >>= 6;
	}
	s->out[s->len] = (char)(first[n] | point);
	s->len += n;
}

static int hex_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* \uXXXX and \UXXXXXXXX, at the first digit. */
static bool unicode(struct parser *p, unsigned digits, struct string *s)
{
	const char *start = p->at;
	uint32_t point = 0;

	for (unsigned i = 0; i < digits; i++) {
		int value = hex_value(toml_peek(p, 0));

		if (value < 0)
			return toml_expected(p, "a hexadecimal digit");
		point = point << 4 | (uint32_t)value;
		p->at++;
	}
	if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
		p->at = start;
		return toml_expected_word(p, "the code of a Unicode character",
					  digits);
	}
	put_utf8(s, point);
	return true;
}

/* After a backslash that ends a line: on to the next word; else false. */
static bool continued(struct parser *p)
{
	const char *start = p->at;

	toml_space(p);
	if (!next_line(p)) {
		p->at = start;
		return false;
	}
	do
		toml_space(p);
	while (next_line(p));
	return true;
}

/* After a backslash. */
static bool escape(struct parser *p, struct string *s)
{
	static const char names[] = "btnfr\"\\", bytes[] = "\b\t\n\f\r\"\\";
	int c = toml_peek(p, 0);
	const char *name = c > 0 ? strchr(names, c) : NULL;

	if (s->triple && continued(p))
		return true;
	if (c == 'u' || c == 'U') {
		p->at++;
		return unicode(p, c == 'u' ? 4 : 8, s);
	}
	if (!name)
		return toml_expected(p, "b t n f r \" \\ u or U after '\\'");
	s->out[s->len++] = bytes[name - names];
	p->at++;
	return true;
}

/* How many quotes stand `n` bytes ahead, up to `most`. */
static size_t quotes(const struct parser *p, size_t n, int quote, size_t most)
{
	size_t count = 0;

	while (count < most && toml_peek(p, n + count) == quote)
		count++;
	return count;
}

/* Steps over the quotes that end the string; false if it goes on. */
static bool closed(struct parser *p, struct string *s)
{
	size_t least = s->triple ? 3 : 1;
	size_t n = quotes(p, 0, s->quote, s->triple ? 5 : 1);

	if (n < least)
		return false;
	/* """a""""": up to two may stand before the three that close. */
	for (size_t i = least; i < n; i++)
		s->out[s->len++] = (char)s->quote;
	p->at += n;
	return true;
}

static bool unclosed(struct parser *p, const struct string *s)
{
	static const char *const ends[2][2] = {
		{ "a closing \"'\"", "a closing \"'''\"" },
		{ "a closing '\"'", "a closing '\"\"\"'" },
	};

	return toml_expected(p, ends[s->quote == '"'][s->triple]);
}

/* One character or escape. */
static bool string_step(struct parser *p, struct string *s)
{
	int c = toml_peek(p, 0);

	if (s->triple && next_line(p)) {
		s->out[s->len++] = '\n';
		return true;
	}
	if (c < 0 || toml_line_end(p))
		return unclosed(p, s);
	if (toml_is_control(c))
		return toml_expected(p, "a printable character in a string");
	p->at++;
	if (c == '\\' && s->quote == '"')
		return escape(p, s);
	s->out[s->len++] = (char)c;
	return true;
}

/* Room for the value: no escape is shorter than what it stands for. */
static size_t room(const struct parser *p, const struct string *s)
{
	size_t least = s->triple ? 3 : 1, n = 0;

	while (toml_peek(p, n) >= 0 && quotes(p, n, s->quote, least) < least) {
		if (!s->triple && toml_peek(p, n) == '\n')
			break;
		if (toml_peek(p, n) == '\\' && s->quote == '"')
			n++;
		n++;
	}
	return n + 2 + 1; /* two more quotes (see closed()), and NUL */
}

bool toml_string(struct parser *p, bool triple, const char **text, size_t *len)
{
	struct string s = {.quote = toml_peek(p, 0)};

	s.triple = quotes(p, 0, s.quote, 3) == 3;
	if (s.triple && !triple)
		return toml_expected_word(p, "a key on one line", 3);
	p->at += s.triple ? 3 : 1;
	if (s.triple)
		next_line(p);
	s.out = arena_take(p->arena, room(p, &s));
	if (!s.out)
		return toml_full(p);
	while (!closed(p, &s))
		if (!string_step(p, &s))
			return false;
	s.out[s.len] = '\0';
	*text = s.out;
	*len = s.len;
	return true;
}

static bool is_bare(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool toml_key(struct parser *p, struct key *key)
{
	int c = toml_peek(p, 0);
	size_t len = 0;

	key->line = p->line;
	key->column = toml_column(p);
	if (c == '"' || c == '\'')
		return toml_string(p, false, &key->text, &key->len);
	while (is_bare(toml_peek(p, len)))
		len++;
	if (len == 0)
		return toml_expected(p, "a key");
	key->text = arena_text(p->arena, p->at, len);
	if (!key->text)
		return toml_full(p);
	key->len = len;
	p->at += len;
	return true;
}
