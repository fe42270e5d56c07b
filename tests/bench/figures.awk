# figures.awk - medians, tables and bars over lines of "WAY ROW VALUE".
# SPDX-License-Identifier: MIT
#
# -v ways="NAME …": the columns; the first is the base of the ratios. A run of a
# way that stands between two of the base has a ratio, that to their mean: what
# slows the machine down for a while slows all three.

# note() - one more sample of KIND for a way in a row.
function note(kind, way, row, value)
{
	samples[kind, way, row] = samples[kind, way, row] " " value
}

# middle() - the median of the numbers in a string; "-" if there is none.
function middle(text,    n, i, j, t, list)
{
	n = split(text, list, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && list[j - 1] + 0 > list[j] + 0; j--) {
			t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
		}
	return n ? (list[int((n + 1) / 2)] + list[int(n / 2) + 1]) / 2 : "-"
}

function median(kind, way, row)
{
	return middle(samples[kind, way, row])
}

function cell(format, value)
{
	printf " %10s", value == "-" ? value : sprintf(format, value)
}

# heading() - the line above a table, after an empty one.
function heading(title,    i)
{
	printf "%s%-16s", headings++ ? "\n" : "", title
	for (i = 1; i <= columns; i++)
		printf " %10s", column[i]
	print ""
}

# table() - the medians of one kind, for the rows whose name PREFIX starts.
function table(title, kind, format, prefix,    i, r, n)
{
	for (r = 1; r <= rows; r++) {
		if (index(row[r], prefix) != 1)
			continue
		if (!n++)
			heading(title)
		printf "%-16s", substr(row[r], length(prefix) + 1)
		for (i = 1; i <= columns; i++)
			cell(format, median(kind, column[i], row[r]))
		print ""
	}
	return n
}

# bar() - one figure against the bar we set ourselves.
function bar(text, value, format, unit, most)
{
	printf "%-40s %10s%s, bar %s: %s\n", text,
		value == "-" ? "no figure" : sprintf(format, value), unit, most,
		value != "-" && value <= most ? "kept" : "MISSED"
}

BEGIN { columns = split(ways, column, " ") }
!($2 in known) { known[$2]; row[++rows] = $2 }
$2 != current { current = $2; way = "" }
{ note("value", $1, $2, $3) }
$1 != column[1] { way = $1; value = $3 }
$1 == column[1] {
	if (way != "")
		note("ratio", way, $2, 2 * value / (before[$2] + $3))
	before[$2] = $3
	way = ""
}
