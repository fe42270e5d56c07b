#!/usr/bin/env bats
# check.bats - `figsandbox check`, `help` and usage errors.
# SPDX-License-Identifier: MIT

setup() {
	TOOL="${FIGSANDBOX:-$BATS_TEST_DIRNAME/../../build/figsandbox}"
	P="$BATS_TEST_TMPDIR/fig.toml"
}

# check TEXT: of a file with this text.
check() {
	printf '%b' "$1" > "$P"
	run "$TOOL" check "$P"
}

@test "a policy that is enforced completely is fine" {
	check '[sandbox]\nprofile = "permissive"\nmalloc_cache = false\n
max_restarts = 0\nmemory_limit = "64MiB"\n'
	[ "$status" -eq 0 ]
	[ "$output" = "$P: fine" ]
}

@test "what is asked for and not enforced yet is a finding, with its place" {
	check '[ffi.sandbox]\ncall_timeout = 5000\n'
	[ "$status" -eq 1 ]
	[[ "$output" != *": fine"* ]]
	[[ "$output" == *"$P:2: call_timeout: not available yet"* ]]
	[[ "$output" == *"profile fig: verify_libs: not enforced"* ]]
}

@test "a library's own table is listed as not available yet" {
	check '[sandbox]\nmode = "audit"\n[[sandbox.library]]\n
match = "/usr/lib/*.so"\nread = []\n'
	[ "$status" -eq 1 ]
	[[ "$output" == *"$P:3: library: not available yet"* ]]
}

@test "what only a profile asks for is listed, and fine" {
	check '[sandbox]\nprofile = "confined"\n'
	[ "$status" -eq 0 ]
	[[ "$output" == *"profile confined: kernel: not enforced"* ]]
	[ "${lines[-1]}" = "$P: fine" ]
}

@test "a policy that children cannot be given is a finding" {
	{
		printf '[sandbox]\nread = ['
		seq -f '"/nonexistent/%g",' 1 9000
		echo ']'
	} > "$P"
	run "$TOOL" check "$P"
	[ "$status" -eq 1 ]
	[[ "$output" == "$P: too long to hand on to children"* ]]
}

@test "an error is one line with file, line, column and what was expected" {
	while IFS='|' read -r text expected; do
		check "$text"
		echo "$text: $output"
		[ "$status" -eq 1 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ "$output" == "figsandbox: $P:"$expected* ]]
	done <<-'END'
		[sandbox]\nallowd_libs = []|2:1: unknown setting
		[sandbox]\nmemory_limit = "1e6"|2:16: expected a size
		[sandbox]\nallowed_libs = "x"|2:16: expected
		[sandbox]\nmode = 3|2:8: expected
		[sandbox]\nmode = "audit"\nmode = "off"|3:1: expected
		[sandbox]\nmode = |2:8: expected
	END
}

@test "a file that cannot be read is exit code 2" {
	run "$TOOL" check /nonexistent/fig.toml
	[ "$status" -eq 2 ]
	[[ "$output" == "figsandbox: /nonexistent/fig.toml: expected a readable file"* ]]
	run "$TOOL" check /tmp
	[ "$status" -eq 2 ]
}

@test "a policy that everybody can change is a finding" {
	echo > "$P"
	chmod 666 "$P"
	run "$TOOL" check "$P"
	[ "$status" -eq 1 ]
}

@test "settings in the environment do not count" {
	export FIG_SANDBOX_MODE=nonsense
	check '[sandbox]\n'
	[ "$status" -eq 0 ]
}

@test "usage errors go to standard error and are exit code 2" {
	for arguments in '' 'nonsense' 'check' 'check a b'; do
		# shellcheck disable=SC2086
		run bash -c '"$0" $1 2>/dev/null' "$TOOL" "$arguments"
		echo "$arguments: $status $output"
		[ "$status" -eq 2 ]
		[ "$output" = "" ]
	done
}

@test "help and version go to standard output" {
	run bash -c '"$0" help 2>/dev/null' "$TOOL"
	[ "$status" -eq 0 ]
	for verb in run status check; do
		[[ "$output" == *"  $verb "* ]]
	done
	run bash -c '"$0" --version 2>/dev/null' "$TOOL"
	[[ "$output" =~ ^figsandbox\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "every example is fine, and begins with the sentence that it enforces" {
	for policy in "$BATS_TEST_DIRNAME"/../../examples/*/fig.toml; do
		head -n 1 "$policy" | grep -q '^# '
		run "$TOOL" check "$policy"
		echo "$output"
		[ "$status" -eq 0 ]
	done
}
