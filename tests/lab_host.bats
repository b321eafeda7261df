#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab where not everything is to be had: no namespaces, no capture.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load lab

@test "an ordinary user gets the same transcripts" {
	local -a names

	mapfile -t names < <(names_of "${PLAYED[@]}")
	run -0 as_nobody "$PLACE/bin/gracelab" check "${names[@]}"
	refute_line --partial 'not observed'
	assert_line --regexp '^ok [0-9]+ - both-shutdown$'
	assert_equal "$(grep -c '^ok ' <<<"$output")" "${#PLAYED[@]}"
	run -0 as_nobody "$PLACE/bin/gracelab" play --pcap play.pcap reset
}

@test "without namespaces it plays on the host and says so" {
	run -0 without_namespaces "$PLACE/bin/gracelab" play close-early
	assert_line --partial "Played on the host's own loopback: "
	assert_line --regexp 'Played on .*unshare.*ENOSPC'
	assert_line --partial 'The wire was not observed: '
	# No arrow and no heading pretend.
	refute_output --partial ─
	refute_line --regexp 'state +wire +state'
	assert_line --partial 'send "Hi, data1" = 9'
	assert_line --partial FIN_WAIT2
}

@test "without namespaces check compares what was observed and says so" {
	run -0 without_namespaces "$PLACE/bin/gracelab" check close-early \
		close-late shutdown eof-half fin-wait-2 kill reset time-wait
	assert_line 'ok 1 - close-early'
	assert_line 'ok 3 - shutdown'
	assert_line --regexp '^# not observed, and so not compared: wire'
	assert_line --regexp '^ok 5 - fin-wait-2 # SKIP .*private network'
}

@test "without namespaces a wrong golden is still found" {
	mkdir "$PLACE/wrong"
	cp "$ROOT"/transcripts/close/close-early.* "$PLACE/wrong"
	sed -i 's/= EPIPE/= ECONNRESET/' "$PLACE/wrong/close-early.txt"
	run -1 without_namespaces "$PLACE/bin/gracelab" check \
		--transcripts "$PLACE/wrong"
	assert_line 'not ok 1 - close-early'
	assert_line --regexp '^# -.*= ECONNRESET'
}

@test "without namespaces json says what was not observed" {
	without_namespaces "$PLACE/bin/gracelab" play --format=json \
		close-early >play.json
	run -0 "$PYTHON" -Ic 'import json, sys
play = json.load(sys.stdin)
assert play["private_network"] is False
assert play["observed"]["wire"] is False
assert "ENOSPC" in play["network_why"] and play["wire_why"]
assert not [rung for rung in play["ladder"] if "segment" in rung]
' <play.json
}

@test "without namespaces --pcap is refused, not left empty in silence" {
	run -1 without_namespaces "$PLACE/bin/gracelab" play \
		--pcap "$BATS_TEST_TMPDIR/play.pcap" close-early
	assert_line --partial 'cannot capture'
}

@test "on the host an ordinary user sees no wire, and is told why" {
	run -0 as_nobody "$PLACE/bin/gracelab" play --host close-early
	assert_line --regexp 'The wire was not observed: .*(EPERM|permi)'
	refute_output --partial ─
	run -0 as_nobody "$PLACE/bin/gracelab" check --host close-early \
		close-late shutdown
	assert_line 'ok 1 - close-early'
	assert_line --regexp '^# not observed, and so not compared: wire'
}

@test "--host plays everything but what needs a network of its own" {
	run -0 lab check --host "${PLAYED[@]}"
	assert_line --regexp '^ok [0-9]+ - fin-wait-2 # SKIP .*private network'
	refute_line --regexp '^not ok'
}

@test "a sysctl that there is not is told, and the host's is left alone" {
	write_lab odd.lab 'sysctl net.ipv4.no_such=1' 'client> x'
	run -1 lab play odd.lab
	assert_line --partial 'net.ipv4.no_such'
	run cat /proc/sys/net/ipv4/tcp_fin_timeout
	before=$output
	write_lab set.lab "sysctl net.ipv4.tcp_fin_timeout=$((before + 1))" \
		'client> x'
	run -0 lab play set.lab
	run cat /proc/sys/net/ipv4/tcp_fin_timeout
	assert_output "$before"
}
