#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# graceserver: options, think time, many connections, commands, how it ends.

load helpers

# A peer that sends what is typed and says what comes.
talking_peer() {
	peer_connects "${1:-peer}" <<-'END'
		import threading
		def listen():
		    try:
		        while True:
		            data = s.recv(65536)
		            say("got", data.decode())
		            if not data: break
		    except OSError as error:
		        say(type(error).__name__)
		threading.Thread(target=listen, daemon=True).start()
		say("connected")
		for line in sys.stdin:
		    line = line.rstrip("\n")
		    if line == "EOF": s.shutdown(socket.SHUT_WR)
		    elif line == "RST": reset()
		    else: s.sendall(line.encode())
	END
	await_line "${1:-peer}" connected
}

@test "the first line says where it listens, also with --quiet" {
	serve --quiet
	assert_file server.out "listening on 127.0.0.1:$PORT"
	serve_as other
	assert_equal "$(head -n 1 other.out)" "listening on 127.0.0.1:$PORT"
}

@test "it listens on loopback only unless asked" {
	serve --quiet --listen 0.0.0.0 --delay 0
	assert_equal "$(head -n 1 server.out)" "listening on 0.0.0.0:$PORT"
	run -0 client --quiet -e x
	assert_line 'Hi, x'
}

@test "a port in use is a failure with address and errno" {
	local option

	serve --quiet
	for option in --quiet --no-reuseaddr; do
		run -1 "$O/graceserver" --port "$PORT" "$option" </dev/null
		assert_output "graceserver: cannot listen on 127.0.0.1:$PORT: EADDRINUSE (Address already in use)"
	done
}

@test "a port whose connection is in TIME_WAIT can be listened on again" {
	serve --quiet --delay never --once --on-accept close
	run -0 client --quiet -e 'wait eof' -e close
	finish server 0
	run -1 "$O/graceserver" --port "$PORT" --no-reuseaddr </dev/null
	assert_line --partial 'EADDRINUSE'
	start again "$O/graceserver" --port "$PORT"
	await_line again "listening on 127.0.0.1:$PORT"
}

@test "an address that is not ours is a failure that names it" {
	run -1 "$O/graceserver" --listen 192.0.2.1 --port 0 </dev/null
	assert_output 'graceserver: cannot listen on 192.0.2.1:0: EADDRNOTAVAIL (Cannot assign requested address)'
}

@test "usage errors name the text and exit 2" {
	local option

	for option in --port=abc --port=65536 --port=-1 --port= --delay=5x \
		--delay=holds --delay=-1 --sigpipe=off --idle-timeout=soon \
		--max-connections=many --max-connections=0 extra \
		--on-accept=jump --on-eof=jump --nonsense; do
		run -2 "$O/graceserver" "$option" --port=0 </dev/null
		assert_output --partial "${option#--*=}"
		assert_output --partial graceserver:
	done
	run -2 "$O/graceserver" --on-accept 'close now' </dev/null
	assert_output --partial now
	run -2 "$O/graceserver" --on-accept 'sleep 1s' </dev/null
	run -2 "$O/graceserver" --on-eof '' </dev/null
}

@test "--help and --version go to standard output and exit 0" {
	local option

	for option in --help --version; do
		run -0 --separate-stderr "$O/graceserver" "$option"
		[[ -n $output && -z $stderr ]]
	done
}

@test "a bare number is seconds, and other units hold too" {
	local text

	for text in 5s 200ms 1.5s 2m 3 hold never; do
		run -0 "$O/graceserver" --delay "$text" --version
	done
}

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

@test "the commands of --on-accept are acted on in order" {
	serve --quiet --delay never --on-accept 'send "one "' \
		--on-accept 'send two' --on-accept 'shutdown wr'
	peer_connects <<-'END'
		say(to_eof().decode())
	END
	finish peer 0
	assert_line 'one two'
}

@test "the commands of --on-eof are acted on in order, after what is owed" {
	serve --quiet --once --delay 150ms --on-eof 'send "; bye"' \
		--on-eof 'shutdown wr' --on-eof close
	peer_connects <<-'END'
		s.sendall(b"x")
		s.shutdown(socket.SHUT_WR)
		say(to_eof().decode())
	END
	finish peer 0
	assert_line 'Hi, x; bye'
	finish server 0
}

@test "--on-eof none leaves the connection open for what is typed" {
	serve --quiet --delay never --on-eof none
	talking_peer
	type_at peer EOF
	await_line server '[1] client closed'
	type_at server 'sleep 100ms' 'send late'
	await_line peer 'got late'
	type_at server close
	await_line peer 'got '
}

@test "EOF closes by default, after the answers still due" {
	serve --quiet --once --delay 150ms
	peer_connects <<-'END'
		s.sendall(b"x")
		s.shutdown(socket.SHUT_WR)
		say(to_eof().decode())
	END
	finish peer 0
	assert_line 'Hi, x'
	finish server 0
	assert_file server.out "listening on 127.0.0.1:$PORT" \
		'received 1 bytes: x' 'send bytes: 5' 'client closed'
}

