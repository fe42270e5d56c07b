#!/usr/bin/env bats
# memory.bats - live allocations are counted, limited, and never lost.
# SPDX-License-Identifier: MIT

load common

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	gcc -D_GNU_SOURCE -O0 -fno-builtin -pthread -o "$D/memory" \
		"$BATS_TEST_DIRNAME/memory/memory.c"
}

# holds WORD SETTING…: the case comes out well under these settings, and does not
# without the sandbox: what is expected is what the sandbox does.
holds() {
	local word=$1

	shift
	sandboxed "$@" -- "$D/memory" "$word"
	[ "$output" = "$word: ok" ]
	run "$D/memory" "$word"
	[ "$output" != "$word: ok" ]
}

# same WORD SETTING…: the case comes out well with and without.
same() {
	local word=$1

	shift
	sandboxed "$@" -- "$D/memory" "$word"
	[ "$output" = "$word: ok" ]
	run "$D/memory" "$word"
	[ "$output" = "$word: ok" ]
}

@test "whatever function asks for more than the limit gets ENOMEM" {
	holds too_much MEMORY_LIMIT=1MiB
}

@test "everything that fits is given, and everything freed is given again" {
	holds fill MEMORY_LIMIT=1MiB
}

@test "a realloc beyond the limit keeps the block, and one that fits is done" {
	holds survives MEMORY_LIMIT=1MiB
}

@test "eight threads never hold more than the limit, and lose none of it" {
	holds threads MEMORY_LIMIT=1MiB
}

@test "no more blocks live at once than max_allocs, however many come and go" {
	holds count MAX_ALLOCS=100
}

@test "two hundred thousand allocations leave the books as they were" {
	same churn MEMORY_LIMIT=1MiB
}

@test "products that overflow are refused by libc, in the books or not" {
	same overflow MEMORY_LIMIT=1MiB
	same overflow PROFILE=permissive
}

@test "errno, alignment, size 0 and free(NULL) are as libc has them" {
	same manners MEMORY_LIMIT=1MiB
	same manners PROFILE=permissive
}

@test "a refusal is recorded with its size and the setting" {
	sandboxed MEMORY_LIMIT=1MiB -- "$D/memory" too_much
	grep '"right":"mem.alloc"' "$BATS_TEST_TMPDIR/audit" |
		grep -q '"object":"2097152 bytes on top of [0-9]*","rule":"memory_limit"'
}

@test "in audit mode what is beyond the limit is given and recorded" {
	sandboxed MODE=audit MEMORY_LIMIT=1MiB -- "$D/memory" fill
	[ "$output" = "fill: no refusal" ]
	grep -q '"event":"would_deny","right":"mem.alloc"' "$BATS_TEST_TMPDIR/audit"
}

@test "a program that runs out of memory says so itself" {
	sandboxed MEMORY_LIMIT=8MiB -- python3 -c '
try:
	x = bytearray(64 * 1024 * 1024)
except MemoryError:
	print("MemoryError")'
	[ "$output" = MemoryError ]
}

@test "memory that is writable and executable at once is refused, in every way" {
	holds executable ALLOW_EXEC_MEMORY=false
}
