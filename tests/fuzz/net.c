/*
 * net.c - fuzzes rules on addresses and the addresses a program passes.
 * SPDX-License-Identifier: MIT
 *
 * Input: one byte, the length of a rule; the rule; a sockaddr.
 */
#include "config/net.h"

#include <stdlib.h>
#include <string.h>

#include "config/glob.h"

#define MUST(condition)          \
	do {                     \
		if (!(condition)) \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char block[4096];
static struct arena arena;

static int parse(const char *text, size_t len, struct net_rule *rule)
{
	const char *expected = NULL;
	struct net_rule before;
	int err;

	memset(rule, 0x55, sizeof(*rule));
	memcpy(&before, rule, sizeof(before));
	err = net_parse(text, len, &arena, rule, &expected);
	MUST((err != 0) == (expected != NULL));
	MUST(!err || memcmp(rule, &before, sizeof(before)) == 0);
	return err;
}

static void same(const struct net_rule *a, const struct net_rule *b)
{
	MUST(a->kind == b->kind && a->nports == b->nports);
	MUST(a->family == b->family && a->prefix == b->prefix);
	MUST(memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0);
	MUST(!a->name == !b->name);
	MUST(!a->name || strcmp(a->name, b->name) == 0);
	MUST(a->nports <= NET_PORTS);
	for (unsigned i = 0; i < a->nports; i++) {
		MUST(a->ports[i].low == b->ports[i].low);
		MUST(a->ports[i].high == b->ports[i].high);
		MUST(a->ports[i].low <= a->ports[i].high);
	}
}

/* An IP or an absolute or abstract name, printed, is a rule that names it. */
static void prints_as_rule(const struct net_address *address)
{
	char text[NET_TEXT];
	struct net_rule rule;

	MUST(net_print(address, text) == text);
	MUST(strlen(text) < NET_TEXT - 1);
	if (address->family == AF_UNIX) {
		if (address->path[0] != '/' && address->path[0] != '@')
			return;
		if (!glob_literal(address->path) || !address->path[1])
			return;
	} else if (address->family != AF_INET && address->family != AF_INET6) {
		return;
	}
	MUST(parse(text, strlen(text), &rule) == 0);
	MUST(net_match(&rule, address, false));
}

/* A network names its first address. */
static void names_itself(const struct net_rule *rule)
{
	struct net_address address = { .family = rule->family };

	MUST(rule->prefix <= (rule->family == AF_INET ? 32 : 128));
	memcpy(address.bytes, rule->bytes, sizeof(rule->bytes));
	address.port = rule->nports ? rule->ports[0].low : 1;
	MUST(net_match(rule, &address, false));
	prints_as_rule(&address);
}

static void names_host(const struct net_rule *rule)
{
	char host[300] = "www";
	bool star = rule->name[0] == '*';

	MUST(strlen(rule->name) <= 253);
	strcpy(host + (star ? 3 : 0), rule->name + star);
	MUST(net_match_host(rule, host));
	strcat(host, ".");
	MUST(net_match_host(rule, host));
	MUST(!net_match_host(rule, host + 1 + 3 * star));
}

static void check_rule(const char *text, size_t len, struct net_rule *rule)
{
	struct net_rule again;

	MUST(strlen(rule->text) == len && memcmp(rule->text, text, len) == 0);
	MUST(parse(rule->text, len, &again) == 0);
	same(rule, &again);
	if (rule->kind == NET_CIDR)
		names_itself(rule);
	if (rule->kind == NET_HOST)
		names_host(rule);
	if (rule->kind == NET_UNIX)
		MUST(rule->name[0] == '@' ||
		     (rule->name[0] == '/' && glob_check(rule->name) == 0));
}

/* In memory of its own, so that one byte too many is seen. */
static int read_address(const uint8_t *data, size_t size,
			struct net_address *address)
{
	void *copy = malloc(size ? size : 1);
	int err;

	MUST(copy);
	memcpy(copy, data, size);
	err = net_address_of(copy, (socklen_t)size, address);
	free(copy);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = size ? data[0] : 0;
	struct net_address address;
	struct net_rule rule;
	char *text;
	int bad_rule;

	if (size == 0 || len > --size)
		return 0;
	text = malloc(len + 1);
	MUST(text);
	memcpy(text, ++data, len);
	arena_init(&arena, block, sizeof(block));
	bad_rule = parse(text, len, &rule);
	if (!bad_rule)
		check_rule(text, len, &rule);
	if (read_address(data + len, size - len, &address) == 0) {
		prints_as_rule(&address);
		if (!bad_rule) {
			net_match(&rule, &address, false);
			net_match(&rule, &address, true);
		}
	}
	free(text);
	return 0;
}
