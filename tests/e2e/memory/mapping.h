/*
 * mapping.h - what the two files of the program `mapping` share.
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_E2E_MAPPING_H
#define TESTS_E2E_MAPPING_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/figsandbox.h"

#define MIB ((intptr_t)1 << 20)
#define PAGE ((intptr_t)4096)
#define LIMIT (64 * MIB)

enum {
	RW = PROT_READ | PROT_WRITE,
	ANON = MAP_PRIVATE | MAP_ANONYMOUS,
	DONTUNMAP = 4
};

extern char text[200];
#define SAY(...) (snprintf(text, sizeof(text), __VA_ARGS__), text)

#define MUST(condition)                                                       \
	do {                                                                  \
		if (!(condition))                                             \
			return SAY("line %d: %s, %s", __LINE__, #condition,   \
				   strerrorname_np(errno));                   \
	} while (0)

/* The call fails with this errno: the kernel's, for a mistake. */
#define FAILS(call, err)                                                     \
	do {                                                                 \
		errno = 0;                                                   \
		if ((long)(call) != -1 || errno != (err))                    \
			return SAY("%s: %s", #call, strerrorname_np(errno)); \
	} while (0)

/* So much more than `before` is counted now. */
#define COUNTED(bytes, otherwise)                                         \
	do {                                                              \
		if (mapped() != before + (size_t)(bytes))                 \
			return SAY("line %d: %s (%zd)", __LINE__, otherwise, \
				   (ssize_t)(mapped() - before));         \
	} while (0)

/* What is counted now. */
size_t mapped(void);

/* Private memory, or MAP_FAILED. */
void *take(size_t size);

/* mapping_races.c */
const char *many(void);
const char *crowded(void);
const char *threads(void);
const char *forks(void);
const char *vforks(void);
const char *handlers(void);

#endif
