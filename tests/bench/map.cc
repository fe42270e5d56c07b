/*
 * map.cc - a C++ program that lives on small blocks, for memory.sh to time.
 * SPDX-License-Identifier: MIT
 *
 * A map of numbers to strings, half of them too long for the string itself, in
 * which entries come and go at random.
 */
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

enum { KEYS = 20000, STEPS = 1500000 };

int main()
{
	std::map<long, std::string> map;
	uint64_t random = 88172645463325252u;
	size_t sum = 0;

	for (int i = 0; i < STEPS; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		long key = static_cast<long>(random % KEYS);

		if (random >> 63)
			map[key] = std::string(random >> 32 & 31, 'x');
		else
			sum += map.erase(key);
	}
	std::printf("%zu %zu\n", map.size(), sum);
}
