#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# At a terminal: Ctrl-C, Ctrl-D, Ctrl-Z, and programs in the background.

load helpers
load terminal

setup() {
	terminal_setup
}

teardown() {
	terminal_teardown
}

# ---- Ctrl-C, Ctrl-D, Ctrl-Z

@test "Ctrl-C abandons the line and leaves the connection alone" {
	serve --delay never
	person
	type_in client 'never mind'
	await_last client 'ESTABLISHED> never mind'
	press client C-c
	await_last client 'ESTABLISHED>'
	enter_in client data1
	await_text server 'received 5 bytes: data1'
	press client C-c
	await_screen client '^C' 2
	await_last client 'ESTABLISHED>'
	enter_in client data2
	await_text server 'received 5 bytes: data2'
	run gone client
	assert_failure
}

@test "what is typed behind Ctrl-C begins a line, however busy the machine" {
	skip_if_sanitized "a sanitizer refuses to be preloaded behind"
	cc -shared -fPIC -O1 -o faulty.so "$ROOT/tests/faulty.c"
	serve --delay never
	under_shell client env FAULTY=p FAULTY_MARK="$PWD/client" \
		LD_PRELOAD="$PWD/faulty.so" "$O/graceclient" 127.0.0.1 "$PORT"
	await_last client 'ESTABLISHED>'
	type_in client 'first'
	await_last client 'ESTABLISHED> first'
	touch client.hold
	press client x
	await test ! -e client.hold
	press client C-c
	enter_in client second
	await_text server 'received 6 bytes: second'
}

@test "Ctrl-C twice leaves, with the terminal as it was" {
	serve
	person
	type_in client 'never mind'
	await_last client 'ESTABLISHED> never mind'
	press client C-c
	await_last client 'ESTABLISHED>'
	press client C-c
	await_screen client 'status '
	await test -e client.modes
	assert_sane client.modes
}

@test "Ctrl-C twice leaves only if it is twice in a row" {
	serve
	person
	press client C-c
	await_screen client '^C'
	type_in client abc
	await_last client 'ESTABLISHED> abc'
	press client BSpace BSpace BSpace
	await_last client 'ESTABLISHED>'
	press client C-c
	await_screen client '^C' 2
	type_in client def
	await_last client 'ESTABLISHED> def'
	run gone client
	assert_failure
}

@test "Ctrl-C twice leaves also while a command waits" {
	serve
	person
	enter_in client 'wait eof'
	await_screen client 'wait eof'
	press client C-c
	await_screen client '^C'
	press client C-c
	await_gone client
}

@test "Ctrl-C spares what a child holds" {
	peer_listens <<-'END'
		say("sees", repr(s.recv(9)))
		typed()
		say("quiet" if quiet(0.3) else "not quiet")
		say("sees", repr(s.recv(9)))
	END
	person
	enter_in client 'hold child'
	await_screen client '* hold: a child holds the socket too'
	enter_in client data1
	await_line peer "sees b'data1'"
	enter_in client close
	await_screen client '* close = 0'
	# The key reaches every process of the terminal.
	press client C-c
	await_screen client '^C'
	type_at peer ''
	await_line peer quiet
	enter_in client release
	await_line peer "sees b''"
}

@test "Ctrl-D on an empty line leaves in order, within one it does not" {
	serve --delay hold
	person
	type_in client data12
	press client Left C-d
	await_last client 'ESTABLISHED> data1'
	press client Enter
	await_text server 'received 5 bytes: data1'
	press client C-d
	await_screen client '* shutdown(SHUT_WR) = 0'
	run shown client 'status'
	assert_failure
	type_at server reply
	await_screen client 'Hi, data1'
	await_status client 0
}

@test "Ctrl-D never ends the server, Ctrl-C reports and leaves in order" {
	under_shell server "$O/graceserver" --port 0 --delay 0
	await_port server
	await_last server '>'
	press server C-d
	press server C-d
	connect -e data1 -e 'wait reply'
	finish client
	assert_equal "$status" 0
	await_screen server 'received 5 bytes: data1'
	await_screen server 'client closed'
	enter_in server list
	await_screen server '* no connections'
	press server C-c
	await_screen server 'received 1 datagrams'
	await_status server 0
	# No blank line of the end of input that was long ago.
	look server
	[[ $screen == *'received 1 datagrams'$'\n''status 0'* ]]
}

@test "Ctrl-Z gives the terminal back as it was, and fg the line" {
	serve --delay hold
	shell_window shell
	enter_in shell "$O/graceclient 127.0.0.1 $PORT"
	await_last shell 'ESTABLISHED>'
	enter_in shell data1
	await_text server 'received 5 bytes: data1'
	type_in shell 'half a li'
	await_last shell 'ESTABLISHED> half a li'
	press shell C-z
	await_last shell '$'
	enter_in shell 'stty -a >modes.part; mv modes.part modes'
	await test -e modes
	assert_sane modes
	type_at server reply
	await_text server 'send bytes: 9'
	enter_in shell fg
	await_screen shell 'Hi, data1'
	await_last shell 'ESTABLISHED> half a li'
	type_in shell ne
	await_last shell 'ESTABLISHED> half a line'
	press shell Enter
	await_text server 'received 11 bytes: half a line'
	enter_in shell quit
	await_last shell '$'
	enter_in shell 'stty -a >after.part; mv after.part after'
	await test -e after
	assert_sane after
}

@test "Ctrl-Z can be pressed again and again" {
	local i

	serve --delay never
	shell_window shell
	enter_in shell "$O/graceclient 127.0.0.1 $PORT"
	await_last shell 'ESTABLISHED>'
	for i in 1 2 3; do
		type_in shell "$i"
		# Ctrl-Z makes the kernel drop what was not read yet.
		await_last shell "ESTABLISHED> $(seq -s '' "$i")"
		press shell C-z
		await_last shell '$'
		enter_in shell fg
		await_last shell "ESTABLISHED> $(seq -s '' "$i")"
	done
	press shell Enter
	await_text server 'received 3 bytes: 123'
}

@test "a server in the background serves on, and fg brings its prompt" {
	shell_window shell
	enter_in shell "$O/graceserver --port 0 --delay 0 &"
	await_port shell
	connect
	type_at client data1
	await_line client 'Hi, data1'
	await_screen shell '[1] received 5 bytes: data1'
	enter_in shell 'jobs; echo looked'
	await_screen shell 'Running'
	enter_in shell fg
	await_last shell '[1]>'
	enter_in shell 'send typed'
	await_line client typed
	press shell C-z
	await_screen shell Stopped
	await_last shell '$'
	enter_in shell bg
	type_at client data2
	await_line client 'Hi, data2'
	enter_in shell 'stty -a >modes.part; mv modes.part modes'
	await test -e modes
	assert_sane modes
}

@test "a client in the background is not stopped, and fg brings its prompt" {
	serve --delay never
	shell_window shell
	enter_in shell "$O/graceclient 127.0.0.1 $PORT &"
	await_screen shell '* connected to'
	type_at server 'send unasked'
	await_screen shell unasked
	enter_in shell fg
	await_last shell 'ESTABLISHED>'
	enter_in shell data1
	await_text server 'received 5 bytes: data1'
}
