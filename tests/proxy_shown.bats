#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab proxy: what the ladder of a finding shows, row by row.

# shellcheck disable=SC2154 # run sets output

load helpers

# A proxy with one fault, which serves one connection after the other.
setup_file() {
	cat >"$BATS_FILE_TMPDIR/small.py" <<-'END'
		import select, socket, sys
		fault, port, back = sys.argv[1:]
		listener = socket.create_server(("127.0.0.1", int(port)))
		kept = []
		while True:
		    client, _ = listener.accept()
		    server = socket.create_connection(("127.0.0.1", int(back)))
		    kept.append(server)
		    if fault == "speaks":
		        server.sendall(b"somebody else\n")
		        server.recv(1)
		    ends = {client: server, server: client}
		    while ends:
		        one = select.select(ends, [], [])[0][0]
		        data = one.recv(65536)
		        if data:
		            ends[one].sendall(data)
		            continue
		        # The first end ends the client, and nothing tells the server.
		        client.close()
		        if one is server:
		            server.close()
		        break
	END
}

# judge FAULT OPTION...: what is said of it.
judge() {
	timeout 60 "$O/gracelab" proxy --timeout=1s "${@:2}" -- "$PYTHON" -IS \
		"$BATS_FILE_TMPDIR/small.py" "$1" '{listen}' '{backend_port}' \
		3>&- {TICK}<&-
}

@test "a plain connection that is not served is shown: what came to whom" {
	run -3 judge speaks
	assert_line --regexp '^  plain +NO-PLAIN +the server got "somebody else'
	assert_line --regexp '^plain, through the proxy:'
	assert_line --regexp ' send = 100 +── data 100 ─▶$'
	assert_line --regexp ' send\(back\) = 14 +── data 14 ─▶$'
	assert_line --regexp '[0-9]{3} +recv = 14$'
	assert_line --regexp ' ◀─ FIN ── +close = 0$'
	run -3 judge speaks --format=json
	assert_output --regexp '"ladder": \[.*"side": "proxy"'
}

@test "of a plain connection that comes nowhere the client's end is shown" {
	run -3 timeout 60 "$O/gracelab" proxy --timeout=0.5s -- "$PYTHON" -IS -c '
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client = listener.accept()[0]
time.sleep(600)' '{listen}' 3>&- {TICK}<&-
	assert_line --regexp ' accept4\(front\)$'
	assert_line --regexp '^ +0\.5[0-9]{2}  nothing for 0\.5 s: given up$'
	assert_line --regexp '^ +0\.[0-9]{3}  close = 0 +── FIN ─▶$'
	refute_line --regexp '[0-9]{3} +accept$'
}

@test "what our end closes once the outcome is clear stands below that" {
	run -1 judge keeps-server --only=gated
	assert_output --regexp \
		' the outcome is clear: ended.* ◀─ FIN ── +close = 0'
	refute_line --regexp ' ◀─ FIN ──$'
}