@test "commands act on the newest connection, or on the chosen one" {
	serve --quiet --delay hold
	talking_peer one
	talking_peer two
	type_at server 'wait reply'
	type_at two hello
	await_line server '[2] received 5 bytes: hello'
	type_at server 'send to the newest'
	await_line two 'got to the newest'
	type_at server 'use 1' 'send to the first'
	await_line one 'got to the first'
	type_at server close
	await_line one 'got '
	type_at server 'send again to the newest'
	await_line two 'got again to the newest'
}

@test "use of a connection that is not there is an error" {
	serve --quiet --delay hold
	talking_peer
	type_at server 'use 7'
	await_text server 'graceserver: use: '
	type_at server 'use x'
	await_text server "'x'"
	kill_it server TERM
	finish server 2
}

@test "list shows number, address, state and debts" {
	serve --quiet --delay hold
	type_at server list
	await_line server '* no connections'
	talking_peer one
	type_at one x
	await_line server '[1] received 1 bytes: x'
	talking_peer two
	type_at two y
	await_line server '[2] received 1 bytes: y'
	type_at server list
	await grep -qE '^\* 1 127\.0\.0\.1:[0-9]+ ESTABLISHED, owed 1$' \
		server.out
	await grep -qE '^\* -> 2 127\.0\.0\.1:[0-9]+ ESTABLISHED, owed 1$' \
		server.out
}

@test "an unknown command is an error and the status at the end is 2" {
	serve --quiet
	type_at server jump 'close now' ''
	await_text server "graceserver: unknown command 'jump'"
	await_text server 'graceserver: close: '
	kill_it server TERM
	finish server 2
}

@test "a command without a connection is refused" {
	serve --quiet
	type_at server 'send x'
	await_text server 'graceserver: send: there is no connection'
	type_at server reply
	await_text server 'graceserver: reply: there is no connection'
}

@test "help lists the server's commands" {
	local word

	serve --quiet
	type_at server help
	await grep -qE '^ *help ' server.out
	for word in send close shutdown reset hold release pause resume read \
		state probe sendfile save sleep wait reply use list quit; do
		grep -qE "^ *$word " server.out
	done
	refute grep -qE '^ *(every|open) ' server.out
}

@test "quit ends the server at once" {
	serve --quiet
	talking_peer
	type_at server quit
	finish server 0
	await_line peer 'got '
}

@test "the server probes a half-closed peer" {
	serve --quiet --delay never --on-eof none
	talking_peer
	type_at peer EOF
	await_line server '[1] client closed'
	type_at server probe
	await_text server '* [1] probe: half-close: '
}

@test "the server probes a closed peer" {
	serve --quiet --delay never --on-eof none
	peer_connects <<-'END'
		s.close()
	END
	await_line server '[1] client closed'
	type_at server probe
	await_text server '* [1] probe: full close: '
}

@test "--once ends with 0 after EOF" {
	serve --once --quiet --delay 0
	run -0 client --quiet -e x
	finish server 0
}

@test "--once ends with 3 after a reset" {
	serve --once --quiet --delay never
	run -0 client --quiet -e x -e 'sleep 50ms' -e reset
	finish server 3
	assert_line 'recv: ECONNRESET (Connection reset by peer)'
}

@test "--once listens no more once it has its connection" {
	serve --once --quiet --delay never
	talking_peer
	type_at peer x
	await_line server 'received 1 bytes: x'
	run -1 client -e x
	assert_output --partial ECONNREFUSED
}

@test "a reset does not end a server without --once, nor is it a failure" {
	serve --quiet --delay never
	run -0 client --quiet -e x -e 'sleep 50ms' -e reset
	await_line server '[1] recv: ECONNRESET (Connection reset by peer)'
	kill_it server TERM
	finish server 0
}

@test "--max-connections leaves the next in the backlog until one ends" {
	serve --quiet --delay 0 --max-connections 2
	talking_peer one
	talking_peer two
	talking_peer three
	type_at three x
	type_at two x
	await_line two 'got Hi, x'
	sleep 0.2
	refute has_line three 'got Hi, x'
	type_at one EOF
	await_line three 'got Hi, x'
}

@test "--idle-timeout closes a connection on which nothing happens" {
	serve --quiet --delay never --idle-timeout 200ms --events events
	peer_connects <<-'END'
		say(repr(s.recv(9)))
	END
	finish peer 0
	assert_line "b''"
	# By the server's own clock: the peer may have slept through its accept.
	"$PYTHON" -I - events <<-'END'
		import json, sys
		at = {e["event"]: e["t"] for e in map(json.loads, open(sys.argv[1]))}
		assert at["close"] - at["accept"] >= 0.2, at
	END
}

@test "--idle-timeout does not count while the server thinks" {
	serve --quiet --delay 300ms --idle-timeout 200ms
	peer_connects <<-'END'
		s.sendall(b"x")
		say(to_eof().decode())
	END
	finish peer 0
	assert_line 'Hi, x'
}

