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

@test "what our end closes once the outcome is clear stands below that" {
	run -1 judge keeps-server --only=gated
	assert_output --regexp \
		' the outcome is clear: ended.* ◀─ FIN ── +close = 0'
	refute_line --regexp ' ◀─ FIN ──$'
}
