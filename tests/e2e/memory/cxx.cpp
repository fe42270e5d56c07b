/*
 * cxx.cpp - new and delete in all twenty forms, and what is built on them.
 * SPDX-License-Identifier: MIT
 *
 * cxx WORD …: each word is one case; "WORD: ok" or what was wrong. The limit is
 * expected to be 4 MiB.
 */
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <list>
#include <malloc.h>
#include <map>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "preload/figsandbox.h"

extern "C" __attribute__((weak)) int fig_sandbox_status(
    struct fig_sandbox_status *status, size_t size);

using std::align_val_t;
using std::nothrow;
using text = const char *;

static constexpr size_t LIMIT = 4 << 20;
static constexpr size_t SIZE = 1000;
static constexpr align_val_t ALIGNED{256};

static struct fig_sandbox_status base;

static struct fig_sandbox_status books()
{
	struct fig_sandbox_status now = {};

	if (fig_sandbox_status)
		fig_sandbox_status(&now, sizeof(now));
	return now;
}

/* So many bytes and blocks more than at the base? */
static bool live(size_t bytes, size_t blocks)
{
	struct fig_sandbox_status now = books();

	return now.live_bytes - base.live_bytes == bytes &&
	       now.live_allocs - base.live_allocs == blocks;
}

/* The eight that allocate: with their names, and how they are aligned. */
struct maker {
	text name;
	size_t alignment;
	bool throws;
	void *(*make)(size_t size);
};

static const maker makers[] = {
    {"new", 16, true, [](size_t n) { return operator new(n); }},
    {"new[]", 16, true, [](size_t n) { return operator new[](n); }},
    {"new nothrow", 16, false,
     [](size_t n) { return operator new(n, nothrow); }},
    {"new[] nothrow", 16, false,
     [](size_t n) { return operator new[](n, nothrow); }},
    {"new aligned", 256, true,
     [](size_t n) { return operator new(n, ALIGNED); }},
    {"new[] aligned", 256, true,
     [](size_t n) { return operator new[](n, ALIGNED); }},
    {"new aligned nothrow", 256, false,
     [](size_t n) { return operator new(n, ALIGNED, nothrow); }},
    {"new[] aligned nothrow", 256, false,
     [](size_t n) { return operator new[](n, ALIGNED, nothrow); }},
};

/* The twelve that free: six for blocks that are aligned, six for others. */
static void (*const breakers[2][6])(void *) = {
    {
	[](void *p) { operator delete(p); },
	[](void *p) { operator delete[](p); },
	[](void *p) { operator delete(p, SIZE); },
	[](void *p) { operator delete[](p, SIZE); },
	[](void *p) { operator delete(p, nothrow); },
	[](void *p) { operator delete[](p, nothrow); },
    },
    {
	[](void *p) { operator delete(p, ALIGNED); },
	[](void *p) { operator delete[](p, ALIGNED); },
	[](void *p) { operator delete(p, SIZE, ALIGNED); },
	[](void *p) { operator delete[](p, SIZE, ALIGNED); },
	[](void *p) { operator delete(p, ALIGNED, nothrow); },
	[](void *p) { operator delete[](p, ALIGNED, nothrow); },
    },
};

static text operators()
{
	for (const maker &maker : makers)
		for (auto *undo : breakers[maker.alignment > 16]) {
			void *block = maker.make(SIZE);

			if (!block || (uintptr_t)block % maker.alignment)
				return maker.name;
			memset(block, 1, SIZE);
			if (!live(malloc_usable_size(block), 1))
				return "a block is not counted";
			undo(block);
			if (!live(0, 0))
				return "a block counts that was freed";
		}
	for (const maker &maker : makers) {
		void *nothing = maker.make(0);

		if (!nothing)
			return "0 bytes gave nothing";
		breakers[maker.alignment > 16][0](nothing);
	}
	for (auto &undo : breakers)
		for (auto *with_null : undo)
			with_null(nullptr);
	return live(0, 0) ? nullptr : "0 bytes or null changed the books";
}

/* Refused as the standard has it: bad_alloc, or null. */
static text refusal(const maker &maker, size_t size)
{
	void *block = nullptr;

	try {
		block = maker.make(size);
		if (maker.throws)
			return block ? "it was given" : "null was returned";
	} catch (const std::bad_alloc &) {
		return maker.throws ? nullptr : "nothrow threw";
	}
	return block ? "it was given" : nullptr;
}

