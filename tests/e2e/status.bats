#!/usr/bin/env bats
# status.bats - what `figsandbox status` and fig_sandbox_status() say.
# SPDX-License-Identifier: MIT

setup_file() {
	export D="$BATS_FILE_TMPDIR" ROOT="$BATS_TEST_DIRNAME/../.."
	export LIB="${FIGSANDBOX_LIB:-$ROOT/build/libfigsandbox.so}"
	export TOOL="${FIGSANDBOX:-$ROOT/build/figsandbox}"
	gcc -D_GNU_SOURCE -O1 -I"$ROOT" -o "$D/status" \
		"$BATS_TEST_DIRNAME/status/status.c"
	# Root's pages are in /run, everybody else's in their own directory.
	mkdir -m 700 "$D/runtime"
	export XDG_RUNTIME_DIR="$D/runtime"
	PAGES="$XDG_RUNTIME_DIR/figsandbox"
	[ "$(id -u)" -ne 0 ] || PAGES=/run/figsandbox
	export PAGES
}

teardown_file() {
	"$TOOL" status # removes what killed processes left
}

setup() {
	pids=()
}

teardown() {
	for pid in "${pids[@]}"; do
		kill -9 "$pid" || true
		wait "$pid" 2> /dev/null || true
	done
}

# start SETTING=VALUE … PROGRAM ARGUMENT …: in the background, until its page is
# there; its number is the last of $pids.
start() {
	env FIG_SANDBOX_AUDIT=none LD_PRELOAD="$LIB" "$@" 3>&- &
	pids+=($!)
	for _ in $(seq 100); do
		[ -s "$PAGES/$!" ] &&
			"$TOOL" status "$!" | head -1 | grep -qv env && return
		sleep 0.05
	done
	return 1
}

# json EXPRESSION RESULT: `s` is what `status --json` said.
json() {
	local got

	got=$(python3 -c 'import json, sys
s = json.loads(sys.argv[1])
print(eval(sys.argv[2]))' "$output" "$1")
	[ "$got" = "$2" ] || {
		printf '%s is %s, not %s\n' "$1" "$got" "$2"
		return 1
	}
}

@test "a running process shows its settings and counters" {
	start FIG_SANDBOX_MEMORY_LIMIT=64MiB FIG_SANDBOX_READ=/usr:/etc \
		FIG_SANDBOX_MODE=audit sleep 60
	run "$TOOL" status "${pids[0]}"
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "process ${pids[0]}: "*/sleep ]]
	[[ "$output" == *"mode audit, profile fig, in-process (preload,rlimit)"* ]]
	[[ "$output" == *"memory_limit       64M"* ]]
	[[ "$output" == *"read               2 in the list"* ]]
	[[ "$output" == *"not enforced in this release: verify_libs, call_"* ]]
	run "$TOOL" status --json "${pids[0]}"
	json 's["pid"]' "${pids[0]}"
	json 's["mode"], s["profile"]' "('audit', 'fig')"
	json 's["limits"]["memory_limit"]' 67108864
	json 's["limits"]["read"], s["limits"]["write"]' '(2, None)'
	json 's["limits"]["kernel"]' auto
	json '"call_timeout" in s["not_enforced"]' True
}

@test "refusals are counted by right" {
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	start FIG_SANDBOX_DENY_READ='/nonexistent/**' \
		bash -c 'read x </nonexistent/a; read x </nonexistent/b
			read x <"$1"' \
		bash "$BATS_TEST_TMPDIR/fifo" 2> /dev/null
	sleep 0.2
	run "$TOOL" status --json "${pids[0]}"
	json 's["violations"]["fs.read"]' 2
	json 'sum(s["violations"].values())' 2
}

@test "the list names every process, and not those that ended" {
	start sleep 60
	start sleep 61
	start sleep 0.3
	wait "${pids[2]}"
	run "$TOOL" status
	[ "$status" -eq 0 ]
	[ "$(grep -c -e "^ *${pids[0]} " -e "^ *${pids[1]} " <<<"$output")" -eq 2 ]
	if grep "^ *${pids[2]} " <<<"$output"; then return 1; fi
	run "$TOOL" status --json
	json "{${pids[0]}, ${pids[1]}} <= {p['pid'] for p in s}" True
	[ ! -e "$PAGES/${pids[2]}" ]
	unset 'pids[2]'
}

@test "the page of a process that was killed is removed by the next look" {
	start sleep 60
	kill -9 "${pids[0]}"
	wait "${pids[0]}" || true
	[ -e "$PAGES/${pids[0]}" ]
	"$TOOL" status
	[ ! -e "$PAGES/${pids[0]}" ]
	pids=()
}

@test "a page left by another process of the same number is removed" {
	start sleep 60
	sleep 60 3>&- &
	pids+=($!)
	python3 -c 'import struct, sys
page = bytearray(open(sys.argv[1], "rb").read())
page[12:16] = struct.pack("<i", int(sys.argv[3]))
page[16:24] = struct.pack("<Q", 1)
open(sys.argv[2], "wb").write(page)' "$PAGES/${pids[0]}" "$PAGES/$!" "$!"
	run "$TOOL" status "$!"
	[ "$status" -eq 1 ]
	[ ! -e "$PAGES/$!" ]
}

