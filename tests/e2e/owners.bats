#!/usr/bin/env bats
# owners.bats - whose memory it is: limits of libraries, strict books, leaks;
# and what stands behind the limits.
# SPDX-License-Identifier: MIT

load common

setup_file() {
	local here="$BATS_TEST_DIRNAME/owners"
	local flags=(-D_GNU_SOURCE -I"$BATS_TEST_DIRNAME/../.." -O0 -fno-builtin
		-pthread -Wall -Wno-unused-function)

	export D="$BATS_FILE_TMPDIR" TOOL
	TOOL="${FIGSANDBOX:-$BATS_TEST_DIRNAME/../../build/figsandbox}"
	for program in limit behind leaky refused backstop cache; do
		gcc "${flags[@]}" -o "$D/$program" "$here/$program.c"
	done
	gcc "${flags[@]}" -shared -fPIC -o "$D/one.so" "$here/library.c"
	cp "$D/one.so" "$D/two.so"
	g++ "${flags[@]}" -shared -fPIC -o "$D/cxx.so" "$here/library.cpp"
	policy one "match = '$D/one.so'" "memory_limit = '1MiB'"
}

# policy NAME LINE…: a file; "--" begins the next library.
policy() {
	local name=$1 head="[[ffi.sandbox.library]]"

	shift
	{
		echo "$head"
		for line; do
			[ "$line" != -- ] || line=$head
			echo "$line"
		done
	} > "$D/$name.toml"
}

# holds POLICY WORD ARGUMENT…: the case comes out well under this policy, and
# does not without the sandbox.
holds() {
	local policy=$1

	shift
	sandboxed "CONFIG=$D/$policy.toml" -- timeout 60 "$D/limit" "$@"
	echo "$output"
	[ "$output" = "$1: ok" ]
	run timeout 60 "$D/limit" "$@"
	[ "$output" != "$1: ok" ]
}

# record EXPRESSION RESULT: `r` are the records.
record() {
	local got

	got=$(python3 -c 'import json, sys
r = [json.loads(line) for line in open(sys.argv[1])]
print(eval(sys.argv[2]))' "$BATS_TEST_TMPDIR/audit" "$1")
	[ "$got" = "$2" ] || {
		printf '%s is %s, not %s\n' "$1" "$got" "$2"
		return 1
	}
}

@test "a library has what its limit says, and all others are free" {
	holds one beyond
}

@test "the refusal names the library and the line that limits it" {
	sandboxed "CONFIG=$D/one.toml" -- "$D/limit" beyond
	record '{(x["event"], x["rule"], x["source"], x["caller"], x["errno"])
		for x in r} == {("deny", "memory_limit", "'"$D/one.toml:3"'",
		"'"$D/one.so"'", "ENOMEM")}' True
	record 'r[0]["object"].split()[0] >= "20000"' True
}

@test "a library has as many blocks as its max_allocs says" {
	policy blocks "match = '$D/one.so'" "max_allocs = 100"
	holds blocks blocks
	record '{(x["rule"], x["source"]) for x in r}' \
		"{('max_allocs', '$D/blocks.toml:3')}"
}

@test "of two limits for a library the narrower counts, whichever comes first" {
	policy first "match = '$D/*.so'" "memory_limit = '1MiB'" \
		-- "match = '$D/one.so'" "memory_limit = '4MiB'" \
		-- "match = '$D/two.so'" "max_allocs = 100000"
	policy last "match = '$D/one.so'" "memory_limit = '4MiB'" \
		-- "match = '$D/one*'" "memory_limit = '1MiB'"
	policy apart "match = '$D/one*'" "memory_limit = '1MiB'" \
		-- "match = '$D/one.so'" "max_allocs = 100"
	sandboxed "CONFIG=$D/first.toml" -- "$D/limit" beyond
	[ "$output" = "beyond: one without a limit was refused" ]
	record '{x["source"] for x in r}' "{'$D/first.toml:3'}"
	holds last beyond
	holds apart beyond
	holds apart blocks
	record '{x["source"] for x in r} == {"'"$D"'/first.toml:3",
		"'"$D/last.toml:6"'", "'"$D/apart.toml:3"'",
		"'"$D/apart.toml:6"'"}' True
}

@test "in audit mode a library gets what is beyond its limit, on record" {
	sandboxed MODE=audit "CONFIG=$D/one.toml" -- "$D/limit" beyond
	[ "$output" = "beyond: no refusal" ]
	record '{(x["event"], x["caller"]) for x in r}' \
		"{('would_deny', '$D/one.so')}"
}

@test "what others free comes off the account of the library that owns it" {
	holds one freed_by_others
}

@test "whoever resizes a block, it stays its owner's" {
	holds one resized_by_others
}

