# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What suites share that watch the modes of tests/watched.c.

setup_file() {
	export WATCHED=$BATS_FILE_TMPDIR/watched
	cc -O1 -pthread -D_GNU_SOURCE -o "$WATCHED" \
		"${BATS_TEST_FILENAME%/*}/watched.c"
}

# watch SERVER CLIENT [OPTION...]: modes of tests/watched.c; the ladder is in
# `ladder`, its columns one space apart.
watch() {
	timeout 60 "$O/gracelab" watch "${@:3}" -o ladder \
		--server "$WATCHED $1 {port}" --client "$WATCHED $2 {port}" \
		3>&- {TICK}<&-
}

# has PATTERN...: rows of the ladder, in this order, maybe with others between.
has() {
	tr -s ' ' <ladder >squeezed
	local at=0 pattern rows

	mapfile -t rows <squeezed
	for pattern; do
		while [[ $at -lt ${#rows[@]} && ! ${rows[at]} =~ $pattern ]]; do
			at=$((at + 1))
		done
		[[ $at -lt ${#rows[@]} ]] ||
			fail "no $pattern, or not there, in"$'\n'"$(<squeezed)"
		at=$((at + 1))
	done
}
