#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The two ways to end a connection, played in real time, and their kin.
# UPDATE_GOLDENS=1 writes the goldens anew; review them like code.

load helpers

# as_golden NAME SIDE: what this side showed, but for the server's first line.
as_golden() {
	local golden=$ROOT/tests/goldens/$1-$2.txt

	sed '/^listening on /d' "$2.out" >"$2.shown"
	[[ -z ${UPDATE_GOLDENS-} ]] || cp "$2.shown" "$golden"
	diff -u "$golden" "$2.shown"
}

# Both messages, the second while the server thinks about the first.
send_both() {
	type_at client data1
	await_text server 'received 5 bytes: data1'
	type_at client data2
	await_line client 'send bytes: 5' 2
}

@test "close after the first answer reads word for word as in the textbook" {
	serve --once --quiet --delay 1s
	connect --quiet
	send_both
	type_at client 'wait reply' close
	end_input client
	finish client 0
	finish server 0
	as_golden close client
	as_golden close server
}

@test "shutdown reads word for word as in the textbook" {
	serve --once --quiet --delay 1s
	connect --quiet
	send_both
	type_at client shutdown
	end_input client
	finish client 0
	finish server 0
	as_golden shutdown client
	as_golden shutdown server
}

@test "end of input alone ends as shutdown does: every answer arrives" {
	serve --once --quiet --delay 1s
	connect --quiet
	send_both
	end_input client
	finish client 0
	finish server 0
	as_golden shutdown client
	as_golden shutdown server
}

# Both messages and close, and only then both answers: for any delay, a busy
# machine may be too late with the close.
close_before_answers() {
	send_both
	type_at client close
	end_input client
	finish client 0
	type_at server reply
	await_text server 'received 5 bytes: data2'
	type_at server reply
}

@test "close before any answer kills a server that leaves SIGPIPE alone" {
	serve --once --quiet --delay hold --sigpipe=default
	connect --quiet
	close_before_answers
	finish server 141
	assert_file server.out "listening on 127.0.0.1:$PORT" \
		'received 5 bytes: data1' 'send bytes: 9' \
		'received 5 bytes: data2'
}

@test "close before any answer: a server with a handler reports and leaves" {
	serve --quiet --delay hold --sigpipe=handle
	connect --quiet
	close_before_answers
	finish server 0
	assert_line -n 1 '[1] received 5 bytes: data1'
	assert_line --regexp 'caught SIGPIPE$'
	assert_line 'received 2 datagrams'
}

@test "a handler's server with --once exits 0 as well" {
	serve --once --quiet --delay hold --sigpipe=handle
	connect --quiet
	close_before_answers
	finish server 0
	assert_line 'caught SIGPIPE'
	assert_line 'received 2 datagrams'
}

@test "close before any answer: ignored SIGPIPE is EPIPE, status 3" {
	serve --once --quiet --delay hold --sigpipe=ignore
	connect --quiet
	close_before_answers
	finish server 3
	assert_file server.out "listening on 127.0.0.1:$PORT" \
		'received 5 bytes: data1' 'send bytes: 9' \
		'received 5 bytes: data2' 'send: EPIPE (Broken pipe)' \
		'client closed'
}

@test "close before any answer: MSG_NOSIGNAL is EPIPE, status 3" {
	# The signal's own action would be to kill.
	serve --once --quiet --delay hold --sigpipe=nosignal
	connect --quiet
	close_before_answers
	finish server 3
	assert_line 'send: EPIPE (Broken pipe)'
}

# close_early_inherited SIG_IGN|SIG_DFL [POLICY]
close_early_inherited() {
	start server "$PYTHON" -IS -c '
import os, signal, sys
signal.signal(signal.SIGPIPE, getattr(signal, sys.argv[1]))
os.execv(sys.argv[2], sys.argv[2:])' "$1" "$O/graceserver" --port 0 \
		--once --quiet --delay hold --sigpipe="${2:-inherit}"
	find_port server
	connect --quiet
	close_before_answers
	finish server
}

@test "an inherited SIGPIPE that is ignored stays ignored" {
	close_early_inherited SIG_IGN
	assert_equal "$status" 3
	assert_line 'send: EPIPE (Broken pipe)'
}

@test "an inherited SIGPIPE that is not ignored kills" {
	close_early_inherited SIG_DFL
	assert_equal "$status" 141
}

@test "--sigpipe=default kills also where ignoring is inherited" {
	close_early_inherited SIG_IGN default
	assert_equal "$status" 141
}

@test "the server outlives a close-early without --once and serves the next" {
	serve --quiet --delay hold
	connect --quiet
	close_before_answers
	await_line server '[1] send: EPIPE (Broken pipe)'
	connect_as second --quiet -e again
	await_line server '[2] received 5 bytes: again'
	type_at server reply
	finish second 0
	assert_line 'Hi, again'
	assert running server
}

