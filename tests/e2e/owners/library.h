/*
 * library.h - what the libraries of owners.bats do for their hosts.
 * SPDX-License-Identifier: MIT
 *
 * Each of them is a copy of library.c under another name, or library.cpp.
 */
#ifndef LIBRARY_H
#define LIBRARY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct library {
	void *(*get)(size_t size);
	void (*put)(void *block);
	void *(*resize)(void *block, size_t size);
};

extern const struct library library;

#ifdef __cplusplus
}
#endif

#endif
