/*
 * process.c - calls about processes, and says what came of them.
 * SPDX-License-Identifier: MIT
 *
 * process WORD …: prints "WORD: ok" or "WORD: ERRNO". What would do harm asks
 * for something that is not there, or has arguments that the kernel refuses.
 */
#include <asm/sockios.h>
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/ptrace.h>
#include <sys/quota.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#define NOWHERE "/nonexistent/a"

extern pid_t __fork(void), __libc_fork(void), __vfork(void);
extern int __clone(int (*)(void *), void *, int, void *, ...);
extern int pivot_root(const char *, const char *);
extern int init_module(void *, unsigned long, const char *);
extern int delete_module(const char *, unsigned);

static const char *volatile none;
static char stack[65536] __attribute__((aligned(16)));

/* The child of a fork: 0 if it ran. */
static long child(pid_t pid)
{
	int status = 0;

	if (pid == 0)
		_exit(7);
	if (pid < 0)
		return -1;
	if (waitpid(pid, &status, 0) != pid || status != 7 << 8) {
		errno = ECHILD;
		return -1;
	}
	return 0;
}

static int count;

static int add_one(void *to)
{
	++*(int *)to;
	return 7;
}

/* With CLONE_VM the child counts for us, without it for itself. */
static long cloned(int (*cloner)(int (*)(void *), void *, int, void *, ...),
		   int flags)
{
	int before = count, status = 0;
	pid_t pid = cloner(add_one, stack + sizeof(stack), flags | SIGCHLD,
			   &count);

	if (pid < 0)
		return -1;
	errno = ECHILD;
	return waitpid(pid, &status, 0) == pid && status == 7 << 8 &&
			       count == before + !!(flags & CLONE_VM) ?
		       0 :
		       -1;
}

/* Returns twice, and the frame is the same one. */
static long vforked(pid_t (*forker)(void))
{
	volatile int seen = 0;
	pid_t pid = forker();

	if (pid == 0) {
		seen = 1;
		_exit(7);
	}
	if (pid > 0 && !seen)
		return errno = EIO, -1;
	return child(pid);
}

static long pty(void)
{
	int master;

	return child(forkpty(&master, NULL, NULL, NULL));
}

/* daemon() ends its caller, if it may. */
static long daemonised(void)
{
	int status = 0, ends[2];
	char error = 0;
	pid_t pid;

	if (pipe(ends))
		return -1;
	pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid < 0)
		return daemon(1, 1);
	if (pid == 0) {
		errno = 0;
		error = (char)(daemon(1, 1) ? errno : 100);
		(void)!write(ends[1], &error, 1);
		syscall(SYS_exit_group, 0);
	}
	waitpid(pid, &status, 0);
	(void)!read(ends[0], &error, 1);
	errno = error;
	return error == 100 ? 0 : -1;
}

static long pidfd(pid_t pid)
{
	int fd = pidfd_open(pid, 0);

	return pidfd_send_signal(fd, 0, NULL, 0);
}

static long vm(ssize_t (*call)(pid_t, const struct iovec *, unsigned long,
			       const struct iovec *, unsigned long,
			       unsigned long))
{
	return call(-1, NULL, 0, NULL, 0, 1);
}

/* A relative path is opened where we are now; behind a chdir it is refused. */
static long action(const char *path, const char *dir, int flags)
{
	posix_spawn_file_actions_t actions;
	char *args[] = { (char *)"/bin/true", NULL };
	int err, status = 0;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	err = dir ? posix_spawn_file_actions_addchdir_np(&actions, dir) : 0;
	if (!err)
		err = posix_spawn_file_actions_addopen(&actions, 9, path, flags,
						       0600);
	if (!err)
		err = posix_spawn(&pid, args[0], &actions, NULL, args, NULL);
	if (!err)
		waitpid(pid, &status, 0);
	posix_spawn_file_actions_destroy(&actions);
	errno = err;
	return err || status ? -1 : 0;
}

static long change(const char *dir, const char *program)
{
	posix_spawn_file_actions_t actions;
	char *args[] = { (char *)program, NULL };
	int err, status = 0;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	err = posix_spawn_file_actions_addchdir_np(&actions, dir);
	if (!err)
		err = posix_spawn(&pid, program, &actions, NULL, args, NULL);
	if (!err)
		waitpid(pid, &status, 0);
	errno = err;
	return err || status ? -1 : 0;
}

