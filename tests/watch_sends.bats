#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab watch: small sends that stop once, since the wire shows what they
# give; and those that do not.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load watched

# No result is unknown.
known() {
	refute grep -q '= ?' ladder
}

@test "a small send stops its thread once" {
	run -0 watch echo once
	# Nobody has accepted yet as the first is sent, maybe.
	((output >= 100 && output < 120)) || fail "$output times"
	has 'accept' '^ send "x" = 1 .* data 1' '^ recv "x" = 1' 'send "x" = 1'
	known
}

@test "a send has the bytes that it was made with, though they are others then" {
	run -0 watch echo overwrite
	has '^ send "as it was" = 9 .* data 9' '^ send "as it was" = 9 .* data 9' \
		'^ send "as it was" = 9 .* data 9'
	refute grep -q '!!!' ladder
}

@test "a send whose bytes wait for the other's window gives all, and holds up nobody" {
	run -0 watch narrow press
	assert_output soon
	known
	# Of what was sent and had no segment.
	has '^ send "\.*…"$' '^ = 500'
}

@test "what is corked, or has more to come, is given before it is sent" {
	run -0 watch echo held
	has '^ send "cork" = 4$' '^ setsockopt\(TCP_CORK\) .* data 4'
	run -0 watch echo more
	has '^ send "mo" = 2$' '^ send "re" = 2 .* data 4' '^ send "" = EFAULT' \
		'^ send "good" = 4 .* data 4'
}

@test "a send that would block gives EAGAIN while another one sleeps" {
	run -0 watch await crowd
	has '^ send "more" = EAGAIN'
	known
}

@test "a send is told though nobody does anything more" {
	watch echo stay &
	await grep -q 'send "last" = 4 .* data 4' ladder
	refute grep -q 'exit(0)' ladder
	touch go
	wait $!
	known
}

@test "who is killed behind a send has sent" {
	run -137 watch echo last
	has '^ send "last" = 4 .* data 4' '^ killed by SIGKILL'
}

@test "of two processes that write to one connection each has its own" {
	run -0 watch echo writers
	known
	run -0 grep -c '^  *send "o" = 1 .* data 1' ladder
	assert_output 30
	run -0 grep -c '^  *p2 send "x" = 1 .* data 1' ladder
	assert_output 30
}
