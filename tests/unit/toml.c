/*
 * toml.c - the TOML parser: trees, places of errors, limits, hostile input.
 * SPDX-License-Identifier: MIT
 *
 * What is TOML and what is not is the official corpus's subject: corpus.sh.
 */
#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "config/toml.h"

enum { ARENA = 64 << 20 };

static struct arena arena;
static struct parse_error error;
static const struct toml_node *root;

/* Parses a copy that ends where the text ends and is gone afterwards. */
static int parse_n(const char *text, size_t len)
{
	static char *block;
	char *copy = malloc(len ? len : 1);
	int err;

	if (!block)
		block = malloc(ARENA);
	assert_true(block && copy);
	memcpy(copy, text, len);
	arena_init(&arena, block, ARENA);
	memset(&error, 0, sizeof(error));
	root = NULL;
	err = toml_parse(copy, len, &arena, &root, &error);
	memset(copy, 'x', len);
	free(copy);
	return err;
}

static int parse(const char *text)
{
	return parse_n(text, strlen(text));
}

/* An answer without an error, or an error that says where and what. */
static void check_outcome(int err, const char *text, size_t len)
{
	unsigned lines = 1;

	if (err == 0) {
		CHECK(root && !error.line && !error.what[0], "%s", text);
		return;
	}
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	CHECK(!root, "%s", text);
	CHECK(error.line >= 1 && error.line <= lines, "%s: line %u", text,
	      error.line);
	CHECK(error.column >= 1 && error.column <= len + 1, "%s: column %u",
	      text, error.column);
	CHECK(strncmp(error.what, "expected ", 9) == 0, "%s: %s", text,
	      error.what);
	CHECK(strlen(error.what) < sizeof(error.what) - 1, "%s: cut", text);
	for (const char *c = error.what; *c; c++)
		CHECK((unsigned char)*c >= 0x20 && *c != 0x7f, "%s: 0x%02x",
		      text, (unsigned char)*c);
}

static const struct toml_node *first(const char *text)
{
	CHECK(parse(text) == 0, "%s: %u:%u: %s", text, error.line,
	      error.column, error.what);
	return root->first;
}

static char *repeat(char *at, const char *text, size_t times)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < times; i++)
		memcpy(at + i * len, text, len);
	at[times * len] = '\0';
	return at + times * len;
}

/* A node as text: types by their first letters, tables with their keys. */
static size_t show(const struct toml_node *node, char *out)
{
	static const char open[] = "sifbdDLT[{";
	size_t n = 0;

	out[n++] = open[node->type];
	if (node->type < TOML_ARRAY) {
		out[n] = '\0';
		return n;
	}
	for (const struct toml_node *at = node->first; at; at = at->next) {
		if (at->key)
			n += (size_t)sprintf(out + n, "%s=", at->key);
		n += show(at, out + n);
		if (at->next)
			out[n++] = ' ';
	}
	out[n++] = node->type == TOML_ARRAY ? ']' : '}';
	out[n] = '\0';
	return n;
}

TEST(a_text_becomes_a_tree_in_the_order_of_the_file)
{
	static const struct {
		const char *text, *tree;
	} cases[] = {
		{ "", "{}" },
		{ "# only this", "{}" },
		{ "\r\n \t\r\n", "{}" },
		{ "b = 1\na = 'x'", "{b=i a=s}" },
		{ "a = [1, 2.0, [true], {}, {b = 'c'}]",
		  "{a=[i f [b] {} {b=s}]}" },
		{ "a.b.c = 1\na.b.d = 2\na.e = 3",
		  "{a={b={c=i d=i} e=i}}" },
		{ "[a.b]\nc = 1\n[a]\nd = 2", "{a={b={c=i} d=i}}" },
		{ "[[a]]\nb = 1\n[a.c]\nd = 1\n[[a]]\ne = 1",
		  "{a=[{b=i c={d=i}} {e=i}]}" },
		{ "[[a.b]]\n[[a.b]]\n[[a.b.c]]", "{a={b=[{} {c=[{}]}]}}" },
		{ "a = [\n1, # one\n2, # two\n]", "{a=[i i]}" },
		{ "[a]\nb.c = 1\n[a.b.d]\ne = 1", "{a={b={c=i d={e=i}}}}" },
		{ "[a.b.c]\n[a]\nb.d = 1", "{a={b={c={} d=i}}}" },
		{ "a = { b.c = 1, b.d = 2, e = {} }",
		  "{a={b={c=i d=i} e={}}}" },
		{ "a = 1979-05-27T07:32:00Z\nb = 1979-05-27 07:32:00\n"
		  "c = 1979-05-27\nd = 07:32:00", "{a=d b=D c=L d=T}" },
		{ "[ a . 'b' ]\n[[ \"c\" ]]", "{a={b={}} c=[{}]}" },
		{ "\xef\xbb\xbf" "a = 1", "{a=i}" },
		{ "1 = 1\n-_ = 1\ntrue = 1\n1.2 = 1",
		  NULL }, /* 1 is an integer: no table */
		{ "1 = 1\n-_ = 1\ntrue = 1\n2.3 = 1",
		  "{1=i -_=i true=i 2={3=i}}" },
	};
	char tree[200];

	for (size_t i = 0; i < COUNT(cases); i++) {
		int err = parse(cases[i].text);

		check_outcome(err, cases[i].text, strlen(cases[i].text));
		CHECK((err == 0) == (cases[i].tree != NULL), "%s: %s",
		      cases[i].text, error.what);
		if (err)
			continue;
		show(root, tree);
		CHECK(strcmp(tree, cases[i].tree) == 0, "%s: %s",
		      cases[i].text, tree);
	}
}

