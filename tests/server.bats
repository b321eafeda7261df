#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# graceserver: options, where it listens, whom it takes, how it ends.

load helpers

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
