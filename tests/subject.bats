#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What gracelab starts to be judged: where it finds itself, and is found.

load helpers

@test "a program under test finds itself by its own number in /proc" {
	unshare -rnp true 2>/dev/null || skip 'this host has no user namespaces'
	unshare -rnmpf mount -t proc proc /proc 2>/dev/null ||
		skip 'no /proc can be mounted here'
	# shellcheck disable=SC2016 # its own
	run -3 "$O/gracelab" proxy -- sh -c 'read -r own _ </proc/self/stat
		[ "$own" = "$$" ] && [ "$(readlink /proc/self)" ] &&
		echo "found $(tr "\0" " " </proc/$$/cmdline)"' here '{listen}' \
		3>&- {TICK}<&-
	assert_output --partial 'found sh -c'
}

@test "a program that renames its UNIX socket is found at the new name" {
	run -0 timeout 60 "$O/gracelab" proxy --only=gated -- "$PYTHON" -IS \
		"$ROOT/tests/servers/proxy.py" --fault renames '{listen_unix}' \
		'{backend_unix}' 3>&- {TICK}<&-
	assert_line --regexp '^  gated +pass'
	refute_line --regexp '^  held +reported +after'
}
