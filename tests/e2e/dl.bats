#!/usr/bin/env bats
# dl.bats - loading libraries and looking up symbols, as a program sees it.
# SPDX-License-Identifier: MIT

load common

setup_file() {
	cd "$BATS_TEST_DIRNAME/dl" || return
	export D="$BATS_FILE_TMPDIR"
	mkdir -p "$D"/{good,bad,inner,links}
	gcc -D_GNU_SOURCE -O0 -o "$D/host" host.c -ldl
	gcc -o "$D/syncs" syncs.c
	gcc -D_GNU_SOURCE -shared -fPIC -o "$D/interposer.so" interposer.c -ldl
	for i in 1 2 3 4; do
		gcc -shared -fPIC -DANSWER=$i -o "$D/good/lib$i.so" plugin.c
	done
	gcc -shared -fPIC -DANSWER=5 -o "$D/bad/lib5.so" plugin.c
	gcc -shared -fPIC -o "$D/good/libconnect.so" connect.c
	gcc -shared -fPIC -DANSWER=42 -o "$D/inner/libinner.so" plugin.c
	for o in 0 2; do
		gcc -O$o -shared -fPIC -o "$D/opener$o.so" opener.c -ldl \
			-Wl,-rpath,"\$ORIGIN/inner"
		gcc -D_GNU_SOURCE -O$o -o "$D/runpath$o" host.c -ldl -Wl,-rpath,"\$ORIGIN/inner"
		gcc -D_GNU_SOURCE -O$o -o "$D/rpath$o" host.c -ldl \
			-Wl,--disable-new-dtags,-rpath,"\${ORIGIN}/inner"
	done
	# libneeds wants libdep, which lies where libneeds is told to look.
	gcc -shared -fPIC -DANSWER=9 -o "$D/bad/libdep.so" plugin.c
	gcc -shared -fPIC -DNEEDS -o "$D/good/libneeds.so" plugin.c \
		-L"$D/bad" -ldep -Wl,-rpath,"\$ORIGIN/../bad"
	gcc -shared -fPIC -DNEEDS -o "$D/good/liblost.so" plugin.c \
		-L"$D/bad" -ldep
	ln -s ../good/lib1.so "$D/links/link.so"
	ln -s ../bad/lib5.so "$D/links/lib1.so"
	echo "GROUP ( libc.so.6 )" > "$D/good/script.so"
	head -c 3000 "$D/good/lib1.so" > "$D/good/cut.so"
	ln -s good "$D/same"
}

setup() {
	cd "$D" || return
}

@test "the caller's RUNPATH and \$ORIGIN are kept at -O0 and -O2, with any policy" {
	for setting in PROFILE=permissive PROFILE=fig \
		"ALLOWED_LIBS=$D/inner/*.so"; do
		for o in 0 2; do
			sandboxed "$setting" -- "./runpath$o" \
				open libinner.so call answer
			[ "$output" = $'ok\n42' ]
		done
	done
}

@test "a DT_RPATH is kept as well" {
	for setting in PROFILE=permissive "ALLOWED_LIBS=$D/inner/*.so"; do
		sandboxed "$setting" -- ./rpath0 open libinner.so call answer
		[ "$output" = $'ok\n42' ]
	done
}

@test "a library that opens another by name is searched by its own RUNPATH" {
	for o in 0 2; do
		sandboxed "ALLOWED_LIBS=$D/*.so:$D/inner/*" -- \
			"./host" open "$D/opener$o.so" call answer
		[ "$output" = $'ok\n42' ]
		sandboxed "ALLOWED_LIBS=$D/*.so" -- \
			"./host" open "$D/opener$o.so" call answer
		[ "$output" = $'ok\n-1' ]
	done
}

@test "\$ORIGIN in a path given to dlopen is the caller's" {
	sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host \
		open "\$ORIGIN/good/lib1.so" call answer \
		open "\${ORIGIN}/bad/lib5.so"
	[ "${lines[1]}" = 1 ]
	[[ "${lines[2]}" == "ERR_DLOPEN_FAILED: $D/bad/lib5.so: "* ]]
}

