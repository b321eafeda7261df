#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What a person sees and does at a terminal.

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

# ---- completion and history

@test "Tab completes commands" {
	serve
	person
	type_in client shut
	press client Tab
	await_last client 'ESTABLISHED> shutdown'
	type_in client x
	await_last client 'ESTABLISHED> shutdown x'
	press client C-u
	type_in client re
	press client Tab Tab
	await_screen client 'read'
	await_screen client 'release'
	run screen client
	refute_output --partial 'reply'
	press client C-u
	type_in client 'help hol'
	press client Tab
	await_last client 'ESTABLISHED> help hold'
}

@test "Tab completes the arguments of commands" {
	serve
	person
	type_in client 'shutdown rdw'
	press client Tab
	await_last client 'ESTABLISHED> shutdown rdwr'
	press client C-u
	type_in client 'wait '
	press client Tab Tab
	await_screen client 'eof'
	await_screen client 'reset'
	type_in client rep
	press client Tab
	await_last client 'ESTABLISHED> wait reply'
	press client C-u
	type_in client 'hold ch'
	press client Tab
	await_last client 'ESTABLISHED> hold child'
}

@test "Tab completes paths after sendfile and save, and only there" {
	serve --delay never
	mkdir folder
	echo content >folder/some-long-name.txt
	person
	type_in client 'sendfile fol'
	press client Tab
	await_last client 'ESTABLISHED> sendfile folder/'
	type_in client some
	press client Tab
	await_last client 'ESTABLISHED> sendfile folder/some-long-name.txt'
	press client Enter
	await_text server 'received 8 bytes: content\n'
	type_in client 'save folder/so'
	press client Tab
	await_last client 'ESTABLISHED> save folder/some-long-name.txt'
	press client C-u
	type_in client 'close fol'
	press client Tab
	type_in client .
	await_last client 'ESTABLISHED> close fol.'
	press client C-u
	type_in client 'hello fol'
	press client Tab
	type_in client .
	await_last client 'ESTABLISHED> hello fol.'
}

@test "a completed path with a space in it is one path" {
	serve --delay never
	echo content >'my file.txt'
	person
	type_in client 'sendfile my'
	press client Tab
	await_screen client 'file.txt'
	press client Enter
	await_text server 'received 8 bytes: content\n'
}

@test "Up brings back earlier lines" {
	serve --delay never
	person
	enter_in client data1
	await_text server 'received 5 bytes: data1'
	enter_in client longer2
	await_text server 'received 7 bytes: longer2'
	press client Up Up
	await_last client 'ESTABLISHED> data1'
	press client Enter
	await_text server 'received 5 bytes: data1' 2
	press client Up
	type_in client x
	await_last client 'ESTABLISHED> data1x'
	press client Enter
	await_text server 'received 6 bytes: data1x'
}

@test "a reply during a search of the history does not end the search" {
	serve --delay hold
	person
	enter_in client needle1
	await_text server 'received 7 bytes: needle1'
	press client C-r
	type_in client need
	await_screen client "(reverse-i-search)\`need': needle1"
	type_at server reply
	await_screen client 'Hi, needle1'
	press client Enter
	await_text server 'received 7 bytes: needle1' 2
}

# ---- pasting

paste_60_lines() {
	local i expected=

	for i in {1..60}; do
		expected+=pasted-line-$i
	done
	peer_listens <<-'END'
		data = to_eof().decode()
		say(data)
	END
	person "$@"
	tm set-buffer "$(printf 'pasted-line-%d\n' {1..60})"$'\nclose\n'
	tm paste-buffer -t client
	await_last client 'closed>'
	await_line peer "$expected"
}

@test "every line of a plain paste is acted on, in order" {
	paste_60_lines
}

@test "every line of a plain paste is acted on under --sigpipe=default" {
	paste_60_lines --sigpipe=default
}

@test "a pasted line that is longer than the kernel's 4096 bytes stays whole" {
	local long

	long=$(printf '%.0sabcdefghi-' {1..700})
	peer_listens <<-'END'
		say(len(to_eof()))
	END
	person
	tm set-buffer "short
$long
close
"
	tm paste-buffer -t client
	await_last client 'closed>'
	await_line peer 7005
}

@test "what is typed while a command waits is acted on afterwards" {
	serve --delay 300ms
	person
	enter_in client data1
	enter_in client 'wait reply'
	enter_in client data2
	enter_in client 'sleep 100ms'
	enter_in client data3
	await_text server 'received 5 bytes: data3'
	await_screen client 'now sending data3'
	run screen client
	assert_output --regexp 'Hi, data1.*now sending data2.*now sending data3'
}

@test "every line of a bracketed paste is acted on once Enter is pressed" {
	peer_listens <<-'END'
		say(to_eof().decode())
	END
	person
	tm set-buffer $'one\ntwo\nthree'
	tm paste-buffer -p -t client
	await_screen client three
	run screen client
	refute_output --partial 'now sending'
	press client Enter
	await_screen client 'now sending one'
	await_screen client 'now sending two'
	await_screen client 'now sending three'
	enter_in client close
	await_line peer onetwothree
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
