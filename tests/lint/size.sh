#!/usr/bin/env bash
# size.sh - the library's image is no larger than libc's.
# SPDX-License-Identifier: MIT
#
# ld.so maps preloaded libraries first and goes on without one that RLIMIT_AS has
# no room for. Then there must be none for libc either, or a child would run
# without us.
set -eu
cd "$(dirname "$0")/../.."
libc=$(ldd "$BASH" | awk '$1 == "libc.so.6" { print $3 }')

# The end of the last segment, in bytes.
image()
{
	local end=0 type offset address physical file memory rest

	while read -r type offset address physical file memory rest; do
		[ "$type" != LOAD ] || end=$((address + memory))
	done < <(readelf -lW "$1")
	echo "$end"
}

ours=$(image build/libfigsandbox.so) theirs=$(image "$libc")
[ "$ours" -gt 0 ] && [ "$ours" -le "$theirs" ] || {
	echo "the library takes $ours bytes, libc $theirs"
	exit 1
}
