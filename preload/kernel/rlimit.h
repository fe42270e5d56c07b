/*
 * rlimit.h - the kernel's limit behind memory_limit: RLIMIT_DATA.
 * SPDX-License-Identifier: MIT
 *
 * It catches what goes round malloc and mmap of libc: private writable memory,
 * whoever made it (getrlimit(2)). It stands well above memory_limit, since it
 * counts address space and not blocks, and stacks with it; what was allowed and
 * still does not fit raises it. Only the soft limit is set.
 */
#ifndef PRELOAD_KERNEL_RLIMIT_H
#define PRELOAD_KERNEL_RLIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Half as much again as memory_limit and 64 MiB above what the process has now.
 * Nothing if memory_limit is 0 or a lower soft limit is in force.
 */
void rlimit_start(uint64_t memory_limit);

bool rlimit_armed(void);

/*
 * Around the start of a program: it measures for itself what it has, and the
 * kernel would not even load one with more data than our limit. Another thread
 * may be between the two as well; then the last one arms.
 */
void rlimit_release(void);
void rlimit_rearm(void);

/*
 * Makes room for what does not count as live memory, or counts and was allowed,
 * and needs more address space than its bytes.
 */
void rlimit_raise(uint64_t bytes);

/* The same for a thread's stack; 0 is the default size. */
void rlimit_raise_stack(size_t size);

#endif
