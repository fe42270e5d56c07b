/*
 * stream.c - fopen and its kin, and glob.
 * SPDX-License-Identifier: MIT
 */
#include "config/raw.h"
#include "preload/dl.h"
#include "preload/file.h"
#include "preload/real.h"

/*
 * glibc reads the first letter and at most six more, up to a comma; a '+' among
 * them asks for both directions. Further ones are looked at too: to be refused
 * for a '+' that libc ignores does less harm than the reverse.
 */
uint32_t mode_rights(const char *mode)
{
	uint32_t rights = mode && mode[0] == 'r' ? RIGHT(FS_READ) :
						   RIGHT(FS_WRITE);

	for (; mode && *mode && *mode != ','; mode++)
		if (*mode == '+')
			rights = RIGHT(FS_READ) | RIGHT(FS_WRITE);
	return rights;
}

/* With "x", neither a file nor a symlink may be there. */
static bool is_exclusive(const char *mode)
{
	return mode && mode[0] != 'r' && memchr(mode, 'x', strcspn(mode, ","));
}

enum how how_mode(const char *mode)
{
	return is_exclusive(mode)	 ? ENTRY :
	       mode && mode[0] != 'r' ? CREATE :
					FOLLOW;
}

enum { MODE = 64 }; /* "w+,ccs=…", which glibc knows some ten of */

/* ",ccs=NAME" has libc load a converter, as iconv_open does. */
static bool converts(const char *mode)
{
	return mode && strstr(mode, ",ccs=");
}

static uint32_t stream_rights(const char *mode)
{
	return mode_rights(mode) | (converts(mode) ? RIGHT(LIB_LOAD) : 0);
}

static int ask_converter(const struct asked *ask, const char *mode)
{
	return converts(mode) && gate_restricts(RIGHT(LIB_LOAD)) ?
		       may_convert(ask) :
		       0;
}

/*
 * A stream on a file that does not exist yet: it is made here, without following
 * a symlink that somebody may add meanwhile, and opened again by descriptor.
 * Only "x" would mind that it exists now; it is left out of *mode.
 */
static int make_first(struct place *at, const char **mode, char plain[MODE])
{
	int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
	size_t letters = strcspn(*mode, ",");
	struct text text = text_in(plain, MODE), name;
	int fd;

	if (is_exclusive(*mode)) {
		flags |= O_EXCL;
		for (const char *c = *mode; *c; c++)
			if (*c != 'x' || c >= *mode + letters)
				text_char(&text, *c);
		if (text.cut)
			return -EINVAL;
		*mode = plain;
	}
	fd = (int)RAW(openat, AT_FDCWD, at->name, flags, 0666);
	if (fd < 0)
		return fd;
	RAW(close, at->fd);
	at->fd = path_raise(fd);
	name = text_in(at->scratch->name, sizeof(at->scratch->name));
	path_to_fd(at->fd, &name);
	return 0;
}

static int ask_stream(const struct asked *ask, struct place *at,
		      const char *path, const char **mode, char plain[MODE])
{
	uint32_t rights = mode_rights(*mode);
	enum how how = how_mode(*mode);
	int err = ask_converter(ask, *mode);

	if (err || !gate_restricts(rights))
		return err;
	err = place_ask(ask, at, how | AWAY, rights, AT_FDCWD, path);
	return !err && (at->made || (how == ENTRY && at->fd >= 0)) ?
		       make_first(at, mode, plain) :
		       err;
}

#define FOPEN(name_)                                                         \
	EXPORT FILE *name_(const char *path, const char *mode)               \
	{                                                                    \
		struct place at = PLACE(path);                               \
		char plain[MODE];                                            \
		int err = ASK(stream_rights(mode), #name_,                   \
			      ask_stream(ask, &at, path, &mode, plain));     \
		FILE *stream = err ? NULL : real.name_(at.name, mode);       \
									     \
		place_leave(&at);                                            \
		return stream;                                               \
	}

FOPEN(fopen)
FOPEN(fopen64)
FOPEN(_IO_fopen)
FOPEN(setmntent)
FOPEN(__setmntent)

