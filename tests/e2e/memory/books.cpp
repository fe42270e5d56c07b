/*
 * books.cpp - books.c in C++: new and delete.
 * SPDX-License-Identifier: MIT
 */
#include <cstdio>
#include <cstring>
#include <malloc.h>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "preload/figsandbox.h"

extern "C" __attribute__((weak)) int fig_sandbox_status(
    struct fig_sandbox_status *status, size_t size);

static constexpr size_t LIMIT = 32 << 20, BLOCK = 50000;

static struct fig_sandbox_status books()
{
	struct fig_sandbox_status now = {};

	if (fig_sandbox_status)
		fig_sandbox_status(&now, sizeof(now));
	return now;
}

static const char *balance()
{
	struct fig_sandbox_status base = books();

	{
		auto *block = new char[12345];
		std::map<int, std::string> map;

		if (books().live_bytes - base.live_bytes !=
			malloc_usable_size(block) ||
		    books().live_allocs - base.live_allocs != 1)
			return "a block is not counted";
		for (int i = 0; i < 1000; i++)
			map[i] = std::string(i, 'x');
		if (books().live_allocs - base.live_allocs < 1900)
			return "a map is not counted";
		delete[] block;
	}
	if (books().live_bytes != base.live_bytes ||
	    books().live_allocs != base.live_allocs)
		return "what was freed still counts";
	return nullptr;
}

static const char *limit()
{
	std::vector<std::unique_ptr<char[]>> blocks;

	if (new (std::nothrow) char[2 * LIMIT])
		return "twice the limit was given";
	blocks.reserve(4 * LIMIT / BLOCK);
	try {
		while (blocks.size() < blocks.capacity())
			blocks.emplace_back(new char[BLOCK]);
		return "more than the limit was given";
	} catch (const std::bad_alloc &) {
	}
	if (blocks.size() * BLOCK > LIMIT)
		return "more than the limit was given";
	if (blocks.size() * BLOCK < LIMIT / 2)
		return "less than half of the limit was given";
	blocks.clear();
	return std::make_unique<char[]>(LIMIT / 2) ? nullptr : "nothing";
}

int main()
{
	static char out[BUFSIZ];
	const char *wrong;
	int tries = 0;

	setvbuf(stdout, out, _IOLBF, sizeof(out));
	do /* a peer may allocate now and then, for itself */
		wrong = balance();
	while (wrong && ++tries < 10);
	printf("books: %s\n", wrong ? wrong : "ok");
	wrong = limit();
	printf("limit: %s\n", wrong ? wrong : "ok");
	return 0;
}
