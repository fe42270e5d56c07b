#!/usr/bin/env bats
# tools.bats - everyday programs inside a policy work as ever, and outside it are
# refused in their own words.
# SPDX-License-Identifier: MIT

load ../e2e/common

setup_file() {
	export D="$BATS_FILE_TMPDIR" PORT
	mkdir "$D/work" "$D/secret" "$D/www"
	echo content > "$D/work/file"
	echo secret > "$D/secret/file"
	echo page > "$D/www/index.html"
	cat > "$D/server.py" <<-'P'
		import functools, http.server, sys
		handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
		server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
		print(server.server_port, flush=True)
		server.serve_forever()
	P
	/usr/bin/python3 "$D/server.py" "$D/www" > "$D/port" 2>/dev/null 3>&- &
	echo $! > "$D/server"
	for _ in $(seq 100); do
		[ -s "$D/port" ] && break
		sleep 0.05
	done
	PORT=$(cat "$D/port")
}

teardown_file() {
	kill "$(cat "$D/server")"
}

# What these programs read of the system, and one folder of ours for everything.
inside() {
	sandboxed "READ=/usr/**:/etc/**:/dev/**:/proc/**:$D/work/**" \
		"WRITE=$D/work/**:/dev/null:/tmp/cc*" -- "$@"
}

@test "curl and wget reach the address that the policy names" {
	for client in "curl -sS" "wget -nv -O -"; do
		sandboxed "CONNECT=127.0.0.1:$PORT" -- $client "http://127.0.0.1:$PORT/"
		[ "$status" -eq 0 ]
		[[ "$output" == *page* ]]
	done
}

@test "curl and wget are refused every other address" {
	sandboxed "CONNECT=192.0.2.1:80" -- curl -sS "http://127.0.0.1:$PORT/"
	[ "$status" -eq 7 ]
	grep -q "\"object\":\"127.0.0.1:$PORT\",\"rule\":\"connect\"" "$BATS_TEST_TMPDIR/audit"
	sandboxed "CONNECT=192.0.2.1:80" -- wget -t 1 -nv -O - "http://127.0.0.1:$PORT/"
	[ "$status" -eq 4 ]
	[[ "$output" == *"Permission denied"* ]]
}

@test "without the network at all a look-up fails as well" {
	sandboxed ALLOW_NETWORK=false -- curl -sS "http://localhost:$PORT/"
	[ "$status" -ne 0 ]
	[[ "$output" != *page* ]]
}

@test "tar packs and unpacks inside the policy" {
	inside tar -C "$D/work" -cf "$D/work/a.tar" file
	[ "$status" -eq 0 ]
	mkdir -p "$D/work/out"
	inside tar -C "$D/work/out" -xf "$D/work/a.tar"
	[ "$status" -eq 0 ]
	cmp "$D/work/file" "$D/work/out/file"
	# libselinux looks whether there is an SELinux; nothing else was refused.
	run grep -vc '"object":"\(/sys/fs\)\?/selinux"' "$BATS_TEST_TMPDIR/audit"
	[ "$output" = 0 ]
}

@test "tar is refused what lies outside" {
	inside tar -cf "$D/work/b.tar" "$D/secret/file"
	[ "$status" -ne 0 ]
	[[ "$output" == *"$D/secret/file"*"Permission denied"* ]]
	inside tar -C "$D/work" -cf "$D/secret/b.tar" file
	[ "$status" -ne 0 ]
	[ ! -e "$D/secret/b.tar" ]
}

@test "cp copies inside, and neither reads nor writes outside" {
	inside cp -p "$D/work/file" "$D/work/copy"
	[ "$status" -eq 0 ]
	cmp "$D/work/file" "$D/work/copy"
	inside cp "$D/secret/file" "$D/work/stolen"
	[ "$status" -eq 1 ]
	[ ! -s "$D/work/stolen" ]
	inside cp "$D/work/file" "$D/secret/planted"
	[ "$status" -eq 1 ]
	[ ! -e "$D/secret/planted" ]
}

@test "a symlink inside does not lead outside" {
	ln -sf "$D/secret/file" "$D/work/link"
	inside cat "$D/work/link"
	[ "$status" -eq 1 ]
	[[ "$output" == *"Permission denied"* ]]
}

@test "git makes a repository, commits and clones inside the policy" {
	cat > "$D/work/session" <<-S
		set -e
		export HOME=$D/work GIT_CONFIG_NOSYSTEM=1
		rm -rf $D/work/repo $D/work/clone
		git init -q $D/work/repo
		cd $D/work/repo
		git config user.name n
		git config user.email e
		echo one > a
		git add a
		git commit -q -m first
		git clone -q $D/work/repo $D/work/clone
		git -C $D/work/clone log --format=%s
	S
	inside sh "$D/work/session"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = first ]
}

@test "git is refused a repository outside" {
	inside env HOME="$D/work" git init -q "$D/secret/repo"
	[ "$status" -ne 0 ]
	[ ! -e "$D/secret/repo" ]
}

@test "gcc compiles and links inside, and does not read outside" {
	echo 'int main(void) { return 7; }' > "$D/work/main.c"
	inside env TMPDIR="$D/work" gcc -o "$D/work/main" "$D/work/main.c"
	[ "$status" -eq 0 ]
	run "$D/work/main"
	[ "$status" -eq 7 ]
	echo 'int main(void) { return 8; }' > "$D/secret/main.c"
	inside env TMPDIR="$D/work" gcc -o "$D/work/other" "$D/secret/main.c"
	[ "$status" -ne 0 ]
	[ ! -e "$D/work/other" ]
}
