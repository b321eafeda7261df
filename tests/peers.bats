#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Peers that are not ours on either side, and the programs under valgrind.

load helpers

find_free_port() {
	PORT=$("$PYTHON" -IS -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
}

# Somebody listens on $PORT; looked up without connecting.
port_is_open() {
	grep -qi ":$(printf %04x "$PORT") 00000000:0000 0A " /proc/net/tcp
}

port_of_socat() {
	PORT=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' socat.err)
}

@test "nc is answered, and after its FIN the server closes" {
	serve --once --quiet --delay 50ms
	run -0 nc -N 127.0.0.1 "$PORT" <<<data1
	assert_output 'Hi, data1'
	finish server 0
	assert_line 'received 6 bytes: data1\n'
	assert_line 'client closed'
}

@test "nc takes a file to its end" {
	head -c 3000000 /dev/urandom >file
	serve --once --quiet --delay never --on-accept 'sendfile file' \
		--on-accept 'shutdown wr'
	nc -N 127.0.0.1 "$PORT" </dev/null >copy
	cmp file copy
	finish server 0
}

@test "the client speaks with a listening nc" {
	find_free_port
	start nc nc -l -N 127.0.0.1 "$PORT"
	await port_is_open
	connect --quiet
	type_at client hello
	await grep -q hello nc.out
	type_at nc 'from nc'
	await_line client 'from nc\n'
	end_input nc
	await_line client 'server terminated'
	end_input client
	finish client 0
	finish nc 0
}

@test "socat is answered after it has shut its writing half" {
	serve --once --quiet --delay 50ms
	run -0 socat -t 10 - "TCP:127.0.0.1:$PORT" <<<data1
	assert_output 'Hi, data1'
	finish server 0
}

@test "the client and socat's echo end in order" {
	start socat socat -d -d TCP-LISTEN:0,bind=127.0.0.1 EXEC:cat
	await grep -q 'listening on' socat.err
	port_of_socat
	run -0 client --quiet -e data1 -e 'wait reply' -e data2
	assert_output 'now sending data1
send bytes: 5
data1
now sending data2
send bytes: 5
data2
server terminated'
	finish socat 0
}

@test "socat over IPv6 reaches the server" {
	skip_without_ipv6
	serve --once --quiet --delay 0 --listen ::1
	run -0 socat -t 10 - "TCP6:[::1]:$PORT" <<<data1
	assert_output 'Hi, data1'
	finish server 0
}

@test "an asyncio peer talks with several clients of ours" {
	start peer "$PYTHON" -I -c '
import asyncio
async def serve(reader, writer):
    while data := await reader.read(100):
        writer.write(data.upper())
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print("listening on 127.0.0.1:%d" %
        server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())'
	find_port peer
	for name in one two three; do
		connect_as "$name" --quiet
		type_at "$name" "i am $name"
	done
	for name in one two three; do
		await_line "$name" "I AM ${name^^}"
		end_input "$name"
		finish "$name" 0
		assert_line 'server terminated'
	done
}

@test "a peer in Python meets close: its second send is refused" {
	serve --once --quiet --delay never --on-accept close
	peer_connects <<-'END'
		say(repr(s.recv(9)))
		s.sendall(b"one")
		end = time.monotonic() + 10
		try:
		    while time.monotonic() < end:
		        s.sendall(b"two")
		        time.sleep(0.01)
		except (BrokenPipeError, ConnectionResetError) as error:
		    say("refused")
	END
	finish peer 0
	assert_line "b''"
	assert_line refused
	finish server 0
}

# Sets $VALGRIND, what to put before a program. A held child is forked and has
# its parent's memory; what it says is not about the program.
valgrind_or_skip() {
	skip_if_sanitized "valgrind and a sanitizer exclude each other"
	# shellcheck disable=SC2034 # for the tests
	VALGRIND=(valgrind --quiet --error-exitcode=98 --leak-check=full
		--errors-for-leak-kinds=definite --child-silent-after-fork=yes)
}

@test "valgrind finds nothing in the server" {
	valgrind_or_skip
	start server "${VALGRIND[@]}" "$O/graceserver" --port 0 --once --quiet \
		--delay 100ms --on-accept 'hold' --on-eof 'release' \
		--on-eof close
	find_port server
	run -0 client --quiet -e data1 -e 'wait reply' -e data2
	finish server 0
	assert_equal "$(<server.err)" ''
}

@test "valgrind finds nothing in the client" {
	valgrind_or_skip
	serve --quiet --delay 100ms
	run -0 timeout 60 "${VALGRIND[@]}" "$O/graceclient" --events events \
		-e data1 -e 'wait reply' -e state -e shutdown \
		-e 'wait eof' -e close -e open -e 'hold child' -e data2 \
		-e close -e release 127.0.0.1 "$PORT" 3>&-
	assert_line 'Hi, data1'
	refute_line --partial '=='
}
