/*
 * caller.h - which library made a call.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_CALLER_H
#define PRELOAD_CALLER_H

#include <stdbool.h>

struct scratch;

/*
 * The path of the object that holds this code address, as ld.so spells it; the
 * program's own path for the program; "" when no object does. The text stays
 * valid while the object is loaded. Lock-free and safe in signal handlers.
 */
const char *caller_name(const void *address);

/*
 * The file that this code address is mapped from, into slot->path, as the kernel
 * knows it. For names that only meant something in a directory that may not be
 * the current one any more. False if there is none. Safe in signal handlers.
 */
bool caller_file(const void *address, struct scratch *slot);

#endif
