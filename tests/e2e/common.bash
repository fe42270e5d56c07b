# common.bash - what the end-to-end tests share: the library under test, and a
# command below it.
# SPDX-License-Identifier: MIT

LIB="${LIB:-${FIGSANDBOX_LIB:-$BATS_TEST_DIRNAME/../../build/libfigsandbox.so}}"
export LIB

# sandboxed SETTING=VALUE … -- PROGRAM ARGUMENT …
# Runs it; records go to $BATS_TEST_TMPDIR/audit unless AUDIT is among the settings.
sandboxed() {
	local settings=("FIG_SANDBOX_AUDIT=file:$BATS_TEST_TMPDIR/audit")

	while [ "$1" != -- ]; do
		settings+=("FIG_SANDBOX_$1")
		shift
	done
	shift
	run env "${settings[@]}" LD_PRELOAD="$LIB" "$@"
}

# each RESULT WORD …: the last run said "WORD: RESULT" for every word, in order.
each() {
	local result=$1

	shift
	diff <(grep -E '^[A-Za-z_0-9+]+: ' <<<"$output") \
		<(printf "%s: $result\n" "$@")
}
