#!/usr/bin/env bash
# layers.sh - config/ includes config/ alone; tools/ include config/ and the two
# headers that are public.
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/../.."
status=0
if grep -nH '#include "' config/*.[ch] | grep -v '"config/'; then status=1; fi
if grep -nH '#include "' tools/*/*.[ch] |
	grep -v -e '"config/' -e '"tools/' -e '"preload/figsandbox.h"' -e '"preload/status_page.h"'; then
	status=1
fi
exit $status