@test "a library outside allowed_libs is not loaded and dlerror names the rule, once" {
	sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host \
		open "$D/bad/lib5.so" error -
	[ "${lines[0]}" = "ERR_DLOPEN_FAILED: $D/bad/lib5.so: not in allowed_libs (FIG_SANDBOX_ALLOWED_LIBS)" ]
	[ "${lines[1]}" = "no error" ]
}

@test "dlerror names the file and the line of the setting" {
	printf '[ffi.sandbox]\nallowed_libs = ["%s"]\n' "$D/good/*" > fig.toml
	sandboxed CONFIG=fig.toml -- ./host open "$D/bad/lib5.so"
	[[ "$output" == "ERR_DLOPEN_FAILED: $D/bad/lib5.so: not in allowed_libs ("*"fig.toml:2)" ]]
}

@test "a refused path is refused whether it exists or not" {
	sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host open /nonexistent/a.so
	[ "$output" = "ERR_DLOPEN_FAILED: /nonexistent/a.so: not in allowed_libs (FIG_SANDBOX_ALLOWED_LIBS)" ]
}

@test "the refusal is superseded by the next dl call, as in libc" {
	sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host open "$D/good/lib1.so" \
		open "$D/bad/lib5.so" symbol answer error - symbol nothing
	[ "${lines[2]}" = lib1.so ]
	[ "${lines[3]}" = "no error" ]
	[[ "${lines[4]}" == *"undefined symbol: nothing" ]]
}

