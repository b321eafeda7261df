#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# At a terminal: completion, history, pasting.

load helpers
load terminal

setup() {
	terminal_setup
}

teardown() {
	terminal_teardown
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
