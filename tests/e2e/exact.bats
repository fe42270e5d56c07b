#!/usr/bin/env bats
# exact.bats - the books of memory are exact, and so are the limits, with any
# number of threads.
# SPDX-License-Identifier: MIT

load common
load memory/variants

setup_file() {
	export SEEDS="1 2"
	export D="$BATS_FILE_TMPDIR"
	for program in exact limit; do
		gcc -D_GNU_SOURCE -I"$BATS_TEST_DIRNAME/../.." -O1 -fno-builtin \
			-pthread -o "$D/$program" \
			"$BATS_TEST_DIRNAME/memory/$program.c" \
			"$BATS_TEST_DIRNAME/memory/model.c"
	done
}

# holds PROGRAM CASE THREADS SETTING…: no seed finds anything wrong.
holds() {
	local program=$1 case=$2 threads=$3 rounds=5

	shift 3
	[ "$case" != fork ] || rounds=3
	for seed in $SEEDS; do
		sandboxed PROFILE=permissive AUDIT=none "$@" -- timeout 60 \
			"$D/$program" "$case" "$threads" $rounds $seed
		grep -qx "$case $threads: ok" <<< "$output" || { # or leaks
			echo "$program $case $threads $seed, $*: $status, $output"
			return 1
		}
	done
}

# books CASE SETTING…: far below the limit.
books() {
	local case=$1

	shift
	for threads in 1 2 8 32 64; do
		holds exact "$case" $threads MEMORY_LIMIT=4GiB "$@"
	done
}

# limits CASE SETTING…: at the limit of bytes, of blocks, and of both.
limits() {
	local case=$1 blocks

	shift
	for threads in 1 2 8 32 64; do
		blocks=MAX_ALLOCS=$((threads * 17 + 10))
		holds limit "$case" $threads MEMORY_LIMIT=16MiB "$@"
		holds limit "$case" $threads $blocks "$@"
		holds limit "$case" $threads MEMORY_LIMIT=2MiB $blocks "$@"
	done
}

# everything SETTING…
everything() {
	for case in mix hand die fork; do
		books $case "$@"
	done
	for case in fill churn; do
		limits $case "$@"
	done
}

@test "at every quiet point of random threads the books are exact" {
	books mix
}

@test "threads that only free what others made lose nothing" {
	books hand
}

@test "what dead threads leave, and what their late destructors do, is counted" {
	books die
}

@test "a child forked in the middle of a storm has exact books of its own" {
	books fork
}

@test "a full process is never above its limit, and refused only what is" {
	limits fill
}

@test "what was refused in a crowd at the limit is given when there is room" {
	limits churn
}

@test "the books and limits are exact in every way of accounting" {
	SEEDS=3
	in_variants everything
}

@test "books that are not kept are noticed" {
	sandboxed PROFILE=permissive -- "$D/exact" mix 2
	[ "$status" -eq 1 ]
	[[ "$output" == *"the books say +0 bytes in +0 blocks"*"(seed 1)" ]]
	run "$D/exact" mix 2
	[ "$output" = "there is no sandbox (seed 1)" ]
	sandboxed MODE=audit MEMORY_LIMIT=16MiB AUDIT=none -- "$D/limit" fill 2
	[ "$status" -eq 1 ]
}