/* errno stays what it was when all is well. */
static long keeps_errno(void)
{
	char *args[] = { (char *)"/bin/true", NULL };
	pid_t pid;

	errno = 77;
	if (posix_spawn(&pid, args[0], NULL, NULL, args, NULL) == 0)
		waitpid(pid, NULL, 0);
	kill(getpid(), 0);
	return errno == 77 ? 0 : -1;
}

/* What a command writes is ours whatever it takes to start it. */
static long words(const char *text, const char *expected)
{
	wordexp_t found;
	int err = wordexp(text, &found, 0);

	if (err)
		return errno = err == WRDE_CMDSUB ? EACCES : EINVAL, -1;
	return found.we_wordc == 1 && strcmp(found.we_wordv[0], expected) == 0 ?
		       0 :
		       -1;
}

/* The environment of this process is never touched. */
static long own_environment(void)
{
	char *list[] = { (char *)"A=1", (char *)"PATH=/bin:/usr/bin", NULL };
	FILE *from;

	environ = list;
	if (system("true") == -1)
		return -1;
	from = popen("true", "r");
	if (from)
		pclose(from);
	words("$(echo)", "");
	return environ == list && strcmp(list[0], "A=1") == 0 && !list[2] ? 0 :
									   -1;
}

/* Has a descriptor's signals sent to `owner`, by this command. */
static long own(int command, int type, int owner)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct f_owner_ex owner_ex = { type, owner };
	long result;

	if (command == F_SETOWN)
		result = fcntl(fd, F_SETOWN, owner);
	else if (command == F_SETOWN_EX)
		result = fcntl(fd, F_SETOWN_EX, &owner_ex);
	else
		result = ioctl(fd, (unsigned long)command, &owner);
	if (result == 0 && owner > 0 && fcntl(fd, F_GETOWN) != owner)
		return -2;
	return result;
}

static long own_by_number(long number, int command)
{
	int owner = 1;

	return syscall(number, socket(AF_UNIX, SOCK_STREAM, 0), command,
		       number == SYS_fcntl ? 1 : (long)&owner);
}

