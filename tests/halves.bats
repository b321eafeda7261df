#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab proxy in two halves, on one machine; and --back with an address.

load helpers

free_port() {
	"$PYTHON" -IS -c 'import socket
print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])'
}

# far: starts the far half; sets $BACK and $AT.
far() {
	BACK=$(free_port)
	start far "$O/gracelab" proxy --half=server --back="127.0.0.1:$BACK" \
		--at=127.0.0.1:0
	await_text far 'the other half connects to'
	AT=$(sed -n 's/^the other half connects to //p' far.out)
}

# between OPTION...: starts a proxy of proxy.py towards the far half.
between() {
	start proxy "$PYTHON" -IS "$ROOT/tests/servers/proxy.py" "$@" \
		127.0.0.1:0 "127.0.0.1:$BACK"
	find_port proxy
}

# near OPTION...: the near half, in the foreground.
near() {
	timeout 60 "$O/gracelab" proxy --half=client \
		--front="127.0.0.1:$PORT" "$@" "$AT" 3>&- {TICK}<&-
}

@test "a proxy between two halves passes, and RST crosses all of it as RST" {
	far
	between
	run -0 near --strict --idle=0.5s \
		--only=client-fin,server-fin,gated,bare-fin,idle,reset-forward,reset-back
	assert_line --partial 'PASS: '
	# The far half serves one check after the other.
	run -0 near --only=gated
	kill_it far TERM
	finish far 0
}

@test "what a proxy between two halves loses is found, and is not theirs" {
	far
	between --fault drops-client-fin
	run -1 near --only=gated,server-fin --timeout=1s
	assert_line --regexp '^! gated +FAIL'
	assert_line --regexp '^  server-fin +pass'
	kill_it proxy TERM
	between --fault rst-to-fin
	run -1 near --only=gated,reset-back --strict
	assert_line --regexp '^! reset-back +FAIL'
}

@test "a far half that is lost, or is none, gives no verdict" {
	far
	between
	start near "$O/gracelab" proxy --half=client \
		--front="127.0.0.1:$PORT" --only=gated --timeout=2s \
		--idle=60s --only=idle "$AT"
	await_text near 'plain'
	kill_it far KILL
	finish near 3
	assert_output --partial 'NO-VERDICT: the other half was lost meanwhile'
	start other "$PYTHON" -IS "$ROOT/tests/servers/server.py"
	find_port other
	AT=127.0.0.1:$PORT
	run -3 near
	assert_output --partial "$AT is no other half of this version"
	AT=127.0.0.1:1
	run -3 near
	assert_output --partial 'the other half: cannot connect to 127.0.0.1:1'
}

@test "a stranger at the far half gets nothing, and disturbs nobody" {
	far
	between
	run -0 "$PYTHON" -IS -c 'import socket, sys
host, port = sys.argv[1].split(":")
for text in b"GET / HTTP/1.0\r\n\r\n", b"x" * 1000, b"grace half 2 wail\n":
    sock = socket.create_connection((host, int(port)))
    sock.sendall(text)
    try:
        assert sock.recv(10) == b""
    except ConnectionResetError:
        pass' "$AT"
	run -0 near --only=gated
}

@test "a far half hands on as many connections as come" {
	far
	"$PYTHON" -IS - "$AT" <<-'END'
		import socket, sys
		host, port = sys.argv[1].split(":")
		def link(word):
		    sock = socket.create_connection((host, int(port)))
		    sock.sendall(b"grace half 2 " + word + b"\n")
		    return sock
		# More than it has room for at one time.
		for i in range(600):
		    waits, dials = link(b"wait"), link(b"dial")
		    assert waits.recv(5, socket.MSG_WAITALL) == b"self\n", i
		    dials.sendall(b"x")
		    assert waits.recv(1) == b"x", i
		    dials.close()
		    assert waits.recv(1) == b"", i
		    waits.close()
	END
}

@test "the far half awaits the near one where the manual says" {
	unshare -rn true 2>/dev/null || skip "this host has no user namespaces"
	start far unshare -rn sh -c 'ip link set lo up
		exec "$@"' sh "$O/gracelab" proxy --half=server --back=7
	await_text far 'the other half connects to'
	grep -qx 'the other half connects to 127.0.0.1:43212' far.out
	grep -q '127.0.0.1:43212' <("$O/gracelab" proxy --help)
}

@test "--back has an address of ours, and options of halves are checked" {
	BACK=$(free_port)
	between
	run -0 "$O/gracelab" proxy --front="127.0.0.1:$PORT" \
		--back="127.0.0.1:$BACK" --only=gated
	run -3 "$O/gracelab" proxy --front='[::1]:1' --back="127.0.0.1:$BACK"
	assert_line 'proxy [::1]:1'
	run -2 "$O/gracelab" proxy --front="127.0.0.1:$PORT" --back=127.0.0.1:x
	assert_output --partial "or ADDR:PORT, not '127.0.0.1:x'"
	run -3 "$O/gracelab" proxy --front="127.0.0.1:$PORT" --back=192.0.2.1:7
	assert_output --partial 'cannot listen on 192.0.2.1:7'
	run -2 "$O/gracelab" proxy --half=both
	assert_output --partial "--half: expected server or client, not 'both'"
	run -2 "$O/gracelab" proxy --half=server
	assert_output --partial '--half=server: expected --back PORT'
	run -2 "$O/gracelab" proxy --half=client --front=127.0.0.1:1
	assert_output --partial '--half=client: expected HOST:PORT of the other'
	run -2 "$O/gracelab" proxy --half=server --back=7 --at=here
	assert_output --partial "--at: expected ADDR:PORT, not 'here'"
}