TEST(integers_have_64_bits_and_four_bases)
{
	static const struct {
		const char *text;
		int64_t value;
	} cases[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "+99", 99 },
		{ "1_000_000", 1000000 },
		{ "0xDEAD_beef", 0xdeadbeef },
		{ "0o0755", 0755 },
		{ "0b1101_0110", 0xd6 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
		{ "0x7fffffffffffffff", INT64_MAX },
		{ "0o777777777777777777777", INT64_MAX },
	};
	static const char *const bad[] = {
		"9223372036854775808", "-9223372036854775809",
		"0x8000000000000000",  "0o1000000000000000000000",
		"99999999999999999999999999999999999999",
		"0xffffffffffffffffffffffffffff", "01", "-01", "+00", "0_1",
		"1__0", "_1", "1_", "0x", "0x_1", "0x1_", "0xg", "-0x1", "+0b1",
		"0o8", "0b2", "0X1", "+", "-", "++1", "1-1", "1a", "1,",
	};
	char text[80];

	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), "a = %s", cases[i].text);
		assert_int_equal(first(text)->type, TOML_INTEGER);
		CHECK(root->first->integer == cases[i].value, "%s", text);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), "a = %s", bad[i]);
		CHECK(parse(text) == -EINVAL, "%s", text);
		check_outcome(-EINVAL, text, strlen(text));
	}
}

TEST(floats_and_times_are_kept_as_they_were_written_less_underscores)
{
	static const struct {
		const char *text;
		enum toml_type type;
		const char *kept;
	} cases[] = {
		{ "1.5", TOML_FLOAT, "1.5" },
		{ "-0.0", TOML_FLOAT, "-0.0" },
		{ "1_0.2_5e+0_1", TOML_FLOAT, "10.25e+01" },
		{ "5E22", TOML_FLOAT, "5E22" },
		{ "0e0", TOML_FLOAT, "0e0" },
		{ "+inf", TOML_FLOAT, "+inf" },
		{ "-nan", TOML_FLOAT, "-nan" },
		{ "1979-05-27t00:32:00.999999-07:00", TOML_DATETIME,
		  "1979-05-27t00:32:00.999999-07:00" },
		{ "1979-05-27 07:32:00z", TOML_DATETIME,
		  "1979-05-27 07:32:00z" },
		{ "1979-05-27T23:59:60", TOML_DATETIME_LOCAL,
		  "1979-05-27T23:59:60" },
		{ "1979-05-27 # 07:32:00", TOML_DATE_LOCAL, "1979-05-27" },
		{ "07:32:00.5", TOML_TIME_LOCAL, "07:32:00.5" },
	};
	char text[80];

	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), "a = %s", cases[i].text);
		CHECK((int)first(text)->type == (int)cases[i].type, "%s", text);
		CHECK(strcmp(root->first->text, cases[i].kept) == 0, "%s: %s",
		      text, root->first->text);
		assert_int_equal(root->first->len, strlen(cases[i].kept));
	}
}

