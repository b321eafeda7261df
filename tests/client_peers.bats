#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# graceclient: what a peer may do to it: escapes, floods, stalls, resets.

load helpers

# assert_shown BYTES LINE
assert_shown() {
	peer_listens <<-END
		s.sendall($1)
		s.shutdown(socket.SHUT_WR)
		to_eof()
	END
	client --quiet -e 'wait eof' >shown
	assert_file shown "$2" 'server terminated'
}

@test "a peer cannot drive the terminal: control characters are escaped" {
	assert_shown "b'\\x1b[2J\\x07\\x08\\r\\n\\t\\x7f\\0\\\\.'" \
		'\x1b[2J\x07\x08\x0d\n\t\x7f\x00\\.'
}

@test "C1 and bidirectional controls are escaped, other UTF-8 is not" {
	assert_shown "'\\u009b2J\\u202e\\u2066\\u200f é€😀'.encode()" \
		'\xc2\x9b2J\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f é€😀'
}

@test "invalid UTF-8 is escaped: overlong, surrogate, cut, alone" {
	assert_shown "b'\\xc0\\xaf \\xed\\xa0\\x80 \\xe2\\x82 \\x80 \\xff'" \
		'\xc0\xaf \xed\xa0\x80 \xe2\x82 \x80 \xff'
}

@test "output is UTF-8 whatever the locale" {
	export LC_ALL=C
	assert_shown "'é'.encode()" 'é'
}

@test "a text in a line is cut after 200 bytes, not inside a character" {
	assert_shown "b'x' * 200" "$(printf 'x%.0s' {1..200})"
	assert_shown "b'x' * 201" "$(printf 'x%.0s' {1..200})…"
	assert_shown "b'x' * 199 + 'é'.encode()" "$(printf 'x%.0s' {1..199})…"
}

@test "a flood from the peer arrives whole" {
	peer_listens <<-'END'
		import hashlib
		data = os.urandom(2**23)
		s.sendall(data)
		s.shutdown(socket.SHUT_WR)
		to_eof()
		say(hashlib.sha256(data).hexdigest())
	END
	run -0 client --quiet -e 'save flood' -e 'wait eof'
	finish peer 0
	assert_line "$(sha256sum <flood | cut -d ' ' -f 1)"
}

@test "lines are acted on while the peer floods" {
	peer_listens <<-'END'
		try:
		    while True: s.sendall(b"x" * 65536)
		except OSError as error:
		    say("ended")
	END
	connect --quiet
	await_text client xxx
	type_at client close
	end_input client
	finish client
	finish peer 0
	assert_line ended
}

@test "a peer that stalls stops neither commands nor replies" {
	peer_listens <<-'END'
		typed()
		s.sendall(b"hello")
		typed()
		say(len(to_eof()))
	END
	head -c $((24 << 20)) /dev/zero >file
	connect
	type_at client 'sendfile file' state
	await_text client '* state: ESTABLISHED'
	type_at peer ''
	await_line client hello
	end_input client
	type_at peer ''
	finish client 0
	finish peer 0
	assert_line $((24 << 20))
}

@test "what is queued for a peer that stalls is bounded" {
	skip_if_sanitized "a sanitizer's memory is its own"
	peer_listens <<-'END'
		typed()
		say(len(to_eof()))
	END
	connect --quiet
	for _ in {1..40}; do sized_line 1048576; done >lines
	# The pipe stands still with the peer.
	cat lines >&"${INPUT_OF[client]}" 3>&- &
	feeder=$!
	echo "$feeder" >>.pids
	await_text client 'send bytes'
	sleep 0.3
	peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' \
		"/proc/${PID_OF[client]}/status")
	((peak < 20000))
	type_at peer ''
	wait "$feeder"
	end_input client
	finish client 0
	finish peer 0
	assert_line $((40 << 20))
}

@test "a reset by the peer is ECONNRESET, status 3" {
	peer_listens <<-'END'
		got(5)
		reset()
	END
	run -3 client --quiet -e data1 -e 'wait reset'
	assert_line 'recv: ECONNRESET (Connection reset by peer)'
}

@test "a reset without a wait is ECONNRESET and status 3 too" {
	peer_listens <<-'END'
		got(5)
		reset()
	END
	run -3 client --quiet -e data1
	assert_line 'recv: ECONNRESET (Connection reset by peer)'
}

@test "reset is an abortive close: the peer gets ECONNRESET" {
	peer_listens <<-'END'
		try:
		    say(repr(to_eof()))
		except ConnectionResetError:
		    say("reset")
	END
	run -0 client -e data1 -e reset
	finish peer
	assert_line reset
}

@test "reset drops what is queued, at once" {
	peer_listens <<-'END'
		typed()
		try:
		    say(len(to_eof()))
		except ConnectionResetError:
		    say("reset")
	END
	head -c $((24 << 20)) /dev/zero >file
	run -0 client --quiet -e 'sendfile file' -e reset
	type_at peer ''
	finish peer
	assert_line reset
}
