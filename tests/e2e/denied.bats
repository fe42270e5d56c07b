#!/usr/bin/env bats
# denied.bats - every row of calls.def is refused, where nothing is granted.
# SPDX-License-Identifier: MIT

load common

# build OUT [OPTION …]: unresolved names are left to ld.so, as old programs do
# with names that libc no longer links.
build() {
	local out=$1

	shift
	gcc -std=gnu11 -D_GNU_SOURCE "$@" -I"$ROOT" -O1 -fno-builtin \
		-U_FORTIFY_SOURCE -Wall -Wextra -Werror \
		-Wl,-z,dynamic-undefined-weak -o "$out" \
		"$BATS_TEST_DIRNAME"/denied/*.c 2>&1
}

# denied NAME VARIABLE=VALUE …: what becomes of all calls goes to $D/NAME.tap,
# and their records into $D/NAME.
denied() {
	local name=$1

	shift
	mkdir "$D/$name"
	"$D/denied" "$D/$name" "$@" > "$D/$name.tap"
}

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	export ROOT="$BATS_TEST_DIRNAME/../.."
	local sandbox=(LD_PRELOAD="$LIB"
		FIG_SANDBOX_ALLOW_FILE_IO=false
		FIG_SANDBOX_ALLOW_NETWORK=false
		FIG_SANDBOX_ALLOW_PROCESS=false
		FIG_SANDBOX_ALLOWED_LIBS=/nonexistent/lib.so
		FIG_SANDBOX_ALLOW_SYSCALLS=false
		FIG_SANDBOX_ALLOW_EXEC_MEMORY=false
		FIG_SANDBOX_MEMORY_LIMIT=8MiB)

	build "$D/denied"
	denied bare
	denied enforce "${sandbox[@]}"
	denied audit "${sandbox[@]}" FIG_SANDBOX_MODE=audit
}

# calls RESULT TAP: the names of the calls with this result.
calls() {
	sed -nE "s/^(not )?ok [0-9]+ - ([^ ]+) $1.*/\2/p" "$2"
}

# only TAP RESULT …: each line has one of these results.
only() {
	local tap=$1

	shift
	diff /dev/null <(grep -v '^1\.\.' "$tap" | grep -v "${@/#/-e}")
}

# recorded EVENT NAME FILE: under that name, or that of which it is an alias.
recorded() {
	local name=${2#__}

	[[ $2 != _Zn* ]] || name="operator new"
	grep -E "\"event\":\"$1\"" "$3" |
		grep -qE "\"func\":\"($2|$name|${name%64})\""
}

@test "every call of the table is refused where nothing is granted" {
	only "$D/enforce.tap" ' is refused$' ' has nothing to deny: '
	diff <(calls '(is|has)' "$D/enforce.tap" | sort) \
		<("$ROOT/tests/lint/rows.sh")
}

@test "each refusal leaves one record, which names the call" {
	for name in $(calls 'is refused' "$D/enforce.tap"); do
		echo "$name"
		[ "$(wc -l < "$D/enforce/$name")" -eq 1 ]
		recorded deny "$name" "$D/enforce/$name"
	done
}

@test "without the sandbox none of these calls is refused" {
	only "$D/bare.tap" ' is let through$' ' ends the process with 1$' \
		' # skip not in this libc$' ' has nothing to deny: '
}

@test "in audit mode each call is let through, none crashes, and none hangs" {
	diff <(grep ' ends ' "$D/audit.tap") <(grep ' ends ' "$D/bare.tap")
	only "$D/audit.tap" ' is let through$' ' ends the process with 1$' \
		' has nothing to deny: '
	diff <(calls 'is refused' "$D/enforce.tap") \
		<(calls '(is let through|ends)' "$D/audit.tap")
}

@test "in audit mode each refusal that is not enforced is recorded" {
	for name in $(calls 'is refused' "$D/enforce.tap"); do
		echo "$name"
		recorded would_deny "$name" "$D/audit/$name"
	done
	[ "$(cat "$D"/audit/* | grep -c '"event":"deny"')" -eq 0 ]
}

@test "a row without its denial does not build, nor one without its row" {
	local T="$BATS_TEST_TMPDIR"

	mkdir "$T/preload"
	sed '/^#undef CALL/i CALL(int, sched_yield, (void), (), W, 0, -1)' \
		"$ROOT/preload/calls.def" > "$T/preload/calls.def"
	run build "$T/denied" -I"$T"
	[ "$status" -ne 0 ]
	grep -q 'undefined reference to `denied_sched_yield' <<<"$output"
	sed '/^PATH(int, chdir,/d' "$ROOT/preload/calls.def" \
		> "$T/preload/calls.def"
	run build "$T/denied" -I"$T"
	[ "$status" -ne 0 ]
	grep -q 'denied_chdir.* undeclared' <<<"$output"
}