@test "a write after shutdown fails with EPIPE that counts as our own doing" {
	serve --once --quiet --delay never --on-eof none
	connect --quiet
	type_at client shutdown data2
	await_line client 'send: EPIPE (Broken pipe)'
	type_at client close
	end_input client
	finish client 0
}

@test "a file ends with shutdown, and the thanks arrive" {
	printf 'line one\nline two without end' >file
	serve --once --quiet --delay never --on-accept 'sendfile file' \
		--on-accept 'shutdown wr'
	run client --quiet -e 'save copy' -e 'wait eof' -e 'Thank you'
	assert_success
	assert_line 'server terminated'
	finish server 0
	assert_line 'received 9 bytes: Thank you'
	assert_line 'client closed'
	cmp file copy
}

@test "a file that ends with close loses the thanks" {
	echo text >file
	serve --once --quiet --delay never --on-accept 'sendfile file' \
		--on-accept close
	run client --quiet -e 'save copy' -e 'wait eof' -e 'Thank you'
	finish server 0
	refute_output --partial 'Thank you'
	cmp file copy
}

@test "an end mark in the text cuts the file short" {
	printf 'before#after' >file
	serve --once --quiet --delay never --on-accept 'sendfile file' \
		--on-accept 'shutdown wr'
	run client --quiet -e 'save copy until #' -e 'wait eof'
	assert_success
	assert_line 'after'
	assert_equal "$(<copy)" before
}

@test "a server that shuts its half on accept goes on receiving" {
	serve --once --quiet --delay never --on-accept 'shutdown wr'
	connect --quiet
	await_line client 'server terminated'
	type_at client 'every 50ms Hello World!'
	await_text server 'Hello World!' 3
	type_at client close
	end_input client
	finish client 0
	finish server 0
	assert_line 'client closed'
}

@test "an answer still due after the server's own shutdown is sent and fails" {
	serve --once --quiet --delay 100ms --on-accept 'shutdown wr'
	run client --quiet -e 'wait eof' -e data1
	assert_success
	finish server 0
	assert_line 'received 5 bytes: data1'
	assert_line 'send: EPIPE (Broken pipe)'
	refute_line --partial 'send bytes'
}

@test "every ends by itself when the peer is gone" {
	serve --quiet --delay never --on-accept close
	connect --quiet
	await_line client 'server terminated'
	type_at client 'every 50ms Hello World!'
	await_line client 'send: EPIPE (Broken pipe)'
	before=$(grep -c 'now sending' client.out)
	sleep 0.2
	assert_equal "$(grep -c 'now sending' client.out)" "$before"
	type_at client close
	end_input client
	finish client 3
	assert_line --regexp '^send bytes: 12$'
}

@test "every ends when a line is typed" {
	serve --quiet --delay never
	connect --quiet
	type_at client 'every 20ms x'
	await_line client 'now sending x' 2
	type_at client 'send stop'
	await_line client 'now sending stop'
	before=$(grep -c 'now sending' client.out)
	sleep 0.2
	assert_equal "$(grep -c 'now sending' client.out)" "$before"
}

@test "after shutdown rd the peer's data goes nowhere and the peer is not told" {
	serve --quiet --delay hold
	connect
	type_at client 'shutdown rd'
	await_text client 'shutdown(SHUT_RD) = 0'
	await_text client 'our own shutdown'
	type_at client data1
	await_line server '[1] received 5 bytes: data1'
	type_at server reply
	await_line server '[1] send bytes: 9'
	type_at server 'send more'
	await_line server '[1] send bytes: 4'
	refute grep -q 'server terminated' client.out
	type_at client close
	end_input client
	finish client 0
}

@test "shutdown rdwr ends both halves and leaves the descriptor usable" {
	serve --quiet --delay hold --on-eof none
	connect
	type_at client data1
	await_line server '[1] received 5 bytes: data1'
	type_at client 'shutdown rdwr'
	await_text client 'shutdown(SHUT_RDWR) = 0'
	type_at server reply
	await_line server '[1] client closed'
	type_at client state
	await_text client '* state: '
	type_at client data2
	await_line client 'send: EPIPE (Broken pipe)'
	type_at client close
	await_text client 'close = 0'
	end_input client
	# `state` has taken the ECONNRESET that a call would have given.
	finish client 3
}

# no_fin_until_released HOLD-COMMAND
no_fin_until_released() {
	peer_listens <<-'END'
		say(got(5).decode())
		typed()
		say("nothing came" if quiet(0.3) else "something came")
		typed()
		say(repr(s.recv(9)))
	END
	connect
	type_at client data1
	await_line peer data1
	type_at client "$1"
	await_text client '* hold: '
	type_at client close
	await_text client '* close = 0'
	type_at peer ''
	await_line peer 'nothing came'
	type_at client release
	await_text client '* release: '
	type_at peer ''
	finish peer
	assert_line "b''"
	end_input client
	finish client 0
}

