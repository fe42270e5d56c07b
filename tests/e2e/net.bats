#!/usr/bin/env bats
# net.bats - where sockets may lead, who may come in, which names are looked up.
# SPDX-License-Identifier: MIT

load common

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	gcc -D_GNU_SOURCE -O1 -o "$D/net" "$BATS_TEST_DIRNAME/net/net.c" -lresolv
	python3 -c '
import os, select, socket, sys
tcp = socket.socket(); tcp.bind(("127.0.0.1", 0)); tcp.listen(100)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(tcp.getsockname())
os.chdir(os.environ["D"])
for name in "known", "other":
	local = socket.socket(socket.AF_UNIX); local.bind(name); local.listen(100)
	os.dup(local.detach())
print(tcp.getsockname()[1], flush=True)
sys.stdin.read()' < <(echo $BASHPID > "$D/holder"; exec sleep 600) 3>&- \
		> "$D/port" &
	echo $! > "$D/server"
	for _ in $(seq 100); do
		[ -s "$D/port" ] && break
		sleep 0.05
	done
	PORT=$(cat "$D/port")
	export PORT
	[ -n "$PORT" ]
}

teardown_file() {
	kill "$(cat "$D/server")" "$(cat "$D/holder")"
}

# none RESULT WORD …: and without the sandbox, nothing of the kind.
none() {
	local result=$1

	shift
	run "$D/net" "$@"
	! grep ": $result\$" <<<"$output"
}

away=(connect __connect sendto fastopen unspec sendmsg sendmmsg)
inward=(bind listen accept svctcp_create rresvport)
calls=(clnttcp_create clntudp_create pmap_getmaps pmap_set rtime res_nsend)
remote=(rcmd rexec clnt_create callrpc getrpcport)
names=(getaddrinfo gethostbyname gethostbyname2 gethostbyname_r
	getaddrinfo_a res_query __res_query res_search res_querydomain ruserok)

@test "an address that is not in connect is refused, whatever function asks" {
	sandboxed CONNECT=192.0.2.1:9 -- "$D/net" "${away[@]}" "${calls[@]}" \
		"${remote[@]}"
	each EACCES "${away[@]}" "${calls[@]}" "${remote[@]}"
	none EACCES "${away[@]}"
}

@test "an IPv6 address is refused and granted as an IPv4 address is" {
	sandboxed CONNECT=192.0.2.1:9 -- "$D/net" family=10 host=::1 "${away[@]}"
	each EACCES connect __connect sendto fastopen unspec sendmsg sendmmsg
	sandboxed "CONNECT=[::1]:1" -- "$D/net" family=10 host=::1 connect
	[[ $output = "connect: ECONNREFUSED" || $output = "connect: EADDRNOTAVAIL" ]]
	sandboxed CONNECT=127.0.0.1:1 -- \
		"$D/net" family=10 host=::ffff:127.0.0.1 connect port=2 connect
	[ "$output" = "$(printf 'connect: ECONNREFUSED\nconnect: EACCES')" ]
}

@test "an address in connect works with every function" {
	sandboxed "CONNECT=127.0.0.1:$PORT" -- "$D/net" "port=$PORT" "${away[@]}"
	each ok "${away[@]}"
	[ "${lines[6]}" = "sent 3 of 3, 1 bytes" ]
}

@test "a connected socket can be disconnected" {
	sandboxed CONNECT=192.0.2.1:9 -- "$D/net" disconnect
	each ok disconnect
}

@test "sendmmsg sends what stands before the first refused message" {
	sandboxed "CONNECT=127.0.0.1:$PORT" -- "$D/net" "port=$PORT" second
	[ "${lines[0]}" = "sent 1 of 3, 1 bytes" ]
	[ "${lines[1]}" = "second: ok" ]
}

@test "an address that is not in bind takes no visitors" {
	sandboxed BIND=192.0.2.1:9 -- "$D/net" "${inward[@]}"
	each EACCES "${inward[@]}"
}

@test "an address in bind takes visitors" {
	sandboxed BIND=127.0.0.1 -- "$D/net" port=0 bind listen accept
	each ok bind listen accept
}

@test "without any network there are no sockets but pairs" {
	sandboxed ALLOW_NETWORK=false -- "$D/net" socket family=10 socket \
		family=17 kind=3 socket family=16 socket family=1 kind=1 socket \
		socketpair
	diff - <(echo "$output") <<-END
		socket: EACCES
		socket: EACCES
		socket: EACCES
		socket: EACCES
		socket: EACCES
		socketpair: ok
	END
}

