#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What the usual textbook programs get wrong. Each test fails with the fault.

load helpers

@test "a second line that arrives with the first waits for no wake-up" {
	# fgets(3) beside select(2) keeps it in its buffer.
	peer_listens <<-'END'
		say(got(10).decode())
		say("nothing came" if quiet(0.1) else "something came")
	END
	connect --quiet
	printf 'data1\ndata2\n' >&"${INPUT_OF[client]}"
	finish peer 0
	assert_line data1data2
	assert_line 'nothing came'
}

@test "the server, too, acts on all lines that arrive at once" {
	serve --quiet --delay never --on-eof none
	peer_connects <<-'END'
		s.sendall(b"x")
		say(to_eof().decode())
	END
	await_text server 'received 1 bytes: x'
	printf 'send one\nsend two\nshutdown\n' >&"${INPUT_OF[server]}"
	finish peer 0
	assert_line onetwo
}

@test "the end of input does not make the client spin" {
	peer_listens <<-'END'
		say(repr(to_eof()))
		typed()
	END
	connect --quiet
	end_input client
	await_line peer "b''"
	before=$(cpu_ticks client)
	sleep 0.6
	(($(cpu_ticks client) - before < 10))
	type_at peer ''
	finish client 0
}

@test "the end of input does not make the server spin" {
	serve --quiet --delay never --on-eof none
	connect --quiet
	type_at client x
	await_text server 'received 1 bytes: x'
	end_input server
	tick
	tick
	before=$(cpu_ticks server)
	sleep 0.6
	(($(cpu_ticks server) - before < 10))
}

@test "a file as the server's standard input does not make it spin" {
	printf 'help\n' >lines
	start_from lines server "$O/graceserver" --port 0 --quiet
	find_port server
	await grep -q 'help' server.out
	tick
	tick
	before=$(cpu_ticks server)
	sleep 0.6
	(($(cpu_ticks server) - before < 10))
}

@test "a failed send is noticed and not printed as a huge number" {
	# An unsigned result is never below 0.
	peer_listens <<-'END'
		s.close()
	END
	run -3 client --quiet -e 'wait eof' -e one -e 'wait reset' -e two
	assert_line 'send: EPIPE (Broken pipe)'
	assert_equal "$(grep -c '^send bytes: ' <<<"$output")" 1
}

@test "a failed recv is noticed and not shown as data" {
	peer_listens <<-'END'
		got(1)
		reset()
	END
	run -3 client --quiet -e x -e 'wait reset'
	assert_output 'now sending x
send bytes: 1
recv: ECONNRESET (Connection reset by peer)'
}

@test "closet is data, close now is an error and nothing is sent" {
	peer_listens <<-'END'
		say(repr(to_eof()))
	END
	run -2 client --quiet -e closet -e 'close now' -e shutdowns -e clos
	assert_line 'now sending closet'
	assert_line 'now sending shutdowns'
	refute_line --partial 'now sending close now'
	finish peer 0
	assert_line "b'closetshutdownsclos'"
}

@test "a message that fills the buffer overflows nothing" {
	# One byte behind a full buffer, and a greeting in one of the same size.
	local size

	for size in 1023 1024 1025 4096 65535 65536 65537; do
		serve --once --quiet --delay 50ms
		peer_connects <<-END
			s.sendall(b"x" * $size)
			s.shutdown(socket.SHUT_WR)
			data = to_eof()
			say(len(data) >= $size + 4, data.count(b"x") == $size)
		END
		finish peer 0
		assert_line 'True True'
		finish server 0
	done
}

@test "only SIGPIPE is reported as caught, and other signals mean themselves" {
	serve --quiet --delay never --sigpipe=handle
	kill_it server TERM
	finish server 0
	refute_line --partial SIGPIPE
	assert_line 'received 0 datagrams'
	serve --quiet --delay never --sigpipe=handle
	kill_it server KILL
	finish server 137
}

@test "a SIGPIPE from elsewhere does not kill a server with a handler" {
	serve --quiet --delay 0 --sigpipe=handle
	kill_it server PIPE
	run -0 client --quiet -e x
	assert_line 'Hi, x'
}

@test "the orderly end of the shutdown path is no error" {
	serve --once --quiet --delay 50ms
	run -0 client --quiet -e data1 -e shutdown -e 'wait eof'
	assert_line 'server terminated'
	finish server 0
	assert_equal "$(<server.err)" ''
}

@test "the server can be started again at once on the same port" {
	serve --quiet --delay 0 --on-accept 'send x' --on-accept close --once
	run -0 client --quiet -e 'wait eof'
	finish server 0
	start again "$O/graceserver" --quiet --port "$PORT"
	await_line again "listening on 127.0.0.1:$PORT"
}

@test "more than one connection is served" {
	serve --quiet --delay never
	connect_as one --quiet
	connect_as two --quiet
	type_at one first
	await_text server 'received 5 bytes: first'
	type_at two second
	await_text server 'received 6 bytes: second'
}

@test "the handler of SIGPIPE does nothing but set a flag" {
	skip_if_sanitized "a sanitizer refuses to run under strace"
	strace -o /dev/null true || skip "strace cannot trace here"
	start server strace -o trace "$O/graceserver" --port 0 --once --quiet \
		--delay hold --sigpipe=handle
	find_port server
	connect
	type_at client data1
	await_text server 'received 5 bytes: data1'
	type_at client data2 close
	await_line client '* close = 0'
	type_at server reply
	await_text server 'received 5 bytes: data2'
	type_at server reply
	finish server 0
	assert_line 'caught SIGPIPE'
	run -0 grep -A 1 -e '--- SIGPIPE' trace
	assert_line -n 1 --partial 'rt_sigreturn'
}

@test "a format in a message is text" {
	serve --once --quiet --delay 0
	run -0 client --quiet -e '%s%n%x %d'
	assert_line 'Hi, %s%n%x %d'
	finish server 0
	assert_line 'received 9 bytes: %s%n%x %d'
}

@test "both sides have TCP_NODELAY from the beginning: no send waits for another" {
	skip_if_sanitized "a sanitizer refuses to run under strace"
	strace -o /dev/null true || skip "strace cannot trace here"
	start server strace -o server.trace "$O/graceserver" --port 0 --once \
		--quiet --delay 0
	find_port server
	run -0 timeout 60 strace -o client.trace "$O/graceclient" --quiet \
		-e x 127.0.0.1 "$PORT" 3>&- {TICK}<&-
	finish server 0
	grep -E '^(setsockopt.*TCP_NODELAY, \[1\]|connect)' client.trace >client.calls
	assert_regex "$(head -n 1 client.calls)" ^setsockopt
	# What is accepted has it from the socket that listens.
	grep -E '^(setsockopt.*TCP_NODELAY, \[1\]|listen)' server.trace >server.calls
	assert_regex "$(head -n 1 server.calls)" ^setsockopt
}
