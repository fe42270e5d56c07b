/*
 * net.c - rules on addresses: reading them and matching them.
 * SPDX-License-Identifier: MIT
 */
#include "config/net.h"

#include <errno.h>
#include <string.h>
#include <sys/un.h>

#include "config/glob.h"
#include "config/ip.h"

enum {
	HOST_MAX = 253, /* RFC 1035, without the final dot */
	LABEL_MAX = 63,
	UNIX_MAX = sizeof(((struct sockaddr_un *)0)->sun_path)
};

#define WANT_RULE "an address, a network, a host name, * or unix:PATH"
#define WANT_PORTS "a colon and ports: * or at most 8 as 80,443,8000-8010"
#define WANT_IPV4 "an IPv4 address of four numbers up to 255, as 10.0.0.0/8"
#define WANT_IPV6 "an IPv6 address in brackets, as [::1]:443 or [fd00::/8]"
#define WANT_ZEROS "a network without host bits, as 10.0.0.0/8"
#define WANT_HOST "a host name, as example.org or *.example.org"
#define WANT_UNIX "an absolute path or pattern after unix:"
#define WANT_NAME "an abstract name after unix:@, without wildcards"

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

static bool same_network(const uint8_t *a, const uint8_t *b, unsigned prefix)
{
	unsigned rest = prefix % 8, whole = prefix / 8;

	return memcmp(a, b, whole) == 0 &&
	       (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

static bool has_host_bits(const uint8_t bytes[16], unsigned prefix,
			  unsigned width)
{
	for (unsigned bit = prefix; bit < width; bit++) {
		if (bytes[bit / 8] & 0x80 >> bit % 8)
			return true;
	}
	return false;
}

static int parse_prefix(const char **at, unsigned width, struct net_rule *rule,
			const char **expected)
{
	rule->prefix = width;
	if (take(at, '/') && !ip_take_number(at, width, &rule->prefix)) {
		*expected = width == 32 ? "a prefix length from 0 to 32" :
					  "a prefix length from 0 to 128";
		return -EINVAL;
	}
	if (has_host_bits(rule->bytes, rule->prefix, width)) {
		*expected = WANT_ZEROS;
		return -EINVAL;
	}
	return 0;
}

static int parse_ipv4(const char **at, struct net_rule *rule,
		      const char **expected)
{
	rule->kind = NET_CIDR;
	rule->family = AF_INET;
	if (!ip_take4(at, rule->bytes)) {
		*expected = WANT_IPV4;
		return -EINVAL;
	}
	return parse_prefix(at, 32, rule, expected);
}

static int parse_ipv6(const char **at, struct net_rule *rule,
		      const char **expected)
{
	int err;

	rule->kind = NET_CIDR;
	rule->family = AF_INET6;
	if (!ip_take6(at, rule->bytes)) {
		*expected = WANT_IPV6;
		return -EINVAL;
	}
	err = parse_prefix(at, 128, rule, expected);
	if (err)
		return err;
	if (!take(at, ']')) {
		*expected = WANT_IPV6;
		return -EINVAL;
	}
	/* The prefix is 96 at least, or its ones would be host bits. */
	if (ip_is_mapped(rule->bytes)) {
		rule->family = AF_INET;
		rule->prefix -= 96;
		ip_unmap(rule->bytes);
	}
	return 0;
}

/* One label; *number says whether it is nothing but digits. */
static bool take_label(const char **at, bool *number)
{
	const char *c = *at;

	*number = true;
	for (; is_digit(*c) || (lower(*c) >= 'a' && lower(*c) <= 'z') ||
	       *c == '-' || *c == '_'; c++)
		*number &= is_digit(*c);
	if (c == *at || c - *at > LABEL_MAX)
		return false;
	*at = c;
	return true;
}

/* rule->name is the name as written, in the text of the rule. */
static int parse_host(const char **at, struct net_rule *rule,
		      const char **expected)
{
	const char *c = *at;
	bool number;

	rule->kind = NET_HOST;
	rule->name = *at;
	*expected = WANT_HOST;
	if (take(&c, '*') && !take(&c, '.'))
		return -EINVAL;
	do {
		if (!take_label(&c, &number))
			return -EINVAL;
	} while (take(&c, '.') && *c && *c != ':');
	if (number) {
		*expected = WANT_IPV4;
		return -EINVAL;
	}
	if (c - *at - (c[-1] == '.') > HOST_MAX)
		return -EINVAL;
	*at = c;
	return 0;
}

static int parse_ports(const char **at, struct net_rule *rule,
		       const char **expected)
{
	unsigned low, high;

	*expected = WANT_PORTS;
	if (!**at)
		return 0;
	if (!take(at, ':'))
		return -EINVAL;
	if (take(at, '*'))
		return **at ? -EINVAL : 0;
	do {
		if (rule->nports == NET_PORTS ||
		    !ip_take_number(at, 65535, &low))
			return -EINVAL;
		high = low;
		if (take(at, '-') && !ip_take_number(at, 65535, &high))
			return -EINVAL;
		if (low > high)
			return -EINVAL;
		rule->ports[rule->nports].low = (uint16_t)low;
		rule->ports[rule->nports++].high = (uint16_t)high;
	} while (take(at, ','));
	return **at ? -EINVAL : 0;
}

static int parse_ip(const char *at, struct net_rule *rule,
		    const char **expected)
{
	char after = at[strspn(at, "0123456789.")];
	const char *colon = strchr(at, ':');
	int err = 0;

	if (take(&at, '[')) {
		err = parse_ipv6(&at, rule, expected);
	} else if (colon && strchr(colon + 1, ':')) {
		*expected = WANT_IPV6;
		return -EINVAL;
	} else if (at[0] == '*' && at[1] != '.') {
		rule->kind = NET_ANY;
		at++;
	} else if (is_digit(*at) && (!after || after == ':' || after == '/')) {
		err = parse_ipv4(&at, rule, expected);
	} else {
		err = parse_host(&at, rule, expected);
	}
	return err ? err : parse_ports(&at, rule, expected);
}

/* What net_address_of can give for an abstract name, but no '?' of a NUL. */
static bool is_abstract(const char *name)
{
	size_t len = 1;

	for (; name[len]; len++) {
		if (is_control(name[len]) || strchr("*?[\\", name[len]))
			return false;
	}
	return len > 1 && len <= UNIX_MAX;
}

static int parse_unix(const char *name, struct net_rule *rule,
		      const char **expected)
{
	bool abstract = name[0] == '@';

	rule->kind = NET_UNIX;
	rule->name = name;
	*expected = abstract ? WANT_NAME : WANT_UNIX;
	if (abstract)
		return is_abstract(name) ? 0 : -EINVAL;
	return name[0] == '/' ? glob_check(name) : -EINVAL;
}

/* The name alone, lower case, without a final dot. */
static const char *copy_host(const char *name, struct arena *arena)
{
	size_t len = strcspn(name, ":");
	char *copy = arena_text(arena, name, len - (name[len - 1] == '.'));

	for (char *c = copy; c && *c; c++)
		*c = lower(*c);
	return copy;
}

int net_parse(const char *text, size_t len, struct arena *arena,
	      struct net_rule *rule, const char **expected)
{
	struct net_rule new = { .text = arena_text(arena, text, len) };
	const char *wanted = WANT_RULE;
	int err = -EINVAL;

	if (!new.text)
		return -ENOMEM;
	if (strlen(new.text) == len && len > 0)
		err = strncmp(new.text, "unix:", 5) == 0 ?
			      parse_unix(new.text + 5, &new, &wanted) :
			      parse_ip(new.text, &new, &wanted);
	if (err) {
		*expected = wanted;
		return err;
	}
	if (new.kind == NET_HOST) {
		new.name = copy_host(new.name, arena);
		if (!new.name)
			return -ENOMEM;
	}
	*rule = new;
	return 0;
}

/* A pattern begins with a slash, so it is blind to abstract names. */
static bool match_unix(const char *name, const char *path)
{
	return name[0] == '@' ? text_equal(name, path) : glob_match(name, path);
}

static bool match_port(const struct net_rule *rule, uint16_t port)
{
	for (unsigned i = 0; i < rule->nports; i++) {
		if (rule->ports[i].low <= port && port <= rule->ports[i].high)
			return true;
	}
	return rule->nports == 0;
}

bool net_match(const struct net_rule *rule, const struct net_address *address,
	       bool resolved)
{
	if (rule->kind == NET_UNIX)
		return address->family == AF_UNIX &&
		       match_unix(rule->name, address->path);
	if (address->family != AF_INET && address->family != AF_INET6)
		return false;
	if (rule->kind == NET_HOST && !resolved)
		return false;
	if (rule->kind == NET_CIDR &&
	    (rule->family != address->family ||
	     !same_network(rule->bytes, address->bytes, rule->prefix)))
		return false;
	return match_port(rule, address->port);
}

bool net_match_host(const struct net_rule *rule, const char *host)
{
	size_t len = strlen(host), tail;
	const char *name = rule->name;

	if (rule->kind != NET_HOST)
		return false;
	if (len && host[len - 1] == '.')
		len--;
	tail = strlen(name);
	if (name[0] == '*') {
		name++;
		tail--;
		if (len <= tail)
			return false;
		host += len - tail;
		len = tail;
	}
	if (len != tail)
		return false;
	while (len && lower(host[len - 1]) == name[len - 1])
		len--;
	return len == 0;
}
