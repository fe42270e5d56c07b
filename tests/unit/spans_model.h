/*
 * spans_model.h - the same as spans.h, one byte per address and no thought.
 * SPDX-License-Identifier: MIT
 *
 * An operation on both that comes out differently makes model_do() say where.
 */
#ifndef TESTS_UNIT_SPANS_MODEL_H
#define TESTS_UNIT_SPANS_MODEL_H

#include <stdbool.h>
#include <string.h>

#include "preload/spans.h"

enum { CELLS = 600, TAGS = 4, MODEL_ROOM = 320 };

static unsigned char cells[CELLS];
static union {
	struct spans spans;
	uint64_t words[2 + 2 * MODEL_ROOM];
} model;

enum deed { PUT, PUT_BLIND, TURN, SUM, COPY, DEEDS };
struct op {
	unsigned deed, start, end, tag, to, most;
};

static void model_clear(size_t room)
{
	memset(cells, 0, sizeof(cells));
	memset(&model, 0, sizeof(model));
	spans_init(&model.spans, sizeof(model.spans) + 16 * room);
}

/* The runs of one tag are the spans: all of them, in order, none besides. */
static const char *model_differs(void)
{
	uint64_t at = 0;
	size_t runs = 0;

	while (at < CELLS) {
		struct span next = spans_next(&model.spans, at, CELLS);

		for (; at < next.start; at++)
			if (cells[at])
				return "a tag is missing";
		for (; at < next.end; at++)
			if (cells[at] != next.tag)
				return "a tag is wrong";
		runs += next.tag != 0;
		if (at < CELLS && next.tag && cells[at] == next.tag)
			return "neighbours are not one";
	}
	return runs == spans_count(&model.spans) ? NULL : "spans too many";
}

static const char *model_put(const struct op *op, bool tell)
{
	struct spans_old old = { .n = 0 };
	uint64_t at = op->start,
		 stop = spans_put(&model.spans, op->start, op->end,
				  (unsigned char)op->tag, tell ? &old : NULL);

	if (stop > op->end || (stop < op->end && old.n < SPANS_OLD))
		return "stopped at the wrong place";
	for (size_t i = 0; tell && i <= old.n; i++) {
		uint64_t start = i < old.n ? old.at[i].start : stop;

		for (; at < start; at++)
			if (cells[at])
				return "an old tag is not told";
		for (; i < old.n && at < old.at[i].end; at++)
			if (cells[at] != old.at[i].tag)
				return "an old tag is told wrong";
	}
	memset(cells + op->start, (int)op->tag, stop - op->start);
	return NULL;
}

static const char *model_turn(const struct op *op)
{
	unsigned turned = 0;

	for (unsigned i = op->start; i < op->end && turned < op->most; i++)
		if (cells[i] == op->tag) {
			cells[i] = (unsigned char)op->to;
			turned++;
		}
	return spans_turn(&model.spans, op->start, op->end,
			  (unsigned char)op->tag, (unsigned char)op->to,
			  op->most) == turned ?
		       NULL :
		       "turned another number";
}

static const char *model_sum(const struct op *op)
{
	unsigned sum = 0;

	for (unsigned i = op->start; i < op->end; i++)
		sum += cells[i] == op->tag;
	return spans_sum(&model.spans, op->start, op->end,
			 (unsigned char)op->tag) == sum ?
		       NULL :
		       "another sum";
}

/* Into other memory, with another room, and back. */
static void model_copy(void)
{
	static __typeof__(model) other;
	size_t room = model.spans.room == MODEL_ROOM ? MODEL_ROOM - 1 :
						       MODEL_ROOM;

	memset(&other, 0, sizeof(other));
	spans_init(&other.spans, sizeof(other.spans) + 16 * room);
	spans_copy(&other.spans, &model.spans);
	model = other;
}

/* NULL, or what is wrong. The range and the tags must be in bounds. */
static const char *model_do(const struct op *op)
{
	const char *wrong = NULL;

	switch ((enum deed)op->deed) {
	case PUT:
	case PUT_BLIND:
		wrong = model_put(op, op->deed == PUT);
		break;
	case TURN:
		wrong = model_turn(op);
		break;
	case SUM:
		wrong = model_sum(op);
		break;
	case COPY:
		model_copy();
		break;
	case DEEDS:
		break;
	}
	return wrong ? wrong : model_differs();
}

#endif
