#!/usr/bin/env bats
# audit.bats - the records of refusals, as their readers see them.
# SPDX-License-Identifier: MIT

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	export LIB="${FIGSANDBOX_LIB:-$BATS_TEST_DIRNAME/../../build/libfigsandbox.so}"
	gcc -D_GNU_SOURCE -O1 -o "$D/acts" "$BATS_TEST_DIRNAME/audit/acts.c"
}

setup() {
	T="$BATS_TEST_TMPDIR"
	SERVER=
}

teardown() {
	[ -z "$SERVER" ] || kill "$SERVER"
}

# sandboxed SINKS ACT …: with a policy that refuses /nonexistent/**.
sandboxed() {
	run env FIG_SANDBOX_AUDIT="$1" \
		FIG_SANDBOX_DENY_READ='/nonexistent/**' \
		${LEVEL:+FIG_SANDBOX_LOG_LEVEL=$LEVEL} \
		LD_PRELOAD="$LIB" timeout 20 "$D/acts" "${@:2}"
}

# records EXPRESSION RESULT: of what is in the file.
records() {
	local got

	got=$(python3 "$BATS_TEST_DIRNAME/audit/records.py" "$T/log" "$1") || {
		cat -v "$T/log"
		return 1
	}
	[ "$got" = "$2" ] || {
		printf '%s is %s, not %s\n' "$1" "$got" "$2"
		cat -v "$T/log"
		return 1
	}
}

# server MODE ARGUMENT …: starts records.py and waits for its socket.
server() {
	python3 "$BATS_TEST_DIRNAME/audit/records.py" "$@" 3>&- &
	SERVER=$!
	for _ in $(seq 100); do
		[ -S "$2" ] && return
		sleep 0.05
	done
	return 1
}

# Until N lines are in the log.
arrived() {
	for _ in $(seq 100); do
		[ "$(wc -l < "$T/log")" -ge "$1" ] && return
		sleep 0.05
	done
	return 1
}

@test "without the sandbox nothing of this is refused" {
	run "$D/acts" open /nonexistent/a
	[ "$output" = ENOENT ]
}

@test "a record says what was refused, by which rule, to whom" {
	sandboxed "file:$T/log" open /nonexistent/a
	[ "$output" = EACCES ]
	records 'len(r)' 1
	records '" ".join(r[0])' "v ts seq event right object rule source layer\
 caller func errno pid tid uid exe count"
	records '[r[0][k] for k in ("event", "right", "object", "rule")]' \
		"['deny', 'fs.read', '/nonexistent/a', 'deny_read']"
	records '[r[0][k] for k in ("source", "layer", "func", "errno")]' \
		"['FIG_SANDBOX_DENY_READ', 'preload', 'open', 'EACCES']"
	records "[r[0][k] == '$D/acts' for k in ('caller', 'exe')]" \
		"[True, True]"
	records 'r[0]["uid"]' "$(id -u)"
	records 'r[0]["pid"] == r[0]["tid"]' True
}

@test "the line of the policy file is the record's source" {
	printf '# a comment\n[sandbox]\ndeny_read = ["/nonexistent/**"]\n' \
		> "$T/policy.toml"
	run env FIG_SANDBOX_CONFIG="$T/policy.toml" \
		FIG_SANDBOX_AUDIT="file:$T/log" LD_PRELOAD="$LIB" \
		"$D/acts" open /nonexistent/a
	records 'r[0]["source"]' "$T/policy.toml:3"
}

