#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What helps a person at a terminal: help, notes, colours, history.

load helpers
load terminal

setup() {
	terminal_setup
}

teardown() {
	terminal_teardown
}

@test "help and answers fit into a narrow terminal, between words" {
	serve
	person
	tm resize-window -t client -x 44 -y 200
	enter_in client help
	await_screen client "\`help COMMAND' explains one"
	look client
	longest=$(awk '{ if (length > n) n = length } END { print n }' \
		<<<"$screen")
	((longest <= 44))
	[[ $screen == *$'\n  shutdown [wr|rd|rdwr]\n      shutdown(2), once what is queued has\n'* ]]
	enter_in client state
	await_screen client $'* state: ESTABLISHED, unread 0 bytes,\n  unacknowledged 0 bytes'
}

@test "help COMMAND explains with an example" {
	serve
	person
	enter_in client 'help block'
	await_screen client 'close does not wake it'
	await_screen client $'For example:\n      block recv'
}

@test "what looks like a command is sent, and a note says so" {
	serve --delay never
	person
	enter_in client shutdwon
	await_screen client "* 'shutdwon' is sent; the command is shutdown"
	await_text server 'received 8 bytes: shutdwon'
	enter_in client exit
	await_screen client "* 'exit' is sent; the command is quit"
	enter_in client $'clos\x05'
	await_last client 'ESTABLISHED>'
	enter_in client 'nothing of the kind'
	await_text server 'nothing of the kind'
	run shown client "* 'nothing"
	assert_failure
}

@test "the server points to what was meant" {
	server_window
	await_last server '>'
	enter_in server exit
	await_screen server "unknown command 'exit'; perhaps quit?"
}

@test "wait and sleep say that they wait, and Ctrl-C ends them alone" {
	serve --delay never
	person
	enter_in client 'wait eof'
	await_screen client '* waiting for EOF; Ctrl-C ends that'
	press client C-c
	await_screen client '* wait: ended by Ctrl-C'
	await_screen client '* Ctrl-C again leaves at once'
	enter_in client 'sleep 1000s'
	await_screen client '* sleeping; Ctrl-C ends that'
	press client C-c
	await_screen client '* sleep: ended by Ctrl-C'
	enter_in client 'block recv'
	enter_in client data1
	await_text server 'received 5 bytes: data1'
	press client C-d
	type_at server 'send x' close
	await_status client 0
}

@test "every says how to stop, and Ctrl-C stops it" {
	serve --delay never
	person
	enter_in client 'every 10ms tick'
	await_screen client '* again and again; Ctrl-C or a line'
	press client C-c
	await_screen client '* every: ended by Ctrl-C'
	enter_in client 'help quit'
	await_screen client 'exit at once'
	await_last client 'ESTABLISHED>'
}

@test "the first Ctrl-C on an empty line says that a second leaves" {
	serve
	person
	press client C-c
	await_screen client '* Ctrl-C again leaves at once, Ctrl-D in order'
	run gone client
	assert_failure
	press client C-c
	await_gone client
}

@test "at the server Ctrl-C drops a half-typed line, or ends a wait" {
	server_window
	await_last server '>'
	type_in server 'half a li'
	await_last server '> half a li'
	press server C-c
	await_screen server '* Ctrl-C again ends the server'
	await_last server '>'
	enter_in server 'wait eof'
	await_screen server '* waiting for EOF'
	press server C-c
	await_screen server '* wait: ended by Ctrl-C'
	connect
	await_screen server '[1] connection from'
	enter_in server list
	await_screen server '* -> 1'
	press server C-c
	await_screen server 'received 0 datagrams'
}

@test "Ctrl-D at the server says how to leave, and leaves no blank lines" {
	server_window
	await_last server '>'
	press server C-d
	await_screen server '* quit or Ctrl-C ends the server'
	press server C-d
	await_screen server '* quit or Ctrl-C ends the server' 2
	await_last server '>'
	look server
	[[ $screen != *$'\n\n'* && $screen != *$'>\n'* ]]
}

@test "history is kept from session to session, in a private file" {
	local file=state/grace/client-history

	export XDG_STATE_HOME=$PWD/state
	(umask 077 && mkdir -p "${file%/*}")
	: >"$file"
	chmod 644 "$file"
	serve --delay never
	person
	enter_in client 'first of all'
	await_text server 'first of all'
	enter_in client quit
	await_status client 0
	assert_equal "$(stat -c %a "$file" state state/grace)" \
		$'600\n700\n700'
	under_shell next "$O/graceclient" 127.0.0.1 "$PORT"
	await_last next 'ESTABLISHED>'
	press next Up Up
	await_last next 'ESTABLISHED> first of all'
	press next C-c
	enter_in next 'second of all'
	await_text server 'second of all'
	# Killed, it has its lines too.
	kill -KILL "$(<next.pid)"
	await_gone next
	assert_file "$file" 'first of all' quit 'second of all'
}

