#!/usr/bin/env bash
# calls.sh - what the sandbox costs a call, beside no preload and beside peers.
# SPDX-License-Identifier: MIT
#
# Every way of running is measured in turn, several rounds over; the figure is
# the median of the rounds in nanoseconds, so a noisy machine shifts all alike.
# The last lines hold the differences against the bars we set ourselves. A missed
# bar is reported, it is no failure: this is a measurement, not a test.
# shellcheck source-path=SCRIPTDIR source=ways.bash
. "$(dirname "$0")/ways.bash"
ROUNDS=${ROUNDS:-7}
gcc -O2 -Wall -Wextra -o "$work/calls" tests/bench/calls.c || exit
echo hello >"$work/file"

way bare
way libz LD_PRELOAD="$PEERS/libz.so.1"
way no-limits LD_PRELOAD="$LIB"
way paths LD_PRELOAD="$LIB" FIG_SANDBOX_READ="/usr/**:/lib*/**:/etc/**:$work/**"
way net LD_PRELOAD="$LIB" FIG_SANDBOX_CONNECT=127.0.0.1
way memory LD_PRELOAD="$LIB" FIG_SANDBOX_MEMORY_LIMIT=1GiB
way all LD_PRELOAD="$LIB" FIG_SANDBOX_READ="/usr/**:/lib*/**:/etc/**:$work/**" \
	FIG_SANDBOX_CONNECT=127.0.0.1 FIG_SANDBOX_MEMORY_LIMIT=1GiB
peer fakechroot "$PEERS/fakechroot/libfakechroot.so" FAKECHROOT=true FAKECHROOT_BASE=/
peer libtrace "$PEERS/firejail/libtrace.so" FIREJAIL_TRACEFILE=/dev/null
peer torsocks "$PEERS/torsocks/libtorsocks.so" TORSOCKS_LOG_LEVEL=1

for ((round = 0; round < ROUNDS; round++)); do
	for name in "${ways[@]}"; do
		# shellcheck disable=SC2086 # one word per variable
		env ${settings[$name]} "$work/calls" "$work/file" 2>>"$work/errors" |
			sed "s/^/$name /" >>"$work/figures"
		# shellcheck disable=SC2086
		"$work/calls" start ${settings[$name]} | sed "s/^/$name /" >>"$work/figures"
	done
done
errors

# shellcheck disable=SC2016 # awk's own
figures '
	function cost(text, way, row, most,    with, without)
	{
		with = median("value", way, row)
		without = median("value", "bare", row)
		bar(text, with == "-" ? with : with - without, "%.1f", " ns", most)
	}
	END {
		table("ns", "value", "%.1f")
		print ""
		cost("start, no limits (start-true)", "no-limits", "start-true", 150000)
		cost("unrestricted wrapper (realpath(NULL))", "no-limits", "realpath(NULL)", 3)
		cost("open+close with path rules", "paths", "open+close", 300)
	}'
