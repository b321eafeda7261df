#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# graceclient: commands, one by one.

load helpers

@test "quit exits at once without close" {
	serve --quiet --delay never --once
	run -0 client -e quit -e never
	refute_line --partial 'close = 0'
	refute_line --partial never
	finish server 0
	assert_line 'client closed'
}

@test "wait times out with status 4 and a word about what was awaited" {
	serve --quiet --delay never
	run -4 client --quiet -e 'wait reply 50ms'
	assert_line 'graceclient: wait: no reply came in time'
	run -4 client --quiet -e 'wait eof 50ms'
	assert_line 'graceclient: wait: no EOF came in time'
	run -4 client --quiet -e 'wait reset 50ms'
	assert_line 'graceclient: wait: no RST came in time'
}

@test "the script goes on after a wait that timed out" {
	peer_listens <<-'END'
		say(repr(to_eof()))
	END
	run -4 client --quiet -e 'wait reply 50ms' -e after
	finish peer
	assert_line "b'after'"
}

@test "a wait for what can never come does not last" {
	peer_listens <<-'END'
		s.shutdown(socket.SHUT_WR)
		to_eof()
	END
	run -4 client --quiet -e 'wait eof' -e 'wait reply'
	assert_line --partial 'can come any more'
}

@test "sleep holds back the next line" {
	serve --quiet --delay 0
	start=${EPOCHREALTIME/[.,]/}
	run -0 client --quiet -e 'sleep 300ms' -e x
	((${EPOCHREALTIME/[.,]/} - start >= 300000))
}

@test "durations: 5s, 200ms, 1.5s, 2m, a bare number" {
	local text

	for text in 5s 200ms 1.5s 2m 3 0 .5s; do
		run -0 "$O/graceclient" --connect-timeout "$text" --version
	done
	for text in '' s 5x 1h -1 1.2.3 '1 s' 1e3 infinity 5S 99999999999999; do
		run -2 "$O/graceclient" --connect-timeout="$text" --version
		assert_output --partial "'$text'"
	done
}

@test "--paused reads only when told" {
	peer_listens <<-'END'
		s.sendall(b"first")
		typed()
		s.sendall(b"second")
		typed()
		s.sendall(b"third")
		s.shutdown(socket.SHUT_WR)
		to_eof()
	END
	connect --paused
	await_state client 'unread 5 bytes'
	refute has_line client first
	type_at client read
	await_line client first
	type_at client read
	await_text client 'EAGAIN'
	type_at peer ''
	await_state client 'unread 6 bytes'
	type_at client resume
	await_line client second
	type_at peer ''
	await_line client third
	await_line client 'server terminated'
	end_input client
	finish client 0
}

@test "pause and resume stop and go" {
	serve --quiet --delay 0
	connect
	type_at client pause
	await_text client '* reading is paused'
	type_at client data1
	await_state client 'unread 9 bytes'
	refute has_line client 'Hi, data1'
	type_at client resume
	await_line client 'Hi, data1'
}

@test "at the end of input a paused client reads all the same" {
	serve --quiet --delay 0
	run -0 client --paused --quiet -e data1
	assert_line 'Hi, data1'
	assert_line 'server terminated'
}

@test "read after EOF shows EOF again" {
	peer_listens <<-'END'
		s.shutdown(socket.SHUT_WR)
		to_eof()
	END
	client --quiet -e 'wait eof' -e read -e close >out
	assert_file out 'server terminated' 'server terminated'
}

@test "state tells TCP state, queues, poll and SO_ERROR" {
	serve --quiet --delay never
	run -0 client --quiet -e state
	assert_line --regexp '^\* state: ESTABLISHED, unread 0 bytes, unacknowledged [0-9]+ bytes, poll OUT, SO_ERROR 0$'
}

@test "help lists every command of the contract, and explains one" {
	local word

	serve --quiet --delay never
	run -0 client --quiet -e help
	for word in send close shutdown reset hold release pause resume read \
		state probe sendfile save every sleep wait open quit help; do
		assert_line --regexp "^ *$word "
	done
	refute_line --regexp '^ *(reply|use|list) '
	run -0 client --quiet -e 'help shutdown'
	assert_line --partial 'shutdown [wr|rd|rdwr]'
	refute_line --partial sendfile
}

@test "sendfile and save name the file that cannot be opened" {
	serve --quiet --delay never
	run -1 client -e 'sendfile missing'
	assert_line 'graceclient: sendfile missing: ENOENT (No such file or directory)'
	run -1 client -e 'save no/where'
	assert_line 'graceclient: save no/where: ENOENT (No such file or directory)'
}

@test "save to a full disk is a failure that names the file" {
	serve --quiet --delay 0
	run -1 client -e 'save /dev/full' -e data1
	assert_output --partial '/dev/full: ENOSPC'
}

@test "a path with spaces stands in double quotes" {
	echo hello >'a file'
	hearing_peer
	run -0 client -e 'sendfile "a file"'
	finish peer
	assert_line "b'hello\\n'"
}
