#!/usr/bin/env bats
# plugins.bats - real programs that load libraries: an allowed one works as ever,
# a refused one is refused in the program's own words and ours.
# SPDX-License-Identifier: MIT

load ../e2e/common

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	cp "$LIB" "$D/libfigsandbox.so"
	cat > "$D/hello.c" <<-'C'
		int sqlite3_hello_init(void *db, char **error, const void *api)
		{ return !db || !error || !api; }
	C
	gcc -shared -fPIC -o "$D/hello.so" "$D/hello.c"
	# The one call a redis module must make, by the name redis gives it.
	cat > "$D/module.c" <<-'C'
		#include <stddef.h>
		#include <string.h>
		int RedisModule_OnLoad(void *ctx, void **argv, int argc);
		int RedisModule_OnLoad(void *ctx, void **argv, int argc)
		{
			int (*get)(const char *, void *) = (int (*)(const char *, void *))((void **)ctx)[0];
			void (*set)(void *, const char *, int, int) = NULL;

			(void)argv, (void)argc;
			if (get("RedisModule_SetModuleAttribs", &set) || !set)
				return 1;
			set(ctx, "fig", 1, 1);
			return 0;
		}
	C
	gcc -shared -fPIC -o "$D/module.so" "$D/module.c"
	/usr/bin/python3 - "$D/in.wav" <<-'P'
		import math, struct, sys, wave
		w = wave.open(sys.argv[1], "wb")
		w.setnchannels(1); w.setsampwidth(2); w.setframerate(8000)
		w.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i / 9))) for i in range(8000)))
	P
}

@test "python3 ctypes: an allowed library works as without the sandbox" {
	local code='import ctypes; z = ctypes.CDLL("libz.so.1"); print(z.crc32(0, b"abc", 3) & 0xffffffff)'

	sandboxed "ALLOWED_LIBS=/usr/lib/python3*/lib-dynload/*:/usr/lib/x86_64-linux-gnu/libz.so.1" \
		-- /usr/bin/python3 -c "$code"
	[ "$status" -eq 0 ]
	[ "$output" = "$(/usr/bin/python3 -c "$code")" ]
	[ ! -s "$BATS_TEST_TMPDIR/audit" ]
}

@test "python3 ctypes: a refused library is an OSError that names the rule" {
	sandboxed "ALLOWED_LIBS=/usr/lib/python3*/lib-dynload/*" \
		-- /usr/bin/python3 -c 'import ctypes; ctypes.CDLL("libz.so.1")'
	[ "$status" -eq 1 ]
	[[ "$output" == *"OSError: ERR_DLOPEN_FAILED: /usr/lib/"*"libz.so"*": not in allowed_libs (FIG_SANDBOX_ALLOWED_LIBS)" ]]
}

@test "sqlite3 .load: an allowed extension is loaded" {
	sandboxed "ALLOWED_LIBS=$D/*.so" -- sqlite3 :memory: ".load $D/hello.so" "select 'loaded'"
	[ "$status" -eq 0 ]
	[ "$output" = loaded ]
}

@test "sqlite3 .load: a refused extension is sqlite3's own error with the rule" {
	sandboxed "ALLOWED_LIBS=/nonexistent/*" -- sqlite3 :memory: ".load $D/hello" "select 'loaded'"
	[[ "$output" == *"ERR_DLOPEN_FAILED: $D/hello.so: not in allowed_libs (FIG_SANDBOX_ALLOWED_LIBS)"* ]]
	[[ "$output" != *loaded ]]
}

nginx_conf() {
	mkdir -p "$D/nginx/logs"
	cat > "$D/nginx/nginx.conf" <<-N
		load_module /usr/lib/nginx/modules/ngx_stream_module.so;
		error_log stderr;
		pid $D/nginx/pid;
		events {}
	N
}

@test "nginx load_module: an allowed module is loaded" {
	nginx_conf
	sandboxed "ALLOWED_LIBS=/usr/lib/nginx/modules/*.so" \
		-- /usr/sbin/nginx -t -p "$D/nginx" -c nginx.conf
	[ "$status" -eq 0 ]
	[[ "$output" == *"test is successful"* ]]
}

@test "nginx load_module: a refused module is nginx's own error with the rule" {
	nginx_conf
	sandboxed "ALLOWED_LIBS=/nonexistent/*" -- /usr/sbin/nginx -t -p "$D/nginx" -c nginx.conf
	[ "$status" -eq 1 ]
	[[ "$output" == *"dlopen() "*"ngx_stream_module.so"*"failed (ERR_DLOPEN_FAILED: "*"not in allowed_libs"* ]]
}

@test "redis --loadmodule: an allowed module is loaded" {
	sandboxed "ALLOWED_LIBS=$D/module.so" -- timeout 2 redis-server --port 0 \
		--unixsocket "$BATS_TEST_TMPDIR/s" --save '' --loadmodule "$D/module.so"
	[[ "$output" == *"Module 'fig' loaded from"* ]]
}

@test "redis --loadmodule: a refused module is redis's own error with the rule" {
	sandboxed "ALLOWED_LIBS=/nonexistent/*" -- timeout 5 redis-server --port 0 \
		--unixsocket "$BATS_TEST_TMPDIR/s" --save '' --loadmodule "$D/module.so"
	[ "$status" -eq 1 ]
	[[ "$output" == *"Module $D/module.so failed to load: ERR_DLOPEN_FAILED: $D/module.so: not in allowed_libs"* ]]
}

@test "a LADSPA host computes the same with an allowed plugin" {
	local plugin=/usr/lib/ladspa/amp.so

	applyplugin "$D/in.wav" "$D/plain.wav" $plugin amp_mono 0.5
	sandboxed "ALLOWED_LIBS=$plugin" -- applyplugin "$D/in.wav" "$D/out.wav" $plugin amp_mono 0.5
	[ "$status" -eq 0 ]
	cmp "$D/plain.wav" "$D/out.wav"
}

@test "a LADSPA host reports a refused plugin with the rule" {
	sandboxed "ALLOWED_LIBS=/nonexistent/*" -- applyplugin "$D/in.wav" "$D/no.wav" \
		/usr/lib/ladspa/amp.so amp_mono 0.5
	[ "$status" -ne 0 ]
	[[ "$output" == *"ERR_DLOPEN_FAILED: /usr/lib/ladspa/amp.so: not in allowed_libs"* ]]
	[ ! -e "$D/no.wav" ]
}
