#!/usr/bin/env bats
# coexist.bats - beside another allocator or a checker of memory, whichever is
# loaded first, the limit is in force and the books balance; or nothing starts.
# SPDX-License-Identifier: MIT

load common

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	local flags="-D_GNU_SOURCE -O0 -I$BATS_TEST_DIRNAME/../.."

	gcc $flags -o "$D/c" "$BATS_TEST_DIRNAME/memory/books.c"
	g++ $flags -o "$D/cxx" "$BATS_TEST_DIRNAME/memory/books.cpp"
}

# find_library NAME: sets $path, or skips where this system lacks it.
find_library() {
	path=$(gcc -print-file-name="$1")
	[ -e "$path" ] || path=$(find /usr/lib -name "$1" -print -quit)
	[ -n "$path" ] || skip "$1 is not installed"
}

# under WHAT COMMAND …: runs it in the sandbox.
under() {
	local what=$1

	shift
	run timeout 60 env FIG_SANDBOX_PROFILE=permissive \
		FIG_SANDBOX_AUDIT=none FIG_SANDBOX_MEMORY_LIMIT=32MiB \
		DUMP_HEAPTRACK_OUTPUT=/dev/null "$@"
	echo "$what: $status, $output"
	right "${what%% *}"
}

# Works: limited and balanced. Or says why not: ours names the other, with 125;
# a peer that must be the first says so itself.
right() {
	case $status in
	0)
		[[ "$output" == *"books: ok"*"limit: ok"* ]]
		;;
	125)
		[[ "$output" == *figsandbox:*"$1"* ]]
		[[ "$output" != *"books:"* ]]
		;;
	*)
		[[ "$output" == *"does not come first in initial library list"* ]]
		[[ "$output" != *"books:"* ]]
		;;
	esac
}

# both_ways NAME: the library before ours and behind it, below C and C++.
both_ways() {
	local path

	find_library "$1"
	for program in c cxx; do
		under "$1 before $program" LD_PRELOAD="$path:$LIB" "$D/$program"
		under "$1 behind $program" LD_PRELOAD="$LIB:$path" "$D/$program"
	done
}

@test "above glibc alone memory is limited and the books balance" {
	for program in c cxx; do
		under "glibc alone $program" LD_PRELOAD="$LIB" "$D/$program"
		[ "$status" -eq 0 ]
		run "$D/$program" # what is expected is what the sandbox does
		[[ "$output" == *"is"*"counted"*"twice the limit was given" ]]
	done
}

@test "beside jemalloc memory is limited, or nothing starts" {
	both_ways libjemalloc.so.2
}

@test "beside tcmalloc memory is limited, or nothing starts" {
	both_ways libtcmalloc_minimal.so.4
}

@test "beside mimalloc memory is limited, or nothing starts" {
	both_ways libmimalloc.so.2
}

@test "beside glibc's own malloc debugger memory is limited, or nothing starts" {
	both_ways libc_malloc_debug.so.0
}

@test "beside libasan memory is limited, or nothing starts" {
	both_ways libasan.so.8
}

@test "beside heaptrack memory is limited, or nothing starts" {
	both_ways libheaptrack_preload.so
}

@test "a program that is linked with jemalloc is limited, or does not start" {
	local path
	local flags="-D_GNU_SOURCE -O0 -I$BATS_TEST_DIRNAME/../.."

	find_library libjemalloc.so.2
	gcc $flags -o "$D/linked-c" "$BATS_TEST_DIRNAME/memory/books.c" \
		-Wl,--no-as-needed "$path"
	g++ $flags -o "$D/linked-cxx" "$BATS_TEST_DIRNAME/memory/books.cpp" \
		-Wl,--no-as-needed "$path"
	for program in c cxx; do
		under "libjemalloc.so.2 linked $program" LD_PRELOAD="$LIB" \
			"$D/linked-$program"
	done
}

@test "a program of the address sanitizer is told that its runtime is first" {
	gcc -D_GNU_SOURCE -O0 -fsanitize=address -I"$BATS_TEST_DIRNAME/../.." \
		-o "$D/asan" "$BATS_TEST_DIRNAME/memory/books.c"
	under "libasan.so linked c" LD_PRELOAD="$LIB" "$D/asan"
	[ "$status" -ne 0 ]
}

# Its tools are static programs, and those would hold no limit.
@test "valgrind does not start its tools where memory is limited" {
	command -v valgrind > /dev/null || skip "valgrind is not installed"
	sandboxed MEMORY_LIMIT=32MiB -- valgrind -q "$D/c"
	[ "$status" -ne 0 ]
	[[ "$output" != *books:* ]]
	grep -q '"rule":"static program"' "$BATS_TEST_TMPDIR/audit"
}

# It puts its own library in front, and replaces malloc in every other.
@test "what valgrind's memcheck takes over is not counted, and nothing starts" {
	command -v valgrind > /dev/null || skip "valgrind is not installed"
	sandboxed LEAKS=true -- valgrind -q "$D/c"
	[ "$status" -eq 125 ]
	[[ "$output" == *figsandbox:*memcheck*"replaces malloc everywhere"* ]]
}
