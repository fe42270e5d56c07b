/*
 * same_policy.h - says where two policies differ.
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_UNIT_SAME_POLICY_H
#define TESTS_UNIT_SAME_POLICY_H

#include <string.h>

#include "config/policy.h"

static inline bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static inline bool same_setting(const struct setting *a,
				const struct setting *b)
{
	if (a->given != b->given || a->number != b->number ||
	    a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++) {
		if (!same_text(a->items[i].text, b->items[i].text) ||
		    !same_text(a->items[i].hash, b->items[i].hash) ||
		    a->items[i].net.kind != b->items[i].net.kind ||
		    !same_text(a->items[i].net.name, b->items[i].net.name))
			return false;
	}
	return true;
}

/* The first key that differs, or NULL. */
static inline const char *different_setting(const struct setting *a,
					    const struct setting *b)
{
	for (unsigned key = 0; key < KEYS; key++) {
		if (!same_setting(&a[key], &b[key]))
			return policy_keys[key].name;
	}
	return NULL;
}

/* What differs, or NULL. */
static inline const char *different(const struct policy *a,
				    const struct policy *b)
{
	const struct overlay *one = a->overlays, *other = b->overlays;
	const char *found = different_setting(a->at, b->at);

	if (a->restricted != b->restricted || a->withheld != b->withheld ||
	    a->kept != b->kept ||
	    a->closed != b->closed)
		return "restricted";
	for (; !found && one && other; one = one->next, other = other->next)
		found = same_text(one->match, other->match)
			    ? different_setting(one->at, other->at)
			    : "match";
	return found || (!one && !other) ? found : "library";
}

#endif
