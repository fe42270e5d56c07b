#!/usr/bin/env bash
# rows.sh - prints the names of calls.def, one a line.
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."
printf '%s\n' '#define CALL(r, n, ...) row n' '#define PATH(r, n, ...) row n' \
	'#define PAIR(r, n, ...) row n' '#define HAND(r, n, ...) row n' \
	'#include "preload/calls.def"' |
	${CC:-gcc} -I. -E -P -x c - | awk '$1 == "row" { print $2 }' | sort
