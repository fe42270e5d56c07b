#!/usr/bin/env bash
# own_calls.sh - nothing inside the library calls a function that it intercepts.
# SPDX-License-Identifier: MIT
#
# Read from the relocations of every object file. real.o takes the addresses of
# all wrappers and calls none; arch/ defines some of them.
set -eu
cd "$(dirname "$0")/../.."
names=$(mktemp)
trap 'rm -f "$names"' EXIT
tests/lint/rows.sh >"$names"
status=0
while read -r object; do
	case $object in */preload/real.o) continue ;; esac
	while read -r name; do
		echo "$object: $name called from inside, say real.$name"
		status=1
	done < <(nm -u "$object" | awk '{ print $2 }' | grep -Fx -f "$names")
done < <(find build/release/obj/preload build/release/obj/config -name '*.o')
exit $status