TEST(numbers_and_dates_with_a_part_missing_or_out_of_range_are_refused)
{
	static const char *const bad[] = {
		"1.", ".1", "1.e1", "1e", "1e+", "1._1", "1_.1", "1.1_", "1e_1",
		"01.5", "1.5.5", "1e1.5", "Inf", "NaN", "infinity", "TRUE",
		"tru", "nil", "1979-5-27", "1979-05-2", "979-05-27",
		"1979-13-01", "1979-00-01", "1979-04-31", "1979-05-00",
		"1979-05-27T", "1979-05-27T7:32:00", "1979-05-27T07:32",
		"1979-05-27 07:32", "1979-05-27T24:00:00",
		"1979-05-27T07:60:00", "1979-05-27T07:32:61",
		"1979-05-27T07:32:00.", "1979-05-27T07:32:00.Z",
		"1979-05-27T07:32:00+24:00", "1979-05-27T07:32:00+00:60",
		"1979-05-27T07:32:00+0000", "1979-05-27T07:32:00ZZ",
		"1979-05-27X07:32:00", "1979-05-27  07:32:00",
		"1979-05-2707:32:00", "7:32:00", "07:32", "07:32:00Z",
		"24:00:00", "07:32:00.", "1979-05", "19_9-05-27",
	};
	char text[80];

	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), "a = %s", bad[i]);
		CHECK(parse(text) == -EINVAL, "%s", text);
		check_outcome(-EINVAL, text, strlen(text));
	}
}

TEST(a_month_has_the_days_that_the_calendar_gives_it)
{
	static const struct {
		int year, days;
	} years[] = {
		{ 0, 366 },    { 4, 366 },    { 100, 365 },  { 400, 366 },
		{ 1900, 365 }, { 1999, 365 }, { 2000, 366 }, { 2001, 365 },
		{ 2004, 366 }, { 2100, 365 }, { 2400, 366 }, { 9999, 365 },
	};
	char text[64];

	for (size_t i = 0; i < COUNT(years); i++) {
		int days = 0;

		for (int month = 0; month <= 13; month++)
			for (int day = 0; day <= 40; day++) {
				snprintf(text, sizeof(text),
					 "a = %04d-%02d-%02d", years[i].year,
					 month, day);
				days += parse(text) == 0;
			}
		CHECK(days == years[i].days, "%d: %d", years[i].year, days);
		snprintf(text, sizeof(text), "a = %04d-04-31", years[i].year);
		CHECK(parse(text) == -EINVAL, "%s", text);
	}
}

TEST(strings_are_unescaped_and_may_hold_nul)
{
	static const struct {
		const char *text;
		size_t len;
		const char *value;
	} cases[] = {
#define IS(text, value) { text, sizeof(value) - 1, value }
		IS("a = ''", ""),
		IS("a = \"\"", ""),
		IS("a = 'C:\\x'", "C:\\x"),
		IS("a = \"\\b\\t\\n\\f\\r\\\"\\\\\"", "\b\t\n\f\r\"\\"),
		IS("a = \"a\\u0000b\"", "a\0b"),
		IS("a = \"\\u00e9\\U0001F600\"", "\xc3\xa9\xf0\x9f\x98\x80"),
		IS("a = \"\\uD7FF\\uE000\\U0010FFFF\"",
		   "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"),
		IS("a = \"\\u007f\\u0080\\u07FF\\u0800\\uffff\"",
		   "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"),
		IS("a = \"\"\"\"\"\"", ""),
		IS("a = \"\"\"\nx\"\"\"", "x"),
		IS("a = '''\r\nx\r\ny'''", "x\ny"),
		IS("a = \"\"\"a\"\"b\"\"\"", "a\"\"b"),
		IS("a = \"\"\"a\"\"\"\"", "a\""),
		IS("a = \"\"\"a\"\"\"\"\"", "a\"\""),
		IS("a = \"\"\"\"\"\"\"\"", "\"\""),
		IS("a = '''''a'''''", "''a''"),
		IS("a = \"\"\"a \\ \t\r\n\n  b \\\n\"\"\"", "a b "),
		IS("a = \"\"\"\\\"\"\"\\\"\"\"\"", "\"\"\"\""),
		IS("a = '''\\'''", "\\"),
		IS("a = \"\t\"", "\t"),
#undef IS
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct toml_node *node = first(cases[i].text);

		assert_int_equal(node->type, TOML_STRING);
		CHECK(node->len == cases[i].len, "%s: %zu bytes", cases[i].text,
		      node->len);
		assert_memory_equal(node->text, cases[i].value, node->len + 1);
		assert_null(node->next);
	}
}

/* What an escape or the last quotes write too far lands in the next string. */
TEST(strings_of_every_length_leave_their_neighbours_alone)
{
	static const struct {
		const char *start, *more, *end, *value;
	} kinds[] = {
		{ "\"\"\"", "x", "\"\"\"\"\"", "\"\"" },
		{ "'''", "x", "'''''", "''" },
		{ "\"", "x", "\\U0010ffff\"", "\xf4\x8f\xbf\xbf" },
		{ "'", "x", "'", "" },
	};
	char text[16384] = "a = [", want[80], *end = text + strlen(text);
	const struct toml_node *node;

	for (size_t len = 0; len < 50; len++)
		for (size_t i = 0; i < COUNT(kinds); i++) {
			end = repeat(end, kinds[i].start, 1);
			end = repeat(end, kinds[i].more, len);
			end = repeat(end, kinds[i].end, 1);
			end = repeat(end, ",", 1);
		}
	repeat(end, "]", 1);
	node = first(text)->first;
	for (size_t len = 0; len < 50; len++)
		for (size_t i = 0; i < COUNT(kinds); i++) {
			repeat(repeat(want, "x", len), kinds[i].value, 1);
			CHECK(strcmp(node->text, want) == 0, "%s: %s", want,
			      node->text);
			assert_int_equal(node->len, strlen(want));
			node = node->next;
		}
	assert_null(node);
}

