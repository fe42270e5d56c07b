#!/usr/bin/env bash
# imports.sh - the library needs libc alone, and of it only what is listed.
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."
lib=build/libfigsandbox.so
status=0
if readelf -d "$lib" | grep NEEDED | grep -v -e 'libc\.so\.6' -e 'ld-linux'; then
	status=1
fi
while read -r name; do
	echo "imported, not in preload/imports: $name"
	status=1
done < <(nm -D --undefined-only "$lib" | awk '{ print $NF }' | sed 's/@.*//' |
	sort -u | grep -Fxv -f preload/imports)
exit $status
