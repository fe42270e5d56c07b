#!/usr/bin/env bash
# run.sh - all measurements, one after the other.
# SPDX-License-Identifier: MIT
#
# Usage: [ROUNDS=n] tests/bench/run.sh; each script also runs alone.
cd "$(dirname "$0")" || exit
./calls.sh && echo && ./memory.sh
