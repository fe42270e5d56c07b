#!/usr/bin/env bash
# cpython.sh - CPython's own tests end with and without the sandbox alike.
# SPDX-License-Identifier: MIT
#
# Usage: tests/hosts/cpython.sh [SETTING=VALUE …]; without, MEMORY_LIMIT=8GiB.
# Runs what uses memory in unusual ways, malloc for every object included, and
# compares the verdict of each test. Needs libpython3.11-testsuite.
set -u
cd "$(dirname "$0")/../.." || exit 2
lib=${FIGSANDBOX_LIB:-$PWD/build/libfigsandbox.so}
modules=(test_json test_dict test_list test_threading test_fork1
	test_tracemalloc)
settings=(FIG_SANDBOX_PROFILE=permissive FIG_SANDBOX_AUDIT=none)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ $# -gt 0 ] || set -- MEMORY_LIMIT=8GiB
for setting; do
	settings+=("FIG_SANDBOX_$setting")
done
/usr/bin/python3 -c 'import test.test_dict' 2> /dev/null || {
	echo "needs libpython3.11-testsuite"
	exit 2
}

# verdicts ENVIRONMENT …: one line for each test, sorted.
verdicts() {
	rm -f "$work/results"
	(cd "$work" && timeout 900 env "$@" /usr/bin/python3 -m test \
		--junit-xml "$work/results" "${modules[@]}") > "$work/output" 2>&1
	echo "the run ended with $?"
	/usr/bin/python3 - "$work/results" <<-'P' | sort
		import sys, xml.etree.ElementTree as tree
		for case in tree.parse(sys.argv[1]).iter("testcase"):
		    print(case.get("name"), case.get("result"), *(part.tag for part in case))
	P
}

status=0
for allocator in default malloc; do
	verdicts PYTHONMALLOC=$allocator > "$work/without"
	verdicts PYTHONMALLOC=$allocator "${settings[@]}" LD_PRELOAD="$lib" \
		> "$work/with"
	count=$(wc -l < "$work/without")
	[ "$count" -gt 500 ] || status=1
	diff "$work/without" "$work/with" || status=1
	echo "PYTHONMALLOC=$allocator: $count verdicts without the sandbox," \
		"$(wc -l < "$work/with") with it"
done
exit $status
