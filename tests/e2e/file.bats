#!/usr/bin/env bats
# file.bats - what was judged is what the call acts on, and nothing else changes.
# SPDX-License-Identifier: MIT

load common

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	gcc -D_GNU_SOURCE -O1 -Wall -Wextra -o "$D/file" \
		"$BATS_TEST_DIRNAME/file/file.c" -pthread
}

setup() {
	W="$BATS_TEST_TMPDIR/w"
	mkdir -p "$W/ok" "$W/secret"
	ln -s ok "$W/link"
	for name in ok/f ok/victim ok/emptied secret/f; do
		echo "$name" > "$W/$name"
	done
}

# file WORD …: below a policy that keeps what is in $W/secret, and takes nothing else away.
file() {
	sandboxed "DENY_READ=$W/secret/*" "DENY_WRITE=$W/secret/*" -- \
		"$D/file" "$W" "$@"
}

@test "each thread's descriptors are its own, also when the leader has ended" {
	file by_link own_table leader_gone
	each ok by_link own_table leader_gone
}

@test "a file that a child opens is judged when the child is started" {
	file spawn
	each ok spawn
	file spawn_swapped
	each EACCES spawn_swapped
	grep -q '"object":".*/secret/f".*"func":"posix_spawn"' \
		"$BATS_TEST_TMPDIR/audit"
}

@test "openat2 with a root of its own makes files where the policy allows it" {
	file root_new
	each ok root_new
	file root_out root_excl root_truncate root_link
	each EACCES root_out root_excl root_truncate root_link
	file root_dots
	each ENOENT root_dots
	[ "$(cat "$W/secret/f")" = secret/f ]
	[ ! -e "$W/secret/new" ] && [ ! -e "$W/ok/behind" ]
}

@test "a relative path is judged in the directory that it is opened in" {
	file cwd_race fd_race relative
	each ok cwd_race fd_race relative
}

@test "a call without a path is judged by the file of its descriptor" {
	file null_path null_truncate 9< "$W/secret/f"
	[ "$output" = "$(printf 'null_path: ok\nnull_truncate: EFAULT')" ]
	file null_futimesat null_utimensat null_by_number 9< "$W/secret/f"
	each EACCES null_futimesat null_utimensat null_by_number
}

@test "a stream that has to be new is made behind no symlink" {
	file exclusive
	each ok exclusive
}

@test "what is opened has the lowest number that is free" {
	file lowest
	each ok lowest
}

@test "a name that is too long for the kernel is no refusal" {
	sandboxed 'READ=/**' 'WRITE=/**' -- "$D/file" "$W" too_long
	each ENAMETOOLONG too_long
	[ ! -s "$BATS_TEST_TMPDIR/audit" ]
}

@test "a thread that waits in open can be cancelled and interrupted" {
	file cancelled interrupted
	each ok cancelled interrupted
}

@test "a walk through a tree does not leave it by a symlink" {
	ln -s ../secret "$W/ok/out"
	file walk_physical list_physical
	each ok walk_physical list_physical
	file walk_logical walk_plain list_logical list_follow
	each EACCES walk_logical walk_plain list_logical list_follow
	grep -q '"object":"'"$W/ok"'","rule":"a walk that follows symlinks"' \
		"$BATS_TEST_TMPDIR/audit"
	rm "$W/ok/out"
	sandboxed 'READ=/**' -- "$D/file" "$W" walk_logical list_logical
	each ok walk_logical list_logical
}

@test "wordexp lists no directory that may not be read" {
	file words_plain
	each ok words_plain
	file words_secret words_any
	each EACCES words_secret words_any
	grep -q '"object":"secret/\*","rule":"wildcards for libc to expand"' \
		"$BATS_TEST_TMPDIR/audit"
	sandboxed 'READ=/**' -- "$D/file" "$W" words_plain words_any
	each ok words_plain words_any
}
