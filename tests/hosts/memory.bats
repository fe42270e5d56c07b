#!/usr/bin/env bats
# memory.bats - below a limit that is enough real programs do what they always do;
# below one that is not they fail as they do when malloc has nothing left.
# SPDX-License-Identifier: MIT
#
# ENOUGH is at least twice what each program maps writable by itself (VmData: at
# most 30 MiB, redis 140, node and java 120), so that it stays enough when
# mappings count. In each test the limit that is not is more than the start takes,
# but for gcc and java, whose own start it is that fails.

load ../e2e/common

ENOUGH=1GiB

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	cat > "$D/session.py" <<-'P'
		import json, subprocess, threading
		table = {i: [str(i) * 10, {"n": i}] for i in range(20000)}
		print(hash(json.dumps(json.loads(json.dumps(table)))) != 0)
		sums = []
		def work(n):
		    sums.append(sum(len(bytearray(i)) for i in range(n)))
		threads = [threading.Thread(target=work, args=(i * 100,)) for i in range(8)]
		[t.start() for t in threads]
		[t.join() for t in threads]
		print(sorted(sums))
		print(subprocess.run(["wc", "-c"], input=b"x" * 300000, capture_output=True))
	P
	cat > "$D/session.pl" <<-'P'
		my %seen;
		$seen{$_ * 7919 % 10007} .= "x" x ($_ % 50) for 1 .. 50000;
		my $text = join ",", map { length $seen{$_} } sort keys %seen;
		print scalar(keys %seen), " ", length $text, " ", ($text =~ s/1/2/gr) =~ tr/2//, "\n";
	P
	cat > "$D/session.sql" <<-'S'
		create table t(a integer primary key, b text);
		with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
			insert into t select i, hex(i * 7919) from n;
		create index i on t(b);
		select count(*), sum(length(b)), max(b) from t where b > '3';
		select b, count(*) from t group by b order by 2 desc, 1 limit 3;
	S
	cat > "$D/map.cpp" <<-'C'
		#include <cstdio>
		#include <cstdlib>
		#include <map>
		#include <string>
		int main(int, char **argv)
		{
			std::map<int, std::string> all;
			size_t sum = 0;
			for (int i = 0; i < atoi(argv[1]); i++)
				all[i * 7919 % 1000003] = std::string(i % 300, 'x');
			for (auto &one : all)
				sum += one.first % 97 * one.second.size();
			printf("%zu %zu\n", all.size(), sum);
		}
	C
	g++ -O1 -o "$D/map" "$D/map.cpp"
	cat > "$D/main.c" <<-'C'
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		int main(void) { printf("%zu\n", strlen(getenv("PATH")) > 0); return 0; }
	C
	cat > "$D/git.sh" <<-'S'
		set -e
		export HOME=$PWD GIT_CONFIG_NOSYSTEM=1
		export GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000'
		rm -rf repo clone
		git init -q -b main repo
		cd repo
		git config user.name n
		git config user.email e
		for i in 1 2 3 4 5; do
			seq $i 20000 > file$i
			git add .
			git commit -q -m "number $i"
		done
		git gc -q
		git clone -q . ../clone
		cd ../clone
		git log --stat --format='%h %s' | cat
		git fsck
	S
}

# below LIMIT COMMAND …: runs it there; nothing may hang.
below() {
	local limit=$1

	shift
	sandboxed PROFILE=permissive "MEMORY_LIMIT=$limit" -- timeout 60 "$@"
	[ "$status" -ne 124 ]
}

# same COMMAND …: below a limit that is enough it says and returns what it does
# without, and nothing is refused.
same() {
	local plain code

	run timeout 60 "$@"
	plain=$output code=$status
	below "$ENOUGH" "$@"
	diff <(echo "$plain") <(echo "$output")
	[ "$status" -eq "$code" ]
	[ ! -s "$BATS_TEST_TMPDIR/audit" ]
}

# fails CODE TEXT LIMIT COMMAND …: below that limit it ends with the code and says
# the text, and the record names the setting.
fails() {
	local code=$1 text=$2

	shift 2
	below "$@"
	echo "$status, $output"
	[ "$status" -eq "$code" ]
	[[ "$output" == *$text* ]]
	grep -q '"event":"deny","right":"mem.alloc".*"rule":"memory_limit"' \
		"$BATS_TEST_TMPDIR/audit"
}

# installed PROGRAM: or the test is skipped.
installed() {
	command -v "$1" > /dev/null || skip "$1 is not installed"
}

@test "python3 works below its limit, and raises MemoryError at it" {
	same /usr/bin/python3 "$D/session.py"
	fails 1 MemoryError 64MiB /usr/bin/python3 -c '
all = []
while True:
	all.append(bytearray(100000))'
	fails 0 "MemoryError, and on: 500" 64MiB /usr/bin/python3 -c '
all = []
try:
	while len(all) < 1000:
		all.append(bytearray(100000))
except MemoryError:
	all.clear()
	print("MemoryError, and on:", len([bytearray(100000) for i in range(500)]))'
}

