#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# TLS records beside segments: the experiments, and what is watched.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load lab

TLS=$ROOT/transcripts/tls
SERVER='read read send:answer close_notify close'
CLIENT='send:request close_notify read read close'

# ends STEP...: an experiment whose two ends say goodbye, with these steps.
ends() {
	cp "$TLS"/end.py "$TLS"/certificate.pem .
	write_lab ends.lab \
		"server exec $PYTHON -I {here}/end.py server {host} {port} 1.3 $SERVER" \
		"client exec $PYTHON -I {here}/end.py client {host} {port} 1.3 $CLIENT" \
		tls "$@"
}

# watch_ends VERSION [OPTION...]: the same two, watched.
watch_ends() {
	lab watch "${@:2}" \
		--server "$PYTHON -I $TLS/end.py server {host} {port} $1 $SERVER" \
		--client "$PYTHON -I $TLS/end.py client {host} {port} $1 $CLIENT"
}

@test "each end of TLS gives its golden" {
	run -0 lab check "$TLS"/*.lab
	refute_output --partial '# SKIP'
}

@test "each has its golden and its row in both guides" {
	local lab guide

	for lab in "$TLS"/*.lab; do
		[[ -s ${lab%.lab}.txt ]]
		lab=${lab##*/}
		for guide in README.md README.zh.md; do
			grep -qF "| [${lab%.lab}](tls/${lab%.lab}.txt) |" \
				"$ROOT/transcripts/$guide"
		done
	done
}

@test "an ordinary user sees the same, and so do two hosts" {
	run -0 as_nobody "$PLACE/bin/gracelab" check tls13-fin-alone
	assert_line --regexp '^ok 1 - tls13-fin-alone'
	run -0 lab check --wire tls13-close-notify-alone
	assert_line --regexp '^ok 1 - tls13-close-notify-alone'
}

@test "what cannot be traced is skipped, and says so" {
	run timeout 60 strace -f -o /dev/null -e trace=none \
		"$O/gracelab" check tls13-fin-alone 3>&-
	assert_output --regexp '# SKIP .*exec cannot be traced here'
}

@test "a record that does not come fails with what was seen" {
	ends 'client: sent alert decode_error'
	run -1 lab play ends.lab
	assert_output --partial 'would block while the server is held'
	ends 'client: sent alert close_notify' 'server: exit 3'
	run -1 lab play ends.lab
	assert_output --partial 'awaited exit 3, saw exit 0'
}

@test "without secrets the end of the handshake is not guessed" {
	ends 'client: sent application_data'
	sed -i '/^context.keylog_filename/d' end.py
	run -1 lab play ends.lab
	assert_output --regexp 'no TLS handshake of the (client|server) was seen'
	assert_output --partial 'written where SSLKEYLOGFILE says'
}

@test "a program that ends in its handshake ends the play, which says so" {
	ends 'client: sent application_data'
	sed -i 's/^until_done(tls.do_handshake)/sys.exit(3)/' end.py
	run -1 lab play ends.lab
	assert_output --regexp 'was seen to its end, and it has ended'
}

@test "no table is made where TLS may have kept an answer back" {
	run -2 lab explore "$TLS/tls13-fin-alone.lab"
	assert_output --partial 'cannot be explored: what TLS has refused to send'
}

