#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# graceserver: commands, typed and as options, and what it shows.

load helpers

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
