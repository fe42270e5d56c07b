#!/usr/bin/env python3
# toml_corpus.py - runs a decoder over the toml-test corpus and compares.
# SPDX-License-Identifier: MIT
#
# Usage: toml_corpus.py DECODER DIR; DIR holds files-toml-1.0.0, valid/, invalid/.
import datetime
import json
import math
import os
import re
import subprocess
import sys


def moment(kind, text):
    text = text.upper().replace(" ", "T", 1).replace("Z", "+00:00")
    text = re.sub(r"\.(\d+)", lambda m: "." + (m[1] + "000000")[:6], text)
    if kind == "time-local":
        return datetime.time.fromisoformat(text)
    if kind == "date-local":
        return datetime.date.fromisoformat(text)
    return datetime.datetime.fromisoformat(text)


def same(got, want):
    if isinstance(want, list):
        return isinstance(got, list) and len(got) == len(want) and all(map(same, got, want))
    if set(want) != {"type", "value"} or not isinstance(want["type"], str):
        return isinstance(got, dict) and set(got) == set(want) and all(same(got[k], want[k]) for k in want)
    if not isinstance(got, dict) or got.get("type") != want["type"]:
        return False
    kind, a, b = want["type"], got["value"], want["value"]
    if kind == "float":
        a, b = float(a), float(b)
        return a == b or (math.isnan(a) and math.isnan(b))
    if kind.startswith(("date", "time")):
        return moment(kind, a) == moment(kind, b)
    return a == b


def good_answer(text, want):
    try:
        return same(json.loads(text), want)
    except ValueError:
        return False


def good_error(run):
    return run.returncode == 1 and re.fullmatch(rb"\d+:\d+: expected [^\x00-\x1f\x7f]+\n", run.stderr)


def main(decoder, folder):
    if not os.path.isdir(folder):
        print(f"toml-test: skipped, no corpus at {folder}")
        return 0
    counts = {"valid": 0, "invalid": 0}
    failed = 0
    with open(os.path.join(folder, "files-toml-1.0.0")) as listing:
        names = [line.strip() for line in listing if line.strip().endswith(".toml")]
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            run = subprocess.run([decoder], stdin=file, capture_output=True)
        kind = name.split("/")[0]
        counts[kind] += 1
        if kind == "invalid":
            good = good_error(run)
        else:
            with open(os.path.join(folder, name[:-4] + "json")) as file:
                good = run.returncode == 0 and good_answer(run.stdout, json.load(file))
        if not good:
            failed += 1
            print(f"{name}: exit {run.returncode} {run.stderr.decode(errors='replace').strip()}")
    print(f"toml-test: {counts['valid']} valid, {counts['invalid']} invalid, {failed} failed")
    return failed != 0 or not names


sys.exit(main(*sys.argv[1:]))
