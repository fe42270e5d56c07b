/*
 * address.c - the addresses that programs pass: reading and printing them.
 * SPDX-License-Identifier: MIT
 */
#include "config/net.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "config/ip.h"

enum {
	IN6_MIN = 24, /* the kernel takes a sockaddr_in6 without its scope */
	SUN_HEAD = offsetof(struct sockaddr_un, sun_path),
	UNIX_MAX = sizeof(struct sockaddr_un) - SUN_HEAD
};

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

static int read_ipv4(const void *from, size_t len, struct net_address *address)
{
	struct sockaddr_in in;

	if (len < sizeof(in))
		return -EINVAL;
	memcpy(&in, from, sizeof(in));
	memcpy(address->bytes, &in.sin_addr, 4);
	address->port = ntohs(in.sin_port);
	return 0;
}

static int read_ipv6(const void *from, size_t len, struct net_address *address)
{
	struct sockaddr_in6 in6;

	if (len < IN6_MIN)
		return -EINVAL;
	memcpy(&in6, from, IN6_MIN);
	memcpy(address->bytes, &in6.sin6_addr, 16);
	address->port = ntohs(in6.sin6_port);
	if (ip_is_mapped(address->bytes)) {
		address->family = AF_INET;
		ip_unmap(address->bytes);
	}
	return 0;
}

/* unix(7): abstract names have the length that is given, NULs and all. */
static int read_unix(const void *from, size_t len, struct net_address *address)
{
	const char *name = (const char *)from + SUN_HEAD;
	char *path = address->path;

	len -= SUN_HEAD;
	if (len > UNIX_MAX)
		return -EINVAL;
	if (len == 0)
		return 0;
	if (name[0] == '\0') {
		*path++ = '@';
		for (size_t i = 1; i < len; i++)
			*path++ = is_control(name[i]) ? '?' : name[i];
		return 0;
	}
	len = strnlen(name, len);
	if (name[0] == '@') {
		if (len + 2 > UNIX_MAX)
			return -EINVAL;
		*path++ = '.';
		*path++ = '/';
	}
	memcpy(path, name, len);
	return 0;
}

int net_address_of(const struct sockaddr *sockaddr, socklen_t len,
		   struct net_address *address)
{
	struct net_address new = { .family = AF_UNSPEC };
	sa_family_t family;
	int err = 0;

	if (len < sizeof(family) || len > sizeof(struct sockaddr_storage))
		return -EINVAL;
	memcpy(&family, sockaddr, sizeof(family));
	new.family = family;
	if (family == AF_INET)
		err = read_ipv4(sockaddr, len, &new);
	else if (family == AF_INET6)
		err = read_ipv6(sockaddr, len, &new);
	else if (family == AF_UNIX)
		err = read_unix(sockaddr, len, &new);
	if (!err)
		*address = new;
	return err;
}

const char *net_print(const struct net_address *address, char buffer[NET_TEXT])
{
	struct text text = text_in(buffer, NET_TEXT);

	if (address->family == AF_UNIX) {
		text_add(&text, "unix:");
		text_add(&text, address->path);
	} else if (address->family == AF_INET) {
		ip_print4(&text, address->bytes);
	} else if (address->family == AF_INET6) {
		text_char(&text, '[');
		ip_print6(&text, address->bytes);
		text_char(&text, ']');
	} else {
		text_add(&text, "family ");
		text_number(&text, (uint64_t)address->family);
	}
	if (address->family == AF_INET || address->family == AF_INET6) {
		text_char(&text, ':');
		text_number(&text, address->port);
	}
	return buffer;
}
