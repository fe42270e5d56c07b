/*
 * caller.h - which library made a call.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_CALLER_H
#define PRELOAD_CALLER_H

/*
 * The path of the object that holds this code address, as ld.so spells it; the
 * program's own path for the program; "" when no object does. The text stays
 * valid while the object is loaded. Lock-free and safe in signal handlers.
 */
const char *caller_name(const void *address);

#endif
