#!/usr/bin/env bats
# run.bats - `figsandbox run`: what it hands on, and what it refuses to start.
# SPDX-License-Identifier: MIT

bats_require_minimum_version 1.5.0

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	export FIGSANDBOX_LIBRARY="${FIGSANDBOX_LIB:-$BATS_TEST_DIRNAME/../../build/libfigsandbox.so}"
	export TOOL="${FIGSANDBOX:-$BATS_TEST_DIRNAME/../../build/figsandbox}"
	FIGSANDBOX_LIBRARY=$(realpath "$FIGSANDBOX_LIBRARY")
	export FIG_SANDBOX_AUDIT=none
	printf 'int main(void) { return 3; }\n' > "$D/three.c"
	gcc -o "$D/dynamic" "$D/three.c"
	gcc -static -o "$D/static" "$D/three.c"
	mkdir "$D/bin"
}

teardown_file() {
	"$TOOL" status # removes what killed processes left
}

# refuses CODE WORDS: the last run ended so, with one line that holds the words.
refuses() {
	[ "$status" -eq "$1" ] && [ "${#lines[@]}" -eq 1 ] &&
		[[ "$output" == "figsandbox: "*"$2"* ]]
}

# script NAME TEXT: makes an executable script.
script() {
	printf '%b' "$2" > "$D/$1"
	chmod +x "$D/$1"
}

@test "the program's own exit status comes back" {
	run "$TOOL" run "$D/dynamic"
	[ "$status" -eq 3 ]
	run "$TOOL" run -- sh -c 'exit 7'
	[ "$status" -eq 7 ]
	run "$TOOL" run sh -c 'kill -9 $$'
	[ "$status" -eq 137 ]
}

@test "arguments are handed on as they are, options of the program too" {
	run "$TOOL" run printf '[%s]' --mode '' 'a b' -- -c
	[ "$output" = '[--mode][][a b][--][-c]' ]
	run "$TOOL" run -- printf '[%s]' --mode
	[ "$output" = '[--mode]' ]
}

@test "a flag is any setting, in both forms, with - or _" {
	for flag in '--deny-read=/nonexistent/**' '--deny_read=/nonexistent/**' \
		'--deny-read /nonexistent/**'; do
		# shellcheck disable=SC2086
		run bash -f -c '"$0" run $1 cat /nonexistent/a' "$TOOL" "$flag"
		echo "$flag: $output"
		[[ "$output" == *"Permission denied" ]]
	done
	run "$TOOL" run cat /nonexistent/a
	[[ "$output" == *"No such file or directory" ]]
}

@test "flags beat the environment, which beats the file" {
	printf '[sandbox]\nmode = "audit"\nlog_level = "error"\n' > "$D/p.toml"
	export FIG_SANDBOX_LOG_LEVEL=info
	for option in "-c $D/p.toml" "--config $D/p.toml" "--config=$D/p.toml"; do
		# shellcheck disable=SC2086
		run "$TOOL" run $option printenv FIG_SANDBOX_POLICY
		[[ "$output" == *'mode = "audit"'* ]]
		[[ "$output" == *'log_level = "info"'* ]]
	done
	run "$TOOL" run -c "$D/p.toml" --log-level warn \
		printenv FIG_SANDBOX_POLICY
	[[ "$output" == *'log_level = "warn"'* ]]
}

@test "the program sees two variables of ours, and keeps other preloads" {
	export FIG_SANDBOX_MODE=enforce LD_PRELOAD=/lib/x86_64-linux-gnu/libm.so.6
	run "$TOOL" run env
	[ "$(grep -c '^FIG_SANDBOX_[A-Z]*=' <<<"$output")" -eq 1 ]
	grep -q '^FIG_SANDBOX_POLICY=' <<<"$output"
	grep -qx "LD_PRELOAD=$FIGSANDBOX_LIBRARY:$LD_PRELOAD" <<<"$output"
	unset LD_PRELOAD
	run "$TOOL" run printenv LD_PRELOAD
	[ "$output" = "$FIGSANDBOX_LIBRARY" ]
}

@test "run inside run stays at one library" {
	run "$TOOL" run "$TOOL" run printenv LD_PRELOAD
	[ "$output" = "$FIGSANDBOX_LIBRARY" ]
}

@test "a wrong setting is one line and 125" {
	run "$TOOL" run --bogus 1 true
	refuses 125 '--bogus: unknown setting'
	run "$TOOL" run --memory-limit 1e6 true
	refuses 125 '--memory-limit: expected a size'
	run "$TOOL" run --mode audit --mode off true
	refuses 125 '--mode: expected'
	run "$TOOL" run -c /nonexistent/p.toml true
	refuses 125 '/nonexistent/p.toml: expected a readable file'
	FIG_SANDBOX_MODE=x run "$TOOL" run true
	refuses 125 'FIG_SANDBOX_MODE: expected'
}

@test "a setting that is not enforced yet is one line and 125" {
	run "$TOOL" run --call-timeout 100 true
	refuses 125 '--call-timeout: not available yet'
}

@test "without a program it is a usage error, which is 125 here" {
	for arguments in '' '--' '--mode audit' '--mode' '-x true' '-c'; do
		# shellcheck disable=SC2086
		run "$TOOL" run $arguments
		echo "$arguments: $status $output"
		[ "$status" -eq 125 ]
		[[ "$output" == "usage: figsandbox run "* ]]
	done
}

