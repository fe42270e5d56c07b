#!/usr/bin/env bats
# mapping.bats - what is mapped is counted with what is allocated, and limited.
# SPDX-License-Identifier: MIT

load common

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	gcc -D_GNU_SOURCE -O1 -fno-builtin -pthread -I"$BATS_TEST_DIRNAME/../.." \
		-o "$D/mapping" "$BATS_TEST_DIRNAME"/memory/mapping*.c
}

# inside WORD: the case comes out well under a limit of 64 MiB.
inside() {
	sandboxed MEMORY_LIMIT=64MiB -- timeout 100 "$D/mapping" "$1"
	[ "$output" = "$1: ok" ]
}

# holds WORD: and does not without the sandbox.
holds() {
	inside "$1"
	run timeout 100 "$D/mapping" "$1"
	[ "$output" != "$1: ok" ]
}

# same WORD: comes out well with the limit, without a limit, and without us.
same() {
	inside "$1"
	sandboxed PROFILE=permissive -- timeout 100 "$D/mapping" "$1"
	[ "$output" = "$1: ok" ]
	run timeout 100 "$D/mapping" "$1"
	[ "$output" = "$1: ok" ]
}

@test "whatever call maps more than the limit gets ENOMEM, and changes nothing" {
	holds too_much
}

@test "everything that fits can be mapped, and everything unmapped again" {
	holds fill
}

@test "reservations, what is only read, and shared files cost nothing" {
	same harmless
}

@test "a reservation counts where it was made writable, until it is unmapped" {
	holds reserve
}

@test "a mapping over another pays for what is new, and cuts what it covers" {
	holds overlay
}

@test "mremap pays for growth, and gives back what is cut off or covered" {
	holds resize
}

@test "a moved mapping keeps what counted and what did not; a copy counts" {
	holds carry
}

@test "brk and sbrk pay for pages, and give them back" {
	holds heap
}

@test "what is mapped by number is unmapped by name, and the other way round" {
	holds numbers
}

@test "mistakes get the kernel's errno and cost nothing; success keeps errno" {
	same manners
}

@test "an mprotect that fails halfway leaves nothing writable and unpaid" {
	holds halfway
}

@test "thousands of ranges are kept apart" {
	holds many
}

@test "an unmapping that the kernel refuses stays counted" {
	same crowded
}

@test "eight threads never map more than the limit, and lose none of it" {
	holds threads
}

@test "a child that is forked in the middle of updates has whole books" {
	holds forks
}

@test "what a child of vfork maps is its parent's" {
	holds vforks
}

@test "signal handlers may map at any moment" {
	same handlers
}

@test "blocks and mappings have one limit" {
	sandboxed MEMORY_LIMIT=64MiB MAX_LOADED_LIBS=0 -- python3 -c '
import mmap
kept = bytearray(40 << 20)
try:
	mmap.mmap(-1, 40 << 20)
except OSError as error:
	print(error.errno)
del kept
mapped = mmap.mmap(-1, 40 << 20)
try:
	bytearray(40 << 20)
except MemoryError:
	print("MemoryError")
mapped.close()
bytearray(40 << 20)
print("given")'
	[ "$output" = $'12\nMemoryError\ngiven' ]
}

@test "a refusal is recorded with its call, its size and the setting" {
	sandboxed MEMORY_LIMIT=64MiB -- "$D/mapping" fill
	grep '"right":"mem.alloc"' "$BATS_TEST_TMPDIR/audit" |
		grep '"object":"1048576 bytes on top of [0-9]*","rule":"memory_limit"' |
		grep -q '"func":"mmap".*"errno":"ENOMEM"'
}

@test "in audit mode what is beyond the limit is mapped and recorded" {
	sandboxed MODE=audit MEMORY_LIMIT=64MiB -- "$D/mapping" fill
	[ "$output" = "fill: round 0: 65 MiB" ]
	grep -q '"event":"would_deny","right":"mem.alloc"' "$BATS_TEST_TMPDIR/audit"
}

@test "numbers count also where allow_syscalls is true" {
	sandboxed MEMORY_LIMIT=64MiB ALLOW_SYSCALLS=true -- "$D/mapping" \
		numbers too_much
	each ok numbers too_much
}

@test "executable memory is refused with and without a limit" {
	for limit in 0 64MiB; do
		sandboxed MEMORY_LIMIT=$limit ALLOW_EXEC_MEMORY=false \
			MAX_LOADED_LIBS=0 -- python3 -c '
import mmap
try:
	mmap.mmap(-1, 4096, prot=7)
except OSError as error:
	print(error.errno)'
		[ "$output" = 13 ]
	done
}
