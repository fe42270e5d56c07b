/*
 * floor.h - what stays allowed when files are not: the platform floor.
 * SPDX-License-Identifier: MIT
 *
 * Pure, and safe in signal handlers.
 */
#ifndef CONFIG_FLOOR_H
#define CONFIG_FLOOR_H

#include "config/policy.h"

/*
 * True if the pattern names the path, and with `subtree` everything below it
 * too: then it has to end in two stars.
 */
bool policy_covers(const char *pattern, const char *path, bool subtree);

bool floor_reads(const struct policy *policy, const char *path, bool subtree);
bool floor_writes(const char *path, bool subtree);

/* The library's own file: nobody may change it while anything is withheld. */
bool floor_keeps(const struct policy *policy, const char *path, bool subtree);

/* True if `dir` is an ancestor of something that floor_reads allows. */
bool floor_leads(const struct policy *policy, const char *dir);

/* True for a system library directory and what is below it. */
bool floor_library(const char *path);

#endif
