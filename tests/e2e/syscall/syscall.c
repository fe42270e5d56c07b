/*
 * syscall.c - makes system calls by number, and says what came of them.
 * SPDX-License-Identifier: MIT
 *
 * syscall WORD …: prints "WORD: ok" or "WORD: ERRNO". What would do harm asks
 * for something that is not there, or has arguments that the kernel refuses.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOWHERE "/nonexistent/a"
#define ELSEWHERE "/nonexistent/b"

static const char *path = NOWHERE;
static struct sockaddr_in to = { .sin_family = AF_INET };
static struct stat st;
static const char *volatile none;
static const struct timeval wrong = { .tv_usec = -1 };

/* Numbers that are newer than libc's headers. */
enum {
	SETXATTRAT = 463, GETXATTRAT, LISTXATTRAT, REMOVEXATTRAT,
	OPEN_TREE_ATTR, FILE_GETATTR, FILE_SETATTR
};

/* A directory that is there, and times that cannot be. */
static int root(void)
{
	return (int)syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY);
}

static const struct timespec never[2] = { { .tv_nsec = -1 }, { 0 } };

static long send_message(int number)
{
	int fd = (int)syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);
	struct iovec iov = { "x", 1 };
	struct mmsghdr vec = { .msg_hdr = { .msg_name = &to,
					    .msg_namelen = sizeof(to),
					    .msg_iov = &iov,
					    .msg_iovlen = 1 } };

	if (number == SYS_sendto)
		return syscall(SYS_sendto, fd, "x", 1, 0, &to, sizeof(to));
	if (number == SYS_sendmsg)
		return syscall(SYS_sendmsg, fd, &vec.msg_hdr, 0);
	return syscall(SYS_sendmmsg, fd, &vec, 1, 0);
}

static long with_socket(int number)
{
	int fd = (int)syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);

	return syscall(number, fd, &to, sizeof(to));
}

static long open2(uint64_t resolve)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = resolve };

	return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/* A child that says so by its status; -1 if there was none. */
static long child(long pid)
{
	int status = 0;

	if (pid == 0)
		_exit(7);
	if (pid < 0)
		return -1;
	if (waitpid((pid_t)pid, &status, 0) != pid ||
	    !WIFEXITED(status) || WEXITSTATUS(status) != 7) {
		errno = ECHILD;
		return -1;
	}
	return 0;
}

static long clone3(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };

	return child(syscall(SYS_clone3, &args, sizeof(args)));
}

static int started(void *nothing)
{
	(void)nothing;
	return 7;
}

/* A child on a stack of its own, by libc: what syscall() must not disturb. */
static long thread_like(void)
{
	static char stack[64 * 1024] __attribute__((aligned(16)));

	return child(clone(started, stack + sizeof(stack), CLONE_VM | SIGCHLD,
			   NULL));
}

static long all_six(void)
{
	void *page = (void *)syscall(SYS_mmap, NULL, 4096, PROT_READ,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);

	return page == MAP_FAILED ? -1 : syscall(SYS_munmap, page, 4096);
}

static long keep_errno(void)
{
	errno = EXDEV;
	if (syscall(SYS_getpid) != getpid())
		return -1;
	return errno == EXDEV ? 0 : -1;
}

static long pid_of(long pid)
{
	return pid == getpid() ? 0 : -1;
}

#define CALL(name, ...) \
	static long call_##name(void) { return __VA_ARGS__; }
