/*
 * library.cpp - the same in C++.
 * SPDX-License-Identifier: MIT
 */
#include "library.h"

#include <cstdlib>
#include <new>

static void *get(size_t size)
{
	try {
		return new char[size];
	} catch (const std::bad_alloc &) {
		return nullptr;
	}
}

static void put(void *block)
{
	delete[] static_cast<char *>(block);
}

const struct library library = { get, put, std::realloc };