@test "--paused reads only when told" {
	serve --quiet --delay hold --paused
	talking_peer
	type_at peer one
	await_state server 'unread 3 bytes'
	type_at server read
	await_line server '[1] received 3 bytes: one'
	type_at peer two
	type_at server reply resume
	await_line server '[1] received 3 bytes: two'
}

@test "SIGINT and SIGTERM report and end in order" {
	local signal

	for signal in INT TERM; do
		# A background job of a shell ignores SIGINT; ours must not.
		start_from /dev/null server "$PYTHON" -IS -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$O/graceserver" --port 0 --quiet \
			--delay never
		find_port server
		peer_connects <<-'END'
			s.sendall(b"one")
			typed()
			s.sendall(b"two")
			typed()
		END
		await_line server '[1] received 3 bytes: one'
		type_at peer ''
		await_line server '[1] received 3 bytes: two'
		kill_it server "$signal"
		finish server 0
		assert_line 'received 2 datagrams'
		refute_line --partial caught
	done
}

@test "the end of standard input never ends the server" {
	serve --quiet --delay 0
	end_input server
	run -0 client --quiet -e x
	assert_line 'Hi, x'
	assert running server
}

@test "standard input may be /dev/null, or a file whose lines are commands" {
	start_from /dev/null server "$O/graceserver" --port 0 --quiet --delay 0
	find_port server
	run -0 client --quiet -e x
	assert_line 'Hi, x'
	printf 'wait reply\nsend from the file' >lines
	start_from lines second "$O/graceserver" --port 0 --quiet --delay never
	find_port second
	run -0 client --quiet -e x -e 'wait reply'
	assert_line 'from the file'
	assert running second
}

@test "standard input may be closed" {
	start server bash -c 'exec 0<&-; exec "$@"' - "$O/graceserver" \
		--port 0 --quiet --delay 0
	find_port server
	run -0 client --quiet -e x
	assert_line 'Hi, x'
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

@test "classic lines carry the connection's number, but not with --once" {
	serve --quiet --delay 0
	run -0 client --quiet -e a
	run -0 client --quiet -e b
	await_line server '[2] client closed'
	assert_file server.out "listening on 127.0.0.1:$PORT" \
		'[1] received 1 bytes: a' '[1] send bytes: 5' \
		'[1] client closed' '[2] received 1 bytes: b' \
		'[2] send bytes: 5' '[2] client closed'
}

@test "what a peer sends is escaped on the server's terminal" {
	serve --once --quiet --delay never
	peer_connects <<-'END'
		s.sendall(b"\x1b[2J\xff\n\\.")
	END
	finish server 0
	assert_line 'received 8 bytes: \x1b[2J\xff\n\\.'
}

@test "events are JSON lines in order, with times, side and numbered lines" {
	serve --quiet --delay 0 --events events
	type_at server list
	await grep -qs '"line": 1' events
	run -0 client --quiet -e data1
	await_line server '[1] client closed'
	kill_it server TERM
	finish server 0
	check_events events server listen done:1 accept recv send eof close \
		exit
}

@test "a signal's death leaves an exit event too" {
	serve --quiet --events events
	kill_it server TERM
	finish server 0
	run -0 events_of events exit status
	assert_output 0
}

@test "--events to a full disk is an error that names the file" {
	serve --quiet --delay 0 --events /dev/full
	await_text server 'graceserver: cannot write to /dev/full: ENOSPC'
	run -0 client --quiet -e x
	assert_line 'Hi, x'
	kill_it server TERM
	finish server 1
}

@test "in the background of a terminal it does not touch the terminal" {
	# A shell with job control; a job that reads would be stopped.
	run -0 "$PYTHON" -I - "$O/graceserver" <<-'END'
		import os, pty, re, socket, sys, time
		pid, fd = pty.fork()
		if pid == 0:
		    os.environ["TERM"] = "xterm"
		    os.environ["PS1"] = "$ "
		    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
		shown = b""
		def until(pattern):
		    global shown
		    end = time.monotonic() + 15
		    while not re.search(pattern, shown):
		        assert time.monotonic() < end, shown
		        shown += os.read(fd, 4096)
		    return re.search(pattern, shown)
		os.write(fd, b"%s --quiet --port 0 --delay 0 & true\n" %
		    sys.argv[1].encode())
		port = int(until(rb"listening on 127.0.0.1:(\d+)").group(1))
		os.write(fd, b"echo typed-$((40 + 2))\n")
		until(rb"typed-42")
		s = socket.create_connection(("127.0.0.1", port))
		s.sendall(b"x")
		assert s.recv(99) == b"Hi, x"
		os.write(fd, b"jobs; kill %1; wait; echo over-$((40 + 2))\n")
		until(rb"over-42")
		assert b"Running" in shown and b"Stopped" not in shown, shown
	END
}