TEST(an_error_says_where_it_is_and_what_was_expected)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *what;
	} cases[] = {
		{ "a = ]", 1, 5, "expected a value, found ']'" },
		{ "a = ", 1, 5, "expected a value, found the end of the text" },
		{ "a =\nb = 1", 1, 4,
		  "expected a value, found the end of the line" },
		{ "a =\r\n", 1, 4,
		  "expected a value, found the end of the line" },
		{ "a = \r", 1, 5, "expected a value, found byte 0x0d" },
		{ "a", 1, 2,
		  "expected '=' after the key, found the end of the text" },
		{ "a b = 1", 1, 3, "expected '=' after the key, found 'b'" },
		{ "= 1", 1, 1, "expected a key, found '='" },
		{ "a. = 1", 1, 4, "expected a key, found '='" },
		{ "\xc3\xa9 = 1", 1, 1, "expected a key, found '\xc3\xa9'" },
		{ "\"\"\"a\"\"\" = 1", 1, 1,
		  "expected a key on one line, found '\"\"\"'" },
		{ "a = 1 b", 1, 7, "expected the end of the line, found 'b'" },
		{ "a = yes # no", 1, 5, "expected a value, found 'yes'" },
		{ "a = 1__0", 1, 5, "expected a number, found '1__0'" },
		{ "a = 007", 1, 5, "expected a number without leading zeros, "
				   "found '007'" },
		{ "a = 9223372036854775808", 1, 5, "expected an integer of 64 "
		  "bits, found '9223372036854775808'" },
		{ "a = 2023-02-29", 1, 5, "expected a date as 1979-05-27, "
		  "found '2023-02-29'" },
		{ "a = 1979-05-27 07:32:00 0", 1, 25,
		  "expected the end of the line, found '0'" },
		{ "a = 1979-05-27 7:32:00", 1, 5, "expected 07:32:00 after the "
		  "date, found '1979-05-27 7:32:00'" },
		{ "a = 24:00:00", 1, 5,
		  "expected a time as 07:32:00, found '24:00:00'" },
		{ "\n\na = [1\n\t2]", 4, 2,
		  "expected ',' or ']' in the array, found '2'" },
		{ "a = [1,,2]", 1, 8, "expected a value, found ','" },
		{ "a = {b = 1,\nc = 2}", 1, 12,
		  "expected a key, found the end of the line" },
		{ "a = {b = 1, }", 1, 13, "expected a key, found '}'" },
		{ "a = {b = 1\n}", 1, 11, "expected ',' or '}' on the same "
		  "line, found the end of the line" },
		{ "[a", 1, 3,
		  "expected ']' after the name, found the end of the text" },
		{ "[[a]", 1, 5,
		  "expected ']]' after the name, found the end of the text" },
		{ "[]", 1, 2, "expected a key, found ']'" },
		{ "[ [a]]", 1, 3, "expected a key, found '['" },
		{ "[a] b", 1, 5, "expected the end of the line, found 'b'" },
		{ "a = 'x", 1, 7,
		  "expected a closing \"'\", found the end of the text" },
		{ "a = \"x\nb", 1, 7,
		  "expected a closing '\"', found the end of the line" },
		{ "a = '''x\n\n", 3, 1,
		  "expected a closing \"'''\", found the end of the text" },
		{ "a = \"\\q\"", 1, 7,
		  "expected b t n f r \" \\ u or U after '\\', found 'q'" },
		{ "a = \"\\u00g0\"", 1, 10,
		  "expected a hexadecimal digit, found 'g'" },
		{ "a = \"\\ud800\"", 1, 8, "expected the code of a Unicode "
		  "character, found 'd800'" },
		{ "a = \"\\U00110000\"", 1, 8, "expected the code of a Unicode "
		  "character, found '00110000'" },
		{ "a = \"\\uDFFF\"", 1, 8, "expected the code of a Unicode "
		  "character, found 'DFFF'" },
		{ "a = \"\x01\"", 1, 6, "expected a printable character in a "
		  "string, found byte 0x01" },
		{ "a = 1 # \x7f", 1, 9, "expected a comment of printable text, "
		  "found byte 0x7f" },
		{ "a = 1\nb\xff = 2", 2, 2, "expected UTF-8, found byte 0xff" },
		{ "a = 1\n'a' = 2", 2, 1,
		  "expected a new key, but 'a' is defined on line 1" },
		{ "[a]\n[b]\n  [a]", 3, 4,
		  "expected a new key, but 'a' is defined on line 1" },
		{ "[a.b]\n[a]\n[a]", 3, 2,
		  "expected a new key, but 'a' is defined on line 2" },
		{ "a = {}\n[a.b]", 2, 2,
		  "expected a new key, but 'a' is defined on line 1" },
		{ "\"a\\nb\" = 1\n\"a\\nb\" = 1", 2, 1,
		  "expected a new key, but 'a?b' is defined on line 1" },
		{ "\xef\xbb\xbf" "a = ]", 1, 5, "expected a value, found ']'" },
		{ "\xef\xbb\xbf\xef\xbb\xbf" "a = 1", 1, 1,
		  "expected a key, found '\xef\xbb\xbf'" },
		{ "a = '", 1, 6,
		  "expected a closing \"'\", found the end of the text" },
		{ "a =\t'' '", 1, 8,
		  "expected the end of the line, found \"'\"" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;

		CHECK(parse(text) == -EINVAL, "%s", text);
		check_outcome(-EINVAL, text, strlen(text));
		CHECK(strcmp(error.what, cases[i].what) == 0, "%s: %s", text,
		      error.what);
		CHECK(error.line == cases[i].line &&
			      error.column == cases[i].column,
		      "%s: %u:%u", text, error.line, error.column);
	}
}

