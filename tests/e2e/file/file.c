/*
 * file.c - calls about files that are hard to get right, and what came of them.
 * SPDX-License-Identifier: MIT
 *
 * file DIRECTORY WORD …: prints "WORD: ok", "WORD: ERRNO", or "WORD: wrong" for
 * what succeeds and should not, or the other way round. DIRECTORY is made by
 * file.bats: ok/f and secret/f are files, link leads to ok.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#include <wordexp.h>

static const long wrong = -1000;

/* True if this opens; the descriptor is closed. */
static bool opens(const char *path)
{
	int fd = open(path, O_RDONLY);

	return fd >= 0 && close(fd) == 0;
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_size;
}

/* A thread's own table: what the leader has under our number is not meant. */
static long own_table(void)
{
	int victim = open("ok/victim", O_RDONLY);

	if (unshare(CLONE_FILES) || close(victim))
		return -1;
	if (truncate("ok/emptied", 0))
		return -1;
	return size_of("ok/emptied") == 0 && size_of("ok/victim") > 0 ? 0 : wrong;
}

static void lead(const char *link, const char *to)
{
	unlink(link);
	if (symlink(to, link))
		exit(1);
}

/* Where the file of an action leads to, changed before the child opens it. */
static long spawned(const char *later)
{
	posix_spawn_file_actions_t actions;
	char *args[] = { (char *)"/bin/true", NULL };
	int err, status = 0;
	pid_t pid;

	lead("ok/swapped", "f");
	posix_spawn_file_actions_init(&actions);
	err = posix_spawn_file_actions_addopen(&actions, 0, "ok/swapped",
					       O_RDONLY, 0);
	lead("ok/swapped", later);
	if (!err)
		err = posix_spawn(&pid, args[0], &actions, NULL, args, NULL);
	if (!err)
		waitpid(pid, &status, 0);
	posix_spawn_file_actions_destroy(&actions);
	errno = err;
	return err || status ? -1 : 0;
}

static long spawn(void)
{
	return spawned("victim");
}

static long spawn_swapped(void)
{
	return spawned("../secret/f");
}

