#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab watch: when it ends, and what it says then of what it has not seen.

# shellcheck disable=SC2154 # run sets output and stderr

load helpers

setup_file() {
	export WATCHED=$BATS_FILE_TMPDIR/watched
	cc -O1 -pthread -D_GNU_SOURCE -o "$WATCHED" \
		"${BATS_TEST_FILENAME%/*}/watched.c"
}

# watch SERVER CLIENT [OPTION...]: modes of tests/watched.c; the ladder is in
# `ladder`.
watch() {
	timeout 60 "$O/gracelab" watch "${@:3}" -o ladder \
		--server "$WATCHED $1 {port}" --client "$WATCHED $2 {port}" \
		3>&- {TICK}<&-
}

# has PATTERN...: in the ladder, in this order.
has() {
	local IFS=

	tr -s ' \n' ' ' <ladder >squeezed
	grep -qE "${*/%/.*}" squeezed || fail "no $* in"$'\n'"$(<ladder)"
}

@test "a server that sleeps and holds what was reset is awaited: it gets EPIPE" {
	run -0 watch later client
	has 'send "late" = 4' '─── RST ───▶' 'send "again" = EPIPE' 'exit\(0\)'
	refute grep -q SIGTERM ladder
}

@test "a server that holds what was reset and does nothing is ended by patience" {
	run -0 watch keep client --patience=100ms
	has 'send "late" = 4' '─── RST ───▶' 'killed by SIGTERM'
}
