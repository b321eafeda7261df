#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# graceserver: think time, answers, many connections at once.

load helpers

@test "an answer comes no earlier than the delay" {
	serve --quiet --delay 0.3
	peer_connects <<-'END'
		before = time.monotonic()
		s.sendall(b"x")
		data = s.recv(99)
		say(data.decode(), time.monotonic() - before >= 0.3)
	END
	finish peer 0
	assert_line 'Hi, x True'
}

@test "the delays of twenty connections do not add up" {
	serve --quiet --delay 300ms
	"$PYTHON" -IS - "$PORT" <<-'END'
		import socket, sys, time
		start = time.monotonic()
		peers = [socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		    for i in range(20)]
		for i, s in enumerate(peers): s.sendall(b"%d" % i)
		for i, s in enumerate(peers): assert s.recv(99) == b"Hi, %d" % i
		seconds = time.monotonic() - start
		assert 0.3 <= seconds < 4, seconds
	END
}

@test "the second connection is served while the first thinks" {
	serve --quiet --delay hold
	talking_peer one
	type_at one slow
	await_line server '[1] received 4 bytes: slow'
	talking_peer two
	type_at two fast
	await_line server '[2] received 4 bytes: fast'
	type_at server reply
	await_line two 'got Hi, fast'
	type_at server 'use 1' reply
	await_line one 'got Hi, slow'
}

@test "while a connection thinks it is not read" {
	serve --quiet --delay hold
	talking_peer
	type_at peer one
	await_line server '[1] received 3 bytes: one'
	type_at peer two
	await_state server 'unread 3 bytes'
	refute has_line server '[1] received 3 bytes: two'
	type_at server reply
	await_line server '[1] received 3 bytes: two'
}

@test "two messages are answered one delay after the other" {
	serve --quiet --delay 200ms
	peer_connects <<-'END'
		before = time.monotonic()
		s.sendall(b"one")
		typed()
		s.sendall(b"two")
		say(got(14).decode(), time.monotonic() - before >= 0.4)
	END
	await_line server '[1] received 3 bytes: one'
	type_at peer ''
	finish peer 0
	assert_line 'Hi, oneHi, two True'
}

@test "a typed read reads while an answer is owed; reply answers the oldest" {
	serve --quiet --delay hold
	talking_peer
	type_at peer one
	await_line server '[1] received 3 bytes: one'
	type_at peer two
	await_state server 'unread 3 bytes'
	type_at server read
	await_line server '[1] received 3 bytes: two'
	type_at server reply
	await_line peer 'got Hi, one'
	type_at server reply
	await_line peer 'got Hi, two'
	type_at server reply
	await_text server 'graceserver: reply: '
}

@test "EOF that is read while an answer is owed closes only after it" {
	serve --quiet --delay hold
	talking_peer
	type_at peer one
	await_line server '[1] received 3 bytes: one'
	type_at peer EOF
	await_state server CLOSE_WAIT
	type_at server read
	await_line server '[1] client closed'
	refute has_line peer 'got '
	type_at server reply
	await_line peer 'got Hi, one'
	await_line peer 'got '
}

@test "--delay hold holds, whatever delay was said before" {
	serve --quiet --delay 100ms --delay hold
	peer_connects <<-'END'
		s.sendall(b"x")
		say("nothing came" if quiet(0.3) else "something came")
		say(s.recv(9).decode())
	END
	await_line peer 'nothing came'
	type_at server reply
	await_line peer 'Hi, x'
}

@test "--delay never reads on and never answers" {
	serve --quiet --delay never
	talking_peer
	type_at peer one
	await_line server '[1] received 3 bytes: one'
	type_at peer two
	await_line server '[1] received 3 bytes: two'
	type_at peer EOF
	await_line server '[1] client closed'
	await_line peer 'got '
	refute grep -q 'send bytes' server.out
}

@test "an empty greeting makes a pure echo" {
	serve --quiet --delay 0 --greeting ''
	run -0 client --quiet -e data1
	assert_line data1
}

@test "a greeting may be longer than any buffer, and hold percent signs" {
	local long

	long=%s%n$(head -c 100000 /dev/zero | tr '\0' g)
	serve --quiet --delay 0 --greeting "$long"
	peer_connects <<-'END'
		s.sendall(b"!")
		data = got(100005)
		say(data[:4], data == b"%s%n" + b"g" * 100000 + b"!")
	END
	finish peer 0
	assert_line "b'%s%n' True"
}

@test "messages of every size around the buffers come back whole" {
	serve --quiet --delay 0 --greeting ''
	"$PYTHON" -IS - "$PORT" <<-'END'
		import os, socket, sys
		for size in (1, 255, 256, 257, 1023, 1024, 1025, 4095, 4096, 4097,
		    65535, 65536, 65537, 262143, 262144, 262145):
		    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		    data = os.urandom(size)
		    s.sendall(data)
		    s.shutdown(socket.SHUT_WR)
		    back = b""
		    while True:
		        more = s.recv(65536)
		        if not more: break
		        back += more
		    assert back == data, (size, len(back))
	END
}

