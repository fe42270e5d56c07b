/*
 * net.h - rules on addresses, and the addresses themselves.
 * SPDX-License-Identifier: MIT
 *
 *	127.0.0.1:5432      one address, one port
 *	10.0.0.0/8          a network, every port
 *	10.0.0.0/8:80,443   a network, some ports (a list; lo-hi is a range)
 *	[::1]:*  [fd00::/8]:443
 *	example.org:443     a host name, matched through the resolver's answers
 *	*.example.org:443   the names below example.org, not itself
 *	*:443  *            any IP address
 *	unix:/run/x.sock    an absolute path, which may be a glob
 *	unix:@name          an abstract name, which may not
 *
 * No port means every port. Host bits behind a prefix must be zero. IPv4-mapped
 * IPv6 addresses are IPv4 addresses.
 */
#ifndef CONFIG_NET_H
#define CONFIG_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "config/arena.h"

enum {
	NET_PORTS = 8, /* ranges in one rule */
	NET_TEXT = 192 /* room for net_print */
};

enum net_kind { NET_ANY, NET_CIDR, NET_HOST, NET_UNIX };

struct net_rule {
	enum net_kind kind;
	const char *text;   /* as written, NUL-terminated; in the arena */
	const char *name;   /* NET_HOST: lower case; NET_UNIX: glob, "@name" */
	int family;         /* NET_CIDR: AF_INET or AF_INET6 */
	uint8_t bytes[16];  /* NET_CIDR: network order, first 4 for AF_INET */
	unsigned prefix;    /* NET_CIDR: bits that count */
	unsigned nports;    /* 0: every port */
	struct {
		uint16_t low, high;
	} ports[NET_PORTS];
};

struct net_address {
	int family;        /* AF_INET, AF_INET6, AF_UNIX; others as given */
	uint8_t bytes[16]; /* network order */
	uint16_t port;     /* host order */
	char path[109];    /* AF_UNIX: path, "@name" abstract, "" unnamed */
};

/*
 * Parses one rule. 0, or -EINVAL with *expected a static text that says what
 * was expected, or -ENOMEM. `rule` is untouched on failure.
 */
int net_parse(const char *text, size_t len, struct arena *arena,
	      struct net_rule *rule, const char **expected);

/*
 * Reads what a program passes to connect or bind. -EINVAL if `len` is too short
 * for the family, or longer than sockaddr_storage or, for AF_UNIX, sockaddr_un.
 * Reads at most `len` bytes. A relative path that begins with '@' is given as
 * "./@...", or -EINVAL if that has no room.
 * Other families: only .family is set. NUL and control bytes in an abstract
 * name become '?', which no rule can contain.
 */
int net_address_of(const struct sockaddr *sockaddr, socklen_t len,
		   struct net_address *address);

/*
 * True if the rule names this address. `resolved` says whether the resolver
 * gave this address for the name of a NET_HOST rule.
 */
bool net_match(const struct net_rule *rule, const struct net_address *address,
	       bool resolved);

/* True if a NET_HOST rule names this host; neither case nor a final dot count. */
bool net_match_host(const struct net_rule *rule, const char *host);

/* "127.0.0.1:80", "[::1]:443", "unix:/run/x", "family 16". Returns `buffer`. */
const char *net_print(const struct net_address *address, char buffer[NET_TEXT]);

#endif