@test "close beside a duplicate of the descriptor sends no FIN until release" {
	no_fin_until_released hold
}

@test "close beside a child that holds the socket sends no FIN until release" {
	no_fin_until_released 'hold child'
}

@test "shutdown beside a duplicate sends FIN whatever the count" {
	peer_listens <<-'END'
		say(repr(to_eof()))
	END
	connect
	type_at client data1 hold shutdown
	finish peer
	assert_line "b'data1'"
	type_at client close release
	end_input client
	finish client 0
}

@test "a client that quits leaves its held child no life of its own" {
	serve --once --quiet --delay never
	run client -e 'hold child' -e quit
	assert_success
	finish server
	assert_line 'client closed'
}

@test "the server can hold a connection too" {
	serve --quiet --delay never --on-accept hold --on-accept close
	peer_connects <<-'END'
		say("nothing came" if quiet(0.3) else "something came")
		typed()
		say(repr(s.recv(9)))
	END
	await_line peer 'nothing came'
	type_at server release
	type_at peer ''
	finish peer
	assert_line "b''"
}

@test "release without hold is an error" {
	serve --quiet --delay never
	run client -e release
	assert_failure 2
	assert_line 'graceclient: release: nothing is held'
}

@test "probe after a half-close says half-close" {
	peer_listens <<-'END'
		s.shutdown(socket.SHUT_WR)
		say(repr(to_eof()))
	END
	run client -e 'wait eof' -e probe
	assert_success
	assert_line --partial '* probe: half-close: '
	finish peer
	refute_line "b''"
}

@test "probe after a full close says full close, also with --quiet" {
	peer_listens <<-'END'
		s.close()
	END
	run client --quiet -e 'wait eof' -e probe
	assert_line --partial '* probe: full close: '
}

@test "probe without EOF cannot tell and writes nothing" {
	peer_listens <<-'END'
		say(repr(to_eof()))
	END
	run client -e probe
	assert_success
	assert_line --partial '* probe: cannot tell: '
	finish peer
	assert_line "b''"
}

@test "probe after our own shutdown cannot tell" {
	peer_listens <<-'END'
		s.close()
	END
	run client -e 'wait eof' -e shutdown -e probe
	assert_line --partial '* probe: cannot tell: '
}

# queued_then END-COMMAND: far more than the kernel takes, then the end.
queued_then() {
	local size=$((24 << 20))

	head -c "$size" /dev/urandom >file
	peer_listens <<-'END'
		import hashlib
		typed()
		data = to_eof()
		say(len(data), hashlib.sha256(data).hexdigest())
	END
	connect --events events
	type_at client 'sendfile file' "$1"
	await grep -qs '"line": 2' events
	refute grep -qE '"event": "(shutdown|close)"' events
	type_at peer go
	finish peer
	assert_line "$size $(sha256sum <file | cut -d ' ' -f 1)"
	end_input client
	finish client 0
}

@test "what is queued arrives whole before the FIN of shutdown" {
	queued_then shutdown
}

@test "what is queued arrives whole before the FIN of close" {
	queued_then close
}

# a_mebibyte_then END-COMMAND: as one line, to a peer that reads slowly.
a_mebibyte_then() {
	peer_listens <<-'END'
		data = b""
		while True:
		    more = s.recv(50000)
		    if not more: break
		    data += more
		    time.sleep(0.005)
		say(len(data), data == b"x" * 2**20)
	END
	connect --quiet
	head -c 1048576 /dev/zero | tr '\0' x >&"${INPUT_OF[client]}"
	type_at client '' "$1"
	finish peer
	assert_line '1048576 True'
	end_input client
	finish client 0
}

@test "1 MiB to a slow reader arrives whole before the FIN of shutdown" {
	a_mebibyte_then shutdown
}

@test "1 MiB to a slow reader arrives whole before the FIN of close" {
	a_mebibyte_then close
}

# server_queued_then END-COMMAND
server_queued_then() {
	head -c $((24 << 20)) /dev/urandom >file
	serve --once --quiet --delay never --on-accept 'sendfile file' \
		--on-accept "$1"
	peer_connects <<-'END'
		import hashlib
		time.sleep(0.2)
		say(hashlib.sha256(to_eof()).hexdigest())
	END
	finish peer
	assert_line "$(sha256sum <file | cut -d ' ' -f 1)"
	finish server 0
}

@test "what the server has queued arrives whole before the FIN of shutdown" {
	server_queued_then 'shutdown wr'
}

@test "what the server has queued arrives whole before the FIN of close" {
	server_queued_then close
}