#define EACH(CALL)                                                            \
	CALL(fork, child(fork()))                                             \
	CALL(__fork, child(__fork()))                                         \
	CALL(__libc_fork, child(__libc_fork()))                               \
	CALL(_Fork, child(_Fork()))                                           \
	CALL(vfork, vforked(vfork))                                           \
	CALL(__vfork, vforked(__vfork))                                       \
	CALL(clone, cloned(clone, 0))                                         \
	CALL(__clone, cloned(__clone, 0))                                     \
	CALL(clone_vm, cloned(clone, CLONE_VM))                               \
	CALL(clone_vfork, cloned(clone, CLONE_VM | CLONE_VFORK))              \
	CALL(forkpty, pty())                                                  \
	CALL(daemon, daemonised())                                            \
	CALL(namespace, cloned(clone, CLONE_NEWUSER | CLONE_FS | CLONE_NEWNS)) \
	CALL(kill, kill(getppid(), 0))                                        \
	CALL(kill_group, kill(0, 0))                                          \
	CALL(killpg, killpg(getpgrp(), 0))                                    \
	CALL(tgkill, tgkill(getppid(), getppid(), 0))                         \
	CALL(sigqueue, sigqueue(getppid(), 0, (union sigval){ 0 }))           \
	CALL(pidfd_send_signal, pidfd(getppid()))                             \
	CALL(prlimit, prlimit(getppid(), RLIMIT_CORE,                         \
			      &(struct rlimit){ 1, 0 }, NULL))                \
	CALL(kill_self, kill(getpid(), 0))                                    \
	CALL(tgkill_self, tgkill(getpid(), gettid(), 0))                      \
	CALL(sigqueue_self, sigqueue(getpid(), 0, (union sigval){ 0 }))       \
	CALL(pidfd_self, pidfd(getpid()))                                     \
	CALL(prlimit_self, prlimit(0, RLIMIT_CORE, NULL,                      \
				   &(struct rlimit){ 0, 0 }))                 \
	CALL(ptrace, ptrace(-1, 0, NULL, NULL))                               \
	CALL(process_vm_readv, vm(process_vm_readv))                          \
	CALL(process_vm_writev, vm(process_vm_writev))                        \
	CALL(process_madvise, process_madvise(-1, NULL, 0, 0, 1))             \
	CALL(process_mrelease, process_mrelease(-1, 1))                       \
	CALL(pidfd_getfd, pidfd_getfd(-1, -1, 1))                             \
	CALL(own, own(F_SETOWN, 0, 1))                                        \
	CALL(own_group, own(F_SETOWN, 0, -1))                                 \
	CALL(own_ex, own(F_SETOWN_EX, F_OWNER_PID, 1))                        \
	CALL(own_ex_group, own(F_SETOWN_EX, F_OWNER_PGRP, 1))                 \
	CALL(own_ex_thread, own(F_SETOWN_EX, F_OWNER_TID, 1))                 \
	CALL(own_ioctl, own(FIOSETOWN, 0, 1))                                 \
	CALL(own_ioctl_group, own(SIOCSPGRP, 0, -1))                          \
	CALL(own_fcntl_number, own_by_number(SYS_fcntl, F_SETOWN))            \
	CALL(own_ioctl_number, own_by_number(SYS_ioctl, FIOSETOWN))           \
	CALL(own_self, own(F_SETOWN, 0, getpid()))                            \
	CALL(own_self_ex, own(F_SETOWN_EX, F_OWNER_TID, getpid()))            \
	CALL(own_self_ioctl, own(FIOSETOWN, 0, getpid()))                     \
	CALL(own_nobody, own(F_SETOWN_EX, F_OWNER_PGRP, 0))                   \
	CALL(own_flags, fcntl(0, F_GETFD) < 0 || fcntl(0, F_DUPFD, 9) < 9)    \
	CALL(open_by_handle_at, open_by_handle_at(-1, (void *)none, 0))       \
	CALL(fanotify_init, fanotify_init(-1, -1))                            \
	CALL(fanotify_mark, fanotify_mark(-1, -1, 0, -1, NULL))               \
	CALL(acct, acct(NOWHERE))                                             \
	CALL(quotactl, quotactl(-1, NOWHERE, 0, NULL))                        \
	CALL(swapon, swapon(NOWHERE, -1))                                     \
	CALL(swapoff, swapoff(NOWHERE))                                       \
	CALL(chroot, chroot(NOWHERE))                                         \
	CALL(pivot_root, pivot_root(NOWHERE, NOWHERE))                        \
	CALL(mount, mount(NULL, NOWHERE, NULL, 0, NULL))                      \
	CALL(umount, umount(NOWHERE))                                         \
	CALL(umount2, umount2(NOWHERE, -1))                                   \
	CALL(mount_setattr, mount_setattr(-1, NOWHERE, -1, NULL, 0))          \
	CALL(move_mount, move_mount(-1, NOWHERE, -1, NOWHERE, -1))            \
	CALL(open_tree, open_tree(-1, NOWHERE, -1))                           \
	CALL(fsopen, fsopen("none such", -1))                                 \
	CALL(fsconfig, fsconfig(-1, -1, NULL, NULL, 0))                       \
	CALL(fsmount, fsmount(-1, -1, 0))                                     \
	CALL(fspick, fspick(-1, NOWHERE, -1))                                 \
	CALL(unshare, unshare(CLONE_NEWNS | 1))                               \
	CALL(unshare_files, unshare(CLONE_FILES))                             \
	CALL(setns, setns(-1, 0))                                             \
	CALL(reboot, reboot(1))                                               \
	CALL(init_module, init_module(NULL, 0, none))                         \
	CALL(delete_module, delete_module("none such", 0))                    \
	CALL(no_shell, !system(NULL))                                         \
	CALL(open_relative, action("made", NULL, O_CREAT | O_WRONLY))         \
	CALL(open_absolute, action("/nonexistent/a", NULL, O_RDONLY))         \
	CALL(open_null, action("/dev/null", NULL, O_RDWR))                    \
	CALL(open_behind, action("made", "/", O_RDONLY))                      \
	CALL(start_behind, change("/usr", "bin/true"))                        \
	CALL(start_absolute, change("/usr", "/bin/true"))                     \
	CALL(change_away, change("/nonexistent", "/bin/true"))                \
	CALL(plain_words, words("a$((1 + 1))", "a2"))                         \
	CALL(command_words, words("$(echo b)", "b"))                          \
	CALL(own_environment, own_environment())                              \
	CALL(keeps_errno, keeps_errno())

#define CALL(name, ...)                 \
	static long call_##name(void)   \
	{                               \
		return __VA_ARGS__;     \
	}
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
	setvbuf(stdout, NULL, _IONBF, 0);
	for (int i = 1; i < argc; i++)
		for (size_t j = 0; j < sizeof(calls) / sizeof(calls[0]); j++)
			if (strcmp(argv[i], calls[j].word) == 0) {
				errno = 0;
				printf("%s: %s\n", argv[i],
				       calls[j].call() == 0 ?
					       "ok" :
					       strerrorname_np(errno));
			}
	return 0;
}