#define EACH(CALL)                                                             \
	CALL(open, syscall(SYS_open, path, O_RDONLY))                          \
	CALL(creat, syscall(SYS_creat, path, 0600))                            \
	CALL(openat, syscall(SYS_openat, AT_FDCWD, path, O_RDONLY))            \
	CALL(wide, syscall((1L << 32) | SYS_openat, AT_FDCWD, path, O_RDONLY)) \
	CALL(openat2, open2(0))                                                \
	CALL(in_root, open2(RESOLVE_IN_ROOT))                                  \
	CALL(beneath, open2(RESOLVE_BENEATH))                                  \
	CALL(getxattr, syscall(SYS_getxattr, path, "user.a", &st, 1))          \
	CALL(truncate, syscall(SYS_truncate, path, 0))                         \
	CALL(mkdir, syscall(SYS_mkdir, path, 0700))                            \
	CALL(mkdirat, syscall(SYS_mkdirat, AT_FDCWD, path, 0700))              \
	CALL(mknodat, syscall(SYS_mknodat, AT_FDCWD, path, S_IFIFO, 0))        \
	CALL(unlink, syscall(SYS_unlink, path))                                \
	CALL(rmdir, syscall(SYS_rmdir, path))                                  \
	CALL(unlinkat, syscall(SYS_unlinkat, AT_FDCWD, path, 0))               \
	CALL(rename, syscall(SYS_rename, path, ELSEWHERE))                     \
	CALL(renameat, syscall(SYS_renameat, AT_FDCWD, path, AT_FDCWD,         \
			       ELSEWHERE))                                     \
	CALL(renameat2, syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD,       \
				ELSEWHERE, 0))                                 \
	CALL(link, syscall(SYS_link, path, ELSEWHERE))                         \
	CALL(linkat, syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, ELSEWHERE,  \
			     0))                                               \
	CALL(symlink, syscall(SYS_symlink, "x", path))                         \
	CALL(symlinkat, syscall(SYS_symlinkat, "x", AT_FDCWD, path))           \
	CALL(chmod, syscall(SYS_chmod, path, 0600))                            \
	CALL(fchmodat, syscall(SYS_fchmodat, AT_FDCWD, path, 0600))            \
	CALL(chown, syscall(SYS_chown, path, 0, 0))                            \
	CALL(lchown, syscall(SYS_lchown, path, 0, 0))                          \
	CALL(fchownat, syscall(SYS_fchownat, AT_FDCWD, path, 0, 0, 0))         \
	CALL(utime, syscall(SYS_utime, path, NULL))                            \
	CALL(utimensat, syscall(SYS_utimensat, AT_FDCWD, path, NULL, 0))       \
	CALL(setxattr, syscall(SYS_setxattr, path, "user.a", "", 0, 0))        \
	CALL(removexattr, syscall(SYS_removexattr, path, "user.a"))            \
	CALL(setxattrat, syscall(SETXATTRAT, AT_FDCWD, path, 0, NULL, NULL, 0)) \
	CALL(getxattrat, syscall(GETXATTRAT, AT_FDCWD, path, 0, NULL, NULL, 0)) \
	CALL(listxattrat, syscall(LISTXATTRAT, AT_FDCWD, path, 0, NULL, 0))    \
	CALL(removexattrat, syscall(REMOVEXATTRAT, AT_FDCWD, path, 0, NULL))   \
	CALL(file_getattr, syscall(FILE_GETATTR, AT_FDCWD, path, NULL, 0, 0))  \
	CALL(file_setattr, syscall(FILE_SETATTR, AT_FDCWD, path, NULL, 0, 0))  \
	CALL(setxattrat_fd, syscall(SETXATTRAT, root(), NULL, AT_EMPTY_PATH,   \
				    NULL, NULL, 0))                            \
	CALL(utimensat_fd, syscall(SYS_utimensat, root(), NULL, never, 0))     \
	CALL(ioctl, syscall(SYS_ioctl, root(), FS_IOC_SETFLAGS, NULL))         \
	CALL(mq_open, syscall(SYS_mq_open, "none-such", O_RDWR, 0, NULL))      \
	CALL(mq_unlink, syscall(SYS_mq_unlink, "none-such"))                   \
	CALL(prlimit64, syscall(SYS_prlimit64, getppid(), -1, &st, NULL))      \
	CALL(process_mrelease, syscall(SYS_process_mrelease, -1, 0))           \
	CALL(open_tree_attr, syscall(OPEN_TREE_ATTR, -1, NOWHERE, -1, NULL, 0)) \
	CALL(socket, syscall(SYS_socket, AF_INET, SOCK_STREAM, 0) < 0)         \
	CALL(connect, with_socket(SYS_connect))                                \
	CALL(bind, with_socket(SYS_bind))                                      \
	CALL(sendto, send_message(SYS_sendto))                                 \
	CALL(sendmsg, send_message(SYS_sendmsg))                               \
	CALL(sendmmsg, send_message(SYS_sendmmsg))                             \
	CALL(execve, syscall(SYS_execve, path, NULL, NULL))                    \
	CALL(execveat, syscall(SYS_execveat, AT_FDCWD, path, NULL, NULL, 0))   \
	CALL(fork, child(syscall(SYS_fork)))                                   \
	CALL(vfork, child(syscall(SYS_vfork)))                                 \
	CALL(clone, child(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)))            \
	CALL(clone3, clone3())                                                 \
	CALL(thread_like, thread_like())                                       \
	CALL(kill, syscall(SYS_kill, 1, 0))                                    \
	CALL(tgkill, syscall(SYS_tgkill, 1, 1, 0))                             \
	CALL(tkill, syscall(SYS_tkill, 1, 0))                                  \
	CALL(kill_self, syscall(SYS_kill, getpid(), 0))                        \
	CALL(tgkill_self, syscall(SYS_tgkill, getpid(), gettid(), 0))          \
	CALL(mmap, syscall(SYS_mmap, NULL, 4096, 7, 34, -1, 0L))               \
	CALL(mprotect, syscall(SYS_mprotect, NULL, 0, 7))                      \
	CALL(io_uring_setup, syscall(SYS_io_uring_setup, 0, NULL))             \
	CALL(bpf, syscall(SYS_bpf, -1, NULL, 0))                               \
	CALL(userfaultfd, syscall(SYS_userfaultfd, -1))                        \
	CALL(ptrace, syscall(SYS_ptrace, -1, 0, 0, 0))                         \
	CALL(process_vm_readv, syscall(SYS_process_vm_readv, 0, 0, 0, 0, 0, 1)) \
	CALL(perf_event_open, syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0))  \
	CALL(open_by_handle_at, syscall(SYS_open_by_handle_at, -1, NULL, 0))   \
	CALL(mount, syscall(SYS_mount, NULL, NOWHERE, NULL, 0, NULL))          \
	CALL(setns, syscall(SYS_setns, -1, 0))                                 \
	CALL(unshare, syscall(SYS_unshare, -1))                                \
	CALL(unshare_files, syscall(SYS_unshare, CLONE_FILES))                 \
	CALL(chroot, syscall(SYS_chroot, NOWHERE))                             \
	CALL(keyctl, syscall(SYS_keyctl, -1))                                  \
	CALL(pidfd_getfd, syscall(SYS_pidfd_getfd, -1, -1, 0))                 \
	CALL(kexec_load, syscall(SYS_kexec_load, 0, 0, 0, -1))                 \
	CALL(x32, syscall(0x40000000 | SYS_getpid))                            \
	CALL(namespace, syscall(SYS_clone, CLONE_NEWUSER | CLONE_SIGHAND))     \
	CALL(dispatch, prctl(59, -1, 0, 0, 0))                                 \
	CALL(by_number, syscall(SYS_prctl, 59, -1, 0, 0, 0))                   \
	CALL(dumpable, prctl(PR_GET_DUMPABLE) < 0)                             \
	CALL(unknown, syscall(9999))                                           \
	CALL(getpid, pid_of(syscall(SYS_getpid)))                              \
	CALL(gettid, syscall(SYS_gettid) <= 0)                                 \
	CALL(getrandom, syscall(SYS_getrandom, &st, 8, 0) != 8)                \
	CALL(clock, syscall(SYS_clock_gettime, 0, &st))                        \
	CALL(yield, syscall(SYS_sched_yield))                                  \
	CALL(getuid, syscall(SYS_getuid) != (long)getuid())                    \
	CALL(getcwd, syscall(SYS_getcwd, (char[4096]){ 0 }, 4096) < 0)         \
	CALL(dup, syscall(SYS_dup, 0) < 0)                                     \
	CALL(settimeofday, settimeofday(&wrong, NULL))                         \
	CALL(sethostname, sethostname(none, 100))                              \
	CALL(adjtimex, adjtimex(&(struct timex){ .modes = 0 }) < 0)            \
	CALL(leave, syscall(SYS_exit_group, 9))                                \
	CALL(all_six, all_six())                                               \
	CALL(keep_errno, keep_errno())

EACH(CALL)
#undef CALL

static const struct {
	const char *word;
	long (*call)(void);
} calls[] = {
#define CALL(name, ...) { #name, call_##name },
	EACH(CALL)
};

int main(int argc, char **argv)
{
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(60001);
	setvbuf(stdout, NULL, _IONBF, 0);
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "path=", 5) == 0)
			path = argv[i] + 5;
		for (size_t j = 0; j < sizeof(calls) / sizeof(calls[0]); j++)
			if (strcmp(argv[i], calls[j].word) == 0) {
				errno = 0;
				printf("%s: %s\n", argv[i],
				       calls[j].call() == 0 ?
					       "ok" :
					       strerrorname_np(errno));
			}
	}
	return 0;
}
