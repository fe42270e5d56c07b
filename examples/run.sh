#!/usr/bin/env bash
# run.sh - the main job on real programs, to be read by a person.
# SPDX-License-Identifier: MIT
#
# Every command below is an ordinary Debian program. It is told about the sandbox
# by two environment variables and nothing else.
set -u
cd "$(dirname "$0")/.." || exit 1
lib=$PWD/build/libfigsandbox.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
records=$work/records

title() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# show POLICY COMMAND …: the command, and what it says below the sandbox.
show() {
	local policy=$1
	shift
	printf '$'
	for word; do
		case $word in
		*\'*) printf ' "%s"' "$word" ;;
		*[\ \(]*) printf " '%s'" "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	echo
	FIG_SANDBOX_CONFIG=$policy FIG_SANDBOX_AUDIT=file:$records LD_PRELOAD=$lib \
		"$@" 2>&1 | tail -n 1 | sed 's/^/  /'
}

python() { show examples/python/fig.toml /usr/bin/python3 -c "$1"; }

cp examples/sqlite/fig.toml "$work"
cat > "$work/hello.c" <<'C'
int sqlite3_hello_init(void *db, char **error, const void *api);
int sqlite3_hello_init(void *db, char **error, const void *api)
{
	return !db || !error || !api;
}
C
gcc -shared -fPIC -o "$work/hello.so" "$work/hello.c"
mkdir "$work/elsewhere" && cp "$work/hello.so" "$work/elsewhere"

echo "The policy for python3 (examples/python/fig.toml):"
sed 's/^/  /' examples/python/fig.toml

title "1. A library that the policy allows is loaded as ever"
python 'import ctypes; print("libz", ctypes.CDLL("libz.so.1").zlibVersion() != 0)'
title "2. Another one is not, and the error says which rule"
python 'import ctypes; ctypes.CDLL("libsqlite3.so.0")'
title "3. A file that may not be read"
python 'print(open("/etc/passwd").read())'
title "4. A connection to somebody who is not on the list"
python 'import socket; socket.create_connection(("127.0.0.1", 22))'
title "5. More memory than there may be: MemoryError, as when malloc fails"
python 'print(len(bytes(100 * 1024 * 1024)))'
title "6. A child has the same policy, even with an empty environment"
python 'import subprocess; subprocess.run(["cat", "/etc/passwd"], env={})'
title "7. sqlite3: an extension from the folder of its policy, and one from elsewhere"
show "$work/fig.toml" sqlite3 :memory: ".load $work/hello.so" "select 'loaded'"
show "$work/fig.toml" sqlite3 :memory: ".load $work/elsewhere/hello.so" "select 'not reached'"

title "What the operator sees: one record per refusal (here in a file; by default in syslog)"
/usr/bin/python3 - "$records" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    r = json.loads(line)
    print(f'  {r["event"]} {r["right"]:12} {r["object"]}\n'
          f'       by {r["rule"]} ({r["source"]}), asked by {r["caller"]} through {r["func"]}()')
print("\nand one of them as it is sent:\n  " + line.strip())
PY