/* Without a path the stream's own file is opened again, in the new mode. */
static int ask_again(const struct asked *ask, struct place *at,
		     const char *path, const char **mode, char plain[MODE],
		     FILE *stream)
{
	int err;

	if (path)
		return ask_stream(ask, at, path, mode, plain);
	err = ask_converter(ask, *mode);
	return err || !gate_restricts(mode_rights(*mode)) ?
		       err :
		       place_ask_fd(ask, mode_rights(*mode), fileno(stream));
}

#define FREOPEN(name_)                                                       \
	EXPORT FILE *name_(const char *path, const char *mode, FILE *stream) \
	{                                                                    \
		struct place at = PLACE(path);                               \
		char plain[MODE];                                            \
		int err = ASK(stream_rights(mode), #name_,                   \
			      ask_again(ask, &at, path, &mode, plain,        \
					stream));                            \
		FILE *result = err ? NULL : real.name_(at.name, mode, stream); \
									     \
		place_leave(&at);                                            \
		return result;                                               \
	}

FREOPEN(freopen)
FREOPEN(freopen64)

/* What fopen has opened its stream by; old programs do so themselves. */
static int ask_file(const struct asked *ask, struct place *at, const char *path,
		    const char *mode)
{
	uint32_t rights = mode_rights(mode);
	int err = ask_converter(ask, mode);

	return err || !gate_restricts(rights) ?
		       err :
		       place_ask(ask, at, how_mode(mode) | AWAY, rights,
				 AT_FDCWD, path);
}

EXPORT FILE *_IO_file_fopen(FILE *stream, const char *path, const char *mode,
			    int is32)
{
	struct place at = PLACE(path);
	int err = ASK(stream_rights(mode), "_IO_file_fopen",
		      ask_file(ask, &at, path, mode));
	FILE *result =
		err ? NULL : real._IO_file_fopen(stream, at.name, mode, is32);

	place_leave(&at);
	return result;
}

/*
 * glob opens directories that only it knows. It can be told which functions to
 * use, and those are our wrappers: each directory is asked about by itself.
 */
static void *list_open(const char *path)
{
	struct place at = PLACE(path);
	int err = ASK(RIGHT(FS_READ), "glob", place_ask(ask, &at, FOLLOW,
							RIGHT(FS_READ),
							AT_FDCWD, path));
	DIR *dir = err ? NULL : real.opendir(at.name);

	place_leave(&at);
	return dir;
}

static void list_close(void *dir)
{
	closedir(dir);
}

#define LOOK(function, stat_type, how)                                       \
	static int look_##function(const char *restrict path,                \
				   struct stat_type *restrict st)            \
	{                                                                    \
		struct place at = PLACE(path);                               \
		int err = ASK(RIGHT(FS_STAT), "glob",                        \
			      place_ask(ask, &at, how, RIGHT(FS_STAT),       \
					AT_FDCWD, path));                    \
		int result = err ? -1 : real.function(at.name, st);          \
									     \
		place_leave(&at);                                            \
		return result;                                               \
	}

LOOK(stat, stat, FOLLOW)
LOOK(lstat, stat, ENTRY)
LOOK(stat64, stat64, FOLLOW)
LOOK(lstat64, stat64, ENTRY)

static struct dirent *list_read(void *dir)
{
	return readdir(dir);
}

static struct dirent64 *list_read64(void *dir)
{
	return readdir64(dir);
}

#define GLOB(name, type, read_entry, stat_, lstat_)                          \
	EXPORT int name(const char *pattern, int flags,                      \
			int (*failed)(const char *, int), type *found)       \
	{                                                                    \
		int ours = GLOB_ALTDIRFUNC;                                  \
		int result;                                                  \
									     \
		if (!gate_restricts(RIGHT(FS_READ) | RIGHT(FS_STAT)) ||      \
		    flags & GLOB_ALTDIRFUNC || !found)                       \
			return real.name(pattern, flags, failed, found);     \
		found->gl_opendir = list_open;                               \
		found->gl_closedir = list_close;                             \
		found->gl_readdir = read_entry;                              \
		found->gl_stat = look_##stat_;                               \
		found->gl_lstat = look_##lstat_;                             \
		result = real.name(pattern, flags | ours, failed, found);    \
		found->gl_flags &= ~ours;                                    \
		return result;                                               \
	}

GLOB(glob, glob_t, list_read, stat, lstat)
GLOB(glob64, glob64_t, list_read64, stat64, lstat64)
