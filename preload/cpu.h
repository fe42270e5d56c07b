/*
 * cpu.h - what ld.so thinks of this processor when it chooses a library.
 * SPDX-License-Identifier: MIT
 *
 * Pure; implemented per machine in arch/.
 */
#ifndef PRELOAD_CPU_H
#define PRELOAD_CPU_H

/* n of the best glibc-hwcaps/x86-64-vN; 1 when there is none. */
unsigned cpu_level(void);

/* What $PLATFORM stands for. */
const char *cpu_platform(void);

/* The directory names that glibc before 2.37 knew for features; NULL ends. */
const char *const *cpu_old_names(void);

#endif