@test "a page cannot write to the reader's terminal" {
	start sleep 60
	python3 -c 'import sys
page = open(sys.argv[1], "r+b")
at = page.read().index(b"/sleep")
page.seek(at)
page.write(b"\x1b[2J\n\"")' "$PAGES/${pids[0]}"
	run "$TOOL" status
	[[ "$output" == *'\u001b[2J\u000a\"'* ]]
	run "$TOOL" status --json "${pids[0]}"
	json '"\x1b[2J\n\"" in s["exe"]' True
}

@test "a file that is no page is an error and stays" {
	start sleep 60
	sleep 60 3>&- &
	pids+=($!)
	echo hello > "$PAGES/$!"
	run "$TOOL" status "$!"
	[ "$status" -eq 2 ]
	[[ "$output" == "figsandbox: $!: "* ]]
	rm "$PAGES/$!"
}

@test "a page is private to its user" {
	start sleep 60
	[ "$(stat -c %a "$PAGES/${pids[0]}")" = 600 ]
}

@test "a child of fork has a page of its own" {
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	start FIG_SANDBOX_DENY_READ='/nonexistent/**' bash -c \
		'(read x </nonexistent/a; echo $BASHPID; read x <"$1"; :); :' \
		bash "$BATS_TEST_TMPDIR/fifo" \
		> "$BATS_TEST_TMPDIR/child" 2> /dev/null
	for _ in $(seq 100); do
		[ -s "$BATS_TEST_TMPDIR/child" ] && break
		sleep 0.05
	done
	child=$(cat "$BATS_TEST_TMPDIR/child")
	run "$TOOL" status --json "$child"
	json 's["violations"]["fs.read"]' 1
	run "$TOOL" status --json "${pids[0]}"
	json 's["violations"]["fs.read"]' 0
	kill -9 "$child"
}

@test "an ordinary user's pages are in XDG_RUNTIME_DIR" {
	if [ "$(id -u)" -eq 0 ]; then
		as=(setpriv --reuid 12345 --regid 12345 --clear-groups)
	fi
	dir=$(mktemp -d /tmp/figsandbox-test-XXXXXX)
	mkdir "$dir/bin"
	chmod 700 "$dir"
	[ "$(id -u)" -ne 0 ] || chown 12345 "$dir"
	cp "$LIB" "$TOOL" "$dir/bin"
	run "${as[@]}" env XDG_RUNTIME_DIR="$dir" FIG_SANDBOX_AUDIT=none \
		LD_PRELOAD="$dir/bin/libfigsandbox.so" \
		sh -c 'sleep 60 & sleep 0.3; "$1" status $!; kill $!' sh \
		"$dir/bin/figsandbox"
	rm -rf "$dir"
	[[ "$output" == "process "*/sleep* ]]
}

@test "a directory that others can write to is not used" {
	[ "$(id -u)" -ne 0 ] || skip "only /run/figsandbox counts for root"
	mkdir -p "$BATS_TEST_TMPDIR/figsandbox"
	chmod 777 "$BATS_TEST_TMPDIR/figsandbox"
	run env XDG_RUNTIME_DIR="$BATS_TEST_TMPDIR" FIG_SANDBOX_AUDIT=none \
		LD_PRELOAD="$LIB" ls "$BATS_TEST_TMPDIR/figsandbox"
	[ "$output" = "" ]
}

@test "nobody with that number is an answer, nonsense is a usage error" {
	run "$TOOL" status 1
	[ "$status" -eq 1 ]
	run "$TOOL" status one
	[ "$status" -eq 2 ]
	run "$TOOL" status 1 2
	[ "$status" -eq 2 ]
}

@test "a program can ask for its own status" {
	run env FIG_SANDBOX_MEMORY_LIMIT=1000000 FIG_SANDBOX_AUDIT=none \
		FIG_SANDBOX_DENY_READ='/nonexistent/**' LD_PRELOAD="$LIB" \
		"$D/status"
	[ "$output" = "version 0.1.0
result 0
mode 0
memory_limit 1000000
call_timeout 0
violations 1
later 0
short 0 0 77
wrong -22" ]
	run "$D/status"
	[ "$output" = "no sandbox" ]
}

@test "a library with limits of its own is shown with what it holds" {
	local T="$BATS_TEST_TMPDIR"

	echo '#include <stdlib.h>
	void *grab(size_t n) { return malloc(n); }' | gcc -shared -fPIC -o "$T/grab.so" -x c -
	printf '[sandbox]\naudit = "none"\nmax_loaded_libs = 0\n[[sandbox.library]]
match = "%s/grab.so"\nmemory_limit = "1MiB"\n' "$(realpath "$T")" > "$T/fig.toml"
	run env FIG_SANDBOX_CONFIG="$T/fig.toml" LD_PRELOAD="$LIB" /usr/bin/python3 -c '
import ctypes, json, os, subprocess, sys
grab = ctypes.CDLL(sys.argv[1]).grab
grab.restype, grab.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
print([bool(grab(300000)) for _ in range(4)])
page = subprocess.check_output([sys.argv[2], "status", "--json", str(os.getpid())])
[library] = json.loads(page)["libraries"]
print(library["memory_limit"], library["live_allocs"], 900000 < library["live_bytes"] <= 1 << 20)
' "$T/grab.so" "$TOOL"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "[True, True, True, False]" ]
	[ "${lines[1]}" = "1048576 3 True" ]
}