@test "a peer that never reads its answers stops being read: memory is bounded" {
	skip_if_sanitized "a sanitizer's memory is its own"
	serve --quiet --delay 0
	peer_connects <<-'END'
		s.settimeout(1)
		sent = 0
		try:
		    while sent < 2**28: sent += s.send(b"x" * 65536)
		    say("never stopped")
		except TimeoutError:
		    say("stopped")
		typed()
	END
	await_line peer stopped
	peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' \
		"/proc/${PID_OF[server]}/status")
	((peak < 20000))
	run -0 client --quiet -e other
	assert_line 'Hi, other'
}

@test "a flood is swallowed by a server that never answers" {
	serve --once --quiet --delay never
	peer_connects <<-'END'
		for i in range(256): s.sendall(b"x" * 65536)
		s.shutdown(socket.SHUT_WR)
		say(repr(to_eof()))
	END
	finish peer 0
	assert_line "b''"
	finish server 0
	total=$(awk '/^received/ { n += $2 } END { print n }' server.out)
	assert_equal "$total" $((256 * 65536))
}

@test "500 clients at once all get their answers" {
	serve --quiet --delay 200ms
	ulimit -n "$(ulimit -Hn)" || :
	(($(ulimit -n) > 600)) || skip "no more than $(ulimit -n) descriptors"
	"$PYTHON" -IS - "$PORT" <<-'END'
		import selectors, socket, sys, time
		address = ("127.0.0.1", int(sys.argv[1]))
		waiting = selectors.DefaultSelector()
		for i in range(500):
		    s = socket.create_connection(address)
		    s.sendall(b"%d" % i)
		    waiting.register(s, selectors.EVENT_READ, [i, b""])
		end = time.monotonic() + 30
		while waiting.get_map():
		    assert time.monotonic() < end, len(waiting.get_map())
		    for key, _ in waiting.select(1):
		        data = key.fileobj.recv(99)
		        key.data[1] += data
		        whole = key.data[1] == b"Hi, %d" % key.data[0]
		        if data and whole:
		            key.fileobj.shutdown(socket.SHUT_WR)
		        if not data:
		            assert whole, key.data
		            waiting.unregister(key.fileobj)
		            key.fileobj.close()
	END
	kill_it server TERM
	finish server 0
	assert_line 'received 500 datagrams'
}

@test "without a descriptor to accept with it does not spin and loses nobody" {
	[[ ! ${VALGRIND-} ]] || skip "valgrind has descriptors of its own"
	start server bash -c 'ulimit -n 40; exec "$@"' - "$O/graceserver" \
		--port 0 --quiet --delay 0
	find_port server
	peer_connects <<-'END'
		peers = [s] + [socket.create_connection(s.getpeername())
		    for i in range(59)]
		s.sendall(b"first")
		say(got(9).decode())
		typed()
		s.sendall(b"still")
		say(got(9).decode())
		for p in peers[:30]: p.close()
		peers[-1].sendall(b"last")
		s = peers[-1]
		say(got(8).decode())
	END
	await_text server EMFILE
	await_line peer 'Hi, first'
	before=$(cpu_ticks server)
	sleep 1
	after=$(cpu_ticks server)
	((after - before < 20))
	type_at peer ''
	await_line peer 'Hi, still'
	await_line peer 'Hi, last'
}

@test "a peer that resets while the server thinks costs no CPU" {
	serve --quiet --delay hold
	for name in one two three; do
		peer_connects "$name" <<-'END'
			s.sendall(b"x")
			typed()
			reset()
		END
	done
	await_text server 'received 1 bytes: x' 3
	type_at one ''
	type_at two ''
	type_at three ''
	finish one 0
	finish two 0
	finish three 0
	tick
	ticks=$(cpu_ticks server)
	wakes=$(wake_ups server)
	sleep 0.6
	(($(cpu_ticks server) - ticks < 10))
	(($(wake_ups server) - wakes < 20))
	type_at server reply
	await_text server 'send: ECONNRESET'
}

@test "a peer that resets while the server is paused costs no CPU either" {
	serve --quiet --delay never --paused
	peer_connects <<-'END'
		s.sendall(b"x")
		typed()
		reset()
	END
	await_state server 'unread 1 bytes'
	type_at peer ''
	finish peer 0
	tick
	wakes=$(wake_ups server)
	ticks=$(cpu_ticks server)
	sleep 0.5
	(($(cpu_ticks server) - ticks < 10))
	(($(wake_ups server) - wakes < 20))
}

@test "an idle server and an idle client sleep" {
	serve --quiet --delay never --on-eof none
	connect --quiet
	type_at client x
	await_line server '[1] received 1 bytes: x'
	end_input server
	end_input client
	await_line server '[1] client closed'
	tick
	tick
	before=$(($(cpu_ticks server) + $(cpu_ticks client)))
	wakes=$(($(wake_ups server) + $(wake_ups client)))
	sleep 0.6
	(($(cpu_ticks server) + $(cpu_ticks client) - before < 10))
	(($(wake_ups server) + $(wake_ups client) - wakes < 20))
}