@test "a library can resize a block to all that it may have" {
	holds one resized_to_the_limit
}

@test "sizes that no computer has leave a library's account as it was" {
	holds one absurd
}

@test "a library that is closed and opened again finds its account" {
	holds one reopened
}

@test "a library is known by its file, however it was named" {
	holds one relative
	ln -sf one.so "$D/link.so"
	holds one beyond link.so
}

@test "one thread or eight: a library is never above its limit" {
	holds one crowd one.so 1
	holds one crowd one.so 8
}

@test "a library in C++ is limited, and blamed itself" {
	policy cxx "match = '$D/cxx.so'" "memory_limit = '1MiB'"
	holds cxx beyond cxx.so
	record '{(x["caller"], x["func"]) for x in r}' \
		"{('$D/cxx.so', 'operator new')}"
}

@test "the child of a fork has the library's account and limit" {
	holds one forked
}

@test "a program that is started has the limits of libraries too" {
	sandboxed "CONFIG=$D/one.toml" -- env -i /bin/sh -c \
		"exec /usr/bin/env -i '$D/limit' beyond"
	[ "$output" = "beyond: ok" ]
	record '{(x["source"], x["caller"]) for x in r}' \
		"{('$D/one.toml:3', '$D/one.so')}"
}

@test "a limit of a library that cannot be kept ends the start" {
	policy read "match = '$D/one.so'" "memory_limit = '1MiB'" "read = []"
	sandboxed "CONFIG=$D/read.toml" -- "$D/limit" beyond
	[ "$status" -eq 125 ]
	[[ "$output" == "figsandbox: $D/read.toml:1:"*"not available yet"* ]]
}

# strict WORD SETTING…
strict() {
	local word=$1

	shift
	sandboxed MEMORY_LIMIT=1MiB STRICT_MEMORY=true "$@" -- \
		"$D/behind" "$word"
	echo "$word $*: $output"
	[ "$output" = "$word: ok" ]
}

@test "blocks behind our back leave strict books as they were" {
	for cache in true false; do
		for word in given taken resized adopted moved_there; do
			strict $word MALLOC_CACHE=$cache
		done
		strict deepbind MALLOC_CACHE=$cache DEEPBIND=allow
	done
}

@test "books that are not strict can be led astray" {
	# Each thousand freed is quota made of nothing …
	sandboxed MEMORY_LIMIT=1MiB STRICT_MEMORY=false -- "$D/behind" given
	[[ "$output" =~ ^given:\ 20[0-9]{5}\ bytes\ until ]]
	# … or quota lost.
	sandboxed MEMORY_LIMIT=1MiB STRICT_MEMORY=false -- "$D/behind" taken
	[ "$output" = "taken: the books say +1000000 bytes" ]
	sandboxed MEMORY_LIMIT=1MiB STRICT_MEMORY=false DEEPBIND=allow -- \
		"$D/behind" deepbind
	[[ "$output" == "deepbind: the books say "* ]]
}

@test "a library may not resize libc's own block beyond its limit" {
	sandboxed "CONFIG=$D/one.toml" -- "$D/behind" adopted_by_limited
	[ "$output" = "adopted_by_limited: ok" ]
	run "$D/behind" adopted_by_limited
	[ "$output" = "adopted_by_limited: beyond the limit" ]
}

# leaks HOW SIZE…: stdout and stderr are in files; the sum is in $sum.
leaks() {
	sandboxed LEAKS=true -- sh -c 'exec "$@" >"$0.out" 2>"$0.err"' \
		"$BATS_TEST_TMPDIR/std" "$D/leaky" "$@"
	sum=$(cat "$BATS_TEST_TMPDIR/std.out")
	[ "$status" -eq 7 ]
	[[ "$sum" =~ ^[0-9]+\ blocks,\ [0-9]+\ bytes$ ]]
}

# listed LINE: the only one of one.so on stderr; nobody else leaked there.
listed() {
	diff <(grep '/one.so: ' "$BATS_TEST_TMPDIR/std.err") <(echo "$1")
	if grep -e '/two.so: ' -e "/leaky: " "$BATS_TEST_TMPDIR/std.err"; then
		return 1
	fi
}

@test "what a library leaked is listed by size, on stderr and on record" {
	leaks exit 100 100 100 5000 5000 300000
	listed "figsandbox:   $D/one.so: $sum: 1 x 303088, 2 x 5112, 3 x 104"
	[[ "$sum" == "6 blocks, $((303088 + 2 * 5112 + 3 * 104)) bytes" ]]
	grep -Eqx 'figsandbox: live at exit: [0-9]+ blocks, [0-9]+ bytes' \
		"$BATS_TEST_TMPDIR/std.err"
	record '[x["object"] for x in r if x["event"] == "leak" and
		x["caller"] == "'"$D/one.so"'"]' \
		"['$sum: 1 x 303088, 2 x 5112, 3 x 104']"
	record 'len({x["caller"] for x in r}) == len(r)' True
}

