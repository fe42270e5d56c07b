/*
 * leaks.c - what is still live when the process ends, by library and size.
 * SPDX-License-Identifier: MIT
 *
 * A person reads it on standard error; each library is also a record, in JSON,
 * wherever records go. The owner map is all there is to read.
 */
#include <sys/mman.h>

#include "config/raw.h"
#include "config/size.h"
#include "preload/audit.h"
#include "preload/owner_map.h"
#include "preload/owners.h"

/* Kinds of blocks; more than that many are told by their sum alone. */
enum { KINDS = 1 << 15, SHOWN = 6, LINE = 640 };

struct kind {
	uint64_t bytes; /* of one block */
	uint64_t blocks;
	unsigned account; /* 0: free */
};

struct sum {
	uint64_t bytes, blocks;
};

struct tally {
	struct sum of[ACCOUNTS], all;
	struct kind kinds[KINDS];
};

static void add_kind(struct tally *tally, unsigned account, uint64_t bytes)
{
	uint64_t hash = (bytes * ACCOUNTS + account) * 0x9e3779b97f4a7c15;

	for (unsigned i = 0; i < 64; i++) {
		uint64_t at = ((hash >> 40) + i) % KINDS;
		struct kind *kind = &tally->kinds[at];

		if (!kind->account)
			*kind = (struct kind){bytes, 0, account};
		if (kind->account == account && kind->bytes == bytes) {
			kind->blocks++;
			return;
		}
	}
}

static void count(unsigned account, size_t bytes, void *context)
{
	struct tally *tally = context;

	tally->of[account].blocks++;
	tally->of[account].bytes += bytes;
	tally->all.blocks++;
	tally->all.bytes += bytes;
	add_kind(tally, account, bytes);
}

/* The kind of this account that takes most memory; it is not shown again. */
static struct kind take_largest(struct tally *tally, unsigned account)
{
	struct kind *largest = NULL, taken = {0};

	for (unsigned i = 0; i < KINDS; i++) {
		struct kind *kind = &tally->kinds[i];

		if (kind->account == account && kind->blocks &&
		    (!largest || kind->bytes * kind->blocks >
				     largest->bytes * largest->blocks))
			largest = kind;
	}
	if (largest) {
		taken = *largest;
		largest->blocks = 0;
	}
	return taken;
}

/* "3 blocks, 4096 bytes: 2 x 2000, 1 x 96" */
static void write_sum(struct text *text, struct tally *tally, unsigned account)
{
	const char *before = ": ";
	struct kind kind;

	text_number(text, tally->of[account].blocks);
	text_add(text, " blocks, ");
	text_number(text, tally->of[account].bytes);
	text_add(text, " bytes");
	for (unsigned i = 0; i < SHOWN; i++) {
		kind = take_largest(tally, account);
		if (!kind.blocks)
			return;
		text_add(text, before);
		text_number(text, kind.blocks);
		text_add(text, " x ");
		text_number(text, kind.bytes);
		before = ", ";
	}
	if (take_largest(tally, account).blocks)
		text_add(text, ", others");
}

static void say(struct text *text)
{
	text->size++; /* the newline always fits */
	text_char(text, '\n');
	RAW(write, 2, text->at, text->len);
}

static void tell(struct tally *tally, unsigned account)
{
	char object[LINE / 2], line[LINE];
	struct text sum = text_in(object, sizeof(object));
	struct text text = text_in(line, sizeof(line) - 1);

	write_sum(&sum, tally, account);
	text_add(&text, "figsandbox:   ");
	text_plain(&text, owners_name(account), strlen(owners_name(account)));
	text_add(&text, ": ");
	text_add(&text, object);
	say(&text);
	audit_record(&(struct event){.event = "leak",
				     .right = "mem.alloc",
				     .object = object,
				     .rule = "leaks",
				     .layer = "preload",
				     .caller = owners_name(account)});
}

void leaks_report(void)
{
	struct tally *tally = raw_memory(sizeof(*tally));
	char line[LINE];
	struct text text = text_in(line, sizeof(line) - 1);

	if (!tally)
		return;
	owner_map_each(count, tally);
	text_add(&text, "figsandbox: live at exit: ");
	text_number(&text, tally->all.blocks);
	text_add(&text, " blocks, ");
	text_number(&text, tally->all.bytes);
	text_add(&text, " bytes");
	say(&text);
	for (unsigned account = 1; account < ACCOUNTS; account++)
		if (tally->of[account].blocks)
			tell(tally, account);
	RAW(munmap, tally, sizeof(*tally));
}