@test "a program that is not there is 127" {
	run -127 "$TOOL" run no-such-program
	refuses 127 'no-such-program: no such program'
	run -127 "$TOOL" run /nonexistent/program
	refuses 127 '/nonexistent/program: no such program'
	run -127 "$TOOL" run ''
	refuses 127 'no such program'
}

@test "what cannot be executed is 126" {
	echo hello > "$D/bin/plain"
	run "$TOOL" run "$D/bin/plain"
	refuses 126 'Permission denied'
	PATH="$D/bin:$PATH" run "$TOOL" run plain
	refuses 126 'plain: Permission denied'
	run "$TOOL" run /tmp
	refuses 126 'Is a directory'
	chmod +x "$D/bin/plain"
	run "$TOOL" run "$D/bin/plain"
	refuses 126 'neither a program nor a script'
}

@test "the search path is used as a shell would" {
	mkdir -p "$D/first" "$D/second"
	script second/tool '#!/bin/sh\necho second\n'
	mkdir "$D/first/tool"
	PATH="$D/none:$D/first:$D/second:$PATH" run "$TOOL" run tool
	[ "$output" = second ]
	cd "$D/second"
	PATH=":$PATH" run "$TOOL" run tool
	[ "$output" = second ]
}

@test "a static program is refused" {
	run "$D/static"
	[ "$status" -eq 3 ]
	run "$TOOL" run "$D/static"
	refuses 126 'statically linked'
}

@test "a program that gains privileges is refused" {
	[ "$(id -u)" -eq 0 ] || skip "needs root to make one"
	dir=$(mktemp -d /tmp/figsandbox-test-XXXXXX)
	chmod 755 "$dir"
	cp "$D/dynamic" "$FIGSANDBOX_LIBRARY" "$TOOL" "$dir"
	as=(setpriv --reuid 12345 --regid 12345 --clear-groups
		env FIGSANDBOX_LIBRARY="$dir/libfigsandbox.so")
	run "${as[@]}" "$dir/figsandbox" run "$dir/dynamic"
	[ "$status" -eq 3 ]
	chmod u+s "$dir/dynamic"
	run "${as[@]}" "$dir/figsandbox" run "$dir/dynamic"
	refuses 126 'gains privileges'
	chmod u-s,g+s "$dir/dynamic"
	run "${as[@]}" "$dir/figsandbox" run "$dir/dynamic"
	refuses 126 'gains privileges'
	rm -rf "$dir"
}

@test "a program of another machine is refused" {
	cp "$D/dynamic" "$D/foreign"
	printf '\267' | dd of="$D/foreign" bs=1 seek=18 conv=notrunc status=none
	run "$TOOL" run "$D/foreign"
	refuses 126 'another kind of machine'
	printf '\001' | dd of="$D/foreign" bs=1 seek=4 conv=notrunc status=none
	run "$TOOL" run "$D/foreign"
	refuses 126 'another kind of machine'
}

@test "a program of another loader is refused" {
	cp "$D/static" "$D/loader"
	gcc -Wl,--dynamic-linker="$D/loader" -o "$D/other" "$D/three.c"
	run "$TOOL" run "$D/other"
	refuses 126 'another loader'
}

@test "the interpreter behind a script counts" {
	script s1 '#!/bin/sh\necho $0\n'
	script s2 "#! $D/s1 x\n"
	run "$TOOL" run "$D/s1"
	[ "$output" = "$D/s1" ]
	run "$TOOL" run "$D/s2"
	[ "$output" = "$D/s1" ]
	script bad "#!$D/static\n"
	run "$TOOL" run "$D/bad"
	refuses 126 'statically linked'
	script lost '#!/nonexistent/interpreter\n'
	run "$TOOL" run "$D/lost"
	refuses 126 '/nonexistent/interpreter'
	script loop "#!$D/loop\n"
	run "$TOOL" run "$D/loop"
	refuses 126 'too many scripts'
}

@test "a library that the loader could not load is 125" {
	FIGSANDBOX_LIBRARY=/nonexistent/x.so run "$TOOL" run true
	refuses 125 '/nonexistent/x.so'
	echo > "$D/text.so"
	FIGSANDBOX_LIBRARY="$D/text.so" run "$TOOL" run true
	refuses 125 'not a library'
	mkdir "$D/a b" "$D/a:b"
	for dir in "$D/a b" "$D/a:b"; do
		cp "$FIGSANDBOX_LIBRARY" "$dir/lib.so"
		FIGSANDBOX_LIBRARY="$dir/lib.so" run "$TOOL" run true
		refuses 125 'LD_PRELOAD cannot express'
	done
}

@test "the library is found next to the tool, and where it is installed" {
	mkdir -p "$D/usr/bin" "$D/usr/lib/figsandbox" "$D/build"
	cp "$TOOL" "$D/usr/bin"
	cp "$FIGSANDBOX_LIBRARY" "$D/usr/lib/figsandbox/libfigsandbox.so"
	cp "$TOOL" "$FIGSANDBOX_LIBRARY" "$D/build"
	unset FIGSANDBOX_LIBRARY
	run "$D/usr/bin/figsandbox" run printenv LD_PRELOAD
	[ "$output" = "$(realpath "$D")/usr/lib/figsandbox/libfigsandbox.so" ]
	run "$D/build/figsandbox" run printenv LD_PRELOAD
	[ "$output" = "$(realpath "$D")/build/libfigsandbox.so" ]
}