@test "--no-history neither recalls nor keeps lines" {
	export XDG_STATE_HOME=$PWD/state
	mkdir -p state/grace
	echo earlier >state/grace/client-history
	serve --delay never
	person --no-history
	press client Up
	enter_in client data1
	await_text server 'received 5 bytes: data1'
	assert_file state/grace/client-history earlier
}

@test "a history that is somebody else's file, or a link, is left alone" {
	export XDG_STATE_HOME=$PWD/state
	mkdir -p state/grace
	echo precious >precious
	ln -s ../../precious state/grace/client-history
	serve --delay never
	person
	enter_in client data1
	await_text server 'received 5 bytes: data1'
	enter_in client quit
	await_status client 0
	assert_file precious precious
}

# marked NAME TEXT COLOUR: the text stands on the screen in that colour, which
# tmux may give with others.
marked() {
	local escapes pattern

	escapes=$(tm capture-pane -p -e -S - -t "$1")
	pattern=$'\e\\['"$3"$'m(\e\\[[0-9]*m)*'"$2"
	[[ $escapes =~ $pattern ]]
}

@test "what arrives, errors and the prompt have colours of their own" {
	serve --delay 0
	window client "$O/graceclient" 127.0.0.1 "$PORT"
	await_last client 'ESTABLISHED>'
	marked client 'ESTABLISHED>' 32
	enter_in client 'send "server terminated"'
	await_screen client 'Hi, server terminated'
	marked client 'Hi, server terminated' 36
	enter_in client 'save'
	await_screen client 'expected a path'
	marked client 'graceclient: save' 31
	enter_in client 'help quit'
	await_screen client 'exit at once'
	type_at server reset
	await_screen client 'recv: ECONNRESET'
	marked client 'recv: ECONNRESET' 31
}

@test "without colour what arrives is marked, and only at a terminal" {
	serve --delay 0
	window client env NO_COLOR=1 "$O/graceclient" 127.0.0.1 "$PORT"
	await_last client 'ESTABLISHED>'
	enter_in client x
	await_screen client '< Hi, x'
	run tm capture-pane -p -e -t client
	refute_output --partial $'\e['
	run -0 client -q -e x -e 'wait reply' -e close
	assert_line 'Hi, x'
}

@test "save says where things go, how much it was, and can be ended" {
	serve --delay 0
	person
	enter_in client 'save got'
	await_screen client '* save: what arrives goes to got; save alone ends that'
	enter_in client data1
	await_text server 'send bytes: 9'
	await test -s got
	enter_in client save
	await_screen client '* save: 9 of 9 bytes are in got'
	enter_in client data2
	await_screen client 'Hi, data2'
	enter_in client save
	await_screen client 'graceclient: save: expected a path'
}

@test "use completes the numbers of the connections" {
	server_window
	await_last server '>'
	connect_as one
	connect_as two
	await_last server '[2]>'
	type_in server 'use 1'
	press server Tab
	await_last server '[2]> use 1'
	press server Enter
	await_last server '[1]>'
	type_in server 'use '
	press server Tab Tab
	await_screen server '1  2'
}

@test "a window that grows with a wrapped line erases nothing above it" {
	serve --delay never
	person
	enter_in client data1
	await_screen client 'send bytes: 5'
	tm resize-window -t client -x 50 -y 24
	type_in client 'abcdefghij klmnopqrst uvwxyz 0123456789 ABCDEFGHIJ KLMNOPQRST UVWXYZ end'
	await_typed client 'UVWXYZ end'
	tm resize-window -t client -x 90 -y 24
	await_last client 'ESTABLISHED> abcdefghij klmnopqrst uvwxyz 0123456789 ABCDEFGHIJ KLMNOPQRST UVWXYZ end'
	look client
	[[ $screen == *$'> data1\nnow sending data1\nsend bytes: 5\nESTABLISHED> abc'* ]]
}

@test "HOST:PORT is an address, also behind open" {
	serve --delay 0
	run -0 timeout 60 "$O/graceclient" -q -e x "127.0.0.1:$PORT"
	assert_line 'Hi, x'
	run -0 timeout 60 "$O/graceclient" -q -e close \
		-e "open localhost:$PORT" -e y 127.0.0.1 "$PORT"
	assert_line 'Hi, y'
	run -2 "$O/graceclient" "127.0.0.1:$PORT" 80
	assert_output --partial "unexpected argument '80'"
	run -2 "$O/graceclient" 127.0.0.1:http
	assert_output --partial "PORT: expected a number from 1 to 65535, not 'http'"
}
