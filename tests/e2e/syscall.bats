#!/usr/bin/env bats
# syscall.bats - a system call by number is asked what its wrapper is asked.
# SPDX-License-Identifier: MIT

load common

setup_file() {
	export D="$BATS_FILE_TMPDIR"
	gcc -D_GNU_SOURCE -O1 -o "$D/syscall" "$BATS_TEST_DIRNAME/syscall/syscall.c"
}

# none RESULT WORD …: and without the sandbox, nothing of the kind.
none() {
	local result=$1

	shift
	run "$D/syscall" "$@"
	[ "${#lines[@]}" -eq $# ]
	! printf '%s\n' "${lines[@]}" | grep ": $result\$"
}

reads=(open openat wide openat2 getxattr getxattrat)
looks=(listxattrat file_getattr)
writes=(creat truncate mkdir mkdirat mknodat unlink rmdir unlinkat rename
	renameat renameat2 link linkat symlink symlinkat chmod fchmodat chown
	lchown fchownat utime utimensat setxattr removexattr setxattrat
	removexattrat file_setattr)

@test "a path that may not be read is refused by whatever number" {
	sandboxed DENY_READ=/nonexistent/** -- \
		"$D/syscall" "${reads[@]}" "${looks[@]}"
	each EACCES "${reads[@]}" "${looks[@]}"
	none EACCES "${reads[@]}" "${looks[@]}"
}

@test "a path that may not be changed is refused by whatever number" {
	sandboxed DENY_WRITE=/nonexistent/** -- "$D/syscall" "${writes[@]}"
	each EACCES "${writes[@]}"
	none EACCES "${writes[@]}"
}

@test "a file is not changed through a descriptor, and no queue is, by number" {
	local words=(setxattrat_fd utimensat_fd ioctl mq_open mq_unlink)

	sandboxed "DENY_WRITE=/**" -- "$D/syscall" "${words[@]}"
	each EACCES "${words[@]}"
	none EACCES "${words[@]}"
}

@test "openat2 with a root of its own is judged by what it finds there" {
	mkdir -p "$BATS_TEST_TMPDIR/root/etc"
	echo secret > "$BATS_TEST_TMPDIR/root/etc/secret"
	cd "$BATS_TEST_TMPDIR/root"
	sandboxed "DENY_READ=$BATS_TEST_TMPDIR/root/**" -- \
		"$D/syscall" path=/etc/secret in_root path=etc/secret beneath
	each EACCES in_root beneath
	sandboxed DENY_READ=/nonexistent/** -- \
		"$D/syscall" path=/etc/secret in_root path=etc/secret beneath
	[ "$output" = "$(printf 'in_root: EBADF\nbeneath: EBADF')" ] ||
		! grep -q EACCES <<<"$output"
}

@test "an address that is not in connect is refused by whatever number" {
	sandboxed CONNECT=192.0.2.1:9 BIND=192.0.2.1:9 -- \
		"$D/syscall" connect bind sendto sendmsg sendmmsg
	each EACCES connect bind sendto sendmsg sendmmsg
	none EACCES connect bind sendto sendmsg sendmmsg
}

@test "no process is made and none is signalled, by whatever number" {
	local words=(fork vfork clone clone3 kill tgkill tkill)

	sandboxed ALLOW_PROCESS=false -- "$D/syscall" prlimit64
	each EPERM prlimit64
	none EPERM prlimit64
	sandboxed ALLOW_PROCESS=false -- "$D/syscall" "${words[@]}"
	for line in "${lines[@]}"; do
		[[ $line = *": EPERM" || $line = *": EACCES" ]]
	done
	[ "${#lines[@]}" -eq "${#words[@]}" ]
}

@test "no program is started by number" {
	sandboxed ALLOW_PROCESS=false -- "$D/syscall" execve execveat
	each EACCES execve execveat
	none EACCES execve execveat
}

@test "a process may signal itself" {
	sandboxed ALLOW_PROCESS=false -- "$D/syscall" kill_self tgkill_self
	each ok kill_self tgkill_self
}

@test "children made by number run, also in place of vfork" {
	sandboxed DENY_READ=/nonexistent/** -- \
		"$D/syscall" fork vfork clone clone3 thread_like
	each ok fork vfork clone clone3 thread_like
}

@test "writable and executable memory is refused by number" {
	sandboxed ALLOW_EXEC_MEMORY=false -- "$D/syscall" mmap mprotect
	for line in "${lines[@]}"; do
		[[ $line = *": EPERM" || $line = *": EACCES" ]]
	done
	[ "${#lines[@]}" -eq 2 ]
}

round=(io_uring_setup bpf userfaultfd ptrace process_vm_readv perf_event_open
	open_by_handle_at mount setns unshare chroot keyctl pidfd_getfd
	kexec_load x32 namespace dispatch by_number process_mrelease
	open_tree_attr)

@test "the ways round are EPERM, never ENOSYS, while a capability is withheld" {
	sandboxed CONNECT=192.0.2.1:9 -- "$D/syscall" "${round[@]}"
	each EPERM "${round[@]}"
}

@test "the ways round are the kernel's business while nothing is withheld" {
	sandboxed PROFILE=permissive -- "$D/syscall" "${round[@]}"
	local with=$output

	run "$D/syscall" "${round[@]}"
	[ "$with" = "$output" ]
}

@test "numbers that nobody knows are the kernel's to answer" {
	sandboxed CONNECT=192.0.2.1:9 -- "$D/syscall" unknown
	each ENOSYS unknown
}

harmless=(getpid gettid getrandom clock yield getuid keep_errno)

@test "allow_syscalls = false leaves the harmless numbers and nothing else" {
	sandboxed ALLOW_SYSCALLS=false -- "$D/syscall" "${harmless[@]}"
	each ok "${harmless[@]}"
	sandboxed ALLOW_SYSCALLS=false -- "$D/syscall" getcwd dup all_six \
		open socket fork unshare_files unknown "${round[@]}"
	each EPERM getcwd dup all_six open socket fork unshare_files unknown \
		"${round[@]}"
	none EPERM getcwd dup all_six open socket fork unknown
	sandboxed ALLOW_SYSCALLS=false -- "$D/syscall" leave
	[ "$status" -eq 9 ]
}

@test "allow_syscalls = false leaves libc's own functions alone" {
	sandboxed ALLOW_SYSCALLS=false -- "$D/syscall" thread_like dumpable adjtimex
	each ok thread_like dumpable adjtimex
	sandboxed ALLOW_SYSCALLS=false -- "$D/syscall" settimeofday sethostname
	each EPERM settimeofday sethostname
}

@test "allow_syscalls = true asks nothing of any number" {
	sandboxed ALLOW_SYSCALLS=true DENY_READ=/nonexistent/** -- \
		"$D/syscall" open openat unknown fork all_six
	[ "$output" = "$(printf '%s\n' 'open: ENOENT' 'openat: ENOENT' \
		'unknown: ENOSYS' 'fork: ok' 'all_six: ok')" ]
}

@test "what is allowed has all six arguments, its result and errno" {
	for setting in PROFILE=permissive CONNECT=192.0.2.1:9; do
		sandboxed $setting -- "$D/syscall" all_six keep_errno getcwd dup \
			getrandom unshare_files
		each ok all_six keep_errno getcwd dup getrandom unshare_files
	done
}

@test "a refusal is recorded under the call's name" {
	sandboxed CONNECT=192.0.2.1:9 -- "$D/syscall" bpf x32
	grep -q '"right":"sys.raw","object":"bpf"' "$BATS_TEST_TMPDIR/audit"
	grep -q '"right":"sys.raw","object":"number ' "$BATS_TEST_TMPDIR/audit"
}
