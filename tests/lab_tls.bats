#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab play of programs with TLS: what is folded, and what is said where
# something is not as an experiment has it.
# shellcheck disable=SC2154 # run sets output and stderr

load helpers
load lab

END=$ROOT/transcripts/tls/end.py

need_python() {
	[[ -x /usr/bin/python3 ]] || skip 'there is no /usr/bin/python3'
}

@test "the ACKs of a handshake are folded with it, the others are shown" {
	need_python
	lab play --wire tls13-close-notify-alone >/dev/null 2>why ||
		skip "there is no wire here: $(<why)"
	lab play --acks tls13-close-notify-alone >ladder
	run -0 sed -n '/SYN+ACK/,/handshake/p' ladder
	assert_equal "$(grep -c -- '─ ACK ─' <<<"$output")" 1
	assert_line --partial '─── ACK ───▶ ESTABLISHED'
	run -0 sed -n '/application_data/,/recv "request"/p' ladder
	assert_line --partial '◀─── ACK ───'
}

# one_play SERVER CLIENT LINE...: play.lab, with these orders to the two ends.
one_play() {
	write_lab play.lab "server exec /usr/bin/python3 $1" \
		"client exec /usr/bin/python3 $2" tls "${@:3}"
}

# keyless FILE: end.py that logs no secrets; the certificate is beside it.
keyless() {
	cp "$ROOT/transcripts/tls/certificate.pem" .
	sed '/^context.keylog_filename/d' "$END" >"$1"
}

@test "a server's secrets are enough, however late it logs them" {
	need_python
	keyless client.py
	# Between the call that reads Finished and what TLS makes of it.
	sed 's/incoming.write(data)/__import__("time").sleep(0.05); &/' \
		"$END" >server.py
	one_play "$PWD/server.py server {host} {port} 1.3 read close" \
		"$PWD/client.py client {host} {port} 1.3 send:hi close" \
		'client: sent application_data' 'server: received "hi"'
	run -0 lab play ./play.lab
	assert_line --partial 'send "hi" = '
}

@test "where nobody logs secrets the play fails before its first step" {
	local version

	need_python
	keyless end.py
	for version in 1.2 1.3; do
		one_play "$PWD/end.py server {host} {port} $version read close" \
			"$PWD/end.py client {host} {port} $version send:hi close" \
			'client: sent application_data'
		run -1 --separate-stderr lab play ./play.lab
		[[ $stderr == *'must be written where SSLKEYLOGFILE says' ]]
		refute_line --partial 'encrypted'
	done
}

# fails_with TEXT LINE...: end.py's answer is awaited with these, in vain.
fails_with() {
	one_play "$END server {host} {port} 1.3 read send:answer read close" \
		"$END client {host} {port} 1.3 send:request read read close" \
		'client: sent application_data' 'server: received "request"' \
		'server: sent application_data' "${@:2}"
	run -1 --separate-stderr lab play ./play.lab
	assert_equal "$stderr" "gracelab: play: $1"
}

@test "where an outcome does not come, what came instead is said" {
	need_python
	fails_with './play.lab:7: client: received "anser": recvfrom of the '"\
client would block while the server is held; what it saw instead: received \
application_data, received \"answer\"" 'client: received "anser"'
	fails_with './play.lab:8: client: eof: recvfrom of the client would '"\
block while the server is held" 'client: received "answer"' 'client: eof'
	# Without TLS, and to the program's end.
	cat >plain.py <<-'END'
		import socket, sys
		host, port = sys.argv[1], int(sys.argv[2])
		s = socket.create_connection((host, port))
		s.recv(10)
		s.recv(10)
	END
	write_lab play.lab "client exec /usr/bin/python3 $PWD/plain.py {host} {port}" \
		'server> send answer' 'server> shutdown' 'client: received "anser"'
	run -1 --separate-stderr lab play ./play.lab
	assert_equal "$stderr" 'gracelab: play: ./play.lab:4: client: received '"\
\"anser\": awaited received \"anser\", saw received \"answer\", eof, exit 0"
}
