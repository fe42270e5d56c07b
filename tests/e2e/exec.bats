#!/usr/bin/env bats
# exec.bats - what a sandboxed program starts is sandboxed, or does not start.
# SPDX-License-Identifier: MIT

load common

setup_file() {
	export D
	local e2e="$BATS_TEST_DIRNAME"

	# A place that an ordinary user can reach as well.
	D=$(mktemp -d /tmp/figsandbox-exec-XXXXXX)
	chmod 755 "$D"
	cp "$LIB" "$D/libfigsandbox.so"
	LIB=$D/libfigsandbox.so
	gcc -D_GNU_SOURCE -O1 -o "$D/exec16" "$e2e/exec16.c"
	for o in 0 2; do
		gcc -D_GNU_SOURCE -O$o -o "$D/process$o" "$e2e/exec/process.c"
	done
	gcc -D_GNU_SOURCE -O1 -pthread -o "$D/storm" "$e2e/exec/storm.c"
	gcc -shared -fPIC -o "$D/early.so" "$e2e/exec/early.c"
	gcc -o "$D/late" "$e2e/exec/late.c" -L"$D" -Wl,--no-as-needed -l:early.so \
		-Wl,-rpath,"$D"
	gcc -shared -fPIC -o "$D/other.so" -x c - <<<'int other;'
	# Programs that the preload does not reach, made of one that it does.
	echo 'int main(void) { return 0; }' > "$D/true.c"
	gcc -o "$D/true" "$D/true.c"
	gcc -static -o "$D/static" "$D/true.c"
	gcc -static-pie -o "$D/static_pie" "$D/true.c"
	cp "$(readlink -f "$(patchelf_loader "$D/true")")" "$D/ld.so"
	gcc -Wl,--dynamic-linker="$D/ld.so" -o "$D/other_loader" "$D/true.c"
	cp "$D/true" "$D/foreign"
	printf '\003' | dd of="$D/foreign" bs=1 seek=18 conv=notrunc status=none
	echo secret > "$D/secret"
	printf '#!%s\n' "$D/true" > "$D/script"
	printf '#!%s\n' "$D/static" > "$D/static_script"
	printf '#!%s x\n' "$D/script" > "$D/script_of_script"
	printf '#!%s\n' "$D/loop" > "$D/loop"
	echo "exit 3" > "$D/text"
	printf '\000\001\002' > "$D/data"
	chmod 755 "$D"/{script,static_script,script_of_script,loop,text,data}
	mkdir "$D/a" "$D/b" "$D/c"
	cp "$D/true" "$D/c/prog"
	echo "not executable" > "$D/b/prog"
}

teardown_file() {
	rm -rf "$D"
}

patchelf_loader() {
	readelf -lW "$1" | sed -n 's/.*interpreter: \(.*\)]/\1/p'
}

