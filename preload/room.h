/*
 * room.h - work space for starting a program, given back or not.
 * SPDX-License-Identifier: MIT
 *
 * A vfork child shares our memory, and the last thing it does here is execve:
 * it can free nothing. So each room notes its holder, a thread and the process
 * that ran on it. When a thread asks again, a room held under its name by
 * another process is one that its vfork child left behind.
 *
 * No lock, no heap; safe in signal handlers and vfork children. There is a
 * fixed number of rooms; only when all are taken is the kernel asked for one
 * more.
 */
#ifndef PRELOAD_ROOM_H
#define PRELOAD_ROOM_H

#include <stddef.h>

struct room;

/* A room of at least `size` bytes, or NULL when there is no memory left. */
struct room *room_take(size_t size);

/* Its memory: aligned for everything, content undefined. */
void *room_space(const struct room *room);

void room_drop(struct room *room); /* NULL is fine */

/* The child of a fork: what other threads held is free. */
void room_forked(void);

#endif