@test "perl works below its limit, and says Out of memory at it" {
	same perl "$D/session.pl"
	fails 1 "Out of memory" 32MiB perl -e \
		'my @all; push @all, "x" x 100000 while 1'
}

@test "sqlite3 works below its limit, and rolls back at it" {
	same sh -c "rm -f $D/db; sqlite3 $D/db < $D/session.sql"
	fails 7 "out of memory" 8MiB sqlite3 "$D/db" '
		pragma cache_size = -1000000;
		begin;
		with recursive n(i) as (select 30000 union all select i + 1 from n where i < 330000)
			insert into t select i, hex(randomblob(100)) from n;
		commit;'
	run sqlite3 "$D/db" 'pragma integrity_check; select count(*) from t'
	[ "$output" = $'ok\n20000' ]
}

# serve LIMIT: redis-server, until it can be talked to.
serve() {
	rm -f "$D/redis"
	FIG_SANDBOX_PROFILE=permissive FIG_SANDBOX_MEMORY_LIMIT=$1 \
		FIG_SANDBOX_AUDIT="file:$BATS_TEST_TMPDIR/audit" \
		LD_PRELOAD="$LIB" redis-server --port 0 --save '' \
		--crash-log-enabled no --unixsocket "$D/redis" --dir "$D" > "$D/output" 2>&1 3>&- &
	server=$!
	for _ in $(seq 100); do
		[ ! -S "$D/redis" ] || break
		sleep 0.05
	done
}

@test "redis-server works below its limit, and ends out of memory at it" {
	serve $ENOUGH
	run timeout 60 redis-benchmark -s "$D/redis" -n 3000 -r 1000 -d 2000 \
		-q -t set,get,lpush,lrange_100
	[ "$status" -eq 0 ]
	run redis-cli -s "$D/redis" eval \
		'redis.call("set", "a", 5) return redis.call("incr", "a")' 0
	[ "$output" = 6 ]
	redis-cli -s "$D/redis" shutdown nosave
	wait $server
	[ ! -s "$BATS_TEST_TMPDIR/audit" ]
	serve 32MiB
	run timeout 60 redis-benchmark -s "$D/redis" -n 5000 -r 100000 -d 20000 -q -t set
	[ "$status" -ne 124 ]
	run timeout 10 redis-cli -s "$D/redis" ping
	[ "$status" -ne 0 ]
	run wait $server
	[ "$status" -eq 134 ] # without a crash report it aborts at once
	grep -q "Out Of Memory allocating" "$D/output"
	grep -q '"rule":"memory_limit"' "$BATS_TEST_TMPDIR/audit"
}

teardown() {
	[ -z "${server:-}" ] || kill -9 "$server" 2> /dev/null || true
}

@test "a C++ program works below its limit, and dies of bad_alloc at it" {
	same "$D/map" 20000
	fails 134 std::bad_alloc 16MiB "$D/map" 500000
}

@test "git works below its limit, and keeps its repository whole at it" {
	cd "$D"
	same sh "$D/git.sh"
	cd "$D/clone"
	fails 128 "Out of memory" 16MiB sh -c \
		'head -c 50000000 /dev/zero | git hash-object -w --stdin'
	run git fsck --strict
	[ "$status" -eq 0 ]
	run git status --short
	[ "$output" = "" ]
}

@test "gcc works below its limit, and leaves no program at it" {
	same sh -c "gcc -O2 -o $D/main $D/main.c && $D/main"
	rm "$D/main"
	fails 1 "out of memory" 3MiB gcc -O2 -o "$D/main" "$D/main.c"
	[ ! -e "$D/main" ]
}

@test "node works below its limit, and throws at it" {
	installed node
	same node -e '
		const all = new Map();
		for (let i = 0; i < 50000; i++) all.set(i, JSON.parse(JSON.stringify({ i, s: "x".repeat(i % 99) })));
		console.log(all.size, require("crypto").createHash("sha256").update("x").digest("hex"));
		new (require("worker_threads").Worker)("console.log(42)", { eval: true });'
	fails 1 "Array buffer allocation failed" 1GiB node -e '
		const all = [];
		for (let i = 0; i < 100; i++) all.push(Buffer.allocUnsafe(1e8));'
}

# A JVM's own heap is a mapping; what malloc gives is for the machine itself.
@test "java works below its limit, and does not start at it" {
	installed java
	cd "$D" # for what a JVM writes when it ends like this
	local java="java -Xmx64m -XX:+UseSerialGC -XX:ErrorFile=/dev/null"
	local keytool="$java -m java.base/sun.security.tools.keytool.Main \
		-keystore $D/keys -storepass secret"

	same sh -c "rm -f $D/keys
		$keytool -genkeypair -dname cn=a -alias a -keyalg RSA 2> /dev/null
		$keytool -list | grep -o PrivateKeyEntry"
	fails 1 "insufficient memory" 2MiB $java -version
}
