#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# A network that goes away under client and server.

load helpers
load cable

@test "either side names the errno when its peer has vanished, status 3" {
	lay_cable
	lose_patience
	start server "${NEAR[@]}" "$O/graceserver" --once --port 0 --quiet \
		--listen 10.0.0.1 --delay hold
	find_port server
	start far_client "${FAR[@]}" "$O/graceclient" --quiet 10.0.0.1 "$PORT"
	type_at far_client data1
	await_text server 'received 5 bytes: data1'
	serve_far
	start client "${NEAR[@]}" "$O/graceclient" --quiet 10.0.0.2 "$PORT"
	type_at client data1
	await_line client 'Hi, data1'
	# No FIN is sent, and none would come.
	cut_cable
	type_at server reply
	type_at client data2
	end_input client
	finish server 3
	assert_line 'send bytes: 9'
	assert_line --regexp '^recv: E(TIMEDOUT|HOSTUNREACH) '
	finish client 3
	assert_line --regexp '^recv: E(TIMEDOUT|HOSTUNREACH) '
}

@test "a peer that half-closes and vanishes is idle for too long" {
	lay_cable
	start server "${NEAR[@]}" "$O/graceserver" --once --port 0 --quiet \
		--listen 10.0.0.1 --delay never --on-eof none \
		--idle-timeout 300ms
	find_port server
	start client "${FAR[@]}" "$O/graceclient" --quiet 10.0.0.1 "$PORT"
	type_at client data1 shutdown
	await_text server 'client closed'
	cut_cable
	finish server 0
	assert_line 'idle for too long: close'
}

@test "a client whose server vanishes waits no longer than it was told" {
	lay_cable
	serve_far
	start client "${NEAR[@]}" "$O/graceclient" --quiet 10.0.0.2 "$PORT"
	type_at client data1 'wait reply'
	await_line client 'Hi, data1'
	cut_cable
	type_at client data2 'wait reply 300ms'
	end_input client
	finish client 4
	assert_equal "$(<client.err)" \
		'graceclient: wait: no reply came in time'
}