TEST(an_error_shows_the_first_64_bytes_of_a_long_word)
{
	static const char *const frames[] = {
		"%1$s = 1\n%1$s = 1", "a = %1$s", "a = 0%1$s", "a = 0000-%1$s",
		"a = 00:%1$s",
	};
	char word[400], text[1000];

	for (size_t len = 50; len < sizeof(word); len++) {
		memset(word, '1', len);
		word[len] = '\0';
		for (size_t i = 0; i < COUNT(frames); i++) {
			snprintf(text, sizeof(text), frames[i], word);
			CHECK(parse(text) == -EINVAL, "%s", text);
			check_outcome(-EINVAL, text, strlen(text));
			CHECK(len < 64 || strstr(error.what, "1...'"), "%s",
			      error.what);
		}
	}
}

TEST(no_table_is_defined_twice_and_none_is_added_to_from_elsewhere)
{
	static const char *const bad[] = {
		"a = 1\na = 1", "a = 1\na.b = 1", "a.b = 1\na = 1",
		"a = 1\n[a]", "a = 1\n[a.b]", "a = 1\n[[a]]", "[a]\n[a]",
		"[a]\n[[a]]", "[[a]]\n[a]", "[a.b]\n[[a]]", "a = []\n[[a]]",
		"a = [{}]\n[a.b]", "a = {}\n[a]", "a = {}\na.b = 1",
		"a = {b.c = 1}\na.b.d = 1", "a = {b = 1, b = 2}",
		"a = {b.c = 1, b = 2}", "a = {b = {}, b.c = 2}",
		"a = {b = 1, b.c = 2}", "a.b = 1\n[a]", "a.b.c = 1\n[a.b]",
		"[a]\nb.c = 1\n[a.b]", "[a.b]\n[a]\nb.c = 1",
		"[a.b.c]\n[a]\nb.d = 1\n[a.b]", "[a.b.c]\n[a]\nb.c.d = 1",
		"[a]\n[b]\n[a]",
		"[[a]]\n[a.b]\n[a.b]", "[[a]]\n[[a.b]]\n[a.b]",
		"[a]\nb = 1\n[a.b]", "[a]\nb = 1\n[a.b.c]",
		"[a]\nb.c = 1\n[d]\n[[a.b]]", "\"a\" = 1\n'a' = 1",
	};
	static const char *const good[] = {
		"[a]\n[a.b]", "[a.b]\n[a]", "[a.b]\n[a.c]\n[a]",
		"[[a]]\n[a.b]\n[[a]]\n[a.b]", "a.b = 1\na.c = 1",
		"a = {b.c = 1, b.d = 1}", "a = [{b = 1}, {b = 1}]",
		"[a]\nb.c = 1\n[a.b.d]", "\"\" = 1\n'a' = 1",
		"\"a.b\" = 1\na.b = 1", "[a]\na = 1\n[b]\na = 1",
		"[a]\n[b]\n[a.b]", "[[a.b]]\n[a]",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		CHECK(parse(bad[i]) == -EINVAL, "%s", bad[i]);
		CHECK(strstr(error.what, "is defined on line"), "%s: %s",
		      bad[i], error.what);
		check_outcome(-EINVAL, bad[i], strlen(bad[i]));
	}
	for (size_t i = 0; i < COUNT(good); i++)
		CHECK(parse(good[i]) == 0, "%s: %s", good[i], error.what);
}

