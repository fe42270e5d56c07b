/*
 * control.h - questions about descriptors that are controlled.
 * SPDX-License-Identifier: MIT
 */
#ifndef PRELOAD_CONTROL_H
#define PRELOAD_CONTROL_H

#include "preload/path.h"

int may_ioctl(const struct asked *ask, int fd, unsigned long request);

#endif
