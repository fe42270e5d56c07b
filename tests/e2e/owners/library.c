/*
 * library.c - allocates when it is told to.
 * SPDX-License-Identifier: MIT
 */
#include "library.h"

#include <stdlib.h>

static void *get(size_t size)
{
	return malloc(size);
}

static void put(void *block)
{
	free(block);
}

static void *resize(void *block, size_t size)
{
	return realloc(block, size);
}

const struct library library = { get, put, resize };
