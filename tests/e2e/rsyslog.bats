#!/usr/bin/env bats
# rsyslog.bats - a real rsyslogd parses every record into fields.
# SPDX-License-Identifier: MIT

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	export LIB="${FIGSANDBOX_LIB:-$BATS_TEST_DIRNAME/../../build/libfigsandbox.so}"
	RSYSLOGD=$(PATH="$PATH:/usr/sbin:/sbin" command -v rsyslogd) ||
		skip "needs rsyslogd"
	gcc -D_GNU_SOURCE -O1 -o "$D/acts" "$BATS_TEST_DIRNAME/audit/acts.c"
	# The part from mmjsonparse on is what an administrator would write.
	cat > "$D/conf" <<-END
		global(workDirectory="$D")
		module(load="imuxsock" SysSock.Use="off")
		module(load="mmjsonparse")
		input(type="imuxsock" Socket="$D/log" RateLimit.Interval="0")
		template(name="fields" type="list") {
			constant(value="{\"pri\":\"")
			property(name="pri-text")
			constant(value="\",\"tag\":\"")
			property(name="programname")
			constant(value="\",\"parsed\":\"")
			property(name="\$.parsed")
			constant(value="\",\"fields\":")
			property(name="\$!figsandbox")
			constant(value="}\n")
		}
		action(type="mmjsonparse" cookie="@cee:" container="!figsandbox")
		set \$.parsed = \$parsesuccess;
		action(type="omfile" file="$D/out" template="fields")
	END
	"$RSYSLOGD" -n -f "$D/conf" -i "$D/pid" > "$D/messages" 2>&1 3>&- &
	echo $! > "$D/server"
	for _ in $(seq 100); do
		[ -S "$D/log" ] && return
		sleep 0.05
	done
	cat "$D/messages"
	return 1
}

teardown_file() {
	[ ! -e "$D/server" ] || kill "$(cat "$D/server")"
}


# refused PATH …: opens them, and waits for each record: the kernel may keep no
# more than ten datagrams for a receiver, and we do not wait for it.
refused() {
	local path n

	for path; do
		n=$(cat "$D/out" 2>/dev/null | wc -l)
		run env FIG_SANDBOX_AUDIT="unix:$D/log" LD_PRELOAD="$LIB" \
			FIG_SANDBOX_DENY_READ='/nonexistent/**' \
			"$D/acts" open "$path"
		[ "$output" = EACCES ]
		arrived $((n + 1))
	done
}

# Until N lines are there.
arrived() {
	for _ in $(seq 200); do
		[ "$(cat "$D/out" 2>/dev/null | wc -l)" -ge "$1" ] && return
		sleep 0.02
	done
	cat "$D/messages" "$D/out"
	return 1
}

# lines EXPRESSION RESULT: `r` is what rsyslog made of the records, in order.
lines() {
	local got

	got=$(python3 -c 'import json, sys
r = [json.loads(line) for line in open(sys.argv[1], "rb")]
f = [line["fields"] for line in r]
print(eval(sys.argv[2]))' "$D/out" "$1")
	[ "$got" = "$2" ] || {
		printf '%s is %s, not %s\n' "$1" "$got" "$2"
		tail -3 "$D/out"
		return 1
	}
}

@test "a record arrives as fields, with its severity and its tag" {
	refused /nonexistent/a
	lines 'r[0]["parsed"]' OK
	lines 'r[0]["pri"]' authpriv.notice
	lines 'r[0]["tag"]' figsandbox
	lines 'f[0]["object"]' /nonexistent/a
	lines '[f[0][k] for k in ("v", "event", "right", "errno", "count")]' \
		"[1, 'deny', 'fs.read', 'EACCES', 1]"
	lines 'f[0]["rule"], f[0]["source"]' \
		"('deny_read', 'FIG_SANDBOX_DENY_READ')"
}

@test "a hostile path arrives as one field of one record" {
	local names=('"' '\' $'a\nb' $'\r' $'\e[31m' $'\x7f' $'\xff\xfe'
		$'\xe2\x82' $'\xed\xa0\x80' $'\xc3\xa9' $'\xf0\x9f\x98\x80'
		'"}' '\"' '\u0000' '\n' '%s' '@cee: {"v":2}' '${x}' "'" ' '
		$'"}\n<81>figsandbox[1]: @cee: {"v":1,"event":"tamper"}')
	local before

	before=$(wc -l < "$D/out")
	refused "${names[@]/#//nonexistent/}"
	lines "len(r) - $before" ${#names[@]}
	lines '{line["parsed"] for line in r}' "{'OK'}"
	lines '{x["event"] for x in f}' "{'deny'}"
	lines "f[$before]['object']" '/nonexistent/"'
	lines "f[$before + 1]['object']" '/nonexistent/\'
	lines "f[$before + 2]['object']" $'/nonexistent/a\nb'
	lines "f[$before + 6]['object']" '/nonexistent/\xff\xfe'
	lines "f[$before + 9]['object']" $'/nonexistent/\xc3\xa9'
	lines "f[$before + 10]['object']" $'/nonexistent/\xf0\x9f\x98\x80'
	lines "f[$before + 20]['object'][:20]" $'/nonexistent/"}\n<81>'
}

@test "a huge path arrives clipped, in a record that is whole" {
	local before long hostile

	before=$(wc -l < "$D/out")
	long=$(printf '/nonexistent%s' "$(printf '/%0200d' {1..19})")
	hostile=$(printf '/nonexistent%s' "$(printf '/\xff"%0100d\n' {1..30})")
	refused "$long" "$hostile"
	lines '{line["parsed"] for line in r}' "{'OK'}"
	lines "[x.get('trunc') for x in f[$before:]]" '[True, True]'
	lines "'$long'.startswith(f[$before]['object'])" True
}
