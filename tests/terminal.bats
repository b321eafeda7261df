#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# At a terminal: the two paths, the prompt, and the line being typed.

load helpers
load terminal

setup() {
	terminal_setup
}

teardown() {
	terminal_teardown
}

# ---- the two paths, typed

@test "data1, data2 and close can be typed, and both sides show it" {
	server_window --delay hold
	person
	enter_in client data1
	await_screen client 'now sending data1'
	await_screen server '[1] received 5 bytes: data1'
	enter_in client data2
	await_screen client 'now sending data2'
	enter_in client close
	await_last client 'closed>'
	await_screen client 'send bytes: 5' 2
	await_screen client 'the connection is closed'
	enter_in server reply
	await_screen server '[1] send bytes: 9'
	await_screen server '[1] received 5 bytes: data2'
	enter_in server reply
	await_screen server '[1] send: EPIPE (Broken pipe)'
	await_last server '>'
}

@test "data1, data2 and shutdown can be typed, and all answers come" {
	server_window --delay 200ms
	person
	enter_in client data1
	await_screen server '[1] received 5 bytes: data1'
	enter_in client data2
	enter_in client shutdown
	await_screen client 'Hi, data1'
	await_screen client 'Hi, data2'
	await_screen client 'server terminated'
	await_screen client 'both halves have ended'
	await_screen server '[1] send bytes: 9' 2
	await_screen server '[1] client closed'
}

@test "the prompt shows the TCP state as it changes" {
	serve --on-eof none
	person
	enter_in client shutdown
	await_last client 'FIN_WAIT2>'
	type_at server close
	await_last client 'CLOSE>'
	enter_in client close
	await_last client 'closed>'
	enter_in client open
	await_last client 'ESTABLISHED>'
	type_at server close
	await_last client 'CLOSE_WAIT>'
}

@test "when both halves have ended the client says so, and Ctrl-D leaves" {
	serve --delay 0
	person
	enter_in client shutdown
	await_screen client 'both halves have ended: close, or Ctrl-D leaves'
	run gone client
	assert_failure
	press client C-d
	await_status client 0
}

# ---- the line being typed

reply_meets_line() {
	serve --delay hold
	person "$@"
	enter_in client data1
	await_text server 'received 5 bytes: data1'
	type_in client 'hello world'
	await_last client 'ESTABLISHED> hello world'
	press client C-a Right Right Right
	await cursor_is client 16
	type_at server reply
	await_screen client 'Hi, data1'
	await_last client 'ESTABLISHED> hello world'
	await cursor_is client 16
	type_in client XY
	await_last client 'ESTABLISHED> helXYlo world'
	press client Left Left BSpace
	await_last client 'ESTABLISHED> heXYlo world'
	press client Enter
	await_text server 'received 12 bytes: heXYlo world'
}

@test "a reply leaves the line being typed whole and the cursor in place" {
	reply_meets_line
}

@test "a reply leaves the line whole where SIGPIPE may kill the client" {
	reply_meets_line --sigpipe=default
}

@test "a reply leaves a line whole that is wrapped over several lines" {
	local text

	text=$(printf 'abcdefghi %.0s' {1..20})
	serve --delay hold
	person
	enter_in client data1
	await_text server 'received 5 bytes: data1'
	type_in client "${text% }"
	await_typed client "ESTABLISHED> ${text% }"
	press client C-a Right Right
	await cursor_is client 15
	type_at server reply
	await_screen client 'Hi, data1'
	await_typed client "ESTABLISHED> ${text% }"
	await cursor_is client 15
	run screen client
	assert_equal "$(grep -c 'ESTABLISHED> abcdefghi' <<<"$output")" 1
	type_in client -
	await_typed client "ESTABLISHED> ab-${text:2:-1}"
	press client Enter
	await_text server "received 200 bytes: ab-${text:2:-1}"
}

@test "a stream of replies leaves the line whole" {
	peer_listens <<-'END'
		for i in range(200):
		    s.sendall(b"line %d" % i)
		    got(1)
		s.sendall(b"the end")
		say(to_eof().decode())
	END
	window client "$O/graceclient" 127.0.0.1 "$PORT"
	await_screen client 'line 0'
	enter_in client 'every 1ms x'
	await_screen client 'line 100'
	type_in client abcdefg
	await_screen client 'the end'
	type_in client hij
	await_last client 'ESTABLISHED> abcdefghij'
	press client Enter
	await_screen client 'now sending abcdefghij'
}

@test "a window that changes its size while typing loses nothing" {
	local text=0123456789012345678901234567890123456789012345678901234567

	serve --delay hold
	person
	enter_in client data1
	await_text server 'received 5 bytes: data1'
	type_in client "$text"
	await_last client "ESTABLISHED> $text"
	tm resize-window -t client -x 40 -y 24
	await_typed client "ESTABLISHED> $text"
	type_in client abc
	await_typed client "ESTABLISHED> ${text}abc"
	type_at server reply
	await_screen client 'Hi, data1'
	await_typed client "ESTABLISHED> ${text}abc"
	tm resize-window -t client -x 120 -y 30
	type_in client def
	await_typed client "ESTABLISHED> ${text}abcdef"
	press client Enter
	await_text server "received 64 bytes: ${text}abcdef"
}

@test "characters of several bytes are edited whole" {
	serve --delay never
	person
	type_in client 'aéz'
	press client Left BSpace
	await_last client 'ESTABLISHED> az'
	type_in client '€'
	await_last client 'ESTABLISHED> a€z'
	press client Enter
	await_text server 'received 5 bytes: a€z'
}