TEST(every_node_knows_its_place)
{
	const struct toml_node *a, *b, *c;

	a = first(" a = 1\n  [b]\n\tc.d = [\n   'x']\n [[e]]\n[b.f.g]");
	assert_true(a->line == 1 && a->column == 6);
	assert_true(a->key_line == 1 && a->key_column == 2);
	b = a->next;
	assert_true(b->line == 2 && b->column == 3);
	assert_true(b->key_line == 2 && b->key_column == 4);
	c = b->first;
	assert_string_equal(c->key, "c");
	assert_true(c->line == 3 && c->column == 2);
	assert_true(c->first->key_line == 3 && c->first->key_column == 4);
	assert_true(c->first->line == 3 && c->first->column == 8);
	assert_true(c->first->first->line == 4);
	assert_true(c->first->first->column == 4);
	assert_string_equal(c->next->key, "f");
	assert_true(c->next->line == 6 && c->next->column == 4);
	assert_true(c->next->first->line == 6 && c->next->first->column == 1);
	assert_true(b->next->key_line == 5 && b->next->key_column == 4);
	assert_true(b->next->first->line == 5 && b->next->first->column == 2);
	assert_null(b->next->first->key);
	assert_true(root->line == 1 && root->column == 1 && !root->key);
}

static const char document[] =
	"\xef\xbb\xbf# what a policy may look like\r\n"
	"title = \"TOML \\u00e9 \\U0001F600 \\\"x\\\"\"\n"
	"[ffi.sandbox]\n"
	"profile = 'confined'\nread = [ \"/usr/**\", '/etc/x', ] # two\n"
	"memory.limit = 0x4000_0000\nratio = -1_0.5e+3\non = true\n"
	"text = \"\"\"\none \\\n   two \"\"\"\"\"\nraw = '''\\\n'a'\n'''\n"
	"[[ffi.sandbox.library]]\nmatch = { name = 'a', at.x = [1, [2]] }\n"
	"[[ffi.sandbox.library]]\n\"quoted \\t key\".'b' = 1979-05-27\n"
	"times = [07:32:00.5, 1979-05-27 07:32:00, 1979-05-27T07:32:00-07:00]\n"
	"[last]\nnumbers = [inf, -nan, 0b1, 0o7, 1e5]\n";

TEST(every_beginning_of_a_good_text_is_an_answer_or_an_error)
{
	size_t good = 0;

	for (size_t len = 0; len < sizeof(document); len++) {
		int err = parse_n(document, len);

		CHECK(err == 0 || err == -EINVAL, "%zu bytes: %d", len, err);
		check_outcome(err, document, len);
		good += err == 0;
	}
	/* Whole lines, comments and some words that can end early. */
	assert_in_range(good, 20, sizeof(document) / 2);
	assert_int_equal(parse(document), 0);
}

TEST(every_byte_of_a_good_text_may_be_any_other_or_missing)
{
	static const char bytes[] = "\0\x01\t\n\r \"#'+,-./09:=AZ[\\]_aebxz{}"
				    "\x7f\x80\xc3\xe2\xf0\xff";
	char text[sizeof(document)];
	size_t len = sizeof(document) - 1;

	for (size_t i = 0; i < len; i++) {
		memcpy(text, document, sizeof(document));
		for (size_t j = 0; j < sizeof(bytes) - 1; j++) {
			text[i] = bytes[j];
			check_outcome(parse_n(text, len), text, len);
		}
		memmove(text + i, document + i + 1, len - i);
		check_outcome(parse_n(text, len - 1), text, len - 1);
	}
}

TEST(no_byte_of_a_text_reaches_an_error_as_a_control_byte)
{
	static const char *const frames[] = {
		"a = ?", "?", "a = '?'", "a = \"\\?\"", "#?", "a = 1 ?",
		"[?", "a = [1 ?", "a = {?", "a?", "a = 1?", "a = 07:?",
		"a = \"\\u?\"", "a = '''?", "\"\\u0000?\"=1\n\"\\u0000?\"=1",
	};
	char text[64];

	for (size_t i = 0; i < COUNT(frames); i++)
		for (int c = 0; c < 256; c++) {
			size_t len = strlen(frames[i]);

			memcpy(text, frames[i], len + 1);
			for (size_t j = 0; j < len; j++)
				if (text[j] == '?')
					text[j] = (char)c;
			check_outcome(parse_n(text, len), text, len);
		}
}

