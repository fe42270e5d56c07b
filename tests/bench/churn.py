# churn.py - a Python program that lives on small blocks, for memory.sh to time.
# SPDX-License-Identifier: MIT
#
# Rows go through JSON into a dictionary in which half of them soon die again.
import json

kept = {}
for turn in range(250):
    first = turn % 7 * 97
    rows = [{"id": i, "name": "row %d" % (i * 7919 % 20000),
             "tags": [str(i), str(turn)], "size": i * 1.5}
            for i in range(first, first + 500)]
    for row in json.loads(json.dumps(rows)):
        kept[row["name"]] = row
    for row in rows[::2]:
        del kept[row["name"]]
