#!/usr/bin/env bats
# permissive.bats - with nothing withheld, programs behave exactly as without us.
# SPDX-License-Identifier: MIT

load ../e2e/common

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	cat > "$D/session.py" <<-'P'
		import asyncio, ctypes, decimal, hashlib, json, lzma, multiprocessing, os, sqlite3, ssl
		import subprocess, tempfile, threading, zlib
		print(ssl.create_default_context().verify_mode, hashlib.sha256(b"x").hexdigest())
		results = []
		threads = [threading.Thread(target=lambda i=i: results.append(i * i)) for i in range(32)]
		[t.start() for t in threads]
		[t.join() for t in threads]
		print(sorted(results))
		pid = os.fork()
		if pid == 0:
		    os._exit(7)
		print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
		print(subprocess.run(["sh", "-c", "echo from a shell; exit 3"], capture_output=True))
		with multiprocessing.Pool(2) as pool:
		    print(pool.map(abs, range(-5, 5)))
		async def main():
		    p = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
		    print(await p.communicate(b"through a pipe"))
		asyncio.run(main())
		with tempfile.NamedTemporaryFile() as f:
		    f.write(zlib.compress(b"abc" * 1000)); f.flush()
		    print(len(zlib.decompress(open(f.name, "rb").read())))
		db = sqlite3.connect(":memory:")
		print(db.execute("select sqlite_version()").fetchone())
		a, b = __import__("socket").socketpair(); a.send(b"hi"); print(b.recv(2))
	P
	cat > "$D/session.sql" <<-'S'
		create table t(a integer primary key, b text);
		with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
			insert into t select i, hex(i * 7919) from n;
		create index i on t(b);
		select count(*), sum(length(b)), max(b) from t where b > '3';
		pragma integrity_check;
	S
	mkdir "$D/project"
	for i in 1 2 3 4; do
		echo "int f$i(int x) { return x * $i; }" > "$D/project/f$i.c"
	done
	cat > "$D/project/main.c" <<-'C'
		#include <stdio.h>
		int f1(int), f2(int), f3(int), f4(int);
		int main(void) { printf("%d\n", f1(1) + f2(2) + f3(3) + f4(4)); return 0; }
	C
	printf 'prog: main.o f1.o f2.o f3.o f4.o\n\tgcc -o $@ $^\n%%.o: %%.c\n\tgcc -O2 -c -o $@ $<\nclean:\n\trm -f *.o prog\n' \
		> "$D/project/Makefile"
}

# same COMMAND: below each profile it says and returns what it does without us.
same() {
	local plain code

	run sh -c "$1"
	plain=$output code=$status
	for profile in permissive fig; do
		sandboxed PROFILE=$profile MAX_LOADED_LIBS=0 -- sh -c "$1"
		diff <(echo "$plain") <(echo "$output")
		[ "$status" -eq "$code" ]
	done
	[ ! -s "$BATS_TEST_TMPDIR/audit" ]
}

@test "a python3 session that imports, forks, threads, spawns and uses ssl" {
	same "/usr/bin/python3 $D/session.py"
}

@test "sqlite3 on a generated database" {
	same "rm -f $D/db; sqlite3 $D/db < $D/session.sql; sqlite3 $D/db 'select count(*) from t'"
}

@test "make and gcc building a project" {
	same "cd $D/project && make -s clean && make -j2 -s && ./prog"
}

# A daemon keeps its output open: bats would wait for its end.
serve() {
	FIG_SANDBOX_PROFILE=permissive FIG_SANDBOX_AUDIT="file:$D/audit" \
		LD_PRELOAD="$LIB" "$@" > "$D/output" 2>&1 3>&-
}

@test "redis-server serves redis-benchmark" {
	serve redis-server --port 0 --save '' --daemonize yes \
		--unixsocket "$D/redis" --pidfile "$D/redis.pid" --dir "$D"
	for _ in $(seq 100); do
		[ -S "$D/redis" ] && break
		sleep 0.05
	done
	run redis-benchmark -s "$D/redis" -n 5000 -q -t set,get,lpush,lrange_100
	[ "$status" -eq 0 ]
	run redis-cli -s "$D/redis" eval 'redis.call("set", "a", 5) return redis.call("incr", "a")' 0
	[ "$output" = 6 ]
	grep -q figsandbox "/proc/$(cat "$D/redis.pid")/maps"
	redis-cli -s "$D/redis" shutdown nosave
}

# Outside bats's folders, which nginx's workers, who are another user, cannot enter.
@test "nginx serves files" {
	N=$(mktemp -d)
	mkdir "$N/logs" "$N/html"
	chmod 755 "$N"
	head -c 300000 /dev/urandom > "$N/html/blob"
	cat > "$N/nginx.conf" <<-C
		error_log stderr; pid $N/pid; worker_processes 2;
		events {}
		http { access_log off; server { listen unix:$N/s; root $N/html; } }
	C
	serve /usr/sbin/nginx -p "$N" -c nginx.conf
	grep -q figsandbox "/proc/$(cat "$N/pid")/maps"
	for _ in 1 2 3; do
		curl -sS --unix-socket "$N/s" http://localhost/blob | cmp - "$N/html/blob"
		kill -HUP "$(cat "$N/pid")"
	done
	run curl -sS -o /dev/null -w '%{http_code}' --unix-socket "$N/s" http://localhost/absent
	[ "$output" = 404 ]
}

teardown() {
	for pid in "$D/redis.pid" "${N:-$D}/pid"; do
		[ ! -s "$pid" ] || kill "$(cat "$pid")" || true
	done
	rm -rf "${N:-$D/none}"
}