@test "a path cannot forge a record, whatever bytes it has" {
	local names=($'a\nb' '"' '\' $'\e[31m' $'\x7f' $'\xff' $'\xe2\x82'
		$'"}\n<81>figsandbox[1]: @cee: {"v":1,"event":"tamper"}'
		'\u0000' $'\xc3\xa9' $'\xf0\x9f\x98\x80' '%s%n' $'\r')
	local acts=()

	for name in "${names[@]}"; do
		acts+=(open "/nonexistent/$name")
	done
	sandboxed "file:$T/log" "${acts[@]}"
	records 'len(r)' ${#names[@]}
	records '{x["event"] for x in r}' "{'deny'}"
	records 'r[0]["object"]' $'/nonexistent/a\nb'
	records 'r[1]["object"]' '/nonexistent/"'
	records 'r[5]["object"]' '/nonexistent/\xff'
	records 'r[9]["object"]' $'/nonexistent/\xc3\xa9'
	records 'r[10]["object"]' $'/nonexistent/\xf0\x9f\x98\x80'
}

@test "a long path is clipped and the record stays whole" {
	local long

	long=$(printf '/nonexistent%s' "$(printf '/%0200d' {1..19})")
	sandboxed "file:$T/log" open "$long"
	[ "$output" = EACCES ]
	records 'r[0]["trunc"]' True
	records "'$long'.startswith(r[0]['object'])" True
	records 'len(r[0]["object"])' 1000
}

@test "a datagram socket gets the line that syslog expects" {
	server listen "$T/socket" "$T/log"
	sandboxed "unix:$T/socket" open /nonexistent/a
	arrived 1
	grep -qE '^<85>figsandbox\[[0-9]+\]: @cee: \{"v":1,.*\}$' "$T/log"
	records 'r[0]["object"]' /nonexistent/a
}

@test "an absent syslog changes nothing for the program" {
	sandboxed "unix:$T/nobody" open /nonexistent/a say done
	[ "$output" = $'EACCES\ndone' ]
	[ "$status" -eq 0 ]
}

@test "a reader that stalls costs records, not time" {
	server bind "$T/socket"
	sandboxed "unix:$T/socket" each 500 /nonexistent/ say done
	[ "$output" = done ]
	[ "$status" -eq 0 ]
}

@test "a flood is bounded and what was lost is told" {
	sandboxed "file:$T/log" each 1000 /nonexistent/
	records 'len(r) < 300' True
	records 'sum(x["count"] + x.get("dropped", 0) for x in r)' 1000
}

@test "repetitions are counted, and the counts are complete at the end" {
	sandboxed "file:$T/log" often 1000 /nonexistent/a open /nonexistent/b
	records 'sum(x["count"] for x in r if x["object"][-1] == "a")' 1000
	records 'len(r) < 20' True
	sandboxed "file:$T/log" often 7 /nonexistent/c
	records 'sum(x["count"] for x in r if x["object"][-1] == "c")' 7
}

@test "records arrive after the program closed every descriptor" {
	sandboxed "file:$T/log" closefrom 3 open /nonexistent/a \
		closefrom 0 open /nonexistent/b
	records '[x["object"] for x in r]' "['/nonexistent/a', '/nonexistent/b']"
	server listen "$T/socket" "$T/log"
	sandboxed "unix:$T/socket" closefrom 3 open /nonexistent/a \
		closefrom 0 open /nonexistent/b
	arrived 2
	records '[x["object"] for x in r]' "['/nonexistent/a', '/nonexistent/b']"
}

@test "a file of the program under our number is not written to" {
	sandboxed "file:$T/log" cover "$T/mine" open /nonexistent/a
	[ -e "$T/mine" ]
	[ ! -s "$T/mine" ]
	records 'r[0]["object"]' /nonexistent/a
}

@test "records arrive after chroot" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	mkdir "$T/root"
	server listen "$T/socket" "$T/log"
	sandboxed "unix:$T/socket" chroot "$T/root" open /nonexistent/a
	arrived 1
	records 'len(r)' 1
}

@test "a forked child has its own pid and sequence" {
	sandboxed "file:$T/log" open /nonexistent/a fork open /nonexistent/b
	records '[x["seq"] for x in r]' '[1, 1]'
	records 'r[0]["pid"] != r[1]["pid"]' True
}

@test "a vfork child that closed everything is recorded, and so is its parent" {
	sandboxed "file:$T/log" vfork /nonexistent/a open /nonexistent/b
	[ "$output" = EACCES ]
	records '[x["object"] for x in r]' "['/nonexistent/a', '/nonexistent/b']"
	records 'r[0]["pid"] != r[1]["pid"]' True
}

@test "what was only counted is told whichever way the process ends" {
	local how

	for how in exec execvp quick_exit abort _exit; do
		sandboxed "file:$T/log" often 5 /nonexistent/a end $how
		echo "$how"
		records '[x["count"] for x in r]' '[1, 4]'
		rm "$T/log"
	done
}

@test "on_violation = kill ends the first process of a pid namespace, too" {
	unshare --pid --fork true || skip "no pid namespaces here"
	run unshare --pid --fork env FIG_SANDBOX_AUDIT="file:$T/log" \
		FIG_SANDBOX_DENY_READ='/nonexistent/**' LD_PRELOAD="$LIB" \
		FIG_SANDBOX_ON_VIOLATION=kill \
		"$D/acts" open /nonexistent/a say alive
	[ "$status" -eq 137 ]
	[[ "$output" != *alive* ]]
	records '[x["event"] for x in r]' "['kill']"
}

@test "standard error gets lines of JSON" {
	run env FIG_SANDBOX_AUDIT=stderr LD_PRELOAD="$LIB" \
		FIG_SANDBOX_DENY_READ='/nonexistent/**' \
		sh -c '"$1" open /nonexistent/a 2>"$2"' sh "$D/acts" "$T/log"
	records 'r[0]["object"]' /nonexistent/a
}

@test "in audit mode the record says would_deny and the call goes on" {
	run env FIG_SANDBOX_AUDIT="file:$T/log" FIG_SANDBOX_MODE=audit \
		FIG_SANDBOX_READ=/usr LD_PRELOAD="$LIB" \
		"$D/acts" open /nonexistent/a
	[ "$output" = ENOENT ]
	records 'r[-1]["event"]' would_deny
}

@test "at info the start is recorded, with what is not enforced" {
	LEVEL=info
	sandboxed "file:$T/log" open /nonexistent/a
	records 'r[0]["event"]' start
	records 'r[0]["rule"].startswith("profile fig")' True
	records '"allow" in {x["event"] for x in r}' True
}

@test "an audit file that cannot be opened ends the start" {
	sandboxed "file:$T/nowhere/log" say started
	[ "$status" -eq 125 ]
	[ "$output" = "figsandbox: FIG_SANDBOX_AUDIT: audit: file:$T/nowhere/log \
cannot be opened: No such file or directory" ]
	printf '[sandbox]\n\naudit = ["none"]\n' > "$T/fig.toml"
	sed -i "s#none#file:$T#" "$T/fig.toml"
	run env FIG_SANDBOX_CONFIG="$T/fig.toml" LD_PRELOAD="$LIB" \
		"$D/acts" say started
	[ "$status" -eq 125 ]
	[[ "$output" == "figsandbox: $T/fig.toml:3: audit: file:$T cannot be \
opened: "* ]]
}

@test "a policy that is wrong ends the start with one line" {
	run env FIG_SANDBOX_MEMORY_LIMIT=1e6 LD_PRELOAD="$LIB" \
		"$D/acts" say started
	[ "$status" -eq 125 ]
	[[ "$output" == "figsandbox: FIG_SANDBOX_MEMORY_LIMIT: "* ]]
	[ "${#lines[@]}" -eq 1 ]
}