@test "of many sizes the largest are listed, and others" {
	leaks exit 10 200 300 400 500 600 700 800
	listed "figsandbox:   $D/one.so: $sum: 1 x 808, 1 x 712, 1 x 600, 1 x \
504, 1 x 408, 1 x 312, others"
}

@test "_exit lists leaks too, and a library without any is not listed" {
	leaks _exit 100
	listed "figsandbox:   $D/one.so: $sum: 1 x 104"
	leaks _exit
	[ ! -s "$BATS_TEST_TMPDIR/std.err" ] || ! grep one.so \
		"$BATS_TEST_TMPDIR/std.err"
}

@test "a child of a fork does not list what its parent has" {
	leaks fork 100
	listed "figsandbox:   $D/one.so: $sum: 1 x 104"
	[ "$(grep -c 'live at exit' "$BATS_TEST_TMPDIR/std.err")" -eq 1 ]
	record 'len({x["pid"] for x in r if x["event"] == "leak"})' 1
}

@test "where stderr cannot be written, leaks are still on record" {
	for to in '2>/dev/full' '2>&-'; do
		rm -f "$BATS_TEST_TMPDIR/audit"
		sandboxed LEAKS=true -- sh -c "exec \"\$@\" $to" sh \
			"$D/leaky" exit 100
		[ "$status" -eq 7 ]
		[ "$output" = "1 blocks, 104 bytes" ]
		record '[x["object"] for x in r if x["event"] == "leak" and
			x["caller"] == "'"$D/one.so"'"]' \
			"['1 blocks, 104 bytes: 1 x 104']"
	done
}

@test "without leaks = true nothing is listed" {
	sandboxed MEMORY_LIMIT=64MiB -- "$D/leaky" exit 100
	[ "$output" = "1 blocks, 104 bytes" ]
	[ ! -s "$BATS_TEST_TMPDIR/audit" ]
}

@test "status tells what is live, and a thousand refusals are few records" {
	local pid text json

	export XDG_RUNTIME_DIR="$BATS_TEST_TMPDIR"
	mkfifo "$BATS_TEST_TMPDIR/in"
	env FIG_SANDBOX_MEMORY_LIMIT=1MiB LD_PRELOAD="$LIB" \
		FIG_SANDBOX_AUDIT="file:$BATS_TEST_TMPDIR/audit" "$D/refused" \
		< "$BATS_TEST_TMPDIR/in" > "$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	exec 4> "$BATS_TEST_TMPDIR/in"
	for _ in $(seq 200); do
		[ ! -s "$BATS_TEST_TMPDIR/out" ] || break
		sleep 0.02
	done
	text=$("$TOOL" status $pid)
	json=$("$TOOL" status --json $pid)
	exec 4>&-
	wait $pid
	for name in live_allocs live_bytes mapped_bytes peak_bytes; do
		grep -Eq "^ *$name +[0-9]" <<< "$text"
	done
	grep -Eq '^ *denied_allocs +1000$' <<< "$text"
	python3 -c 'import json, sys
s = json.loads(sys.argv[1])
assert s["denied_allocs"] == 1000, s
assert s["violations"]["mem.alloc"] == 1000, s
assert 0 < s["live_bytes"] < s["peak_bytes"] <= 1 << 20, s
assert s["live_allocs"] > 0 and s["mapped_bytes"] >= 0, s' "$json"
	record 'sum(x["count"] for x in r), len(r) <= 5' "(1000, True)"
	record '{(x["rule"], x["caller"]) for x in r}' \
		"{('memory_limit', '$D/refused')}"
}

# stands WORD: with the kernel's limit behind ours, and not without.
stands() {
	sandboxed MEMORY_LIMIT=64MiB "${@:2}" -- "$D/backstop" "$1"
	[ "$output" = "$1: ok" ]
	run "$D/backstop" "$1"
	[ "$output" != "$1: ok" ]
}

@test "behind memory_limit the kernel limits what goes round libc" {
	stands finite
	stands raw
}

@test "threads have room for their stacks behind a memory_limit" {
	stands stacks
	stands stacks STRICT_MEMORY=true
}

@test "all of memory_limit is to be had behind the kernel's limit" {
	stands usable
	stands usable STRICT_MEMORY=true MALLOC_CACHE=false
}

