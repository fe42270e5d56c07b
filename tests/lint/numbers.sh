#!/usr/bin/env bash
# numbers.sh - a function of calls.def that is also a system call asks by number
# what it asks by name: it has a row in syscalls.def.
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."

# With allow_syscalls = false these are refused by name, and every number is;
# otherwise they ask nothing.
asks_by_name_alone=(adjtimex clock_adjtime clock_settime setdomainname
	sethostname settimeofday vhangup)

numbers()
{
	{
		printf '#define %s(n, ...) row n\n' \
			HARMLESS ROUND ASKS AT ENTRIES PEER ACTS MAPS
		printf '%s\n' '#define SYS_open' \
			'#include "preload/syscalls.def"'
	} | ${CC:-gcc} -I. -E -P -x c - | awk '$1 == "row" { print $2 }'
}

known()
{
	echo '#include <asm/unistd.h>' | ${CC:-gcc} -E -dM -x c - |
		sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/\1/p'
}

[ -n "$(numbers)" ] || { echo "no rows"; exit 1; }
status=0
while read -r name; do
	echo "$name: a row of calls.def, and no row of syscalls.def"
	status=1
done < <(comm -12 <(tests/lint/rows.sh) <(known | sort) |
	grep -Fxv -f <(numbers; printf '%s\n' "${asks_by_name_alone[@]}"))
exit $status
