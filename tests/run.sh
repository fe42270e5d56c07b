#!/usr/bin/env bash
# run.sh - runs groups of tests and ends with one line that counts them.
# SPDX-License-Identifier: MIT
#
# Usage: tests/run.sh unit|lint|e2e|hosts …
set -u
cd "$(dirname "$0")/.." || exit 2
export FIGSANDBOX_LIB=${FIGSANDBOX_LIB:-$PWD/build/libfigsandbox.so}
export FIGSANDBOX=${FIGSANDBOX:-$PWD/build/figsandbox}
passed=0 failed=0 skipped=0
# Daemons that find no standard input take its number for a socket, and close it.
exec </dev/null

# Counts the TAP lines of a command; shows what is not ok.
tap() {
	local out ok bad skip
	out=$(mktemp)
	"$@" >"$out" 2>&1
	local status=$?
	ok=$(grep -c '^ok ' "$out")
	skip=$(grep -ci '^ok .*# skip' "$out")
	bad=$(grep -c '^not ok ' "$out")
	[ $status -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
	if [ "$bad" -gt 0 ]; then
		echo "--- $* (exit $status)"
		grep -v '^ok ' "$out" | tail -60
	fi
	passed=$((passed + ok - skip)) failed=$((failed + bad))
	skipped=$((skipped + skip))
	rm -f "$out"
}

# One test: a script that says what is wrong and fails; with 77, why it is skipped.
lint() {
	local out status=0
	out=$("$@" 2>&1) || status=$?
	case $status in
	0) passed=$((passed + 1)) ;;
	77) skipped=$((skipped + 1)) && echo "$out" ;;
	*) failed=$((failed + 1)) && printf -- '--- %s\n%s\n' "$*" "$out" ;;
	esac
}

run_unit() {
	make -s units || { failed=$((failed + 1)); return; }
	for program in build/release/obj/unit/*; do
		[ -x "$program" ] && CMOCKA_MESSAGE_OUTPUT=TAP tap "$program"
	done
	lint tests/corpus.sh
}

run_lint() {
	for script in tests/lint/*.sh; do
		lint "$script"
	done
}

run_e2e() { for file in tests/e2e/*.bats; do tap bats --tap "$file"; done; }
run_hosts() { for file in tests/hosts/*.bats; do [ ! -e "$file" ] || tap bats --tap "$file"; done; }

for group; do
	echo "== $group"
	"run_$group"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
