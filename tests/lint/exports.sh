#!/usr/bin/env bash
# exports.sh - the library exports the rows of calls.def and its API: no more, no
# less, and without a version.
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."
lib=build/libfigsandbox.so
diff <(tests/lint/rows.sh) \
	<(nm -D --defined-only "$lib" | awk '{ print $3 }' |
		grep -v '^fig_sandbox_' | sort) && ! readelf -V "$lib" | grep -q 'Version definition'
