/*
 * acts.c - does what its arguments say, one after the other.
 * SPDX-License-Identifier: MIT
 *
 *	open PATH        opens for reading, and prints the errno's name
 *	often N PATH     the same N times, silently
 *	each N PREFIX    opens PREFIX0, PREFIX1, … silently
 *	closefrom FD     closes all descriptors from FD on
 *	cover FILE       puts FILE in the place of every descriptor above 2
 *	chroot DIR       makes DIR the root
 *	fork             goes on in a child, and waits for it
 *	vfork PATH       opens PATH in a vfork child that closed everything
 *	say TEXT         prints TEXT
 *	kill             ends with SIGKILL
 *	end HOW          ends by exec or execvp (true), quick_exit, abort or _exit
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int try_open(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? errno : 0;
}

static void open_often(const char *n, const char *path)
{
	for (int i = atoi(n); i > 0; i--)
		try_open(path);
}

static void open_each(const char *n, const char *prefix)
{
	char path[4096];

	for (int i = 0; i < atoi(n); i++) {
		snprintf(path, sizeof(path), "%s%d", prefix, i);
		try_open(path);
	}
}

static void cover(const char *file)
{
	int mine = open(file, O_RDWR | O_CREAT, 0600);

	for (int fd = 3; fd < 1024; fd++)
		if (fd != mine && fcntl(fd, F_GETFD) >= 0)
			dup2(mine, fd);
}

static __attribute__((noinline)) void open_in_vfork(const char *path)
{
	pid_t child = vfork();

	if (child == 0) {
		closefrom(0);
		open(path, O_RDONLY);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void go_on_in_child(void)
{
	pid_t child = fork();

	if (child == 0)
		return;
	waitpid(child, NULL, 0);
	exit(0);
}

static void end(const char *how)
{
	if (strcmp(how, "exec") == 0)
		execl("/bin/true", "true", NULL);
	if (strcmp(how, "execvp") == 0)
		execlp("true", "true", NULL);
	if (strcmp(how, "quick_exit") == 0)
		quick_exit(0);
	if (strcmp(how, "abort") == 0)
		abort();
	_exit(0);
}

static void must(int result, const char *what)
{
	if (result == 0)
		return;
	perror(what);
	exit(1);
}

int main(int argc, char **argv)
{
	(void)argc;
	while (*++argv) {
		const char *act = *argv;

		if (strcmp(act, "open") == 0)
			puts(strerrorname_np(try_open(*++argv)));
		else if (strcmp(act, "often") == 0)
			open_often(argv[1], argv[2]), argv += 2;
		else if (strcmp(act, "each") == 0)
			open_each(argv[1], argv[2]), argv += 2;
		else if (strcmp(act, "closefrom") == 0)
			closefrom(atoi(*++argv));
		else if (strcmp(act, "cover") == 0)
			cover(*++argv);
		else if (strcmp(act, "chroot") == 0)
			must(chroot(*++argv), "chroot");
		else if (strcmp(act, "fork") == 0)
			go_on_in_child();
		else if (strcmp(act, "vfork") == 0)
			open_in_vfork(*++argv);
		else if (strcmp(act, "say") == 0)
			puts(*++argv);
		else if (strcmp(act, "end") == 0)
			end(*++argv);
		else if (strcmp(act, "kill") == 0)
			raise(SIGKILL);
		else
			must(-1, act);
		fflush(stdout);
	}
	return 0;
}
