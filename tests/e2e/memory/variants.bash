# variants.bash - the ways of accounting that a policy can choose.
# SPDX-License-Identifier: MIT
#
# What holds of memory must hold in each of them.
VARIANTS=(MALLOC_CACHE=false MALLOC_CACHE=true STRICT_MEMORY=true
	LEAKS=true)

# in_variants COMMAND ARGUMENT …: runs it once for each, the setting at the end
# of the arguments. Those that this release refuses are left out, and said so.
in_variants() {
	local command=$1 variant missing=()

	shift
	for variant in "${VARIANTS[@]}"; do
		sandboxed "$variant" MEMORY_LIMIT=1GiB -- true
		if [[ "$status" -eq 125 && "$output" == *"not available yet"* ]]; then
			missing+=("$variant")
			continue
		fi
		echo "# $variant"
		"$command" "$@" "$variant"
	done
	[ ${#missing[@]} -eq 0 ] || skip "not available yet: ${missing[*]}"
}