static long resolved(const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = { .flags = flags, .resolve = resolve };

	if (flags & O_CREAT)
		how.mode = 0600;
	return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/* Made, written, there; found again, and not made a second time. */
static long root_new(void)
{
	long fd = resolved("/ok/new", O_CREAT | O_WRONLY, RESOLVE_IN_ROOT);

	if (fd < 0 || write((int)fd, "x", 1) != 1 || size_of("ok/new") != 1)
		return -1;
	fd = resolved("ok/new", O_CREAT | O_RDWR | O_TRUNC, RESOLVE_BENEATH);
	if (fd < 0 || size_of("ok/new") != 0)
		return -1;
	if (resolved("ok/new", O_CREAT | O_EXCL | O_RDWR, RESOLVE_BENEATH) >= 0)
		return wrong;
	return errno == EEXIST ? 0 : -1;
}

static long root_link(void)
{
	lead("ok/dangling", "/ok/behind");
	return resolved("ok/dangling", O_CREAT | O_WRONLY, RESOLVE_IN_ROOT);
}

static long root_out(void)
{
	return resolved("/../secret/new", O_CREAT | O_WRONLY, RESOLVE_IN_ROOT);
}

static long root_excl(void)
{
	return resolved("secret/new", O_CREAT | O_EXCL | O_WRONLY,
			RESOLVE_BENEATH);
}

static long root_dots(void)
{
	return resolved("secret/no/..", O_CREAT | O_WRONLY, RESOLVE_BENEATH);
}

static long root_truncate(void)
{
	return resolved("link/../secret/f", O_CREAT | O_TRUNC | O_WRONLY,
			RESOLVE_BENEATH);
}

/* While the directory changes all the time, what is read by a relative path. */
static volatile bool raced;

static void *change_cwd(void *root)
{
	while (!raced) {
		fchdir(*(int *)root);
		chdir("ok");
		fchdir(*(int *)root);
		chdir("secret");
	}
	fchdir(*(int *)root);
	return NULL;
}

static void *change_fd(void *dir)
{
	int ok = open("ok", O_PATH), secret = open("secret", O_PATH);

	while (!raced) {
		dup2(ok, *(int *)dir);
		dup2(secret, *(int *)dir);
	}
	return NULL;
}

static long race(void *(*change)(void *), int dir, int argument)
{
	struct timespec start, now;
	bool read_secret = false;
	pthread_t thread;

	raced = false;
	clock_gettime(CLOCK_MONOTONIC, &start);
	pthread_create(&thread, NULL, change, &argument);
	do {
		int fd = openat(dir, "f", O_RDONLY);
		char text[9] = "";

		if (fd >= 0 && read(fd, text, 8) > 0)
			read_secret = strcmp(text, "secret/f") == 0;
		if (fd >= 0)
			close(fd);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!read_secret && now.tv_sec - start.tv_sec < 2);
	raced = true;
	pthread_join(thread, NULL);
	return read_secret ? wrong : 0;
}

static long cwd_race(void)
{
	return race(change_cwd, AT_FDCWD, open(".", O_PATH));
}

static long fd_race(void)
{
	int dir = open("ok", O_PATH);

	return race(change_fd, dir, dir);
}

/* Directories that only a relative path still leads to. */
static long relative(void)
{
	if (mkdir("ok/d", 0700) || chdir("ok/d") || !opens("../f") ||
	    opens("no") || rename("../d", "../e") || !opens("../f") ||
	    close(open("new", O_CREAT | O_WRONLY, 0600)) || !opens("./new") ||
	    unlink("new") || rmdir("../e") || opens("../../../nonexistent/a"))
		return wrong;
	return opens(".") ? 0 : -1;
}

/* Without a path the descriptor is meant. */
static const char *volatile none;

static long null_path(void)
{
	int fd = open("ok/f", O_RDONLY);

	return futimesat(fd, none, NULL) ||
	       syscall(SYS_utimensat, fd, none, NULL, 0) ||
	       syscall(SYS_futimesat, fd, none, NULL);
}

static int inherited = 9; /* secret/f */

static long null_futimesat(void)
{
	return futimesat(inherited, none, NULL);
}

static long null_utimensat(void)
{
	return syscall(SYS_utimensat, inherited, none, NULL, 0);
}

static long null_by_number(void)
{
	return syscall(SYS_futimesat, inherited, none, NULL);
}

static long null_truncate(void)
{
	return truncate(none, 0);
}

/* "x": whatever is there, be it a symlink that leads to nothing, is kept. */
static long exclusive(void)
{
	FILE *stream = fopen("ok/x", "wx+,ccs=UTF-8");
	struct stat st;

	if (!stream || fputws(L"text", stream) < 0 || fclose(stream))
		return -1;
	if (size_of("ok/x") != 4 || fopen("ok/x", "wx") || errno != EEXIST)
		return wrong;
	lead("ok/dangling", "behind");
	if (fopen("ok/dangling", "wx") || errno != EEXIST)
		return wrong;
	if (fopen("ok/dangling", "wbbbbbbbbbbbbbbbbbbbbbx"))
		return wrong;
	stream = fopen("ok/y", "w+,ccs=UTF-8");
	if (!stream || fwide(stream, 0) <= 0)
		return wrong;
	return lstat("ok/behind", &st) && errno == ENOENT ? 0 : wrong;
}

/* The lowest number that is free is what a program may count on. */
static bool is_lowest(int fd)
{
	return fd == 0 && close(fd) == 0;
}

static bool stream_is_lowest(const char *path, const char *mode)
{
	FILE *stream = fopen(path, mode);

	return stream && fileno(stream) == 0 && fclose(stream) == 0;
}

static bool dir_is_lowest(const char *path)
{
	DIR *dir = opendir(path);

	return dir && dirfd(dir) == 0 && closedir(dir) == 0;
}

static long lowest(void)
{
	close(0);
	return is_lowest(open("link/f", O_RDONLY)) &&
	       is_lowest(open("ok/f", O_RDONLY)) &&
	       is_lowest(open("link/l", O_CREAT | O_RDWR, 0600)) &&
	       is_lowest(open("link/m", O_CREAT | O_EXCL | O_RDWR, 0600)) &&
	       is_lowest((int)resolved("link/f", 0, RESOLVE_BENEATH)) &&
	       is_lowest((int)resolved("link/n", O_CREAT, RESOLVE_BENEATH)) &&
	       stream_is_lowest("ok/f", "r") &&
	       stream_is_lowest("link/f", "r") &&
	       stream_is_lowest("link/o", "w") &&
	       stream_is_lowest("link/p", "wx") &&
	       dir_is_lowest("ok") && dir_is_lowest("link") ? 0 : wrong;
}

static long too_long(void)
{
	static char path[PATH_MAX + 1000];
	struct stat st;

	memset(path, 'x', 300);
	if (mkdir(path, 0700) == 0 || errno != ENAMETOOLONG ||
	    stat(path, &st) == 0 || errno != ENAMETOOLONG ||
	    open(path, O_RDONLY) >= 0 || errno != ENAMETOOLONG)
		return wrong;
	for (size_t i = 0; i + 2 < sizeof(path); i += 2)
		memcpy(path + i, "x/", 2);
	return open(path, O_RDONLY);
}

/* A thread that waits for the other end of a FIFO can be cancelled. */
static void *wait_for_writer(void *path)
{
	open(path, O_RDONLY);
	return NULL;
}

static bool is_cancelled(const char *path)
{
	pthread_t thread;
	void *result = NULL;
	int before = dup(1), after;

	alarm(5);
	pthread_create(&thread, NULL, wait_for_writer, (void *)path);
	usleep(50000);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	alarm(0);
	after = dup(1);
	close(before);
	close(after);
	return result == PTHREAD_CANCELED && after == before + 1;
}

static long cancelled(void)
{
	char path[PATH_MAX];

	if (mkfifo("ok/fifo", 0600) || !realpath("ok/fifo", path))
		return -1;
	return is_cancelled(path) && is_cancelled("ok/fifo") &&
	       is_cancelled("link/fifo") ? 0 : wrong;
}

static void nothing(int signal)
{
	(void)signal;
}

/* A signal ends the wait, too, and it is not begun again. */
static long interrupted(void)
{
	struct sigaction action = { .sa_handler = nothing };
	const char *const paths[] = { "ok/fifo", "link/fifo" };

	sigaction(SIGALRM, &action, NULL);
	for (int i = 0; i < 2; i++) {
		ualarm(50000, 50000);
		if (open(paths[i], O_RDONLY) >= 0 || errno != EINTR)
			return wrong;
	}
	ualarm(0, 0);
	return 0;
}

/* Walks: how many entries of secret/ they come by. */
static int secrets;

static int visit(const char *path, const struct stat *st, int type,
		 struct FTW *where)
{
	(void)st, (void)where;
	secrets += type == FTW_F && strstr(path, "out/f");
	return 0;
}

static int visit_plainly(const char *path, const struct stat *st, int type)
{
	return visit(path, st, type, NULL);
}

static long walked(int result)
{
	return result ? -1 : secrets ? wrong : 0;
}

static long walk_physical(void)
{
	return walked(nftw("ok", visit, 9, FTW_PHYS));
}

static long walk_logical(void)
{
	return walked(nftw("ok", visit, 9, 0));
}

static long walk_plain(void)
{
	return walked(ftw("ok", visit_plainly, 9));
}

static long list(int options, int instruction)
{
	char path[] = "ok", *const paths[] = { path, NULL };
	FTS *tree = fts_open(paths, options, NULL);
	FTSENT *entry;
	long result = 0;

	if (!tree)
		return -1;
	while (!result && (entry = fts_read(tree))) {
		secrets += strstr(entry->fts_path, "out/f") != NULL;
		if (entry->fts_info == FTS_SL && instruction != FTS_NOINSTR)
			result = fts_set(tree, entry, instruction);
	}
	fts_close(tree);
	return result || secrets ? -1 : 0;
}

static long list_physical(void)
{
	return list(FTS_PHYSICAL, FTS_NOINSTR);
}

static long list_logical(void)
{
	return list(FTS_LOGICAL, FTS_NOINSTR);
}

static long list_follow(void)
{
	return list(FTS_PHYSICAL, FTS_FOLLOW);
}

static long expanded(const char *words, int flags)
{
	wordexp_t found;
	int err = wordexp(words, &found, flags);

	if (err)
		return err == WRDE_BADCHAR ? -1 : wrong;
	if (found.we_wordc != 1 || strcmp(found.we_wordv[0], "ok/f") != 0)
		return wrong;
	wordfree(&found);
	return 0;
}

static long words_plain(void)
{
	setenv("WHERE", "ok", 1);
	return expanded("$WHERE/f", 0);
}

static long words_any(void)
{
	return expanded("o?/[f]", 0);
}

static long words_secret(void)
{
	return expanded("secret/*", WRDE_NOCMD);
}

struct word {
	const char *name;
	long (*call)(void);
	bool in_thread; /* the main thread waits */
	bool alone;     /* … or has ended */
};

static long by_link(void)
{
	return opens("link/f") && size_of("link/f") > 0 ? 0 : -1;
}

static const struct word words[] = {
	{ "by_link", by_link, false, false },
	{ "own_table", own_table, true, false },
	{ "leader_gone", by_link, true, true },
	{ "spawn", spawn, false, false },
	{ "spawn_swapped", spawn_swapped, false, false },
	{ "cwd_race", cwd_race, false, false },
	{ "fd_race", fd_race, false, false },
	{ "relative", relative, false, false },
	{ "null_path", null_path, false, false },
	{ "null_futimesat", null_futimesat, false, false },
	{ "null_utimensat", null_utimensat, false, false },
	{ "null_by_number", null_by_number, false, false },
	{ "null_truncate", null_truncate, false, false },
	{ "exclusive", exclusive, false, false },
	{ "lowest", lowest, false, false },
	{ "too_long", too_long, false, false },
	{ "cancelled", cancelled, false, false },
	{ "interrupted", interrupted, false, false },
	{ "walk_physical", walk_physical, false, false },
	{ "walk_logical", walk_logical, false, false },
	{ "walk_plain", walk_plain, false, false },
	{ "list_physical", list_physical, false, false },
	{ "list_logical", list_logical, false, false },
	{ "list_follow", list_follow, false, false },
	{ "words_plain", words_plain, false, false },
	{ "words_any", words_any, false, false },
	{ "words_secret", words_secret, false, false },
	{ "root_new", root_new, false, false },
	{ "root_link", root_link, false, false },
	{ "root_out", root_out, false, false },
	{ "root_excl", root_excl, false, false },
	{ "root_dots", root_dots, false, false },
	{ "root_truncate", root_truncate, false, false },
};

static void report(const struct word *word)
{
	long result;

	errno = 0;
	result = word->call();
	printf("%s: %s\n", word->name,
	       result == wrong ? "wrong" :
	       result < 0      ? strerrorname_np(errno) :
				 "ok");
	fflush(stdout);
}

static pthread_t leader;

static void *in_thread(void *word)
{
	if (((const struct word *)word)->alone) {
		pthread_join(leader, NULL);
		report(word);
		exit(0);
	}
	report(word);
	return NULL;
}

static void run(const struct word *word)
{
	pthread_t thread;

	if (!word->in_thread) {
		report(word);
		return;
	}
	leader = pthread_self();
	if (pthread_create(&thread, NULL, in_thread, (void *)word))
		exit(1);
	if (word->alone)
		pthread_exit(NULL);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	if (argc < 2 || chdir(argv[1]))
		return 2;
	for (int i = 2; i < argc; i++) {
		size_t w = 0;

		while (w < sizeof(words) / sizeof(words[0]) &&
		       strcmp(argv[i], words[w].name) != 0)
			w++;
		if (w == sizeof(words) / sizeof(words[0]))
			return 2;
		run(&words[w]);
	}
	return 0;
}
