/*
 * spans.c - fuzzes ranges with tags against a map of single bytes.
 * SPDX-License-Identifier: MIT
 *
 * Input: the room, then eight bytes an operation: what, start (2), end (2),
 * tag, other tag, how many.
 */
#include "preload/spans.c"

#include <stdlib.h>

#include "tests/unit/spans_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct op read_op(const uint8_t *at)
{
	struct op op = {
		.deed = at[0] % DEEDS,
		.start = (at[1] | (unsigned)at[2] << 8) % CELLS,
		.end = (at[3] | (unsigned)at[4] << 8) % CELLS,
		.tag = at[5] % TAGS,
		.to = at[6] % TAGS,
		.most = at[7],
	};

	if (op.end <= op.start)
		op.end = op.start + 1;
	return op;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	model_clear(SPANS_SPARE + data[0]);
	for (size_t i = 1; i + 8 <= size; i += 8) {
		struct op op = read_op(data + i);

		if (op.deed == TURN && spans_spare(&model.spans) < 256)
			continue; /* it may end early for want of room */
		if (spans_spare(&model.spans) < SPANS_SPARE)
			break;
		if (model_do(&op))
			abort();
	}
	return 0;
}
