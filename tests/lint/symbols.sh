#!/usr/bin/env bash
# symbols.sh - every function of this machine's libc is a row of calls.def or
# stands in skips.def, never both, and no address has a name in each.
# SPDX-License-Identifier: MIT
#
# symbols.sh [CALLS [SKIPS [LIBC]]]
set -eu -o pipefail
cd "$(dirname "$0")/../.."
calls=${1:-} skips=${2:-preload/skips.def} libc=${3:-}
[ -n "$libc" ] || libc=$(ldd "$BASH" | awk '$1 == "libc.so.6" { print $3 }')

rows()
{
	case $calls in
	'') tests/lint/rows.sh ;;
	*) sed -nE 's/^[A-Z_]+\([^,]*, *([A-Za-z0-9_]+),.*/\1/p' "$calls" ;;
	esac | sed 's/^/row /'
}

# One line for each name in a group; "@" marks a group that may share addresses.
skips()
{
	awk '/^(#|$)/ { next }
	/^[^\t]/ { group = $0; sub(/:.*/, "", group); sub(/.*:/, "") }
	{ for (i = 1; i <= NF; i++) print "skip", $i, group }' "$skips"
}

# Functions only: no data, no version nodes.
exports()
{
	nm -D --defined-only "$libc" | awk '$2 ~ /^[TWi]$/ {
		sub(/@.*/, "", $3); print "libc", $3, $1 $2 }' | sort -u
}

{ rows; skips; exports; } | awk '
function complain(text) { print text; bad = 1 }
$1 == "row" { row[$2]; rows = 1; next }
$1 == "skip" && $2 in group {
	complain($2 ": skipped twice, " group[$2] " " $3)
}
$1 == "skip" { group[$2] = $3; next }
{
	name = $2; exported = 1
	if (name in row)
		ours[$3] = ours[$3] " " name
	else if (name in group && group[name] !~ /^@/)
		theirs[$3] = theirs[$3] " " name
	if (!seen[name]++ && (name in row) == (name in group))
		complain(name ": " (name in row ? "a row, and skipped: " \
				    group[name] : "neither a row nor skipped"))
}
END {
	for (at in ours)
		if (at in theirs)
			complain("aliases:" ours[at] " row," theirs[at] " skip")
	if (!exported || !rows)
		complain("no rows, or no functions")
	exit bad
}'
