/*
 * path.c - names: lexical, and those that the kernel knows for descriptors.
 * SPDX-License-Identifier: MIT
 *
 * Needs /proc (start.c sees to that). A thread may have a descriptor table of its
 * own, and /proc/self is the leader's, hence /proc/thread-self.
 */
#include "preload/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "config/raw.h"

enum { HIGH = 64 };

/* "/proc/4242/maps" of our own process is "/proc/self/maps" to a policy. */
static void own_process(char *name)
{
	char digits[16];
	struct text pid = text_in(digits, sizeof(digits));

	if (strncmp(name, "/proc/", 6) != 0)
		return;
	text_number(&pid, (uint64_t)RAW(getpid));
	if (strncmp(name + 6, digits, pid.len) == 0 &&
	    (name[6 + pid.len] == '/' || name[6 + pid.len] == '\0')) {
		char *rest = name + 6 + pid.len;

		if (pid.len < 4) /* no room to write "self" in place */
			memmove(name + 10, rest, strlen(rest) + 1);
		memcpy(name + 6, "self", 4);
		if (pid.len > 4)
			memmove(name + 10, rest, strlen(rest) + 1);
	}
}

void path_to_fd(int fd, struct text *text)
{
	text_add(text, "/proc/thread-self/fd/");
	text_number(text, (unsigned)fd);
}

int path_raise(int fd)
{
	long high = RAW(fcntl, fd, F_DUPFD_CLOEXEC, fd < HIGH ? HIGH : fd + 1);

	if (high < 0)
		return fd;
	RAW(close, fd);
	return (int)high;
}

int path_of_fd(int fd, char *out, size_t size)
{
	char link[32];
	struct text text = text_in(link, sizeof(link));
	long len;

	if (fd < 0)
		return -EBADF;
	path_to_fd(fd, &text);
	len = RAW(readlinkat, AT_FDCWD, link, out, size - 8);
	if (len < 0)
		return (int)len;
	if ((size_t)len >= size - 8)
		return -ENAMETOOLONG;
	out[len] = '\0';
	own_process(out);
	return 0;
}

size_t path_parent(const char *path, size_t len)
{
	while (len > 1 && path[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : len;
}

const char *path_last(const char *path, size_t *len)
{
	size_t end = strlen(path), start;

	while (end && path[end - 1] == '/')
		end--;
	start = end;
	while (start && path[start - 1] != '/')
		start--;
	*len = end - start;
	return path + start;
}

bool path_is_dots(const char *last, size_t len)
{
	return len == 0 || (last[0] == '.' &&
			    (len == 1 || (len == 2 && last[1] == '.')));
}

/* Appends the components of `path` to the absolute name out[0..len). */
static int append(char *out, size_t len, const char *path, size_t size)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && path[0] == '.' && path[1] == '.') {
			len = path_parent(out, len);
		} else if (n && !(n == 1 && path[0] == '.')) {
			if (len + n + 2 > size)
				return -ENAMETOOLONG;
			if (len > 1)
				out[len++] = '/';
			memcpy(out + len, path, n);
			len += n;
		}
		path += n + (path[n] == '/');
	}
	out[len] = '\0';
	return 0;
}

int path_lexical(const char *base, const char *path, char *out, size_t size)
{
	int err = 0;

	out[0] = '/';
	if (path[0] != '/')
		err = append(out, 1, base, size);
	return err ? err : append(out, path[0] == '/' ? 1 : strlen(out), path,
				  size);
}

int path_append(char *out, const char *path)
{
	return append(out, strlen(out), path, SCRATCH_PATH);
}

int path_name(int dir, const char *path, char *work, char *out)
{
	long err = 0;

	work[0] = '\0';
	if (path[0] != '/') {
		err = dir == AT_FDCWD ? RAW(getcwd, work, SCRATCH_PATH) :
					path_of_fd(dir, work, SCRATCH_PATH);
		if (err >= 0 && work[0] != '/')
			err = -ENOENT; /* "(unreachable)/…": outside our root */
	}
	if (err < 0)
		return (int)err;
	err = path_lexical(work, path, out, SCRATCH_PATH);
	if (!err)
		own_process(out);
	return (int)err;
}
