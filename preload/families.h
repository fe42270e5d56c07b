/*
 * families.h - the questions that rows of calls.def ask.
 * SPDX-License-Identifier: MIT
 *
 * Each returns 0 or the negative errno of a refusal, and has told the gate.
 */
#ifndef PRELOAD_FAMILIES_H
#define PRELOAD_FAMILIES_H

#include "preload/dl.h"
#include "preload/exec.h"
#include "preload/file.h"
#include "preload/memory.h"
#include "preload/net.h"
#include "preload/process.h"
#include "preload/syscall.h"

#endif
