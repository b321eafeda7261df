#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab watch: close(2) that stops once, since what it gives is known; and
# those that do not.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load watched

@test "who closes and goes on computing holds up nobody" {
	run -0 watch mark spin
	assert_output soon
	has '^ close = 0 .* FIN ─' '^ recv = 0 \(EOF\)'
}

@test "a close is told though nobody does anything more" {
	watch hold rest &
	await grep -q 'close = 0 .* FIN ─' ladder
	refute grep -q 'exit(0)' ladder
	touch go
	wait $!
	has '^ close = 0 .* FIN ─' '^ exit\(0\)'
}

@test "a close that lingers ends with its wait" {
	run -0 watch awaited linger
	# What was still to be sent went out within it, and so did the FIN.
	has '^ close = 0 .*FIN ?─'
}

@test "who is killed behind a close that could send nothing has closed" {
	watch hold fatal &
	await grep -q 'killed by SIGKILL' ladder
	touch go
	wait $! || [[ $? -eq 137 ]]
	has '^ close = 0' '^ killed by SIGKILL'
}
