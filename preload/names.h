/*
 * names.h - which addresses the resolver gave for which names of `connect`.
 * SPDX-License-Identifier: MIT
 *
 * A rule "example.org:443" holds for the addresses that this process was told
 * for that name. The memory is a fixed table: no lock, no heap, entries are
 * only added. When it is full, further addresses are not remembered, and
 * connecting to them is refused.
 */
#ifndef PRELOAD_NAMES_H
#define PRELOAD_NAMES_H

#include "preload/gate.h"

enum { NAMES_MAX = 2048 }; /* addresses that can be remembered */

/* The resolver gave this address for `host`. */
void names_learn(const char *host, const struct net_address *address);

/* Bit i: the address was given for the name in item i of `connect`. */
uint64_t names_items(const struct net_address *address);

#endif
