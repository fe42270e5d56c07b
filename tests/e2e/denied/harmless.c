/*
 * harmless.c - what the kernel is told not to do while a call is tried.
 * SPDX-License-Identifier: MIT
 *
 * Some rows have no argument that does not exist: fork() forks, lckpwdf() makes
 * a file, and as root sethostname() sets the name. So a filter answers in the
 * kernel's place. That also tells its EPERM to an ordinary user from ours.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "tests/e2e/denied/denied.h"

/* clang-format off */
static const unsigned withheld[] = {
	SYS_open, SYS_creat, SYS_open_by_handle_at, SYS_socket,
	SYS_fork, SYS_vfork, SYS_clone, SYS_clone3, SYS_execve, SYS_execveat,
	SYS_unshare, SYS_setns, SYS_chroot, SYS_pivot_root, SYS_mount,
	SYS_umount2, SYS_mount_setattr, SYS_move_mount, SYS_open_tree,
	SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_fanotify_init,
	SYS_fanotify_mark, SYS_acct, SYS_quotactl, SYS_swapon, SYS_swapoff,
	SYS_reboot, SYS_init_module, SYS_delete_module, SYS_create_module,
	SYS_query_module, SYS_get_kernel_syms, SYS_nfsservctl, SYS_uselib,
	SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_vhangup, SYS_syslog,
	SYS_sethostname, SYS_setdomainname, SYS_settimeofday,
	SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
};
/* clang-format on */

enum {
	N = sizeof(withheld) / sizeof(withheld[0]),
	NUMBER = offsetof(struct seccomp_data, nr),
	OPEN_FLAGS = offsetof(struct seccomp_data, args[2])
};

#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
#define UNLESS(test, value, skip)                                              \
	BPF_JUMP(BPF_JMP | (test) | BPF_K, value, 0, skip)
#define INSTEAD RETURN(SECCOMP_RET_ERRNO | EUCLEAN)

bool be_harmless(void)
{
	/* O_PATH does no harm, and questions resolve names with it. */
	static const struct sock_filter tail[] = {
	    UNLESS(BPF_JEQ, SYS_openat, 3),
	    LOAD(OPEN_FLAGS),
	    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_PATH, 1, 0),
	    INSTEAD,
	    RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_filter filter[1 + 2 * N + 5] = {LOAD(NUMBER)};
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]),
				     filter};

	for (size_t i = 0; i < N; i++) {
		filter[1 + 2 * i] =
		    (struct sock_filter)UNLESS(BPF_JEQ, withheld[i], 1);
		filter[2 + 2 * i] = (struct sock_filter)INSTEAD;
	}
	memcpy(filter + 1 + 2 * N, tail, sizeof(tail));
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
