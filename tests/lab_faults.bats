#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab: what must fail a play or be refused, what a stage is made of, and
# actors that are not as expected.

load helpers

# In the foreground; nothing may hang for ever.
lab() {
	timeout 60 "$O/gracelab" "$@" 3>&- {TICK}<&-
}

# write_lab FILE [LINE...]: its lines.
write_lab() {
	printf '%s\n' "${@:2}" >"$1"
}

skip_without_namespaces() {
	unshare -rn true 2>/dev/null || skip "this host has no user namespaces"
}

# A play that waits, with a mark in its path; sets $MARK.
start_waiting_lab() {
	MARK=6$BASHPID$BATS_TEST_NUMBER
	write_lab "wait-$MARK.lab" 'client> sleep 30s'
	start lab env --default-signal=INT "$O/gracelab" play --patience 60s \
		--pcap "seen-$MARK" "wait-$MARK.lab"
}

@test "a capture that loses packets fails the play, or has them all" {
	local i options=server

	skip_without_namespaces
	# More segments in one step than the capture's ring has room for.
	for ((i = 0; i < 4000; i++)); do
		options+=" --on-accept 'send x'"
	done
	write_lab flood.lab "$options" 'client> read'
	run lab play --format=json --patience 30s flood.lab
	echo "${output:0:500}"
	if ((status == 0)); then
		assert_equal "$(grep -oc '"segment": "data 1"' <<<"$output")" \
			4000
	else
		assert_output --regexp 'dropped [0-9]+ packets'
	fi
}

# The process of the lab that plays, once the stage has a route of its own.
play_is_on_stage() {
	PLAY=$(pgrep -P "${PID_OF[lab]}" | head -n 1) && [[ $PLAY ]] &&
		[[ $(readlink "/proc/$PLAY/ns/net") != \
			"$(readlink /proc/self/ns/net)" ]] &&
		[[ -s seen-$MARK ]]
}

@test "the stage has quick ACKs, a locked rto_min, reno and no chance timers" {
	local own=()

	skip_without_namespaces
	start_waiting_lab
	await play_is_on_stage
	# An ordinary user's stage is in a user namespace of its own.
	((!EUID)) || own=(--preserve-credentials -U)
	run -0 nsenter "${own[@]}" -n -t "$PLAY" ip -4 route show table local
	assert_line --regexp '^local 127\.0\.0\.0/8 .* rto_min lock 10s .*quickack 1'
	assert_line --regexp '^local 127\.0\.0\.1 .* rto_min lock 10s .*quickack 1'
	assert_line --regexp '^local 127\.0\.0\.1 .*congctl reno'
	# shellcheck disable=SC2016 # for the inner shell
	run -0 nsenter "${own[@]}" -n -t "$PLAY" sh -c 'cd /proc/sys/net/ipv4 &&
		cat tcp_congestion_control tcp_autocorking tcp_early_retrans'
	assert_output $'reno\n0\n0'
	[[ -e /proc/sys/net/ipv6 ]] || return 0
	run -0 nsenter "${own[@]}" -n -t "$PLAY" ip -6 route show table local
	assert_line --regexp '^local ::1 .* rto_min lock 10s .*quickack 1'
}

@test "a server's orphan leaves FIN_WAIT2 by the kernel's timer too" {
	skip_without_namespaces
	write_lab mirrored.lab 'sysctl net.ipv4.tcp_fin_timeout=1' \
		'server> close' 'server: state FIN_WAIT2' 'server: state gone' \
		'client: state CLOSE_WAIT' 'client: eof' 'client> close'
	run -0 lab play mirrored.lab
	assert_line --regexp '^ *gone|gone *$'
	assert_line --regexp 'CLOSE_WAIT .*FIN .*FIN_WAIT2'
}

@test "another text of the same length is not what was awaited" {
	write_lab other.lab 'client> data1' 'server: received "data2"'
	run -1 lab play other.lab
	assert_output --partial 'awaited received "data2", saw received "data1"'
}

@test "a client in the head has no lines of its own" {
	local option

	for option in '-e data1' -edata1 '-f lines' -flines '-q -e x' \
		-qf --file=x --fil=x --events=x --ev=x --events-a=x; do
		write_lab head.lab "client $option" 'client> x'
		run -2 lab play head.lab
		assert_output --partial 'head.lab:1:'
		run -2 lab check head.lab
	done
}

# with_actors FOLDER: a lab whose server is a script of ours, from standard
# input; the true one is graceserver.true.
with_actors() {
	mkdir -p "$1"
	cp "$O/gracelab" "$O/graceclient" "$1"
	cp "$O/graceserver" "$1/graceserver.true"
	cat >"$1/graceserver"
	chmod +x "$1/graceserver"
}

@test "an actor that floods its terminal is played, in bounded memory" {
	with_actors flooding <<-'END'
		#!/bin/sh
		yes 'a line that nobody asked for' | head -c 30000000
		yes 'and another, where complaints go' | head -c 3000000 >&2
		exec "$0.true" "$@"
	END
	write_lab flood.lab 'client> data1' 'server: received "data1"'
	run -0 timeout 60 flooding/gracelab play --format=json --patience 30s \
		flood.lab
	assert_output --partial '"text": "data1"'
	((${#output} < 3000000))
}

@test "an actor that says no word is a failed play, not a wait for ever" {
	with_actors silent <<-'END'
		#!/bin/sh
		exec sleep 60
	END
	write_lab silent.lab 'client> data1'
	run -1 timeout 60 silent/gracelab play --patience 200ms silent.lab
	assert_line --partial 'silent: no listen from the server in time'
}

@test "a refused command of --on-accept is not blamed on the next line" {
	write_lab refused.lab "server --on-accept release --on-accept 'send x'" \
		'client: received "x"' 'client> data1' \
		'server: received "data1"'
	run -0 lab play refused.lab
	# It is told where it was shown.
	assert_line --partial 'graceserver: release: nothing is held'
}

@test "an experiment may be named as a subcommand is" {
	local name

	mkdir mine
	for name in audit proxy play list; do
		cp "$ROOT/transcripts/close/close-early.lab" "mine/$name.lab"
		sed "1s/close-early/$name/" "$ROOT/transcripts/close/close-early.txt" \
			>"mine/$name.txt"
	done
	for name in audit proxy play list; do
		run -0 lab play --transcripts=mine "$name"
		assert_line --index 0 \
			"$name: close() while replies are under way"
		run -0 lab check --transcripts mine "$name"
		assert_line "ok 1 - $name"
		run -0 lab play --transcripts=mine -- "$name"
	done
	mv mine audit
	run -0 lab list --transcripts audit
	assert_line --partial 'close() while replies'
	run -0 lab --transcripts audit list
	assert_line --partial 'close() while replies'
}
