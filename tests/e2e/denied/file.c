/*
 * file.c - denials of the family file.
 * SPDX-License-Identifier: MIT
 */
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "tests/e2e/denied/denied.h"

enum { HERE = AT_FDCWD };

static struct stat st;
static struct stat64 st64;
static const struct utmp entry;
static const struct utmpx entryx;
static char text[256];

/* A descriptor of what is no business of ours, and that cannot change it. */
static int root(void)
{
	int fd = open("/", O_PATH);

	errno = 0;
	return fd;
}

/* A name that libc may complete; each process uses it once. */
static char template[] = NOWHERE "XXXXXX";
static char with_suffix[] = NOWHERE "XXXXXX.c";

/* What glob says about a directory that it cannot open. */
static int failure;

static int note(const char *path, int err)
{
	(void)path;
	failure = err;
	return 1;
}

/* Nothing is ever visited. */
#define VISIT(name, stat, ...)                                                 \
	static int name(const char *path, const struct stat *at, int type,     \
			##__VA_ARGS__)                                         \
	{                                                                      \
		return path && at && type;                                     \
	}

VISIT(visit, stat)
VISIT(visit64, stat64)
VISIT(nvisit, stat, struct FTW *ftw __attribute__((unused)))
VISIT(nvisit64, stat64, struct FTW *ftw __attribute__((unused)))

/* clang-format off */
DENIED(open) { return refused(open(NOWHERE, O_RDONLY)); }
DENIED(open64) { return refused(open64(NOWHERE, O_RDONLY)); }
DENIED(__open) { return refused(__open(NOWHERE, O_RDONLY)); }
DENIED(__open64) { return refused(__open64(NOWHERE, O_RDONLY)); }
DENIED(__open_nocancel) { return refused(__open_nocancel(NOWHERE, O_RDONLY)); }
DENIED(__open64_nocancel)
{
	return refused(__open64_nocancel(NOWHERE, O_RDONLY));
}
DENIED(__open_2) { return refused(__open_2(NOWHERE, O_RDONLY)); }
DENIED(__open64_2) { return refused(__open64_2(NOWHERE, O_RDONLY)); }
DENIED(openat) { return refused(openat(HERE, NOWHERE, O_RDONLY)); }
DENIED(openat64) { return refused(openat64(HERE, NOWHERE, O_RDONLY)); }
DENIED(__openat_2) { return refused(__openat_2(HERE, NOWHERE, O_RDONLY)); }
DENIED(__openat64_2) { return refused(__openat64_2(HERE, NOWHERE, O_RDONLY)); }
DENIED(creat) { return refused(creat(NOWHERE, 0600)); }
DENIED(creat64) { return refused(creat64(NOWHERE, 0600)); }

DENIED(fopen) { return none(fopen(NOWHERE, "r")); }
DENIED(fopen64) { return none(fopen64(NOWHERE, "r")); }
DENIED(_IO_fopen) { return none(_IO_fopen(NOWHERE, "r")); }
DENIED(freopen) { return none(freopen(NOWHERE, "r", stdin)); }
DENIED(freopen64) { return none(freopen64(NOWHERE, "r", stdin)); }
DENIED(setmntent) { return none(setmntent(NOWHERE, "r")); }
DENIED(__setmntent) { return none(__setmntent(NOWHERE, "r")); }
DENIED(__nss_files_fopen) { return none(__nss_files_fopen(NOWHERE)); }
DENIED(_IO_file_fopen) { return none(_IO_file_fopen(stdin, NOWHERE, "r", 0)); }
DENIED(_IO_file_open)
{
	return none(_IO_file_open(stdin, NOWHERE, O_RDONLY, 0, 0, 0));
}

DENIED(tmpfile) { return none(tmpfile()); }
DENIED(tmpfile64) { return none(tmpfile64()); }
DENIED(mkstemp) { return refused(mkstemp(template)); }
DENIED(mkstemp64) { return refused(mkstemp64(template)); }
DENIED(mkostemp) { return refused(mkostemp(template, 0)); }
DENIED(mkostemp64) { return refused(mkostemp64(template, 0)); }
DENIED(mkstemps) { return refused(mkstemps(with_suffix, 2)); }
DENIED(mkstemps64) { return refused(mkstemps64(with_suffix, 2)); }
DENIED(mkostemps) { return refused(mkostemps(with_suffix, 2, 0)); }
DENIED(mkostemps64) { return refused(mkostemps64(with_suffix, 2, 0)); }
DENIED(mkdtemp) { return none(mkdtemp(template)); }
DENIED(mktemp) { return none(mktemp(template)); }
DENIED(__mktemp) { return none(__mktemp(template)); }
DENIED(tempnam) { return none(tempnam(NOWHERE, "a")); }

DENIED(opendir) { return none(opendir(NOWHERE)); }
DENIED(scandir)
{
	struct dirent **list;

	return refused(scandir(NOWHERE, &list, NULL, NULL));
}
DENIED(scandir64)
{
	struct dirent64 **list;

	return refused(scandir64(NOWHERE, &list, NULL, NULL));
}
DENIED(scandirat)
{
	struct dirent **list;

	return refused(scandirat(HERE, NOWHERE, &list, NULL, NULL));
}
DENIED(scandirat64)
{
	struct dirent64 **list;

	return refused(scandirat64(HERE, NOWHERE, &list, NULL, NULL));
}
DENIED(ftw) { return refused(ftw(NOWHERE, visit, 1)); }
DENIED(ftw64) { return refused(ftw64(NOWHERE, visit64, 1)); }
DENIED(nftw) { return refused(nftw(NOWHERE, nvisit, 1, 0)); }
DENIED(nftw64) { return refused(nftw64(NOWHERE, nvisit64, 1, 0)); }
DENIED(fts_open)
{
	char path[] = NOWHERE, *const paths[] = { path, NULL };

	return none(fts_open(paths, FTS_PHYSICAL, NULL));
}
DENIED(fts64_open)
{
	char path[] = NOWHERE, *const paths[] = { path, NULL };

	return none(fts64_open(paths, FTS_PHYSICAL, NULL));
}
DENIED(fts_set)
{
	char path[] = NOWHERE;
	FTSENT entry = { .fts_path = path };

	return refused(fts_set(NULL, &entry, FTS_FOLLOW));
}
DENIED(fts64_set)
{
	char path[] = NOWHERE;
	FTSENT64 entry = { .fts_path = path };

	return refused(fts64_set(NULL, &entry, FTS_FOLLOW));
}
DENIED(glob)
{
	glob_t found;

	return glob(NOWHERE "/*", 0, note, &found) == GLOB_ABORTED &&
	       failure == EACCES;
}
DENIED(glob64)
{
	glob64_t found;

	return glob64(NOWHERE "/*", 0, note, &found) == GLOB_ABORTED &&
	       failure == EACCES;
}

DENIED(access) { return refused(access(NOWHERE, R_OK)); }
DENIED(eaccess) { return refused(eaccess(NOWHERE, R_OK)); }
DENIED(euidaccess) { return refused(euidaccess(NOWHERE, R_OK)); }
DENIED(faccessat) { return refused(faccessat(HERE, NOWHERE, R_OK, 0)); }
DENIED(stat) { return refused(stat(NOWHERE, &st)); }
DENIED(stat64) { return refused(stat64(NOWHERE, &st64)); }
DENIED(lstat) { return refused(lstat(NOWHERE, &st)); }
DENIED(lstat64) { return refused(lstat64(NOWHERE, &st64)); }
DENIED(fstatat) { return refused(fstatat(HERE, NOWHERE, &st, 0)); }
DENIED(fstatat64) { return refused(fstatat64(HERE, NOWHERE, &st64, 0)); }
DENIED(statx)
{
	struct statx stx;

	return refused(statx(HERE, NOWHERE, 0, STATX_TYPE, &stx));
}
DENIED(__xstat) { return refused(__xstat(1, NOWHERE, &st)); }
DENIED(__xstat64) { return refused(__xstat64(1, NOWHERE, &st64)); }
DENIED(__lxstat) { return refused(__lxstat(1, NOWHERE, &st)); }
DENIED(__lxstat64) { return refused(__lxstat64(1, NOWHERE, &st64)); }
DENIED(__fxstatat) { return refused(__fxstatat(1, HERE, NOWHERE, &st, 0)); }
DENIED(__fxstatat64)
{
	return refused(__fxstatat64(1, HERE, NOWHERE, &st64, 0));
}
DENIED(statfs) { struct statfs fs; return refused(statfs(NOWHERE, &fs)); }
DENIED(__statfs) { struct statfs fs; return refused(__statfs(NOWHERE, &fs)); }
DENIED(statfs64) { struct statfs64 fs; return refused(statfs64(NOWHERE, &fs)); }
DENIED(statvfs) { struct statvfs fs; return refused(statvfs(NOWHERE, &fs)); }
DENIED(statvfs64)
{
	struct statvfs64 fs;

	return refused(statvfs64(NOWHERE, &fs));
}
DENIED(pathconf) { return refused(pathconf(NOWHERE, _PC_NAME_MAX)); }
DENIED(ftok) { return refused(ftok(NOWHERE, 1)); }
DENIED(name_to_handle_at)
{
	struct file_handle handle = { .handle_bytes = 0 };
	int mount_id;

	return refused(name_to_handle_at(HERE, NOWHERE, &handle, &mount_id, 0));
}
DENIED(readlink) { return refused(readlink(NOWHERE, text, 9)); }
DENIED(__readlink_chk) { return refused(__readlink_chk(NOWHERE, text, 9, 9)); }
DENIED(readlinkat) { return refused(readlinkat(HERE, NOWHERE, text, 9)); }
DENIED(__readlinkat_chk)
{
	return refused(__readlinkat_chk(HERE, NOWHERE, text, 9, 9));
}
DENIED(realpath) { return none(realpath(NOWHERE, NULL)); }
DENIED(__realpath_chk)
{
	char out[PATH_MAX];

	return none(__realpath_chk(NOWHERE, out, sizeof(out)));
}
DENIED(canonicalize_file_name) { return none(canonicalize_file_name(NOWHERE)); }
DENIED(chdir) { return refused(chdir(NOWHERE)); }
DENIED(inotify_add_watch)
{
	return refused(inotify_add_watch(-1, NOWHERE, IN_OPEN));
}

DENIED(chmod) { return refused(chmod(NOWHERE, 0)); }
DENIED(lchmod) { return refused(lchmod(NOWHERE, 0)); }
DENIED(fchmodat) { return refused(fchmodat(HERE, NOWHERE, 0, 0)); }
DENIED(fchmod) { return refused(fchmod(root(), 0)); }
DENIED(chown) { return refused(chown(NOWHERE, 0, 0)); }
DENIED(lchown) { return refused(lchown(NOWHERE, 0, 0)); }
DENIED(fchownat) { return refused(fchownat(HERE, NOWHERE, 0, 0, 0)); }
DENIED(fchown) { return refused(fchown(root(), 0, 0)); }
DENIED(utime) { return refused(utime(NOWHERE, NULL)); }
DENIED(utimes) { return refused(utimes(NOWHERE, NULL)); }
DENIED(lutimes) { return refused(lutimes(NOWHERE, NULL)); }
DENIED(futimesat) { return refused(futimesat(HERE, NOWHERE, NULL)); }
DENIED(utimensat) { return refused(utimensat(HERE, NOWHERE, NULL, 0)); }
DENIED(futimes) { return refused(futimes(root(), NULL)); }
DENIED(futimens) { return refused(futimens(root(), NULL)); }
DENIED(truncate) { return refused(truncate(NOWHERE, 0)); }
DENIED(truncate64) { return refused(truncate64(NOWHERE, 0)); }
DENIED(getxattr) { return refused(getxattr(NOWHERE, "user.a", text, 9)); }
DENIED(lgetxattr) { return refused(lgetxattr(NOWHERE, "user.a", text, 9)); }
DENIED(listxattr) { return refused(listxattr(NOWHERE, text, 9)); }
DENIED(llistxattr) { return refused(llistxattr(NOWHERE, text, 9)); }
DENIED(setxattr) { return refused(setxattr(NOWHERE, "user.a", "", 0, 0)); }
DENIED(lsetxattr) { return refused(lsetxattr(NOWHERE, "user.a", "", 0, 0)); }
DENIED(fsetxattr) { return refused(fsetxattr(root(), "user.a", "", 0, 0)); }
DENIED(removexattr) { return refused(removexattr(NOWHERE, "user.a")); }
DENIED(lremovexattr) { return refused(lremovexattr(NOWHERE, "user.a")); }
DENIED(fremovexattr) { return refused(fremovexattr(root(), "user.a")); }
DENIED(ioctl)
{
	int on = 0;

	return refused(ioctl(root(), FS_IOC_SETFLAGS, &on));
}

DENIED(fcntl) { return forbidden(fcntl(root(), F_SETOWN, 1)); }
DENIED(fcntl64) { return forbidden(fcntl64(root(), F_SETOWN, 1)); }
DENIED(__fcntl) { return forbidden(__fcntl(root(), F_SETOWN, 1)); }

DENIED(mkdir) { return refused(mkdir(NOWHERE, 0700)); }
DENIED(mkdirat) { return refused(mkdirat(HERE, NOWHERE, 0700)); }
DENIED(mkfifo) { return refused(mkfifo(NOWHERE, 0600)); }
DENIED(mkfifoat) { return refused(mkfifoat(HERE, NOWHERE, 0600)); }
DENIED(mknod) { return refused(mknod(NOWHERE, S_IFREG | 0600, 0)); }
DENIED(mknodat) { return refused(mknodat(HERE, NOWHERE, S_IFREG | 0600, 0)); }
DENIED(__xmknod)
{
	dev_t dev = 0;

	return refused(__xmknod(0, NOWHERE, S_IFREG | 0600, &dev));
}
DENIED(__xmknodat)
{
	dev_t dev = 0;

	return refused(__xmknodat(0, HERE, NOWHERE, S_IFREG | 0600, &dev));
}
DENIED(symlink) { return refused(symlink("a", NOWHERE)); }
DENIED(symlinkat) { return refused(symlinkat("a", HERE, NOWHERE)); }
DENIED(unlink) { return refused(unlink(NOWHERE)); }
DENIED(unlinkat) { return refused(unlinkat(HERE, NOWHERE, 0)); }
DENIED(rmdir) { return refused(rmdir(NOWHERE)); }
DENIED(remove) { return refused(remove(NOWHERE)); }

DENIED(rename) { return refused(rename(NOWHERE, ELSEWHERE)); }
DENIED(renameat) { return refused(renameat(HERE, NOWHERE, HERE, ELSEWHERE)); }
DENIED(renameat2)
{
	return refused(renameat2(HERE, NOWHERE, HERE, ELSEWHERE, 0));
}
DENIED(link) { return refused(link(NOWHERE, ELSEWHERE)); }
DENIED(linkat) { return refused(linkat(HERE, NOWHERE, HERE, ELSEWHERE, 0)); }

/* No file of that name is under /dev, one hopes. */
DENIED(shm_open) { return refused(shm_open("/nonexistent-a", O_RDONLY, 0)); }
DENIED(shm_unlink) { return refused(shm_unlink("/nonexistent-a")); }
DENIED(sem_open) { return none(sem_open("/nonexistent-a", 0)); }
DENIED(sem_unlink) { return refused(sem_unlink("/nonexistent-a")); }
DENIED(mq_open) { return refused(mq_open("/nonexistent-a", O_RDONLY)); }
DENIED(__mq_open_2) { return refused(__mq_open_2("/nonexistent-a", O_RDONLY)); }
DENIED(mq_unlink) { return refused(mq_unlink("/nonexistent-a")); }

DENIED(catopen) { return refused((long)catopen(NOWHERE, 0)); }
DENIED(bindtextdomain) { return none(bindtextdomain("a", NOWHERE)); }
DENIED(utmpname) { return refused(utmpname(NOWHERE)); }
DENIED(utmpxname) { return refused(utmpxname(NOWHERE)); }
DENIED(pututline) { return none(pututline(&entry)); }
DENIED(pututxline) { return none(pututxline(&entryx)); }
DENIED(updwtmp) { updwtmp(NOWHERE, &entry); return errno == EACCES; }
DENIED(updwtmpx) { updwtmpx(NOWHERE, &entryx); return errno == EACCES; }
DENIED(login) { login(&entry); return errno == EACCES; }
DENIED(logout) { return is(logout("a"), 0, EACCES); }
DENIED(logwtmp) { logwtmp("a", "b", "c"); return errno == EACCES; }
DENIED(getspnam) { return none(getspnam("a")); }
DENIED(getspnam_r)
{
	struct spwd room, *found;

	return getspnam_r("a", &room, text, sizeof(text), &found) == EACCES;
}
DENIED(getspent) { return none(getspent()); }
DENIED(getspent_r)
{
	struct spwd room, *found;

	return getspent_r(&room, text, sizeof(text), &found) == EACCES;
}
DENIED(setspent) { setspent(); return errno == EACCES; }
DENIED(getsgnam) { return none(getsgnam("a")); }
DENIED(getsgnam_r)
{
	struct sgrp room, *found;

	return getsgnam_r("a", &room, text, sizeof(text), &found) == EACCES;
}
DENIED(getsgent) { return none(getsgent()); }
DENIED(getsgent_r)
{
	struct sgrp room, *found;

	return getsgent_r(&room, text, sizeof(text), &found) == EACCES;
}
DENIED(setsgent) { setsgent(); return errno == EACCES; }
DENIED(_mcleanup) { _mcleanup(); return errno == EACCES; }
DENIED(lckpwdf) { return refused(lckpwdf()); }
DENIED(sethostid) { return refused(sethostid(1)); }
DENIED(posix_openpt) { return refused(posix_openpt(O_RDWR)); }
DENIED(getpt) { return refused(getpt()); }
DENIED(openpty)
{
	int ends[2];

	return refused(openpty(&ends[0], &ends[1], NULL, NULL, NULL));
}
/* clang-format on */