# none RESULT PROGRAM WORD …: and without the sandbox, nothing of the kind.
none() {
	local result=$1 program=$2

	shift 2
	run "$program" "$@"
	[ "${#lines[@]}" -eq $# ]
	! printf '%s\n' "${lines[@]}" | grep ": $result\$"
}

# refused RULE PROGRAM: while something is withheld it does not start, whatever
# the way, and the record says why; while nothing is, it does.
refused() {
	rm -f "$BATS_TEST_TMPDIR/audit"
	for way in execve execvp posix_spawn posix_spawnp syscall; do
		sandboxed CONNECT=127.0.0.1:1 -- "$D/exec16" "program=$2" $way
		[ "$output" = "$way: EACCES" ]
	done
	grep '"right":"exec"' "$BATS_TEST_TMPDIR/audit" |
		grep -F "\"rule\":\"$1\"" | grep -F "\"object\":\"$2\""
	if [ -z "${3:-}" ]; then
		sandboxed PROFILE=permissive -- "$D/exec16" "program=$2" execve
		[ "$output" = "execve: ok" ]
	fi
}

all=(execve execv execvp execvpe execl execlp execle fexecve execveat
	posix_spawn posix_spawnp system popen wordexp vfork syscall)
more=(syscall_at clone handler at __libc_system _IO_popen)

@test "all sixteen ways to start a program keep the sandbox without its variables" {
	sandboxed "DENY_READ=$D/secret" -- \
		"$D/exec16" "file=$D/secret" "${all[@]}" "${more[@]}"
	each kept "${all[@]}" "${more[@]}"
	run "$D/exec16" "file=$D/secret" "${all[@]}"
	each lost "${all[@]}"
}

@test "all of them keep it without any environment" {
	local ways=(execve execv execl execle fexecve execveat posix_spawn
		system popen wordexp vfork syscall)

	sandboxed "DENY_READ=$D/secret" -- \
		"$D/exec16" "file=$D/secret" null "${ways[@]}"
	each kept "${ways[@]}"
}

@test "all of them keep it when only memory is limited" {
	sandboxed MEMORY_LIMIT=64MiB -- "$D/exec16" "${all[@]}"
	each loaded "${all[@]}"
}

@test "without a sandbox in force nothing is added to the environment" {
	sandboxed MODE=off -- "$D/exec16" "${all[@]}"
	each lost "${all[@]}"
	sandboxed MODE=off CONNECT= -- "$D/exec16" "program=$D/static" execve
	each ok execve
	[ ! -s "$BATS_TEST_TMPDIR/audit" ]
	run env -i FIG_SANDBOX_MODE=off FIG_SANDBOX_READ=/a LD_PRELOAD="$LIB" \
		/bin/sh -c /usr/bin/env
	[[ $output = *FIG_SANDBOX_READ=/a* ]]
	[[ $output != *FIG_SANDBOX_POLICY* ]]
}

@test "no way starts a program that is not in exec" {
	sandboxed "EXEC=$D/true" -- "$D/exec16" "${all[@]}" "${more[@]}"
	for line in "${lines[@]}"; do
		[[ $line = *": EACCES" ]]
	done
	[ "${#lines[@]}" -eq $((${#all[@]} + ${#more[@]})) ]
}

@test "every way starts a program that is in exec" {
	sandboxed "EXEC=$D/exec16:/bin/sh" -- "$D/exec16" "${all[@]}"
	each loaded "${all[@]}"
}

@test "a child gets our two variables, and of the rest everything but our own" {
	run env -i A=1 LD_PRELOAD="$D/other.so:$LIB" FIG_SANDBOX_AUDIT=none \
		FIG_SANDBOX_CONNECT= B=2 /bin/sh -c '
			FIG_SANDBOX_PROFILE=permissive
			FIG_SANDBOX_POLICY=x
			LD_PRELOAD="/tmp/x/libfigsandbox.so '"$D"'/other.so :"
			export FIG_SANDBOX_PROFILE FIG_SANDBOX_POLICY LD_PRELOAD
			/usr/bin/env'
	[[ ${lines[0]} = "LD_PRELOAD=$LIB:$D/other.so" ]]
	[[ ${lines[1]} = "FIG_SANDBOX_POLICY="* ]]
	[ "$(grep -c '^FIG_SANDBOX_[A-Z]*=' <<<"$output")" -eq 1 ]
	[ "$(grep -c '^LD_PRELOAD=' <<<"$output")" -eq 1 ]
	grep -qx A=1 <<<"$output"
	grep -qx B=2 <<<"$output"
}

# passed VARIABLE=VALUE …: what of it a child gets that is given all of it.
passed() {
	printf '#include <unistd.h>\nint main(int n, char **v) { return n *
		execve("/usr/bin/env", (char *[]){ "env", 0 }, v + 1); }' |
		gcc -w -x c -o "$D/give" -
	sandboxed "${settings[@]}" -- "$D/give" "$@"
	output=$(grep -E '^(LD_[A-Z_]*|GCONV_PATH|A|Z)=' <<<"$output")
}

@test "variables that have ld.so load or write do not reach a child unasked" {
	local settings

	settings=("ALLOWED_LIBS=/nonexistent/*" "DENY_WRITE=/nonexistent/*")
	passed A=1 "LD_AUDIT=$D/other.so" "LD_DEBUG_OUTPUT=$D/debug" \
		LD_PROFILE=libc.so.6 "LD_PROFILE_OUTPUT=$D" \
		"GCONV_PATH=$D" "LD_PRELOAD=$D/other.so other.so" Z=2
	[ "$output" = "LD_PRELOAD=$LIB
A=1
Z=2" ]
	for object in LD_AUDIT= LD_DEBUG_OUTPUT= LD_PROFILE= LD_PROFILE_OUTPUT= \
		GCONV_PATH= "$D/other.so" other.so; do
		grep '"event":"deny"' "$BATS_TEST_TMPDIR/audit" |
			grep -F "\"object\":\"$object"
	done
	settings=("ALLOWED_LIBS=$D/**")
	passed "LD_PRELOAD=$D/\$LIB/../x.so"
	[ "$output" = "LD_PRELOAD=$LIB" ]
	passed "LD_DEBUG_OUTPUT=$D/debug" "LD_AUDIT=$D/none.so" \
		"LD_PRELOAD=$D/other.so"
	[ "$output" = "LD_PRELOAD=$LIB:$D/other.so
LD_DEBUG_OUTPUT=$D/debug" ]
}

@test "they stay as the program was started with them, and where nothing is withheld" {
	local all=("GCONV_PATH=$D" "LD_PROFILE_OUTPUT=$D") settings

	settings=("ALLOWED_LIBS=/nonexistent/*" "DENY_WRITE=/nonexistent/*")
	GCONV_PATH=$D LD_PROFILE_OUTPUT=$D passed "${all[@]}"
	[ "$output" = "LD_PRELOAD=$LIB
$(printf '%s\n' "${all[@]}")" ]
	settings=(PROFILE=permissive)
	passed "${all[@]}" "LD_PRELOAD=$D/other.so"
	[ "$output" = "LD_PRELOAD=$LIB:$D/other.so
$(printf '%s\n' "${all[@]}")" ]
	settings=(MODE=audit "ALLOWED_LIBS=/nonexistent/*")
	rm -f "$BATS_TEST_TMPDIR/audit"
	passed "GCONV_PATH=$D"
	[ "$output" = "LD_PRELOAD=$LIB
GCONV_PATH=$D" ]
	grep '"event":"would_deny"' "$BATS_TEST_TMPDIR/audit" | grep GCONV_PATH
}

@test "an environment that is right already is handed on as it is" {
	# env -i gives its child one list, that child gives the next the same.
	sandboxed CONNECT= -- env -i Z=1 /bin/sh -c '/usr/bin/env > '"$D"'/one;
		/bin/sh -c "/usr/bin/env > '"$D"'/two"'
	diff <(grep -v ^_= "$D/one") <(grep -v ^_= "$D/two")
}

@test "the program's own environment is never touched" {
	sandboxed CONNECT= -- "$D/process2" own_environment
	each ok own_environment
}

@test "a grandchild behind env -i is still sandboxed" {
	sandboxed "DENY_READ=$D/secret" -- \
		env -i /bin/sh -c "env -i /usr/bin/env -i /bin/cat '$D/secret'"
	[ "$status" -ne 0 ]
	[[ $output = *"Permission denied"* ]]
}

@test "static programs start only while nothing is withheld" {
	refused "static program" "$D/static"
	refused "static program" "$D/static_pie"
}

@test "a limit of memory, and none but harmless numbers, count as withheld there" {
	local setting

	for setting in MEMORY_LIMIT=64MiB MAX_ALLOCS=100000 \
		ALLOW_SYSCALLS=false; do
		sandboxed PROFILE=permissive "$setting" -- \
			"$D/exec16" "program=$D/static" execve
		[ "$output" = "execve: EACCES" ]
		sandboxed PROFILE=permissive "$setting" -- \
			"$D/exec16" "program=$D/true" execve posix_spawn
		each ok execve posix_spawn
	done
}

@test "so do programs of another architecture" {
	refused "program of another architecture" "$D/foreign" never
}

@test "so do programs with another loader" {
	refused "program with another loader" "$D/other_loader"
}

@test "so do scripts whose interpreter is such a program" {
	sandboxed CONNECT= -- "$D/exec16" "program=$D/static_script" execve
	[ "$output" = "execve: EACCES" ]
	sandboxed PROFILE=permissive -- \
		"$D/exec16" "program=$D/static_script" execve
	[ "$output" = "execve: ok" ]
}

@test "audit mode records such a program and lets it run" {
	sandboxed MODE=audit CONNECT= -- "$D/exec16" "program=$D/static" execve
	[ "$output" = "execve: ok" ]
	grep '"event":"would_deny"' "$BATS_TEST_TMPDIR/audit" |
		grep '"rule":"static program"'
}

# as_user PROGRAM …: as an ordinary user, who may not be who owns the programs.
as_user() {
	run setpriv --reuid=65534 --regid=65534 --clear-groups "${options[@]}" \
		env FIG_SANDBOX_AUDIT=stderr "${settings[@]}" \
		LD_PRELOAD="$LIB" "$@"
}

@test "set-id programs start only while nothing is withheld or they gain nothing" {
	local options=() settings=(FIG_SANDBOX_CONNECT=)

	[ "$(id -u)" -eq 0 ] || skip "needs root"
	cp "$D/true" "$D/setuid" && chmod 4755 "$D/setuid"
	cp "$D/true" "$D/setgid" && chmod 2755 "$D/setgid"
	as_user "$D/exec16" "program=$D/setuid" execve posix_spawnp
	[[ $output = *"set-user-id program"*"execve: EACCES"* ]] ||
		[[ $output = *"execve: "*"set-user-id program"*EACCES* ]]
	as_user "$D/exec16" "program=$D/setgid" execve
	[[ $output = *"set-group-id program"* && $output = *EACCES* ]]
	options=(--no-new-privs)
	as_user "$D/exec16" "program=$D/setuid" execve
	[ "$output" = "execve: ok" ]
	options=() settings=(FIG_SANDBOX_PROFILE=permissive)
	as_user "$D/exec16" "program=$D/setuid" execve
	[ "$output" = "execve: ok" ]
	settings=(FIG_SANDBOX_CONNECT=)
	sandboxed CONNECT= -- "$D/exec16" "program=$D/setuid" execve
	[ "$output" = "execve: ok" ] # root gains nothing
}

@test "programs with file capabilities start only while nothing is withheld" {
	local options=() settings=(FIG_SANDBOX_CONNECT=)

	[ "$(id -u)" -eq 0 ] || skip "needs root"
	cp "$D/true" "$D/capable"
	PATH=$PATH:/sbin:/usr/sbin setcap cap_net_raw+ep "$D/capable" ||
		skip "no file capabilities here"
	as_user "$D/exec16" "program=$D/capable" execve
	[[ $output = *"program with capabilities"* && $output = *EACCES* ]]
	options=(--no-new-privs) # ld.so is strict all the same
	as_user "$D/exec16" "program=$D/capable" execve
	[[ $output = *"program with capabilities"* && $output = *EACCES* ]]
	sandboxed CONNECT= -- "$D/exec16" "program=$D/capable" execve
	[ "$output" = "execve: ok" ]
}

@test "a program that cannot be read is not started blindly" {
	local options=() settings=(FIG_SANDBOX_CONNECT=)

	[ "$(id -u)" -eq 0 ] || skip "needs root"
	cp "$D/true" "$D/unreadable" && chmod 711 "$D/unreadable"
	as_user "$D/exec16" "program=$D/unreadable" execve
	[[ $output = *"unreadable program"* && $output = *EACCES* ]]
	settings=(FIG_SANDBOX_PROFILE=permissive)
	as_user "$D/exec16" "program=$D/unreadable" execve
	[ "$output" = "execve: ok" ]
}

@test "with other effective than real ids no program is started: ld.so would drop us" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	sandboxed CONNECT= -- setpriv --euid=65534 /bin/true
	[ "$status" -ne 0 ]
	grep -F "effective ids other than the real ones" "$BATS_TEST_TMPDIR/audit"
	sandboxed PROFILE=permissive -- setpriv --euid=65534 /bin/true
	[ "$status" -eq 0 ]
}

# away HOW [SETTING …] -- PROGRAM …: below a copy of the library that HOW
# takes out of ld.so's reach once the program runs.
away() {
	local how=$1 own="$BATS_TEST_TMPDIR/$1"

	shift
	mkdir -p "$own"
	cp "$LIB" "$own/libfigsandbox.so"
	LIB=$own/libfigsandbox.so sandboxed "$@" "$how=$own/libfigsandbox.so" \
		execve execvp posix_spawn posix_spawnp system popen
}

@test "no program starts once the library's own file is gone or another one" {
	local how

	gcc -D_GNU_SOURCE -o "$D/away" "$BATS_TEST_DIRNAME/exec/away.c"
	for how in rename unlink replace append; do
		away $how CONNECT= -- "$D/away"
		each EACCES execve execvp posix_spawn posix_spawnp system popen
		grep '"right":"exec"' "$BATS_TEST_TMPDIR/audit" |
			grep -E '"rule":"sandbox library (was replaced|cannot be opened)"'
		rm "$BATS_TEST_TMPDIR/audit"
	done
	away keep CONNECT= -- "$D/away"
	each ok execve execvp posix_spawn posix_spawnp system popen
	away rename PROFILE=permissive -- "$D/away"
	[ "$(grep -c ': ok$' <<<"$output")" -eq 6 ]
}

@test "nor once another user cannot reach it" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	gcc -D_GNU_SOURCE -o "$D/away" "$BATS_TEST_DIRNAME/exec/away.c"
	for how in become become_capable; do
		mkdir -p "$BATS_TEST_TMPDIR/$how"
		chmod 700 "$BATS_TEST_TMPDIR/$how"
		away $how CONNECT= -- "$D/away"
		each EACCES execve execvp posix_spawn posix_spawnp system popen
	done
}

@test "the library's own file is not changed where files are restricted" {
	local how

	for how in rename unlink replace append; do
		away $how "DENY_WRITE=/nonexistent/**" -- "$D/away"
		each ok execve execvp posix_spawn posix_spawnp system popen
		grep '"right":"fs.write"' "$BATS_TEST_TMPDIR/audit" |
			grep '"rule":"sandbox library"'
		cmp "$BATS_TEST_TMPDIR/$how/libfigsandbox.so" "$LIB"
		rm "$BATS_TEST_TMPDIR/audit"
	done
}

@test "a script runs if it and all its interpreters are granted" {
	sandboxed "EXEC=$D/script:$D/true" -- \
		"$D/exec16" "program=$D/script" execve posix_spawn
	each ok execve posix_spawn
	sandboxed "EXEC=$D/script" -- \
		"$D/exec16" "program=$D/script" execve posix_spawn
	each EACCES execve posix_spawn
	sandboxed "EXEC=$D/true" -- "$D/exec16" "program=$D/script" execve
	each EACCES execve
	sandboxed "EXEC=$D/script*:$D/true" -- \
		"$D/exec16" "program=$D/script_of_script" execve
	each ok execve
	sandboxed "EXEC=$D/script_of_script:$D/true" -- \
		"$D/exec16" "program=$D/script_of_script" execve
	each EACCES execve
}

@test "interpreters in a circle end as they end in the kernel" {
	run "$D/exec16" "program=$D/loop" execve
	local native=$output

	sandboxed CONNECT= -- "$D/exec16" "program=$D/loop" execve
	[ "$output" = "$native" ]
}

@test "a text without #! is for the shell where libc says so, and only there" {
	for setting in CONNECT= PROFILE=permissive "EXEC=$D/**:/bin/sh"; do
		sandboxed "$setting" -- "$D/exec16" "program=$D/text" execve
		each ENOEXEC execve
		sandboxed "$setting" -- "$D/exec16" "program=$D/text" \
			execvp execlp
		each "status 3" execvp execlp
	done
	sandboxed "EXEC=$D/**" -- "$D/exec16" "program=$D/text" execvp
	each EACCES execvp
}

@test "what is wrong with a program is said as without the sandbox" {
	local words=(execve execv execvp execl fexecve execveat posix_spawn
		posix_spawnp vfork syscall)

	for program in /nonexistent/a "$D" "$D/b/prog" "$D/secret/x" "$D/data" \
		/dev/null; do
		run "$D/exec16" "program=$program" "${words[@]}"
		local native=$output

		for setting in CONNECT= "EXEC=/**" PROFILE=permissive; do
			sandboxed "$setting" -- \
				"$D/exec16" "program=$program" "${words[@]}"
			diff <(echo "$output") <(echo "$native")
		done
	done
}

@test "a search in PATH passes over what is not there or no program, unasked" {
	cat > "$D/find.py" <<-'END'
		import os, sys
		os.environ["PATH"] = sys.argv[1]
		if sys.argv[2] == "spawn":
		    pid = os.posix_spawnp("prog", ["prog"], os.environ)
		    sys.exit(os.waitpid(pid, 0)[1])
		os.execvp("prog", ["prog"])
	END
	cat > "$D/find.c" <<-'END'
		#include <spawn.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/wait.h>
		#include <errno.h>
		#include <unistd.h>
		extern char **environ;
		int main(int argc, char **argv)
		{
			char *args[] = { "prog", NULL };
			int status = argc, err;
			pid_t pid;
			setenv("PATH", argv[1], 1);
			if (!strcmp(argv[2], "exec")) {
				execvp("prog", args);
				return errno;
			}
			err = posix_spawnp(&pid, "prog", NULL, NULL, args, environ);
			if (err)
				return err;
			waitpid(pid, &status, 0);
			return status;
		}
	END
	gcc -D_GNU_SOURCE -w -o "$D/find" "$D/find.c"
	cd "$D/c"
	for how in exec spawn; do
		for path in "$D/a:$D/b:$D/c" "/nonexistent:$D/c" "$D/a::$D/b" \
			"$D/true:$D/c"; do
			rm -f "$BATS_TEST_TMPDIR/audit"
			sandboxed "EXEC=$D/c/*" -- "$D/find" "$path" $how
			[ "$status" -eq 0 ]
			[ ! -s "$BATS_TEST_TMPDIR/audit" ]
		done
		sandboxed "EXEC=$D/c/*" -- "$D/find" "$D/a:$D/b" $how
		[ "$status" -eq 13 ]
		sandboxed "EXEC=$D/c/*" -- "$D/find" "$D/a" $how
		[ "$status" -eq 2 ]
		sandboxed "EXEC=$D/true" -- "$D/find" "$D/c" $how
		[ "$status" -eq 13 ]
	done
}

forks=(fork __fork __libc_fork _Fork vfork __vfork clone __clone clone_vm
	clone_vfork forkpty daemon)
signals=(kill kill_group killpg tgkill sigqueue pidfd_send_signal own own_group
	own_ex own_ex_group own_ex_thread own_ioctl own_ioctl_group
	own_fcntl_number own_ioctl_number)
selves=(kill_self tgkill_self sigqueue_self pidfd_self prlimit_self own_self
	own_self_ex own_self_ioctl own_nobody own_flags)
round=(namespace ptrace process_vm_readv process_vm_writev process_madvise
	process_mrelease pidfd_getfd open_by_handle_at fanotify_init
	fanotify_mark acct quotactl swapon swapoff chroot pivot_root mount
	umount umount2 mount_setattr move_mount open_tree fsopen fsconfig
	fsmount fspick unshare setns reboot init_module delete_module)

@test "no process is made without allow_process, and none is signalled" {
	sandboxed ALLOW_PROCESS=false -- \
		"$D/process2" "${forks[@]}" "${signals[@]}" prlimit
	each EPERM "${forks[@]}" "${signals[@]}" prlimit
	none EPERM "$D/process2" "${forks[@]}" "${signals[@]}" prlimit
}

@test "a process may signal itself, and ask for its own limits" {
	sandboxed ALLOW_PROCESS=false -- "$D/process2" "${selves[@]}"
	each ok "${selves[@]}"
}

@test "processes are made as without the sandbox, at -O0 and -O2" {
	for setting in CONNECT= PROFILE=permissive "EXEC=$D/true"; do
		for o in 0 2; do
			sandboxed "$setting" -- "$D/process$o" "${forks[@]}"
			each ok "${forks[@]}"
		done
	done
}

@test "the ways round the policy are closed while anything is withheld" {
	sandboxed CONNECT= -- "$D/process2" "${round[@]}"
	each EPERM "${round[@]}"
	sandboxed CONNECT= -- "$D/process2" unshare_files
	each ok unshare_files
	[ "$(id -u)" -eq 0 ] || return 0 # the kernel refuses others as well
	none EPERM "$D/process2" "${round[@]}"
}

@test "they are open while nothing is" {
	run "$D/process2" "${round[@]}"
	local native=$output

	sandboxed PROFILE=permissive -- "$D/process2" "${round[@]}"
	diff <(echo "$output") <(echo "$native")
}

@test "what a spawned child is told to open is asked about" {
	cd "$BATS_TEST_TMPDIR"
	sandboxed DENY_READ=/nonexistent/** "DENY_WRITE=/usr/**" -- "$D/process2" \
		open_absolute open_null open_behind start_behind \
		start_absolute change_away open_relative
	[ "$output" = "open_absolute: EACCES
open_null: ok
open_behind: EACCES
start_behind: EACCES
start_absolute: ok
change_away: EACCES
open_relative: ok" ]
	[ -e made ]
	rm made
	sandboxed "DENY_WRITE=$BATS_TEST_TMPDIR/**" -- "$D/process2" open_relative
	each EACCES open_relative
	[ ! -e made ]
	none EACCES "$D/process2" open_absolute open_behind start_behind \
		change_away open_relative
}

@test "without the right to a shell there is none, and wordexp knows no commands" {
	sandboxed ALLOW_PROCESS=false -- \
		"$D/process2" no_shell plain_words command_words
	[ "$output" = "no_shell: EPERM
plain_words: ok
command_words: EACCES" ]
	sandboxed CONNECT= -- "$D/process2" no_shell plain_words command_words
	each ok no_shell plain_words command_words
}

@test "errno stays as it was when a program starts" {
	sandboxed CONNECT= -- "$D/process2" keeps_errno
	each ok keeps_errno
}

@test "a thousand vforks from eight threads and from handlers add no memory" {
	sandboxed DENY_READ=/nonexistent/** -- "$D/storm" 8 125
	[[ ${lines[0]} = healthy* ]]
	[ "${lines[0]#* }" -lt 200 ]
	sandboxed PROFILE=permissive -- "$D/storm" 8 125
	[[ ${lines[0]} = healthy* ]]
}

@test "all of this works before any constructor of ours has run" {
	sandboxed "DENY_READ=$D/secret" -- "$D/late" "$D/exec16" "$D/secret"
	[ "$output" = "kept
kept
kept" ]
	run "$D/late" "$D/exec16" "$D/secret"
	[ "$output" = "lost
lost
lost" ]
}

# status_pages: where they are published.
status_pages() {
	if [ "$(id -u)" -eq 0 ]; then
		echo /run/figsandbox
	else
		echo "$XDG_RUNTIME_DIR/figsandbox"
	fi
}

@test "a forked child has a status page of its own, and _exit takes it away" {
	export XDG_RUNTIME_DIR="$BATS_TEST_TMPDIR"
	chmod 700 "$BATS_TEST_TMPDIR"
	cat > "$D/pages.py" <<-'END'
		import os, sys
		def page(pid):
		    return os.path.exists("%s/%d" % (sys.argv[1], pid))
		pid = os.fork()
		if pid == 0:
		    print("child", page(os.getpid()), flush=True)
		    os._exit(0)
		os.waitpid(pid, 0)
		print("gone", not page(pid), "mine", page(os.getpid()), os.getpid())
		sys.stdout.flush()
		os._exit(3)
	END
	sandboxed CONNECT= -- python3 "$D/pages.py" "$(status_pages)"
	[ "$status" -eq 3 ]
	[ "${lines[0]}" = "child True" ]
	[ "${lines[1]% *}" = "gone True mine True" ]
	[ ! -e "$(status_pages)/${lines[1]##* }" ]
}
