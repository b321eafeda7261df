#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# At a terminal: ends that nobody typed, what is shown, the server's own prompt.

load helpers
load terminal

setup() {
	terminal_setup
}

teardown() {
	terminal_teardown
}

# ---- ends that nobody typed

@test "a server that is killed leaves the client alive and the terminal sane" {
	serve
	person
	type_in client 'half a li'
	await_last client 'ESTABLISHED> half a li'
	kill_it server KILL
	await_screen client 'server terminated'
	await_last client 'CLOSE_WAIT> half a li'
	press client C-u
	enter_in client close
	await_last client 'closed>'
	press client C-d
	await_status client 0
}

@test "a reset leaves the client alive and the terminal sane" {
	serve
	person
	type_in client 'half a li'
	await_last client 'ESTABLISHED> half a li'
	type_at server reset
	await_screen client 'recv: ECONNRESET (Connection reset by peer)'
	await_last client 'CLOSE> half a li'
	press client C-u
	enter_in client 'help close'
	await_screen client 'close(2)'
	press client C-d
	await_status client 3
}

@test "a client that SIGPIPE kills leaves the terminal sane" {
	serve --on-eof none
	person --sigpipe=default
	enter_in client shutdown
	await_last client 'FIN_WAIT2>'
	enter_in client data1
	await_status client 141
}

@test "a server that SIGPIPE kills leaves the terminal sane" {
	under_shell server "$O/graceserver" --port 0 --delay hold \
		--sigpipe=default
	await_port server
	connect
	type_at client data1
	await_screen server 'received 5 bytes: data1'
	enter_in server shutdown
	await_line client 'server terminated'
	enter_in server reply
	await_status server 141
}

@test "SIGTERM ends the client and leaves the terminal sane" {
	serve
	person
	type_in client 'half a li'
	await_last client 'ESTABLISHED> half a li'
	kill -TERM "$(<client.pid)"
	await_status client 143
}

@test "SIGTERM ends the server, which reports and leaves the terminal sane" {
	under_shell server "$O/graceserver" --port 0
	await_port server
	await_last server '>'
	kill -TERM "$(<server.pid)"
	await_screen server 'received 0 datagrams'
	await_status server 0
}

@test "quit leaves the terminal sane" {
	serve
	person
	enter_in client quit
	await_status client 0
}

@test "a terminal that is hung up ends the client" {
	# A leak sanitizer that is hung up while it traces may never end.
	export ASAN_OPTIONS+=:detect_leaks=0
	serve
	person
	window other sleep 1000
	tm kill-window -t client
	await_gone client
	await_text server 'client closed'
}

# ---- what goes to the terminal

@test "a peer that sends terminal escapes does not drive the terminal" {
	peer_listens <<-'END'
		got(5)
		s.sendall(b"\x1b[2J\x1b[H\x1b]0;owned\x07\xc2\x9b2J\x9b2J\r\x08\x0e!")
		typed()
	END
	person
	enter_in client data1
	await_screen client \
		'\x1b[2J\x1b[H\x1b]0;owned\x07\xc2\x9b2J\x9b2J\x0d\x08\x0e!'
	await_screen client 'now sending data1'
	await_last client 'ESTABLISHED>'
	run tm display-message -p -t client '#{pane_title}'
	refute_output --partial owned
}

@test "notes have colour on a terminal, and none with NO_COLOR" {
	serve
	window plain env NO_COLOR=1 "$O/graceclient" 127.0.0.1 "$PORT"
	window colour "$O/graceclient" 127.0.0.1 "$PORT"
	await_last plain 'ESTABLISHED>'
	await_last colour 'ESTABLISHED>'
	run tm capture-pane -p -e -t colour
	assert_output --partial $'\e['
	run tm capture-pane -p -e -t plain
	refute_output --partial $'\e['
	assert_output --partial '* connected to'
}

@test "a dumb terminal works, without line editing and without escapes" {
	serve --delay 0
	under_shell client env TERM=dumb "$O/graceclient" 127.0.0.1 "$PORT"
	await_screen client '* connected to'
	tm pipe-pane -t client 'cat >>raw'
	enter_in client data1
	await_screen client 'Hi, data1'
	enter_in client shutdown
	await_screen client 'server terminated'
	press client C-d
	await_status client 0
	await grep -qa 'server terminated' raw
	run grep -ca $'\e' raw
	assert_output 0
}

# ---- the server's own prompt

@test "the server takes commands while messages arrive" {
	server_window --delay hold
	await_last server '>'
	connect
	await_last server '[1]>'
	type_in server repl
	await_last server '[1]> repl'
	type_at client data1
	await_screen server '[1] received 5 bytes: data1'
	await_last server '[1]> repl'
	press server Tab Enter
	await_line client 'Hi, data1'
	connect_as second
	await_last server '[2]>'
	enter_in server 'use 1'
	await_last server '[1]>'
	enter_in server 'send to-the-first'
	await_line client to-the-first
	enter_in server list
	await_screen server '* -> 1 127.0.0.1:'
	await_screen server '* 2 127.0.0.1:'
	enter_in server 'use 7'
	await_screen server 'use: there is no such connection'
	enter_in server 'no-command'
	await_screen server "unknown command 'no-command'"
	await_last server '[1]>'
}