@test "SCTP and MPTCP are refused while the network is restricted" {
	sandboxed CONNECT=192.0.2.1:9 -- "$D/net" sctp mptcp
	each EACCES sctp mptcp
	sandboxed PROFILE=permissive -- "$D/net" sctp mptcp
	local with=$output
	run "$D/net" sctp mptcp
	[ "$with" = "$output" ]
}

@test "where no rule has an address no name is looked up, whatever function asks" {
	sandboxed ALLOW_NETWORK=false -- "$D/net" host=localhost "${names[@]}"
	each EACCES "${names[@]}"
	grep -q '^System error$' <<<"$output"
	grep -q '^h_errno NO_RECOVERY$' <<<"$output"
	! grep -q 'not told' <<<"$output"
}

@test "an address in digits is no look-up" {
	sandboxed ALLOW_NETWORK=false -- \
		"$D/net" host=127.0.0.1 getaddrinfo gethostbyname host=::1 getaddrinfo
	each ok getaddrinfo gethostbyname getaddrinfo
}

@test "a name in connect stands for the addresses that were looked up" {
	for word in getaddrinfo gethostbyname gethostbyname_r gethostbyname2 \
		getaddrinfo_a; do
		sandboxed "CONNECT=localhost:$PORT" -- "$D/net" "port=$PORT" \
			connect host=localhost "$word" host=127.0.0.1 \
			connect sendto port=1 connect
		diff - <(echo "$output") <<-END
			connect: EACCES
			$word: ok
			connect: ok
			sendto: ok
			connect: EACCES
		END
	done
}

@test "the name of an address is its digits where none may be looked up" {
	sandboxed ALLOW_NETWORK=false -- "$D/net" getnameinfo named gethostbyaddr
	diff - <(echo "$output") <<-END
		is 127.0.0.1
		getnameinfo: ok
		named: EACCES
		gethostbyaddr: EACCES
	END
}

@test "a socket of this host is granted by the path it leads to" {
	ln -sfn "$D" "$D/link"
	cd "$D"
	for path in known "$D/known" "$D/link/known" ./link/./known; do
		sandboxed "CONNECT=unix:$D/known" -- "$D/net" family=1 \
			"path=$path" connect
		each ok connect
	done
	ln -sfn other disguise
	for path in other "$D/other" link/other disguise /nonexistent/socket; do
		sandboxed "CONNECT=unix:$D/known" -- "$D/net" family=1 \
			"path=$path" connect sendto sendmsg
		each EACCES connect sendto sendmsg
	done
}

@test "a socket of this host is bound to granted paths only" {
	cd "$BATS_TEST_TMPDIR"
	sandboxed "BIND=unix:$PWD/mine" -- "$D/net" family=1 path=mine bind
	each ok bind
	sandboxed "BIND=unix:$PWD/mine" -- "$D/net" family=1 path=yours bind
	each EACCES bind
	sandboxed "DENY_WRITE=$PWD/**" -- "$D/net" family=1 path=yours bind
	each EACCES bind
	[ -S mine ]
	[ ! -e yours ]
}

@test "an abstract socket has a name of its own" {
	sandboxed CONNECT=unix:@one BIND=unix:@one -- \
		"$D/net" family=1 path=@one bind connect path=@two bind connect
	diff - <(echo "$output") <<-END
		bind: ok
		connect: ECONNREFUSED
		bind: EACCES
		connect: EACCES
	END
}

@test "a refusal is recorded with address, function and rule" {
	sandboxed CONNECT=192.0.2.1:9 -- "$D/net" connect
	grep '"right":"net.connect","object":"127.0.0.1:1","rule":"connect"' \
		"$BATS_TEST_TMPDIR/audit" | grep -q '"func":"connect"'
}

@test "with nothing restricted every call is as it was" {
	sandboxed PROFILE=permissive -- "$D/net" "port=$PORT" "${away[@]}" port=0 \
		bind listen accept socketpair socket host=localhost getaddrinfo \
		gethostbyname_r getnameinfo
	local with=$output
	run "$D/net" "port=$PORT" "${away[@]}" port=0 \
		bind listen accept socketpair socket host=localhost getaddrinfo \
		gethostbyname_r getnameinfo
	[ "$with" = "$output" ]
}