TEST(a_tree_has_at_most_32_levels_however_they_are_written)
{
	static const struct {
		const char *start, *more, *end;
		unsigned levels; /* without any `more` */
	} cases[] = {
		{ "a = [", "[", "", 1 },
		{ "a = {", "a = {", "", 1 },
		{ "a", ".a", " = 1", 1 },
		{ "[a", ".a", "]", 1 },
		{ "[[a", ".a", "]]", 2 },
		{ "[a]\na", ".a", " = 1", 2 },
		{ "a = {a", ".a", " = 1}", 2 },
		{ "[[a]]\n[a", ".a", "]", 2 },
		{ "[a.a.a]\na = {a.a", ".a", " = [{}]}", 7 },
	};
	static const char *const ends[] = { "]", "}", "", "", "", "", "", "",
					    "" };
	char text[512];

	for (size_t i = 0; i < COUNT(cases); i++) {
		/* One level more than there may be at 0, then fewer. */
		for (unsigned less = 0; less < 4; less++) {
			unsigned more = 33 - cases[i].levels - less;
			char *end = text;
			int err;

			end = repeat(end, cases[i].start, 1);
			end = repeat(end, cases[i].more, more);
			end = repeat(end, cases[i].end, 1);
			end = repeat(end, ends[i], more + 1);
			err = parse(text);
			CHECK(err == (less ? 0 : -E2BIG), "%s: %d %s", text,
			      err, error.what);
			check_outcome(err, text, strlen(text));
		}
	}
}

TEST(a_mebibyte_of_brackets_is_refused_where_it_gets_too_deep)
{
	static const struct {
		const char *start, *more;
		unsigned column;
		int err;
	} cases[] = {
		{ "a = ", "[", 37, -E2BIG }, /* the 33rd */
		{ "a = ", "{a=", 99, -E2BIG },
		{ "a", ".a", 65, -E2BIG },
		{ "[a", ".a", 66, -E2BIG },
		{ "a = [", "[],", 0, -EINVAL }, /* wide, and never closed */
		{ "", "[", 3, -EINVAL },        /* [[ and no name */
	};
	char *text = malloc(TOML_SIZE + 1);

	assert_non_null(text);
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t room = TOML_SIZE - strlen(cases[i].start);
		char *end = repeat(text, cases[i].start, 1);
		int err;

		repeat(end, cases[i].more, room / strlen(cases[i].more));
		err = parse(text);
		CHECK(err == cases[i].err, "%s: %d", cases[i].more, err);
		CHECK(error.line == 1, "%s", cases[i].more);
		CHECK(!cases[i].column || error.column == cases[i].column,
		      "%s: %u", cases[i].more, error.column);
	}
	free(text);
}

TEST(a_text_may_have_a_mebibyte_and_not_a_byte_more)
{
	char *text = malloc(TOML_SIZE + 2);

	assert_non_null(text);
	repeat(text, "#", TOML_SIZE + 1);
	assert_int_equal(parse_n(text, TOML_SIZE), 0);
	assert_int_equal(parse_n(text, TOML_SIZE + 1), -E2BIG);
	check_outcome(-E2BIG, "", 0);
	free(text);
}

TEST(a_full_arena_is_an_error_wherever_it_happens)
{
	size_t need, size, len = sizeof(document) - 1;
	char *block;
	int err = -ENOMEM;

	assert_int_equal(parse(document), 0);
	need = arena.used;
	for (size = 0; size <= need && err; size++) {
		block = malloc(size ? size : 1);
		assert_non_null(block);
		arena_init(&arena, block, size);
		memset(&error, 0, sizeof(error));
		root = NULL;
		err = toml_parse(document, len, &arena, &root, &error);
		check_outcome(err, document, len);
		CHECK(err == 0 || err == -ENOMEM, "%zu: %d", size, err);
		free(block);
	}
	assert_int_equal(err, 0);
	assert_in_range(size, need - 64, need + 1);
}