@test "in JSON records are fields, and so they are after it" {
	ends 'client: sent application_data' 'client: sent alert close_notify' \
		'server: received alert close_notify'
	run -0 --separate-stderr lab play --format=json ends.lab
	printf '%s\n' "$output" >ends.json
	run -0 "$PYTHON" -I - <<-'END'
		import json
		rows = json.load(open("ends.json"))["ladder"]
		records = [(row["side"], row.get("text"), record) for row in rows
		    for record in row.get("records", [])]
		request = {"type": "application_data", "version": "TLS 1.3",
		    "length": 24}
		goodbye = {"type": "alert", "description": "close_notify",
		    "level": "warning", "version": "TLS 1.3", "length": 19}
		assert records == [("client", "request", request),
		    ("client", None, goodbye), ("server", "request", request),
		    ("server", "request", goodbye)], records
		hands = [(row["side"], row["result"]) for row in rows
		    if row.get("call") == "handshake"]
		assert hands == [("client", "TLS 1.3"), ("server", "TLS 1.3")], hands
		# What the handshake took stands nowhere.
		data = [row["segment"] for row in rows
		    if row.get("segment", "").startswith("data")]
		assert data == ["data 29", "data 24"], data
	END
	run -0 "$O/draw" svg <ends.json
	assert_output --partial '>  application_data<'
	assert_output --partial '  alert close_notify'
	run -0 lab play --format=mermaid ends.lab
	assert_output --partial '= 24<br/>alert close_notify'
	run -0 lab play --format=html ends.lab
	assert_output --partial '= 24: alert close_notify</code>'
}

@test "watched, each call is followed by its records" {
	run -0 watch_ends 1.3 --keylog keys -o ladder
	run -0 cat ladder
	assert_line --regexp '^    alert close_notify$'
	assert_line --regexp '^ {62}alert close_notify$'
	# What does not fit in a line goes on in the next.
	assert_line --regexp '^ {62}encrypted_$'
	assert_line --regexp '^ {62}extensions$'
	refute_output --partial …
	assert_line --partial 'send "request"'
	refute_line --partial '(19 bytes)'
	grep -q ^CLIENT_TRAFFIC_SECRET_0 keys
}

@test "watched without keys, nothing that is encrypted is named" {
	run -0 watch_ends 1.3 -o ladder
	run -0 cat ladder
	refute_output --partial close_notify
	assert_line --regexp '^    \(19 bytes\)$'
	run -0 watch_ends 1.2 -o ladder
	run -0 cat ladder
	refute_output --partial close_notify
	assert_line --regexp '^    encrypted alert$'
	assert_line --regexp '^    \(26 bytes\)$'
	assert_line --regexp '^    handshake$'
}

@test "watch opens by the key log that is asked for already" {
	export SSLKEYLOGFILE=$PWD/keys

	run -0 watch_ends 1.2 -o ladder --format=json
	run -0 "$PYTHON" -I - <<-'END'
		import json
		records = [record for row in json.load(open("ladder"))["ladder"]
		    for record in row.get("records", [])]
		assert not any(r.get("encrypted") for r in records), records
		ends = [r for r in records if r.get("description") == "close_notify"]
		assert len(ends) == 4 and ends[0]["version"] == "TLS 1.2", ends
	END
}

@test "the last record is seen behind what was summed up" {
	cat >bulk.py <<-END
		import os, socket, ssl, sys
		role, port = sys.argv[1], int(sys.argv[2])
		if role == "server":
		    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		    context.load_cert_chain("$TLS/certificate.pem")
		    listener = socket.create_server(("127.0.0.1", port))
		    raw, _ = listener.accept()
		else:
		    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
		    context.check_hostname = False
		    context.verify_mode = ssl.CERT_NONE
		    raw = socket.create_connection(("127.0.0.1", port))
		context.keylog_filename = os.environ["SSLKEYLOGFILE"]
		s = context.wrap_socket(raw, server_side=role == "server")
		if role == "server":
		    for _ in range(128):
		        s.sendall(b"x" * 16384)
		else:
		    left = 128 * 16384
		    while left:
		        left -= len(s.recv(65536))
		s.unwrap()
	END
	run -0 lab watch --keylog keys -o ladder \
		--server "$PYTHON -I bulk.py server {port}" \
		--client "$PYTHON -I bulk.py client {port}"
	run -0 cat ladder
	assert_output --regexp '(write|read|sendto|recvfrom|send|recv), [0-9]+ times'
	assert_line --regexp '^    alert close_notify$'
	assert_line --regexp '^ {62}alert close_notify$'
}