static text refused()
{
	for (const maker &maker : makers)
		for (size_t size : {LIMIT + 1, 64 * LIMIT, SIZE_MAX / 2})
			if (text wrong = refusal(maker, size))
				return wrong;
	return live(0, 0) ? nullptr : "a refusal changed the books";
}

/* No byte is left when new says so; all come back. */
static text full()
{
	static void *blocks[LIMIT / 256];
	size_t n = 0;

	for (size_t size = 4096; size > 0; size /= 2) {
		try {
			for (; n < LIMIT / 256; n++)
				blocks[n] = operator new(size);
		} catch (const std::bad_alloc &) {
		}
	}
	if (n == LIMIT / 256 || books().live_bytes > LIMIT)
		return "the limit was not kept";
	if (LIMIT - books().live_bytes >= 64)
		return "refused with room left";
	for (const maker &maker : makers)
		if (text wrong = refusal(maker, 1000))
			return wrong;
	while (n > 0)
		operator delete(blocks[--n]);
	return live(0, 0) ? nullptr : "not everything came back";
}

static void *reserve;
static int called;

/* Makes room once, and then gives up. */
static void handler()
{
	called++;
	operator delete(reserve);
	reserve = nullptr;
	if (called == 2)
		std::set_new_handler(nullptr);
}

/* Asked before new fails, and its room is used. */
static text new_handler()
{
	for (const maker &maker : makers) {
		void *block;

		called = 0;
		reserve = operator new(LIMIT * 3 / 4);
		std::set_new_handler(handler);
		block = maker.make(LIMIT / 2);
		if (!block || called != 1)
			return maker.name;
		breakers[maker.alignment > 16][0](block);
		if (text wrong = refusal(maker, 2 * LIMIT))
			return wrong;
		if (called != 2)
			return "a handler that gave up was asked again";
	}
	std::set_new_handler([] { throw 42; });
	for (const maker &maker : makers) {
		try {
			if (maker.make(2 * LIMIT) || maker.throws)
				return "the handler was not asked";
		} catch (int thrown) {
			if (thrown != 42 || !maker.throws)
				return "the handler's exception got out";
		}
	}
	std::set_new_handler(nullptr);
	return live(0, 0) ? nullptr : "handlers changed the books";
}

struct alignas(128) wide {
	char bytes[300];
};

static size_t work(unsigned n)
{
	std::map<std::string, std::vector<int>> words;
	std::unordered_map<int, std::unique_ptr<wide>> table;
	std::deque<std::shared_ptr<std::string>> queue;
	std::list<wide> list;
	std::ostringstream out;

	for (unsigned i = 0; i < n; i++) {
		std::string word = std::to_string(i * 7919 % 1009);

		words[word + " is longer than a short string"].push_back(i);
		table[i % 101] = std::make_unique<wide>();
		queue.push_back(std::make_shared<std::string>(word));
		if (queue.size() > 50)
			queue.pop_front();
		list.resize(i % 37);
		out << word;
	}
	return words.size() + table.size() + out.str().size();
}

static text containers()
{
	work(10); /* what the library allocates once */
	base = books();
	for (unsigned n : {1, 100, 3000}) {
		if (work(n) == 0)
			return "no work was done";
		if (!live(0, 0))
			return "containers that are gone still count";
	}
	return books().peak_bytes > base.live_bytes + 100000
		   ? nullptr
		   : "they were not counted";
}

/* 100 MB in all. */
static size_t hoard()
{
	std::map<int, std::vector<std::string>> all;

	for (int i = 0; i < 1000; i++)
		for (int j = 0; j < 100; j++)
			all[i].emplace_back(1000, 'x');
	return all.size();
}

/* A program that runs out of memory in the middle goes on when it let go. */
static text recovers()
{
	std::string why;

	for (int i = 0; i < 20; i++) {
		try {
			hoard();
			return "it was all given";
		} catch (const std::bad_alloc &error) {
			why = error.what();
		}
	}
	why = std::string();
	return live(0, 0) ? nullptr : "unwinding did not give all back";
}

static const struct {
	text word;
	text (*run)();
} cases[] = {
    {"operators", operators},
    {"refused", refused},
    {"full", full},
    {"new_handler", new_handler},
    {"containers", containers},
    {"recovers", recovers},
};

int main(int argc, char **argv)
{
	static char out[BUFSIZ];

	setvbuf(stdout, out, _IOLBF, sizeof(out));
	for (int i = 1; i < argc; i++)
		for (const auto &one : cases)
			if (strcmp(argv[i], one.word) == 0) {
				base = books();
				text wrong = one.run();

				printf("%s: %s\n", one.word,
				       wrong ? wrong : "ok");
			}
	return 0;
}
