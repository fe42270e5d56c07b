/*
 * read.c - reads a policy's file.
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "config/policy_internal.h"
#include "config/raw.h"

/* In these words, because strerror may look up translations. */
static const char *reason(long err)
{
	switch (err) {
	case -ENOENT:
		return "no such file";
	case -EACCES:
		return "permission denied";
	case -EISDIR:
		return "it is a directory";
	case -ENOTDIR:
		return "a part of its path is not a directory";
	case -ELOOP:
		return "too many symbolic links";
	case -ENAMETOOLONG:
		return "its name is too long";
	default:
		return NULL;
	}
}

static int fail(struct loader *loader, const struct place *place, long err)
{
	const char *words = reason(err);
	char buffer[32];
	struct text text = text_in(buffer, sizeof(buffer));

	if (!words) {
		text_add(&text, "error ");
		text_number(&text, (uint64_t)-err);
		words = buffer;
	}
	load_fail(loader, place, "expected a readable file: ", words, NULL);
	return (int)err;
}

static int check(struct loader *loader, const struct place *place, int fd,
		 size_t *size)
{
	struct stat st;
	long err = RAW(fstat, fd, &st);

	if (!err && S_ISDIR(st.st_mode))
		err = -EISDIR;
	if (err)
		return fail(loader, place, err);
	if (!S_ISREG(st.st_mode))
		return load_expected(loader, place, "a regular file");
	if (st.st_mode & S_IWOTH) {
		load_fail(loader, place,
			  "writable by everybody, expected only by its owner",
			  NULL);
		return -EACCES;
	}
	if (st.st_size > TOML_SIZE) {
		load_expected(loader, place, "a file of at most 1 MiB");
		return -E2BIG;
	}
	*size = (size_t)st.st_size;
	return 0;
}

/* One byte more than there was is asked for, to see the end. */
static int read_all(struct loader *loader, const struct place *place, int fd,
		    size_t size, struct word *text)
{
	char *content = arena_take(loader->arena, size + 1);
	size_t len = 0;
	long n;

	if (!content)
		return load_full(loader);
	do {
		n = RAW(read, fd, content + len, size + 1 - len);
		if (n < 0)
			return fail(loader, place, n);
		len += (size_t)n;
	} while (n > 0 && len <= size);
	if (len > size)
		return load_expected(loader, place,
				     "a file that is not being written");
	content[len] = '\0';
	*text = (struct word){content, len};
	return 0;
}

int read_policy(struct loader *loader, const char *file, struct word *text)
{
	const struct place place = {.name = file};
	const char *path;
	size_t size = 0;
	int err = pattern_file(loader, &place, file, &path), fd;

	if (err)
		return err;
	/* O_NONBLOCK: a named pipe must not keep the program from starting. */
	fd = (int)RAW(openat, AT_FDCWD, path,
		      O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	if (fd < 0)
		return fail(loader, &place, fd);
	err = check(loader, &place, fd, &size);
	if (!err)
		err = read_all(loader, &place, fd, size, text);
	RAW(close, fd);
	return err;
}