@test "a program that is started has its memory_limit too" {
	sandboxed MEMORY_LIMIT=64MiB -- "$D/backstop" child
	[ "$output" = "child: usable: ok" ]
	run "$D/backstop" child
	[ "$output" != "child: usable: ok" ]
	# The parent's limit in the kernel would not let this one start.
	gcc -o "$D/large" -x c - <<< 'static char room[400 << 20];
		int main(void) { return room[12345] + 7; }'
	sandboxed MEMORY_LIMIT=64MiB -- sh -c '"$1"; echo $?' sh "$D/large"
	[ "$output" = 7 ]
}

@test "without a memory_limit the kernel's stays as it was" {
	run "$D/backstop" same
	was=$output
	sandboxed MAX_ALLOCS=1000000 -- "$D/backstop" same
	[ "$output" = "$was" ]
	sandboxed LEAKS=false PROFILE=permissive -- "$D/backstop" same
	[ "$output" = "$was" ]
	run bash -c 'ulimit -S -d 100000; exec "$@"' bash env \
		FIG_SANDBOX_MEMORY_LIMIT=64MiB LD_PRELOAD="$LIB" \
		FIG_SANDBOX_AUDIT=none "$D/backstop" same
	[ "$output" = "same: $((100000 * 1024))" ]
}

@test "a double free of a cached block ends as glibc says" {
	for size in 16 1000 5000 60000; do
		run "$D/cache" $size
		[ "$status" -eq 134 ]
		was=$output
		[[ "$was" == *"double free"* ]]
		for more in STRICT_MEMORY=false LEAKS=true; do
			sandboxed MEMORY_LIMIT=64MiB $more -- "$D/cache" $size
			echo "$size $more: $output"
			[ "$status" -eq 134 ]
			[ "$output" = "$was" ]
		done
	done
}

@test "malloc_trim and the end of a thread give cached blocks back" {
	for more in STRICT_MEMORY=false STRICT_MEMORY=true; do
		for word in trimmed ended; do
			sandboxed MEMORY_LIMIT=64MiB $more -- "$D/cache" $word
			echo "$more $output"
			[ "$output" = "$word: ok" ]
		done
	done
	run "$D/cache" trimmed
	[ "$output" = "trimmed: nothing is cached" ]
}

@test "settings of glibc's malloc for freed blocks turn the cache off" {
	sandboxed MEMORY_LIMIT=64MiB -- "$D/cache" kept
	[ "$output" = "kept: ok" ]
	for set in MALLOC_PERTURB_=1 MALLOC_CHECK_=3 \
		GLIBC_TUNABLES=glibc.malloc.check=1; do
		run env $set FIG_SANDBOX_MEMORY_LIMIT=64MiB LD_PRELOAD="$LIB" \
			FIG_SANDBOX_AUDIT=none "$D/cache" kept
		[ "$output" = "kept: nothing" ]
	done
	sandboxed MEMORY_LIMIT=64MiB MALLOC_CACHE=false -- "$D/cache" kept
	[ "$output" = "kept: nothing" ]
	sandboxed MEMORY_LIMIT=64MiB -- "$D/cache" perturbed
	[ "$output" = "perturbed: not overwritten" ]
	sandboxed MEMORY_LIMIT=64MiB -- env MALLOC_PERTURB_=1 "$D/cache" \
		perturbed
	[ "$output" = "perturbed: ok" ]
}

@test "what a library maps counts against its limit, and what the host maps does not" {
	local T="$BATS_TEST_TMPDIR"

	echo '#include <sys/mman.h>
	long hold(long n)
	{
		void *at = mmap(0, n, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		return at == MAP_FAILED ? 0 : (long)at;
	}
	int drop(long at, long n) { return munmap((void *)at, n); }' |
		gcc -shared -fPIC -o "$T/maps.so" -x c -
	printf '[sandbox]\naudit = "file:%s/audit"\nmax_loaded_libs = 0
[[sandbox.library]]\nmatch = "%s/maps.so"\nmemory_limit = "1MiB"\n' \
		"$T" "$(realpath "$T")" > "$T/fig.toml"
	run env FIG_SANDBOX_CONFIG="$T/fig.toml" LD_PRELOAD="$LIB" /usr/bin/python3 -c '
import ctypes, mmap, sys
maps = ctypes.CDLL(sys.argv[1])
for f in maps.hold, maps.drop:
    f.restype, f.argtypes = ctypes.c_long, [ctypes.c_long] * 2
mine = mmap.mmap(-1, 8 << 20)
first = maps.hold(786432, 0)
print(bool(first), bool(maps.hold(786432, 0)))
maps.drop(first, 786432)
print(bool(maps.hold(786432, 0)), len(mine) >> 20)
' "$T/maps.so"
	[ "$output" = $'True False\nTrue 8' ]
	[ "$(grep -c '"rule":"memory_limit".*"caller":"[^"]*/maps.so","func":"mmap"' "$T/audit")" -eq 1 ]
}