@test "an allowed library is loaded by path, by relative path and through a directory symlink" {
	sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host \
		open "$D/good/lib1.so" call answer \
		open ./good/lib2.so call answer \
		open same/lib3.so call answer name -
	[ "$output" = "ok
1
ok
2
ok
3
$D/good/lib3.so" ]
}

@test "a grant of either name admits: the link's and the target's" {
	sandboxed "ALLOWED_LIBS=$D/links/link.so" -- ./host \
		open "$D/links/link.so" call answer
	[ "$output" = $'ok\n1' ]
	sandboxed "ALLOWED_LIBS=$D/good/lib1.so" -- ./host \
		open "$D/links/link.so" call answer
	[ "$output" = $'ok\n1' ]
	sandboxed "ALLOWED_LIBS=$D/links/other.so" -- ./host \
		open "$D/links/link.so"
	[[ "$output" == "ERR_DLOPEN_FAILED: $D/good/lib1.so: "* ]]
}

@test "a library granted by its target's name is loaded by that name" {
	sandboxed "ALLOWED_LIBS=$D/good/lib1.so" -- ./host \
		open "$D/links/link.so" name -
	[ "${lines[1]}" = "$D/good/lib1.so" ]
	sandboxed "ALLOWED_LIBS=$D/links/link.so" -- ./host \
		open "$D/links/link.so" name -
	[ "${lines[1]}" = "$D/links/link.so" ]
}

@test "a symlink with a granted name does not hide a system library" {
	ln -sf "$(realpath /lib/x86_64-linux-gnu/libm.so.6)" links/m.so
	sandboxed BLOCK_SYSTEM_LIBS=true -- ./host open "$D/links/m.so" \
		open "$D/good/lib1.so"
	[[ "${lines[0]}" == *": in a system library directory: block_system_libs (FIG_SANDBOX_BLOCK_SYSTEM_LIBS)" ]]
	[ "${lines[1]}" = ok ]
}

@test "a bare name is judged by the file that the cache has for it" {
	sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host open libz.so.1
	[[ "$output" == "ERR_DLOPEN_FAILED: /usr/lib/x86_64-linux-gnu/libz.so.1."* ]]
	sandboxed "ALLOWED_LIBS=/usr/lib/x86_64-linux-gnu/libz.so.1" -- ./host \
		open libz.so.1 name -
	[ "${lines[0]}" = ok ]
	[ "${lines[1]}" = /usr/lib/x86_64-linux-gnu/libz.so.1 ]
}

@test "LD_LIBRARY_PATH counts as it was at start" {
	LD_LIBRARY_PATH="/nonexistent:$D/good" \
		sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host \
		open lib2.so call answer open lib5.so
	[ "${lines[1]}" = 2 ]
	[ "${lines[2]}" = "lib5.so: cannot open shared object file: No such file or directory" ]
}

@test "a file for another machine is passed over in the search" {
	mkdir -p first
	cp good/lib2.so first/
	printf '\x03' | dd of=first/lib2.so bs=1 seek=18 conv=notrunc 2>/dev/null
	LD_LIBRARY_PATH="$D/first:$D/good" \
		sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host open lib2.so call answer
	[ "$output" = $'ok\n2' ]
}

@test "the variant for this processor is judged, the one that ld.so takes" {
	for dir in glibc-hwcaps/x86-64-v2 glibc-hwcaps/x86-64-v3 \
		glibc-hwcaps/x86-64-v4 tls haswell tls/haswell/x86_64; do
		mkdir -p "variants/$dir"
		cp good/lib2.so "variants/$dir/"
		native="$(env LD_LIBRARY_PATH="$D/variants:$D/good" \
			./host open lib2.so name -)"
		LD_LIBRARY_PATH="$D/variants:$D/good" sandboxed \
			"ALLOWED_LIBS=$D/**" -- ./host open lib2.so name -
		[ "$output" = "$native" ]
		LD_LIBRARY_PATH="$D/variants:$D/good" sandboxed \
			"ALLOWED_LIBS=/nonexistent" -- ./host open lib2.so
		[[ "$output" == "ERR_DLOPEN_FAILED: ${native#*$'\n'}: "* ]]
		rm -r variants
	done
}

@test "what is found nowhere gets libc's own text" {
	for setting in PROFILE=permissive PROFILE=fig \
		"ALLOWED_LIBS=$D/good/*"; do
		sandboxed "$setting" -- ./host open libnowhere.so \
			open "$D/good/nothing.so" error -
		[ "$output" = "libnowhere.so: cannot open shared object file: No such file or directory
$D/good/nothing.so: cannot open shared object file: No such file or directory
no error" ]
	done
}

@test "what is no library gets libc's own text" {
	sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host open "$D/good/script.so"
	[ "$output" = "$D/good/script.so: invalid ELF header" ] ||
		[ "$output" = "$D/good/script.so: file too short" ]
}

@test "a damaged library is refused, not crashed over" {
	sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host open "$D/good/cut.so"
	[ "$status" -eq 0 ]
	[ "$output" = "ERR_DLOPEN_FAILED: $D/good/cut.so: malformed library" ]
}

@test "the program itself may always be opened" {
	sandboxed ALLOWED_LIBS= -- ./host open "" open ""
	[ "$output" = $'ok\nok' ]
}

@test "a needed library that is not allowed refuses the whole, and is named" {
	sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host open "$D/good/libneeds.so"
	[[ "$output" == "ERR_DLOPEN_FAILED: $D/bad/libdep.so: not in allowed_libs"* ]]
	sandboxed "ALLOWED_LIBS=$D/good/*:$D/bad/libdep.so" -- ./host \
		open "$D/good/libneeds.so" call answer
	[ "$output" = $'ok\n9' ]
}

@test "a needed library that is loaded already is not asked about" {
	sandboxed "ALLOWED_LIBS=$D/good/*" -- ./host open "$D/good/lib1.so" \
		open "$D/good/liblost.so"
	[ "${lines[1]}" = "libdep.so: cannot open shared object file: No such file or directory" ]
	LD_LIBRARY_PATH="$D/bad" sandboxed \
		"ALLOWED_LIBS=$D/good/*:$D/bad/libdep.so" -- ./host \
		open "$D/bad/libdep.so" open "$D/good/liblost.so" call answer
	[ "${lines[2]}" = 9 ]
}

@test "the record names the dependency and the program that asked" {
	run env FIG_SANDBOX_AUDIT=stderr "FIG_SANDBOX_ALLOWED_LIBS=$D/good/*" \
		LD_PRELOAD="$LIB" ./host open "$D/good/libneeds.so"
	[[ "$output" == *'"right":"lib.load"'* ]]
	[[ "$output" == *"\"object\":\"$D/bad/libdep.so\""* ]]
	[[ "$output" == *'"rule":"allowed_libs"'* ]]
	[[ "$output" == *'"func":"dlopen"'* ]]
}

@test "audit mode records a refusal and lets it pass" {
	run env FIG_SANDBOX_AUDIT=stderr FIG_SANDBOX_MODE=audit \
		FIG_SANDBOX_ALLOWED_LIBS= LD_PRELOAD="$LIB" \
		./host open "$D/good/libneeds.so" call answer
	[[ "$output" == *'"event":"would_deny"'*"$D/good/libneeds.so"* ]]
	[[ "$output" == *"$D/bad/libdep.so"* ]]
	[[ "$output" == *$'ok\n9'* ]]
}

@test "max_loaded_libs counts what is open, and dlclose gives a place back" {
	for extra in MODE=enforce "ALLOWED_LIBS=$D/good/*"; do
		sandboxed MAX_LOADED_LIBS=2 "$extra" -- ./host \
			open "$D/good/lib1.so" open "$D/good/lib2.so" \
			open "$D/good/lib3.so" close - open "$D/good/lib3.so" \
			open "$D/good/lib4.so"
		[ "$output" = "ok
ok
ERR_DLOPEN_FAILED: $D/good/lib3.so: max_loaded_libs = 2 reached (FIG_SANDBOX_MAX_LOADED_LIBS)
ok
ok
ERR_DLOPEN_FAILED: $D/good/lib4.so: max_loaded_libs = 2 reached (FIG_SANDBOX_MAX_LOADED_LIBS)" ]
	done
}

@test "max_loaded_libs counts neither the host's libraries nor a second dlopen" {
	for extra in MODE=enforce "ALLOWED_LIBS=$D/**:/usr/lib/**"; do
		sandboxed MAX_LOADED_LIBS=1 "$extra" -- ./host \
			open libc.so.6 open "$D/good/lib1.so" \
			open "$D/good/lib1.so" open ./good/lib1.so \
			open "$D/links/link.so" open libc.so.6 \
			open "$D/good/lib2.so"
		[ "${lines[*]:0:6}" = "ok ok ok ok ok ok" ]
		[[ "${lines[6]}" == *"max_loaded_libs = 1 reached"* ]]
	done
}

@test "a load that fails, and RTLD_NOLOAD, take no place" {
	sandboxed MAX_LOADED_LIBS=1 -- ./host open "$D/good/script.so" \
		open libnowhere.so noload "$D/good/lib2.so" \
		open "$D/good/lib1.so" call answer open "$D/good/lib2.so"
	[ "${lines[3]}" = ok ]
	[ "${lines[4]}" = 1 ]
	[[ "${lines[5]}" == *"max_loaded_libs = 1 reached"* ]]
}

@test "a child of fork goes on counting" {
	sandboxed MAX_LOADED_LIBS=2 -- ./host open "$D/good/lib1.so" \
		fork "$D/good/lib2.so" open "$D/good/lib3.so" \
		fork "$D/good/lib4.so"
	[ "${lines[*]:0:3}" = "ok ok ok" ]
	[[ "${lines[3]}" == *"max_loaded_libs = 2 reached"* ]]
}

@test "RTLD_DEEPBIND is stripped, refused or let through as deepbind says" {
	sandboxed -- ./host deep "$D/good/lib1.so" call answer
	[ "$output" = $'ok\n1' ]
	sandboxed DEEPBIND=deny -- ./host deep "$D/good/lib1.so" \
		open "$D/good/lib1.so"
	[ "$output" = "ERR_DLOPEN_FAILED: $D/good/lib1.so: RTLD_DEEPBIND: deepbind (FIG_SANDBOX_DEEPBIND)
ok" ]
	sandboxed DEEPBIND=allow -- ./host deep "$D/good/lib1.so"
	[ "$output" = ok ]
}

@test "a library opened with RTLD_DEEPBIND still calls our dlopen" {
	sandboxed "ALLOWED_LIBS=$D/*.so" -- ./host \
		deep "$D/opener2.so" call answer
	[ "$output" = $'ok\n-1' ]
	sandboxed "ALLOWED_LIBS=$D/*.so" DEEPBIND=allow -- ./host \
		deep "$D/opener2.so" call answer
	[ "$output" = $'ok\n42' ]
}

@test "dlmopen into a new namespace is refused while something is withheld" {
	sandboxed "ALLOWED_LIBS=$D/**" -- ./host apart "$D/good/lib1.so" \
		base "$D/good/lib1.so" call answer base "$D/../x.so"
	[ "${lines[0]}" = "ERR_DLOPEN_FAILED: $D/good/lib1.so: a namespace of its own (dlmopen)" ]
	[ "${lines[1]}" = ok ]
	[ "${lines[2]}" = 1 ]
	[[ "${lines[3]}" == "ERR_DLOPEN_FAILED: "*"not in allowed_libs"* ]]
	sandboxed PROFILE=permissive -- ./host apart "$D/good/lib1.so"
	[ "$output" = ok ]
}

@test "dlsym and dlvsym on libc's handle give our function" {
	sandboxed -- ./host open libc.so.6 symbol open version open \
		symbol dlopen symbol dlsym default open next open \
		symbol qsort version qsort
	[ "${lines[*]}" = "ok $(printf "${LIB##*/} %.0s" 1 2 3 4 5 6)libc.so.6 libc.so.6" ]
}

@test "a second copy of libc is no way to the function behind ours" {
	cp /lib/x86_64-linux-gnu/libc.so.6 copy.so
	sandboxed -- ./host open "$D/copy.so" symbol open
	[ "${lines[0]}" = ok ]
	[ "${lines[1]}" = "${LIB##*/}" ]
}

@test "a library's own function with an intercepted name is kept" {
	sandboxed -- ./host open "$D/good/libconnect.so" symbol connect \
		call connect default connect
	[ "${lines[*]}" = "ok libconnect.so 77 ${LIB##*/}" ]
}

@test "a symbol that is not there fails as in libc" {
	sandboxed -- ./host open "$D/good/lib1.so" symbol nothing \
		next nothing version open
	[ "${lines[1]}" = "$D/good/lib1.so: undefined symbol: nothing" ]
	[[ "${lines[2]}" == *"undefined symbol: nothing" ]]
}

@test "another preload library, before or behind us, finds the function it wraps" {
	for order in "$LIB:$D/interposer.so" "$D/interposer.so:$LIB"; do
		run env FIG_SANDBOX_AUDIT=none LD_PRELOAD="$order" ./syncs
		[ "$output" = 0 ]
	done
}

@test "with mode = off nothing is changed" {
	sandboxed MODE=off ALLOWED_LIBS= DEEPBIND=deny -- ./host \
		deep "$D/good/lib1.so" open libc.so.6 symbol open \
		apart "$D/good/lib2.so"
	[ "${lines[*]}" = "ok ok libc.so.6 ok" ]
}

@test "python3's ctypes loads what is allowed and shows our text for the rest" {
	command -v /usr/bin/python3 > /dev/null || skip "no python3"
	for lib in good/lib1.so bad/lib5.so; do
		sandboxed "ALLOWED_LIBS=$D/good/*:/usr/lib/python3*/**:/usr/lib/x86_64-linux-gnu/libffi.so.8" \
			-- /usr/bin/python3 -c "
import ctypes
try: print(ctypes.CDLL('$D/$lib').answer())
except OSError as error: print(error)"
		[ "$status" -eq 0 ]
		if [ $lib = good/lib1.so ]; then
			[ "$output" = 1 ]
		else
			[[ "$output" == "ERR_DLOPEN_FAILED: $D/bad/lib5.so: not in allowed_libs"* ]]
		fi
	done
}

@test "sqlite3's .load shows our text for a refused extension" {
	command -v sqlite3 > /dev/null || skip "no sqlite3"
	sandboxed "ALLOWED_LIBS=$D/good/*" -- sqlite3 :memory: \
		".load $D/bad/lib5.so"
	# sqlite3 tries NAME.so as well, and reports the last attempt.
	[[ "$output" == *"ERR_DLOPEN_FAILED: $D/bad/lib5.so"*": not in allowed_libs"* ]]
}

@test "no converter is loaded from a directory that the program chose" {
	mkdir -p "$D/gconv"
	echo "module FOREIGN// INTERNAL foreign 1" > "$D/gconv/gconv-modules"
	gcc -shared -fPIC -o "$D/gconv/foreign.so" -x c - <<-'END'
		#include <stdio.h>
		__attribute__((constructor)) static void loaded(void)
		{
			puts("loaded");
			fflush(stdout);
		}
	END
	gcc -D_GNU_SOURCE -o "$D/convert" "$BATS_TEST_DIRNAME/dl/convert.c"
	for setting in "ALLOWED_LIBS=/nonexistent/*" "MAX_LOADED_LIBS=1" \
		"DENY_READ=/nonexistent/*"; do
		sandboxed "$setting" -- "$D/convert" "$D/gconv" fopen,ccs= \
			freopen,ccs= iconv_open fopen freopen
		echo "$setting: $output"
		[ "$output" = "fopen,ccs=: EACCES
freopen,ccs=: EACCES
iconv_open: EACCES
fopen: ok
freopen: ok" ]
	done
	run "$D/convert" "$D/gconv" fopen,ccs=
	[ "${lines[0]}" = loaded ]
	sandboxed PROFILE=permissive -- "$D/convert" "$D/gconv" fopen,ccs=
	[ "${lines[0]}" = loaded ]
}

@test "a library that makes memory writable and executable is refused where that is" {
	local setting=ALLOW_EXEC_MEMORY=false kind

	for kind in stack text segment; do mkdir -p "$D/$kind"; done
	gcc -shared -fPIC -z execstack -DANSWER=6 -o "$D/stack/lib.so" \
		"$BATS_TEST_DIRNAME/dl/plugin.c"
	gcc -shared -fPIC -nostdlib -Wl,-N -DANSWER=6 -o "$D/segment/lib.so" \
		"$BATS_TEST_DIRNAME/dl/plugin.c"
	gcc -shared -fPIC -Wl,-z,notext -o "$D/text/lib.so" -x assembler - <<-'END'
		.text
		.globl answer
		.quad answer
		answer: mov $6, %eax
		ret
		.section .note.GNU-stack,"",@progbits
	END
	gcc -shared -fPIC -DNEEDS -o "$D/needs_stack.so" \
		"$BATS_TEST_DIRNAME/dl/plugin.c" "$D/stack/lib.so" \
		-Wl,-rpath,"$D/stack"
	sandboxed $setting -- ./host open "$D/good/lib1.so" call answer
	[ "$output" = $'ok\n1' ]
	for kind in stack text; do
		sandboxed PROFILE=permissive -- ./host open "$D/$kind/lib.so"
		[ "$output" = ok ]
	done
	sandboxed $setting -- ./host open "$D/stack/lib.so"
	[ "$output" = "ERR_DLOPEN_FAILED: $D/stack/lib.so: executable stack \
(FIG_SANDBOX_ALLOW_EXEC_MEMORY)" ]
	grep '"right":"mem.exec"' "$BATS_TEST_TMPDIR/audit" |
		grep '"rule":"executable stack"'
	sandboxed $setting -- ./host open "$D/text/lib.so"
	[[ "$output" == *"$D/text/lib.so: text relocations"* ]]
	sandboxed $setting -- ./host open "$D/segment/lib.so"
	[[ "$output" == *"$D/segment/lib.so: "* ]]
	sandboxed $setting -- ./host open "$D/needs_stack.so"
	[[ "$output" == *"$D/stack/lib.so: executable stack"* ]]
	sandboxed $setting MODE=audit -- ./host open "$D/needs_stack.so"
	[ "$output" = ok ]
	grep '"event":"would_deny"' "$BATS_TEST_TMPDIR/audit"
}
