#!/usr/bin/env bash
# memory.sh - what counting memory costs, beside none, peers and allocators.
# SPDX-License-Identifier: MIT
#
# Usage: [ROUNDS=n] tests/bench/memory.sh [pairs] [programs] [instructions]
#
# A run of every way stands between two native ones; its ratio is that to their
# mean, and the figures are medians of the rounds. All times are CPU times. Last
# come the ratios against the bars we set ourselves. A missed bar is reported, it
# is no failure: this is a measurement, not a test.
# shellcheck source-path=SCRIPTDIR source=ways.bash
. "$(dirname "$0")/ways.bash"
parts=${*:-pairs programs instructions}
gcc -O2 -D_GNU_SOURCE -Wall -Wextra -pthread -o "$work/blocks" "$bench/blocks.c" || exit
gcc -O2 -Wall -Wextra -o "$work/cpu" "$bench/cpu.c" || exit

# The second one shows how far from 1 a ratio means nothing.
way native
way again
limit=FIG_SANDBOX_MEMORY_LIMIT=8GiB
ours limit $limit FIG_SANDBOX_MALLOC_CACHE=false
ours cache $limit FIG_SANDBOX_MALLOC_CACHE=true
ours owners $limit FIG_SANDBOX_MALLOC_CACHE=true FIG_SANDBOX_STRICT_MEMORY=true
own=(native "${ways[@]:2}")
# The cheapest form of each: memusage only counts, heaptrack writes to nowhere.
peer memusage "$PEERS/libmemusage.so"
peer heaptrack /usr/lib/heaptrack/libheaptrack_preload.so DUMP_HEAPTRACK_OUTPUT=/dev/null
peer libfiu /usr/lib/fiu/fiu_posix_preload.so
peer jemalloc "$PEERS/libjemalloc.so.2"
peer mimalloc "$PEERS/libmimalloc.so.2"
peer tcmalloc "$PEERS/libtcmalloc_minimal.so.4"

# sample WAY ROW RUN [ARGUMENT]…: one figure, or the reason why there is none.
sample() {
	local figure

	read -ra as <<<"env ${settings[$1]}"
	if figure=$("${@:3}" 2>"$work/said"); then
		echo "$1 $2 $figure" >>"$work/figures"
	else
		echo "$1 $2: $(tail -n 1 "$work/said")" >>"$work/errors"
	fi
}

# round ROW RUN [ARGUMENT]…: every way once, a native run between any two.
round() {
	sample native "$@"
	for name in "${ways[@]:1}"; do
		sample "$name" "$@"
		sample native "$@"
	done
}

# What RUN can be; "as" holds the way.
blocks() {
	"${as[@]}" "$work/blocks" "$@"
}
program() {
	"$work/cpu" "${as[@]}" "$@"
}
redis() {
	local socket=$work/socket server

	rm -f "$socket"
	"$work/cpu" "${as[@]}" redis-server --port 0 --unixsocket "$socket" \
		--dir "$work" --save '' >"$work/cost" &
	server=$!
	until [ -S "$socket" ]; do
		kill -0 $server || return
		sleep 0.02
	done 2>/dev/null
	timeout 30 redis-benchmark -s "$socket" -q -P 16 -n 60000 -r 50000 -d 100 \
		-t set,get,lpush,hset >/dev/null 2>&1
	redis-cli -s "$socket" shutdown nosave >/dev/null 2>&1
	wait $server && cat "$work/cost"
}
# Two lengths of the same work: the difference holds neither start nor end.
# callgrind, unlike memcheck, leaves the malloc that it finds in place.
instructions() {
	local pairs counts=()

	for pairs in 60000 120000; do
		# The tools of valgrind are static, and refused beside a limit.
		counts+=("$("${as[@]}" FIG_SANDBOX_MODE=audit valgrind --tool=callgrind --callgrind-out-file=/dev/null \
			"$work/blocks" "$1" 1 $pairs 2>&1 | awk '/Collected/ { print $4 }')")
	done
	[ -n "${counts[1]}" ] && echo $(((counts[1] - counts[0]) / 60000))
}

measure_pairs() {
	for ((i = 0; i < ${ROUNDS:-7}; i++)); do
		for threads in 1 2; do
			for test in 16B 256B 64KiB 100x64B mix pass-on; do
				round "pair:$test,$threads" blocks $test $threads
			done
		done
	done
}

rows="CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, size REAL);
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
	INSERT INTO t SELECT i, 'name ' || i * 7919 % 1000003, i * 0.5 FROM n;
	CREATE INDEX names ON t(name)"
measure_programs() {
	command -v g++ >/dev/null || echo "g++ is not installed: map is left out"
	g++ -O2 -Wall -Wextra -o "$work/map" "$bench/map.cc" 2>>"$work/errors"
	export PYTHONMALLOC=malloc
	for ((i = 0; i < ${ROUNDS:-5}; i++)); do
		round program:python program /usr/bin/python3 "$bench/churn.py"
		round program:sqlite program sqlite3 :memory: "$rows"
		[ ! -x "$work/map" ] || round program:map program "$work/map"
		round program:redis redis
	done
}

measure_instructions() {
	command -v valgrind >/dev/null || {
		echo "valgrind is not installed: no instructions are counted"
		return
	}
	for test in 16B 64KiB mix; do
		for name in "${own[@]}"; do
			sample "$name" "instructions:$test" instructions $test
		done
	done
}

for part in $parts; do
	measure_"$part"
done
errors

# shellcheck disable=SC2016 # awk's own
figures '
	function over_programs(way,    r, all)
	{
		for (r = 1; r <= rows; r++)
			if (row[r] ~ /^program:/ && median("ratio", way, row[r]) != "-")
				all = all " " median("ratio", way, row[r])
		return middle(all)
	}
	function bars(text, way, pair, mix, programs)
	{
		if ("pair:16B,1" in known) {
			bar(text ", 16B", median("ratio", way, "pair:16B,1"), "%.3f", "", pair)
			bar(text ", mix", median("ratio", way, "pair:mix,1"), "%.3f", "", mix)
		}
		if ("program:redis" in known)
			bar(text ", programs", over_programs(way), "%.3f", "", programs)
	}
	END {
		table("ns,threads", "value", "%.1f", "pair:")
		table("ratio,threads", "ratio", "%.2f", "pair:")
		table("CPU ms", "value", "%.0f", "program:")
		if (table("ratio", "ratio", "%.3f", "program:")) {
			printf "%-16s", "median"
			for (i = 1; i <= columns; i++)
				cell("%.3f", over_programs(column[i]))
			print ""
		}
		table("instructions", "value", "%d", "instructions:")
		print ""
		bars("limit, without cache", "limit", 1.3, 1.08, 1.02)
		bars("limit, cache", "cache", 0.95, 0.6, 1.0)
		bars("limit, owner map, cache", "owners", 1.6, 0.75, 1.05)
	}'
