# ways.bash - what the measurements share: ways of running, and their figures.
# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# set -f: the patterns below are for the sandbox, not for this shell.
set -uf
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
LIB=$PWD/build/libfigsandbox.so PEERS=/usr/lib/$(gcc -print-multiarch) bench=$PWD/tests/bench
work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT

# way NAME VARIABLE=VALUE …: one column of the table.
ways=()
declare -A settings # read by the scripts, as LIB, PEERS and bench are
way() {
	ways+=("$1")
	settings[$1]="${*:2}"
}

# ours NAME VARIABLE=VALUE …: a way, unless the library refuses to start so.
ours() {
	local message

	if message=$(env LD_PRELOAD="$LIB" "${@:2}" /bin/true 2>&1); then
		way "$1" LD_PRELOAD="$LIB" "${@:2}"
	else
		echo "$1 cannot start: left out (${message%%$'\n'*})"
	fi
}

# peer NAME LIBRARY VARIABLE=VALUE …: a way, if the library is there.
peer() {
	if [ -e "$2" ]; then
		way "$1" LD_PRELOAD="$2" "${@:3}"
	else
		echo "$1 is not installed: left out"
	fi
}

# figures PROGRAM: runs it over the figures, with what figures.awk offers.
figures() {
	awk -v ways="${ways[*]}" "$(<"$bench/figures.awk")
		$1" "$work/figures"
}

# errors: what went wrong, each line once with its number.
errors() {
	[ ! -s "$work/errors" ] || sort "$work/errors" | uniq -c | head -20
}
