#!/usr/bin/env bash
# run.sh - what the sandbox costs, beside no preload and beside its peers.
# SPDX-License-Identifier: MIT
#
# Every way of running is measured in turn, several rounds over; the figure is
# the median of the rounds in nanoseconds, so a noisy machine shifts all alike.
# The last lines hold the differences against the bars we set ourselves. A missed
# bar is reported, it is no failure: this is a measurement, not a test.
# set -f: the patterns below are for the sandbox, not for this shell.
set -uf
cd "$(dirname "$0")/../.." || exit
LIB=$PWD/build/libfigsandbox.so
ROUNDS=${ROUNDS:-7}
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
gcc -O2 -Wall -Wextra -o "$work/calls" tests/bench/calls.c || exit
echo hello >"$work/file"
arch=$(gcc -print-multiarch)
peers=/usr/lib/$arch

# way NAME VARIABLE=VALUE …: one column of the table.
ways=()
declare -A settings
way() {
	ways+=("$1")
	settings[$1]="${*:2}"
}
way bare
way libz LD_PRELOAD="$peers/libz.so.1"
way no-limits LD_PRELOAD="$LIB"
way paths LD_PRELOAD="$LIB" FIG_SANDBOX_READ="/usr/**:/lib*/**:/etc/**:$work/**"
way net LD_PRELOAD="$LIB" FIG_SANDBOX_CONNECT=127.0.0.1
way memory LD_PRELOAD="$LIB" FIG_SANDBOX_MEMORY_LIMIT=1GiB
way all LD_PRELOAD="$LIB" FIG_SANDBOX_READ="/usr/**:/lib*/**:/etc/**:$work/**" \
	FIG_SANDBOX_CONNECT=127.0.0.1 FIG_SANDBOX_MEMORY_LIMIT=1GiB
peer() {
	if [ -e "$2" ]; then
		way "$1" LD_PRELOAD="$2" "${@:3}"
	else
		echo "$1 is not installed: left out"
	fi
}
peer fakechroot "$peers/fakechroot/libfakechroot.so" FAKECHROOT=true FAKECHROOT_BASE=/
peer libtrace "$peers/firejail/libtrace.so" FIREJAIL_TRACEFILE=/dev/null
peer torsocks "$peers/torsocks/libtorsocks.so" TORSOCKS_LOG_LEVEL=1

for ((round = 0; round < ROUNDS; round++)); do
	for name in "${ways[@]}"; do
		# shellcheck disable=SC2086 # one word per variable
		env ${settings[$name]} "$work/calls" "$work/file" 2>>"$work/errors" |
			sed "s/^/$name /" >>"$work/figures"
		# shellcheck disable=SC2086
		"$work/calls" start ${settings[$name]} | sed "s/^/$name /" >>"$work/figures"
	done
done
[ -s "$work/errors" ] && sort "$work/errors" | uniq -c | head

awk -v ways="${ways[*]}" '
	function median(key,    n, i, j, t, list) {
		n = split(seen[key], list, " ")
		if (!n)
			return "-"
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && list[j - 1] + 0 > list[j] + 0; j--) {
				t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
			}
		return list[int((n + 1) / 2)]
	}
	function bar(text, way, base, call, most,    cost) {
		cost = median(way SUBSEP call) - median(base SUBSEP call)
		if (!((way, call) in seen))
			cost = "no figure"
		printf "%-40s %10s ns, bar %d: %s\n", text, cost, most,
			cost + 0 == cost && cost <= most ? "kept" : "MISSED"
	}
	{ seen[$1, $2] = seen[$1, $2] " " $3 }
	!($2 in known) { known[$2]; call[++calls] = $2 }
	END {
		n = split(ways, name, " ")
		printf "%-15s", "ns"
		for (i = 1; i <= n; i++)
			printf "%11s", name[i]
		print ""
		for (c = 1; c <= calls; c++) {
			printf "%-15s", call[c]
			for (i = 1; i <= n; i++)
				printf "%11s", median(name[i] SUBSEP call[c])
			print ""
		}
		print ""
		bar("start, no limits (start-true)", "no-limits", "bare",
			"start-true", 150000)
		bar("unrestricted wrapper (realpath(NULL))", "no-limits", "bare",
			"realpath(NULL)", 3)
		bar("open+close with path rules", "paths", "bare", "open+close", 300)
	}' "$work/figures"
