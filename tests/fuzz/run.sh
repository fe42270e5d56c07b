#!/usr/bin/env bash
# run.sh - runs every fuzz target for a while; one line each, and the exit code.
# SPDX-License-Identifier: MIT
#
# Usage: [SECONDS_EACH=600] [JOBS=2] tests/fuzz/run.sh TARGET …
# The inputs that come with the project are only read; what is found goes to
# build/fuzz/found/, and a crash with the input that makes it.
set -u
cd "$(dirname "$0")/../.." || exit 2
seconds=${SECONDS_EACH:-600} jobs=${JOBS:-2}

one() {
	local name=$1 found=build/fuzz/found/$1

	mkdir -p "$found"
	if "build/fuzz/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="$found/../$name-" \
		"$found" "tests/fuzz/corpus/$name" >"$found.log" 2>&1; then
		printf '%-12s clean: %s s, %s inputs\n' "$name" "$seconds" \
			"$(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log")"
	else
		printf '%-12s FAILED: see %s\n' "$name" "$found.log"
		return 1
	fi
}
export -f one
export seconds

printf '%s\n' "$@" | xargs -P "$jobs" -I{} bash -c 'one {}'
