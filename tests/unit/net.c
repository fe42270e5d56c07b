/*
 * net.c - rules on addresses are read strictly and match what they name.
 * SPDX-License-Identifier: MIT
 */
#include "config/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

#include "tests/unit/test.h"

static char block[1 << 16];

static int parse_n(const char *text, size_t len, struct net_rule *rule)
{
	const char *expected = NULL;
	struct arena arena;
	int err;

	arena_init(&arena, block, sizeof(block));
	err = net_parse(text, len, &arena, rule, &expected);
	CHECK((err == -EINVAL) == (expected != NULL), "%s", text);
	return err;
}

static int parse(const char *text, struct net_rule *rule)
{
	return parse_n(text, strlen(text), rule);
}

/* "IP PORT" or "unix PATH" as an address: the oracle is inet_pton. */
static struct net_address address(const char *text, unsigned port)
{
	struct net_address made = { .port = (uint16_t)port };

	if (text[0] == '/' || text[0] == '@' || text[0] == '\0') {
		made.family = AF_UNIX;
		strcpy(made.path, text);
	} else {
		made.family = strchr(text, ':') ? AF_INET6 : AF_INET;
		assert_int_equal(inet_pton(made.family, text, made.bytes), 1);
	}
	return made;
}

TEST(a_rule_matches_the_addresses_it_names)
{
	static const struct {
		const char *rule, *address;
		unsigned port;
		bool yes;
	} cases[] = {
		{ "127.0.0.1:5432", "127.0.0.1", 5432, true },
		{ "127.0.0.1:5432", "127.0.0.1", 5433, false },
		{ "127.0.0.1:5432", "127.0.0.2", 5432, false },
		{ "127.0.0.1", "127.0.0.1", 0, true },
		{ "127.0.0.1:*", "127.0.0.1", 65535, true },
		{ "127.0.0.1:0", "127.0.0.1", 0, true },
		{ "127.0.0.1:0", "127.0.0.1", 1, false },
		{ "10.0.0.0/8", "10.255.0.1", 1, true },
		{ "10.0.0.0/8", "11.0.0.0", 1, false },
		{ "10.0.0.0/8:80,443", "10.1.1.1", 443, true },
		{ "10.0.0.0/8:80,443", "10.1.1.1", 81, false },
		{ "10.0.0.0/8:80-90,443", "10.1.1.1", 90, true },
		{ "10.0.0.0/8:80-90,443", "10.1.1.1", 91, false },
		{ "10.0.0.0/8:1,2,3,4,5,6,7,8-9", "10.1.1.1", 9, true },
		{ "10.0.0.0/8:0-65535", "10.1.1.1", 65535, true },
		{ "10.64.0.0/10", "10.127.255.255", 1, true },
		{ "10.64.0.0/10", "10.128.0.0", 1, false },
		{ "1.2.3.4/31", "1.2.3.5", 1, true },
		{ "1.2.3.4/32", "1.2.3.5", 1, false },
		{ "0.0.0.0/0", "255.255.255.255", 1, true },
		{ "0.0.0.0/0", "::1", 1, false },
		{ "[::/0]", "::1", 1, true },
		{ "[::/0]", "1.2.3.4", 1, false },
		{ "[::1]:*", "::1", 443, true },
		{ "[::1]", "::2", 443, false },
		{ "[fd00::/8]:443", "fdff::1", 443, true },
		{ "[fd00::/8]:443", "fe00::1", 443, false },
		{ "[2001:db8::/33]", "2001:db8:7fff::", 1, true },
		{ "[2001:db8::/33]", "2001:db8:8000::", 1, false },
		{ "[::ffff:1.2.3.4]:80", "1.2.3.4", 80, true },
		{ "[::FFFF:10.0.0.0/104]:80", "10.2.3.4", 80, true },
		{ "[::ffff:0:0/96]", "1.2.3.4", 80, true },
		{ "[::1.2.3.4]", "1.2.3.4", 80, false },
		{ "[::1.2.3.4]", "::1.2.3.4", 80, true },
		{ "*", "1.2.3.4", 80, true },
		{ "*", "::1", 80, true },
		{ "*:443", "::1", 443, true },
		{ "*:443", "::1", 80, false },
		{ "*", "/run/x", 0, false },
		{ "*", "", 0, false },
		{ "127.0.0.1", "/run/x", 0, false },
		{ "unix:/run/x.sock", "/run/x.sock", 0, true },
		{ "unix:/run/x.sock", "/run/y.sock", 0, false },
		{ "unix:/run/x.sock", "127.0.0.1", 0, false },
		{ "unix:/run/*.sock", "/run/y.sock", 0, true },
		{ "unix:/**", "/run/y/z", 0, true },
		{ "unix:/**", "", 0, false },
		{ "unix:/**", "@x", 0, false },
		{ "unix:/a:80", "/a:80", 0, true },
		{ "unix:@name", "@name", 0, true },
		{ "unix:@name", "@names", 0, false },
		{ "unix:@name", "@nam", 0, false },
		{ "unix:@name", "/name", 0, false },
		{ "unix:@/tmp/.X11-unix/X0", "@/tmp/.X11-unix/X0", 0, true },
		{ "unix:@name", "", 0, false },
		{ "example.org", "1.2.3.4", 80, false },
		{ "example.org", "/run/x", 80, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct net_address to;
		struct net_rule rule;

		to = address(cases[i].address, cases[i].port);
		CHECK(parse(cases[i].rule, &rule) == 0, "%s", cases[i].rule);
		assert_string_equal(rule.text, cases[i].rule);
		CHECK(net_match(&rule, &to, false) == cases[i].yes,
		      "%s on %s port %u", cases[i].rule, cases[i].address,
		      cases[i].port);
	}
}

TEST(a_name_matches_what_the_resolver_gave_for_it)
{
	struct net_address v4 = address("1.2.3.4", 443);
	struct net_address v6 = address("::1", 443);
	struct net_address other = address("1.2.3.4", 80);
	struct net_address local = address("/run/x", 443);
	struct net_rule rule;

	assert_int_equal(parse("example.org:443", &rule), 0);
	assert_true(net_match(&rule, &v4, true));
	assert_true(net_match(&rule, &v6, true));
	assert_false(net_match(&rule, &v4, false));
	assert_false(net_match(&rule, &other, true));
	assert_false(net_match(&rule, &local, true));
	assert_int_equal(parse("127.0.0.1", &rule), 0);
	assert_false(net_match(&rule, &v4, true));
}

TEST(a_host_rule_names_hosts_without_regard_to_case_and_final_dot)
{
	static const struct {
		const char *rule, *host;
		bool yes;
	} cases[] = {
		{ "example.org", "example.org", true },
		{ "example.org", "EXAMPLE.Org.", true },
		{ "Example.ORG.:443", "example.org", true },
		{ "example.org", "example.org..", false },
		{ "example.org", "www.example.org", false },
		{ "example.org", "xexample.org", false },
		{ "example.org", "example.or", false },
		{ "example.org", "", false },
		{ "example.org", ".", false },
		{ "*.example.org:443", "www.example.org", true },
		{ "*.example.org", "a.b.EXAMPLE.org.", true },
		{ "*.example.org", "example.org", false },
		{ "*.example.org", ".example.org", false },
		{ "*.example.org", "wwwexample.org", false },
		{ "*.example.org", "www.example.org.evil", false },
		{ "localhost", "localhost", true },
		{ "_a-1.x", "_a-1.x", true },
		{ "1.2.3.4a", "1.2.3.4a", true },
		{ "*", "example.org", false },
		{ "127.0.0.1", "127.0.0.1", false },
		{ "unix:/a", "/a", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct net_rule rule;

		CHECK(parse(cases[i].rule, &rule) == 0, "%s", cases[i].rule);
		CHECK(net_match_host(&rule, cases[i].host) == cases[i].yes,
		      "%s on %s", cases[i].rule, cases[i].host);
	}
}

TEST(what_is_no_rule_is_refused_and_changes_nothing)
{
	static const char *const cases[] = {
		"", ":", ":80", " ", "[]", "[", "]", "/", "/run/x", "@name",
		/* IPv4 */
		"1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.256", "01.2.3.4",
		"1.2.3.04", "0x7f.1", "1..2.3", ".1.2.3", "1.2.3.", "1.2.3.4.",
		"2130706433", "+1.2.3.4", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n",
		"1.2.3.99999999999999999999", "127.1:80", "1.2.3.4]",
		/* networks */
		"10.0.0.1/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08",
		"10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0",
		"0.0.0.1/0", "128.0.0.0/0", "10.0.0.0/ 8", "*/8",
		"[fd00::1/8]", "[fd00::/129]", "[fd00::/]", "[fd00::]/8",
		"[::1/0]", "[::ffff:1.2.3.4/90]", "[::ffff:1.2.3.4/103]",
		"example.org/8", "10.0.0.0:80/8",
		/* IPv6 */
		"::1", "fd00::/8", "fe80::1:443", "[::1", "[::1]]", "[[::1]]",
		"[:]", "[:::]", "[::1:]", "[:1::]", "[1::2::3]", "[::1::]",
		"[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:8:]",
		"[1:2:3:4:5:6:7:8::]", "[::1:2:3:4:5:6:7:8]", "[12345::]",
		"[g::]", "[fe80::1%eth0]", "[::1.2.3]", "[::1.2.3.256]",
		"[::01.2.3.4]", "[1.2.3.4]", "[1.2.3.4::]", "[::1.2.3.4:5]",
		"[1:2:3:4:5:6:7:1.2.3.4]", "[::]x",
		/* ports */
		"*:", "*:*,80", "*:80,", "*:,80", "*:80,,81", "*:65536", "*:-1",
		"*:90-80", "*:80-", "*:-80", "*:80-90-99", "*:http", "*:080",
		"*:80 ", "* :80", "*:1,2,3,4,5,6,7,8,9", "*:*0", "**", "*80",
		"*:4294967376", "1.2.3.4::80", "[::1]80", "[::1]:",
		/* names */
		".", "..", "*.", "*..org", "a..b", ".a", "a..", "*.*.org",
		"a.*.org", "w*.org", "example.org.1", "*.10", "*.1.2.3.4",
		"ex ample.org", "example.org\x01", "ex\xc3\xa4mple.org",
		"http://example.org", "user@example.org", "example.org:",
		"example.org?", "example.org.:443:1",
		/* local sockets */
		"unix:", "unix:x", "unix:./x", "unix:**", "unix:@", "unix:/a[",
		"unix:/a\\", "unix:@a?", "unix:@*", "unix:@[a]", "unix:@a\\b",
		"unix:@a\n", "unix:@\x7f", "UNIX:/x",
	};
	struct net_rule rule, same;

	for (size_t i = 0; i < COUNT(cases); i++) {
		memset(&rule, 0x55, sizeof(rule));
		same = rule;
		CHECK(parse(cases[i], &rule) == -EINVAL, "%s", cases[i]);
		assert_memory_equal(&rule, &same, sizeof(rule));
	}
	assert_int_equal(parse_n("*\0", 2, &rule), -EINVAL);
	assert_int_equal(parse_n("unix:/a\0b", 9, &rule), -EINVAL);
	assert_int_equal(parse_n("a.org\0.b", 8, &rule), -EINVAL);
}

TEST(a_name_has_at_most_253_bytes_and_a_label_63)
{
	char text[400], label[65];
	struct net_rule rule;

	memset(label, 'a', 64);
	label[64] = '\0';
	assert_int_equal(parse(label, &rule), -EINVAL);
	assert_int_equal(parse(label + 1, &rule), 0);
	snprintf(text, sizeof(text), "%s.%s.%s.%s", label + 1, label + 1,
		 label + 1, label + 3);
	assert_int_equal(strlen(text), 253);
	assert_int_equal(parse(text, &rule), 0);
	strcat(text, ".");
	assert_int_equal(parse(text, &rule), 0);
	text[253] = 'a';
	assert_int_equal(parse(text, &rule), -EINVAL);
}

TEST(an_abstract_rule_is_as_long_as_an_abstract_name_can_be)
{
	char text[200] = "unix:@";
	struct net_rule rule;

	memset(text + 6, 'a', 107);
	assert_int_equal(parse(text, &rule), 0);
	text[6 + 107] = 'a';
	assert_int_equal(parse(text, &rule), -EINVAL);
}

TEST(every_truncation_of_a_rule_is_an_error_or_an_answer)
{
	static const char *const cases[] = {
		"10.0.0.0/8:80,443-500", "[fd00::1:2.3.4.5/128]:443,1-2",
		"*.www.example.org.:443", "unix:/run/[a-z]\\*", "*:80",
		"unix:@name",
	};
	struct net_rule rule;
	char copy[64];

	for (size_t i = 0; i < COUNT(cases); i++) {
		for (size_t len = strlen(cases[i]); len; len--) {
			snprintf(copy, sizeof(copy), "%.*s", (int)len,
				 cases[i]);
			assert_int_equal(parse_n(cases[i], len, &rule),
					 parse(copy, &rule));
		}
		assert_int_equal(parse(cases[i], &rule), 0);
	}
}

TEST(without_room_a_rule_is_not_made)
{
	static const char *const cases[] = { "*:80", "example.org" };
	struct net_rule rule, same;
	const char *expected = NULL;
	struct arena arena;

	memset(&rule, 0x55, sizeof(rule));
	same = rule;
	for (size_t i = 0; i < COUNT(cases); i++) {
		arena_init(&arena, block, i * 16);
		assert_int_equal(net_parse(cases[i], strlen(cases[i]), &arena,
					   &rule, &expected),
				 -ENOMEM);
		assert_memory_equal(&rule, &same, sizeof(rule));
		assert_null(expected);
	}
}

static unsigned random_number(unsigned below)
{
	static uint64_t seed = 42;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

TEST(ipv6_text_means_what_inet_pton_says)
{
	static const char *const parts[] = { ":", ":", ":", "::", "0", "1",
					     "ff", "ffff", "0:0", "a:b:c:d",
					     "1.2.3.4" };
	unsigned good = 0;

	for (int i = 0; i < 300000; i++) {
		char text[128] = "[";
		uint8_t bytes[16];
		struct net_rule rule;
		bool yes;

		for (unsigned n = 1 + random_number(12); n; n--)
			strcat(text, parts[random_number(COUNT(parts))]);
		yes = inet_pton(AF_INET6, text + 1, bytes) == 1;
		strcat(text, "]");
		CHECK((parse(text, &rule) == 0) == yes, "%s", text);
		if (!yes)
			continue;
		good++;
		CHECK(memcmp(rule.bytes,
			     rule.family == AF_INET ? bytes + 12 : bytes,
			     rule.family == AF_INET ? 4 : 16) == 0,
		      "%s", text);
		assert_int_equal(rule.family == AF_INET,
				 !!IN6_IS_ADDR_V4MAPPED(
					 (struct in6_addr *)bytes));
	}
	assert_in_range(good, 1000, 300000);
}

RUN(cmocka_unit_test(a_rule_matches_the_addresses_it_names),
    cmocka_unit_test(a_name_matches_what_the_resolver_gave_for_it),
    cmocka_unit_test(
	    a_host_rule_names_hosts_without_regard_to_case_and_final_dot),
    cmocka_unit_test(what_is_no_rule_is_refused_and_changes_nothing),
    cmocka_unit_test(a_name_has_at_most_253_bytes_and_a_label_63),
    cmocka_unit_test(an_abstract_rule_is_as_long_as_an_abstract_name_can_be),
    cmocka_unit_test(every_truncation_of_a_rule_is_an_error_or_an_answer),
    cmocka_unit_test(without_room_a_rule_is_not_made),
    cmocka_unit_test(ipv6_text_means_what_inet_pton_says))
