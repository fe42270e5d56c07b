/*
 * file.h - questions about files.
 * SPDX-License-Identifier: MIT
 *
 * Which rights a call needs follows from its flags, its mode string or its mode;
 * the functions that work it out are pure. The may_*() return 0 or -errno.
 */
#ifndef PRELOAD_FILE_H
#define PRELOAD_FILE_H

#include <sys/types.h>

#include "preload/path.h"

uint32_t open_rights(int flags);         /* O_RDONLY|O_CREAT writes as well */
uint32_t mode_rights(const char *mode);  /* "rb+", "r,ccs=…": as fopen reads it */
uint32_t access_rights(int mode);        /* R_OK, W_OK; F_OK and X_OK look */
uint32_t node_rights(mode_t mode);       /* a device node is a way round */
enum how how_at(int flags);              /* AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH */
enum how how_open(int flags);            /* O_CREAT, O_EXCL, O_NOFOLLOW */
enum how how_mode(const char *mode);     /* "w" makes files, "wx" new ones */

/*
 * Opens as open(2) does, if the policy allows; the descriptor or -errno. What is
 * opened is what was judged: openat2(RESOLVE_NO_SYMLINKS), or a descriptor.
 */
int open_asked(const struct asked *ask, int dir, const char *path, int flags,
	       mode_t mode);

/* Check, then act: where libc needs the path itself. NULL asks nothing. */
int may_path(const struct asked *ask, enum how how, uint32_t rights,
	     const char *path);
/*
 * A whole tree, before ftw or fts walk through it. A walk that follows symlinks
 * may end anywhere, out of our sight: it needs the right to read everything.
 */
int may_walk(const struct asked *ask, const char *path, bool follows);
int may_walk_all(const struct asked *ask, char *const *paths, bool follows);
int may_follow(const struct asked *ask, const char *path);
/* Where libc goes by itself. `why` is what the record of a refusal says. */
int may_read_all(const struct asked *ask, const char *object, const char *why);
/* A file whose name libc knows. */
int may_fixed(const struct asked *ask, uint32_t rights, const char *path);
/* shm_open("/x") is /dev/shm/x; slashes in front of the name do not count. */
int may_named(const struct asked *ask, uint32_t rights, const char *prefix,
	      const char *name);

#endif