static double parse_seconds(const char *text)
{
	struct timespec start, end;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	CHECK(parse(text) == 0, "%.40s: %u:%u: %s", text, error.line,
	      error.column, error.what);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	return (double)(end.tv_sec - start.tv_sec) +
	       (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

/* Quadratic work on 50,000 keys or more takes many seconds. */
TEST(a_mebibyte_takes_less_than_a_second_whatever_is_in_it)
{
	static const struct {
		const char *start, *more, *end; /* %d: a new number each time */
	} cases[] = {
		{ "", "key%d = 1\n", "" },
		{ "", "%d=1\n", "" },
		{ "", "%08d=1\n", "" },
		{ "", "[t%d]\n", "" },
		{ "", "a.b.c%d = 1\n", "" },
		{ "", "[a.b%d.c]\nd=1\n", "" },
		{ "", "[[a]]\nb=%d\n", "" },
		{ "a = {", "k%d=1,", "z=1}" },
		{ "a = [", "{a=%d},", "]" },
		{ "a = [", "1,", "]" },
		{ "a = [", "'',", "]" },
		{ "a = [", "\"\"\"a\"\"\",", "]" },
		{ "a = '''", "'' ", "'''" },
		{ "a = \"\"\"", "\\\n ", "\"\"\"" },
		{ "a = \"", "\\u00e9", "\"" },
		{ "", "k%d=1979-05-27 07:32:00\n", "" },
		{ "", "#\n", "" },
		{ "a = 1.", "1_", "0" },
	};
	char *text = malloc(TOML_SIZE + 64);

	assert_non_null(text);
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].start);
		double seconds;

		strcpy(text, cases[i].start);
		for (unsigned n = 0; len < TOML_SIZE - 40; n++)
			len += (size_t)sprintf(text + len, cases[i].more, n);
		strcpy(text + len, cases[i].end);
		seconds = parse_seconds(text);
		CHECK(seconds < 1, "%s: %.2f s", cases[i].more, seconds);
	}
	free(text);
}

TEST(a_member_is_found_by_its_whole_key)
{
	first("ab = 1\na = 2\n\"\" = 3\n\"c\\u0000\" = 4\nabc = 5");
	assert_int_equal(toml_find(root, "a")->integer, 2);
	assert_int_equal(toml_find(root, "ab")->integer, 1);
	assert_int_equal(toml_find(root, "abc")->integer, 5);
	assert_int_equal(toml_find(root, "")->integer, 3);
	assert_null(toml_find(root, "c"));
	assert_null(toml_find(root, "abcd"));
	first("[a]\nb = 1");
	assert_null(toml_find(root, "b"));
	assert_int_equal(toml_find(toml_find(root, "a"), "b")->integer, 1);
	assert_int_equal(parse(""), 0);
	assert_null(toml_find(root, "a"));
}

TEST(every_type_has_a_name)
{
	for (int i = TOML_STRING; i <= TOML_TABLE; i++)
		for (int j = TOML_STRING; j < i; j++)
			assert_string_not_equal(
				toml_type_name((enum toml_type)i),
				toml_type_name((enum toml_type)j));
	assert_string_equal(toml_type_name(TOML_STRING), "a string");
	assert_string_equal(toml_type_name(TOML_TABLE), "a table");
}

RUN(cmocka_unit_test(a_text_becomes_a_tree_in_the_order_of_the_file),
    cmocka_unit_test(integers_have_64_bits_and_four_bases),
    cmocka_unit_test(
	    floats_and_times_are_kept_as_they_were_written_less_underscores),
    cmocka_unit_test(
	    numbers_and_dates_with_a_part_missing_or_out_of_range_are_refused),
    cmocka_unit_test(a_month_has_the_days_that_the_calendar_gives_it),
    cmocka_unit_test(strings_are_unescaped_and_may_hold_nul),
    cmocka_unit_test(strings_of_every_length_leave_their_neighbours_alone),
    cmocka_unit_test(an_error_says_where_it_is_and_what_was_expected),
    cmocka_unit_test(an_error_shows_the_first_64_bytes_of_a_long_word),
    cmocka_unit_test(
	    no_table_is_defined_twice_and_none_is_added_to_from_elsewhere),
    cmocka_unit_test(every_node_knows_its_place),
    cmocka_unit_test(every_beginning_of_a_good_text_is_an_answer_or_an_error),
    cmocka_unit_test(every_byte_of_a_good_text_may_be_any_other_or_missing),
    cmocka_unit_test(no_byte_of_a_text_reaches_an_error_as_a_control_byte),
    cmocka_unit_test(a_tree_has_at_most_32_levels_however_they_are_written),
    cmocka_unit_test(a_mebibyte_of_brackets_is_refused_where_it_gets_too_deep),
    cmocka_unit_test(a_text_may_have_a_mebibyte_and_not_a_byte_more),
    cmocka_unit_test(a_full_arena_is_an_error_wherever_it_happens),
    cmocka_unit_test(a_mebibyte_takes_less_than_a_second_whatever_is_in_it),
    cmocka_unit_test(a_member_is_found_by_its_whole_key),
    cmocka_unit_test(every_type_has_a_name))
