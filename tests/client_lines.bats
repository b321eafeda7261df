#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# graceclient: what a line is, and what is no command.

load helpers

@test "data is sent without its newline, commands are not sent" {
	hearing_peer
	run -0 client -e 'a line' -e '  two spaces' -e 'closet' -e 'Close' \
		-e 'close'
	finish peer 0
	assert_line "b'a line  two spacesclosetClose'"
}

@test "an empty line sends nothing" {
	hearing_peer
	run -0 client -e '' -e x
	finish peer
	assert_line "b'x'"
}

@test "send gives words of commands, and C escapes in double quotes" {
	hearing_peer
	run -0 client -e 'send close' \
		-e 'send "GET / HTTP/1.0\r\n\r\n\x41\101\"\\"'
	finish peer
	assert_line "b'closeGET / HTTP/1.0\\r\\n\\r\\nAA\"\\\\'"
}

@test "a command that cannot be parsed sends nothing, goes on, ends with 2" {
	local line

	for line in 'close now' 'shutdown up' 'send "open' 'send "\q"' \
		'sleep long' 'wait for' 'every' 'every 1s' 'hold me' 'save' \
		'save f until' 'save f until xy' 'save f from' 'sendfile' \
		'help nothing' 'open somewhere' 'reset it' 'send' \
		'wait eof soon' 'sleep -1'; do
		hearing_peer
		run -2 --separate-stderr client -e "$line" -e after
		[[ $stderr == "graceclient: ${line%% *}: "* ]]
		finish peer
		assert_line "b'after'"
	done
}

@test "commands of the server are data at the client" {
	hearing_peer
	run -0 client -e reply -e ' list' -e 'use 1'
	finish peer
	assert_line "b'reply listuse 1'"
}

@test "a command after close is refused: there is no connection" {
	local line

	serve --delay 0
	for line in text shutdown close state probe read reset hold \
		'sendfile /dev/null' 'every 1s x'; do
		run -2 client -e close -e "$line"
		assert_output --partial 'there is no connection'
	done
}

@test "hold while something is held is refused, and so is open" {
	serve --quiet --delay 0
	run -2 client -e hold -e hold
	assert_line --partial 'graceclient: hold: '
	run -2 client -e hold -e close -e open
	assert_line --partial 'graceclient: open: '
}

@test "open makes a new connection after the last has ended" {
	serve --quiet --delay 0
	run -0 client --quiet -e one -e 'wait reply' -e close -e open -e two \
		-e 'wait reply' -e close -e "open localhost $PORT" -e three
	assert_line 'Hi, one'
	assert_line 'Hi, two'
	assert_line 'Hi, three'
	await_text server '[3] client closed'
}

@test "open is refused while the connection lasts" {
	serve --quiet --delay 0
	run -2 client -e open -e x
	assert_line --partial 'graceclient: open: '
	assert_line 'Hi, x'
}

@test "EOF from the server does not end the client while lines may come" {
	peer_listens <<-'END'
		s.shutdown(socket.SHUT_WR)
		say(repr(to_eof()))
	END
	connect --quiet
	await_line client 'server terminated'
	type_at client still
	await_line client 'send bytes: 5'
	assert running client
	end_input client
	finish client 0
	finish peer
	assert_line "b'still'"
}

@test "the client never closes of its own accord" {
	peer_listens <<-'END'
		s.shutdown(socket.SHUT_WR)
		say("nothing came" if quiet(0.4) else "something came")
	END
	connect --quiet
	finish peer
	assert_line 'nothing came'
}

@test "several lines in one write are all acted on, input still open" {
	hearing_peer
	connect --quiet
	printf 'one\ntwo\nthree\nshutdown\n' >&"${INPUT_OF[client]}"
	finish peer
	assert_line "b'onetwothree'"
}

@test "a last line without a newline counts" {
	hearing_peer
	run -0 client --quiet < <(printf 'one\ntwo')
	finish peer
	assert_line "b'onetwo'"
}

@test "NUL bytes and invalid UTF-8 are sent as they are" {
	hearing_peer
	printf 'a\0b\xff\n' | client --quiet >out
	finish peer
	assert_line "b'a\\x00b\\xff'"
	assert_file out 'now sending a\x00b\xff' 'send bytes: 4' \
		'server terminated'
}

@test "a command is none with a NUL byte in it" {
	hearing_peer
	printf 'close\0\nx\n' | client --quiet >out
	finish peer
	assert_line "b'close\\x00x'"
}

@test "a line of exactly 1 MiB is sent" {
	peer_listens <<-'END'
		say(len(to_eof()))
	END
	sized_line 1048576 | client --quiet >out
	finish peer
	assert_line 1048576
}

@test "a line of 1 MiB and a byte is an error that says so, and no more" {
	status=0
	hearing_peer
	{
		echo one
		sized_line 1048577
		echo two
	} | client --quiet >out 2>err || status=$?
	assert_equal "$status" 2
	finish peer
	assert_line "b'onetwo'"
	assert_equal "$(<err)" "graceclient: line 2 is longer than 1048576 bytes and was dropped"
}

@test "a line of 40 MiB is dropped in bounded memory" {
	skip_if_sanitized "a sanitizer's memory is its own"
	status=0
	hearing_peer
	connect --quiet
	{
		sized_line 41943040
		echo two
	} >&"${INPUT_OF[client]}"
	await_line client 'send bytes: 3'
	peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' \
		"/proc/${PID_OF[client]}/status")
	((peak < 20000))
	end_input client
	finish client 2
	finish peer
	assert_line "b'two'"
}

@test "a last line that is too long and has no newline is an error too" {
	hearing_peer
	run -2 client --quiet < <(sized_line 1048577 | tr -d '\n')
	assert_line --partial 'longer than 1048576 bytes'
	finish peer
	assert_line "b''"
}
