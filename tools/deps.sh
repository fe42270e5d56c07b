#!/usr/bin/env bash
# deps.sh - installs what building and testing need and this machine lacks.
# SPDX-License-Identifier: MIT
#
# Every dependency by its Debian name; README says what each is for.
set -u
packages=(
	gcc g++ make libc6-dev uthash-dev libcmocka-dev bats rsyslog python3 sqlite3
	perl binutils procps git curl wget tar file
	nginx-light libnginx-mod-stream redis-server redis-tools ladspa-sdk
	libseccomp-dev netcat-openbsd
	libjemalloc2 libtcmalloc-minimal4 libmimalloc2.0
)

missing=()
for package in "${packages[@]}"; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
		grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "Missing packages. Install them with:" >&2
	echo "  sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
	exit 1
fi
echo "installing: ${missing[*]}"
# Servers come along as programs only: nothing is to be started here.
export DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1
apt-get update -qq >/dev/null 2>&1
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$log" 2>&1 || {
	tail -20 "$log" >&2
	exit 1
}
