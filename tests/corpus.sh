#!/usr/bin/env bash
# corpus.sh - the TOML parser against the official toml-test corpus, if it is here.
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/.."
dir=${TOML_TEST_DIR:-../shared/data/toml-test}
if [ ! -d "$dir" ]; then
	echo "toml-test: no corpus at $dir; set TOML_TEST_DIR"
	exit 77
fi
make -s build/release/obj/toml_corpus
python3 tests/toml_corpus.py build/release/obj/toml_corpus "$dir"
