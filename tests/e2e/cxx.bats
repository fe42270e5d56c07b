#!/usr/bin/env bats
# cxx.bats - C++ programs are counted and limited, and told as C++ has it.
# SPDX-License-Identifier: MIT

load common
load memory/variants

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	g++ -std=c++17 -I"$BATS_TEST_DIRNAME/../.." -O0 -o "$D/cxx" \
		"$BATS_TEST_DIRNAME/memory/cxx.cpp"
	cat > "$D/dies.cpp" <<-'C'
		#include <vector>
		int main()
		{
			std::vector<std::vector<char>> all;
			for (int i = 0; i < 1000; i++)
				all.emplace_back(100000);
			return 7;
		}
	C
	g++ -O0 -o "$D/dies" "$D/dies.cpp"
}

# holds WORD SETTING…: the case comes out well, and does not without the sandbox.
holds() {
	local word=$1

	shift
	sandboxed PROFILE=permissive MEMORY_LIMIT=4MiB AUDIT=none "$@" -- \
		timeout 60 "$D/cxx" "$word"
	[ "${lines[0]}" = "$word: ok" ] || { # leaks are listed behind it
		echo "$*: $status, $output"
		return 1
	}
	run "$D/cxx" "$word"
	[ "$output" != "$word: ok" ]
}

everything() {
	for case in operators refused full new_handler containers recovers; do
		holds $case "$@"
	done
}

@test "all twenty forms of new and delete keep the books" {
	holds operators
}

@test "beyond the limit new throws bad_alloc, and new(nothrow) gives null" {
	holds refused
}

@test "new gives all that the limit leaves, and no more" {
	holds full
}

@test "the new_handler is asked before new fails, and may make room" {
	holds new_handler
}

@test "containers that are gone count nothing" {
	holds containers
}

@test "a program that caught bad_alloc has everything back" {
	holds recovers
}

@test "C++ is counted and limited in every way of accounting" {
	in_variants everything
}

@test "a program that does not catch bad_alloc ends with it" {
	sandboxed PROFILE=permissive MEMORY_LIMIT=16MiB -- "$D/dies"
	[ "$status" -eq 134 ]
	[[ "$output" == *"std::bad_alloc"* ]]
	grep -q '"rule":"memory_limit"' "$BATS_TEST_TMPDIR/audit"
	run "$D/dies"
	[ "$status" -eq 7 ]
}
