/*
 * process.c - denials of the family process.
 * SPDX-License-Identifier: MIT
 */
#include <limits.h>
#include <linux/ptrace.h>

#include "tests/e2e/denied/denied.h"

enum { NOBODY = INT_MAX }; /* beyond the kernel's largest pid */

static char stack[64 * 1024] __attribute__((aligned(16)));
static const unsigned long limit[2];

static int child(void *nothing)
{
	return nothing ? 1 : 0;
}

/* clang-format off */
DENIED(fork) { return forbidden(fork()); }
DENIED(__fork) { return forbidden(__fork()); }
DENIED(__libc_fork) { return forbidden(__libc_fork()); }
DENIED(_Fork) { return forbidden(_Fork()); }
DENIED(vfork) { return forbidden(vfork()); }
DENIED(__vfork) { return forbidden(__vfork()); }
DENIED(clone)
{
	return forbidden(clone(child, stack + sizeof(stack), SIGCHLD, NULL));
}
DENIED(__clone)
{
	return forbidden(__clone(child, stack + sizeof(stack), SIGCHLD, NULL));
}
DENIED(daemon) { return forbidden(daemon(1, 1)); }
DENIED(forkpty)
{
	int master;

	return forbidden(forkpty(&master, NULL, NULL, NULL));
}

NOTHING_TO_DENY(_exit, "it ends the process")
NOTHING_TO_DENY(_Exit, "it ends the process")
NOTHING_TO_DENY(quick_exit, "it ends the process")
NOTHING_TO_DENY(abort, "it ends the process")

DENIED(kill) { return forbidden(kill(NOBODY, SIGTERM)); }
DENIED(killpg) { return forbidden(killpg(NOBODY, SIGTERM)); }
DENIED(tgkill) { return forbidden(tgkill(NOBODY, NOBODY, SIGTERM)); }
DENIED(sigqueue)
{
	return forbidden(sigqueue(NOBODY, SIGTERM, (union sigval){ 0 }));
}
DENIED(pidfd_send_signal)
{
	return forbidden(pidfd_send_signal(-1, SIGTERM, NULL, 0));
}
DENIED(prlimit) { return forbidden(prlimit(NOBODY, 0, limit, NULL)); }
DENIED(prlimit64) { return forbidden(prlimit64(NOBODY, 0, limit, NULL)); }

DENIED(ptrace) { return forbidden(ptrace(PTRACE_ATTACH, NOBODY, 0, 0)); }
DENIED(process_vm_readv)
{
	return forbidden(process_vm_readv(NOBODY, NULL, 0, NULL, 0, 0));
}
DENIED(process_vm_writev)
{
	return forbidden(process_vm_writev(NOBODY, NULL, 0, NULL, 0, 0));
}
DENIED(process_madvise)
{
	return forbidden(process_madvise(-1, NULL, 0, 0, 0));
}
DENIED(process_mrelease) { return forbidden(process_mrelease(-1, 0)); }
DENIED(pidfd_getfd) { return forbidden(pidfd_getfd(-1, -1, 0)); }

DENIED(open_by_handle_at)
{
	struct file_handle handle = { .handle_bytes = 0 };

	return forbidden(open_by_handle_at(-1, &handle, O_RDONLY));
}
DENIED(fanotify_init) { return forbidden(fanotify_init(0, O_RDONLY)); }
DENIED(fanotify_mark)
{
	return forbidden(fanotify_mark(-1, 0, 0, AT_FDCWD, NOWHERE));
}
DENIED(acct) { return forbidden(acct(NOWHERE)); }
DENIED(quotactl) { return forbidden(quotactl(-1, NOWHERE, 0, NULL)); }
DENIED(swapon) { return forbidden(swapon(NOWHERE, 0)); }
DENIED(swapoff) { return forbidden(swapoff(NOWHERE)); }

DENIED(chroot) { return forbidden(chroot(NOWHERE)); }
DENIED(pivot_root) { return forbidden(pivot_root(NOWHERE, ELSEWHERE)); }
DENIED(mount) { return forbidden(mount("a", NOWHERE, "none", 0, NULL)); }
DENIED(umount) { return forbidden(umount(NOWHERE)); }
DENIED(umount2) { return forbidden(umount2(NOWHERE, 0)); }
DENIED(mount_setattr)
{
	return forbidden(mount_setattr(AT_FDCWD, NOWHERE, 0, NULL, 0));
}
DENIED(move_mount)
{
	return forbidden(move_mount(AT_FDCWD, NOWHERE, AT_FDCWD, ELSEWHERE, 0));
}
DENIED(open_tree) { return forbidden(open_tree(AT_FDCWD, NOWHERE, 0)); }
DENIED(fsopen) { return forbidden(fsopen("none", 0)); }
DENIED(fsconfig) { return forbidden(fsconfig(-1, 0, "a", "b", 0)); }
DENIED(fsmount) { return forbidden(fsmount(-1, 0, 0)); }
DENIED(fspick) { return forbidden(fspick(AT_FDCWD, NOWHERE, 0)); }
DENIED(unshare) { return forbidden(unshare(CLONE_NEWNS)); }
DENIED(setns) { return forbidden(setns(-1, 0)); }

DENIED(reboot) { return forbidden(reboot(0)); }
DENIED(init_module) { return forbidden(init_module(stack, 0, "")); }
DENIED(delete_module) { return forbidden(delete_module("nonexistent_a", 0)); }
DENIED(create_module)
{
	return forbidden((long)create_module("nonexistent_a", 0));
}
DENIED(query_module)
{
	return forbidden(query_module("nonexistent_a", 0, NULL, 0, NULL));
}
DENIED(get_kernel_syms) { return forbidden(get_kernel_syms(NULL)); }
DENIED(nfsservctl) { return forbidden(nfsservctl(-1, NULL, NULL)); }
DENIED(uselib) { return forbidden(uselib(NOWHERE)); }
/* clang-format on */
