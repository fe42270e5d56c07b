/*
 * keys.c - finds settings by their names, and the one somebody may have meant.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "config/policy_internal.h"

enum { NAME_SIZE = 40 }; /* what is longer is like nothing we know */

enum key key_find(struct word name, bool *alias)
{
	for (unsigned key = 0; key < KEYS; key++) {
		*alias = name.len && word_is(name, policy_keys[key].alias);
		if (*alias || word_is(name, policy_keys[key].name))
			return key;
	}
	*alias = false;
	return KEYS;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Damerau's distance: three rows of the table are enough, as only the two
 * before the current one are looked at.
 */
unsigned key_distance(struct word a, struct word b)
{
	unsigned rows[3][NAME_SIZE + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	if (a.len > NAME_SIZE || b.len > NAME_SIZE)
		return NAME_SIZE + 1;
	for (unsigned j = 0; j <= b.len; j++)
		last[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			row[j] = last[j - 1] + (a.at[i - 1] != b.at[j - 1]);
			row[j] = least(row[j], least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] &&
			    a.at[i - 2] == b.at[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b.len];
}

const char *key_nearest(struct word name)
{
	unsigned best = UINT32_MAX, distance;
	const char *nearest = "";

	for (unsigned i = 0; i < 2 * KEYS; i++) {
		const char *known = i < KEYS ? policy_keys[i].name
					     : policy_keys[i - KEYS].alias;
		struct word word = {known, strlen(known)};

		distance = *known ? key_distance(name, word) : UINT32_MAX;
		if (distance < best) {
			best = distance;
			nearest = known;
		}
	}
	return nearest;
}
