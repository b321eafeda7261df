#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab audit on real software, each in a configuration of peer.sh, against
# what each was measured to do without gracelab, with bare sockets, in Debian
# 12. Takes minutes, so `make check` leaves it out:
#
#   O=$PWD/build bats tests/real/audit.bats

load ../helpers
load real

OURS=$ROOT/tests/servers/server.py

# at_unix CONFIGURATION: that server at a UNIX socket; sets $SOCKET.
at_unix() {
	export SCRATCH=$BATS_TEST_TMPDIR
	SOCKET=$SCRATCH/socket
	rm -f "$SOCKET"
	start real setsid "$HERE/peer.sh" "$1" "$SOCKET"
	await accepts "$SOCKET"
}

# A file is there before listen(2); that a program accepts is asked by a
# connection, which a server of this kind takes for a client that is gone.
accepts() {
	"$PYTHON" -IS -c 'import socket, sys
socket.socket(socket.AF_UNIX).connect(sys.argv[1])' "$1" 2>/dev/null
}

# real CONFIGURATION [BACKEND-OPTION...]: starts it, before a server of ours if
# that has options; sets $PORT. Its processes are a group, ended as one.
real() {
	local config=$1 backend=

	shift
	export SCRATCH=$BATS_TEST_TMPDIR
	if (($#)); then
		start backend "$PYTHON" -IS "$OURS" "$@"
		find_port backend
		backend=127.0.0.1:$PORT
	fi
	PORT=$(free_port)
	start real setsid "$HERE/peer.sh" "$config" "$PORT" "$backend"
	await listens_on "$PORT"
}

# audited STATUS [OPTION...] [PROBE=VERDICT...]
audited() {
	local expected=$1 options=() verdicts=() word

	shift
	for word; do
		case $word in
		-*) options+=("$word") ;;
		*) verdicts+=("$word") ;;
		esac
	done
	[[ ${options[*]} == *--http=* || ${options[*]} == *--send=* ]] ||
		options+=('--send=hello\n')
	if [[ ${SOCKET-} ]]; then
		options+=("unix:$SOCKET")
	else
		options+=(127.0.0.1 "$PORT")
	fi
	run timeout 120 "$O/gracelab" audit --tries="${TRIES:-4}" \
		--timeout=3s "${options[@]}" 3>&- {TICK}<&-
	echo "$output"
	assert_equal "$status" "$expected"
	for word in "${verdicts[@]}"; do
		assert_line --regexp "^[! ] ${word%%=*} +${word#*=}( |\$)"
	done
}

@test "socat by default: loses what takes longer than 0.5 s" {
	need socat
	real socat --think 1.2
	audited 1 fin-glued=LOST fin-late=LOST fin-midreply=HONOURED
	said 'gives up 0.5'
}

@test "socat by default: keeps what takes 0.2 s, and so it is said" {
	need socat
	real socat --think 0.2
	audited 0 fin-glued=HONOURED
	assert_line --regexp '^HONOURS: .*0\.[12][0-9]* s'
}

@test "socat -t 10: honours 1.2 s" {
	need socat
	real socat-t10 --think 1.2
	audited 0 fin-glued=HONOURED fin-late=HONOURED fin-midreply=HONOURED
}

@test "socat and a shell by default: loses what takes longer than 0.5 s" {
	need socat
	THINK=1.2 real socat-work
	audited 1 fin-glued=LOST fin-late=LOST
	said 'gives up 0.5'
}

@test "socat -t 10 and a shell: honours" {
	need socat
	real socat-t10-work
	audited 0 fin-glued=HONOURED fin-late=HONOURED
}

@test "ncat --sh-exec: runs the request, drops the reply" {
	need ncat
	real ncat-work
	audited 1 fin-glued=LOST fin-late=LOST
	said 'runs the request, drops the reply'
}

@test "ncat --sh-exec as a proxy, with ncat and with socat: loses" {
	need ncat socat
	real ncat --think 0.4 --pause 0.1
	audited 1 fin-glued=LOST fin-late=LOST fin-midreply=TRUNCATED
	kill_it backend TERM
	kill -TERM -- "-${PID_OF[real]}"
	real ncat-socat --think 0.4 --pause 0.1
	audited 1 fin-glued=LOST fin-late=LOST fin-midreply=TRUNCATED
}

@test "nginx stream by default: closes on FIN" {
	need nginx
	real nginx-stream --think 0.4 --pause 0.1
	audited 1 fin-glued=LOST fin-late=LOST fin-midreply=TRUNCATED
	said 'closes on FIN'
}

@test "nginx stream with proxy_half_close: honours" {
	need nginx
	real nginx-stream-half --think 0.4 --pause 0.1
	audited 0 fin-glued=HONOURED fin-late=HONOURED fin-midreply=HONOURED
}

@test "nginx as an HTTP proxy: closes on FIN" {
	need nginx
	real nginx-http --http --think 0.4
	audited 1 --http=/ fin-glued=LOST fin-late=LOST
	said 'closes on FIN'
}

@test "nginx as an HTTP proxy with proxy_ignore_client_abort: honours" {
	need nginx
	real nginx-http-ignore --http --think 0.4
	audited 0 --http=/ fin-glued=HONOURED fin-late=HONOURED
}

@test "nginx by itself: too fast to prove a thing" {
	need nginx
	real nginx-echo
	audited 3 --http=/ fin-glued=HONOURED
}

@test "nginx with a file of 12 MiB: drops a slow reader who has shut down" {
	need nginx
	SIZE=12582912 real nginx-file
	audited 1 --http=/file fin-stalled=TRUNCATED
}

@test "haproxy in TCP mode: honours, abortonclose or not" {
	need haproxy
	real haproxy-tcp --think 0.4 --pause 0.1
	audited 0 fin-glued=HONOURED fin-late=HONOURED fin-midreply=HONOURED
	kill_it backend TERM
	kill -TERM -- "-${PID_OF[real]}"
	real haproxy-tcp-abort --think 0.4 --pause 0.1
	audited 0 fin-glued=HONOURED fin-late=HONOURED fin-midreply=HONOURED
}

@test "haproxy with timeout client-fin 500ms: gives up after 0.5 s" {
	need haproxy
	real haproxy-tcp-fin --think 1.2
	audited 1 fin-glued=LOST fin-late=LOST
	said 'gives up 0.5'
}

@test "haproxy in HTTP mode: honours" {
	need haproxy
	real haproxy-http --http --think 0.4
	audited 0 --http=/ fin-glued=HONOURED fin-late=HONOURED
}

@test "haproxy in HTTP mode with abortonclose: answers 400 instead" {
	need haproxy
	real haproxy-http-abort --http --think 0.4
	audited 1 --http=/ fin-glued=SUBSTITUTED fin-late=SUBSTITUTED
}

@test "node net: closes on FIN, with allowHalfOpen it honours" {
	need node
	real node-net
	audited 1 fin-glued=LOST fin-late=LOST
	said 'closes on FIN'
	kill -TERM -- "-${PID_OF[real]}"
	real node-net-half
	audited 0 fin-glued=HONOURED fin-late=HONOURED
}

@test "node http: closes on FIN, with httpAllowHalfOpen it honours" {
	need node
	real node-http
	audited 1 --http=/ fin-glued=LOST fin-late=LOST
	said 'closes on FIN'
	kill -TERM -- "-${PID_OF[real]}"
	real node-http-half
	audited 0 --http=/ fin-glued=HONOURED fin-late=HONOURED
}

@test "node pipe() as a proxy: closes on FIN, with allowHalfOpen it honours" {
	need node
	real node-proxy --think 0.4 --pause 0.1
	audited 1 fin-glued=LOST fin-late=LOST fin-midreply=TRUNCATED
	kill_it backend TERM
	kill -TERM -- "-${PID_OF[real]}"
	real node-proxy-half --think 0.4 --pause 0.1
	audited 0 fin-glued=HONOURED fin-late=HONOURED fin-midreply=HONOURED
}

@test "redis BLPOP: closes on FIN, as a policy" {
	need redis-server
	real redis
	audited 1 '--send=BLPOP nokey 1\r\n' fin-glued=LOST fin-late=LOST
	said 'closes on FIN'
}

@test "redis: honours what holds up its only thread, PING is too fast" {
	need redis-server
	real redis
	audited 0 '--send=DEBUG SLEEP 0.4\r\n' fin-glued=HONOURED \
		fin-late=HONOURED
	audited 3 '--send=PING\r\n' fin-glued=HONOURED
}

@test "ssh -L: honours" {
	need ssh sshd ssh-keygen
	real ssh --think 0.4 --pause 0.1
	audited 0 fin-glued=HONOURED fin-late=HONOURED fin-midreply=HONOURED
}

@test "python -m http.server: too fast, but 12 MiB prove it" {
	real python-http
	audited 3 --http=/file fin-glued=HONOURED
	kill -TERM -- "-${PID_OF[real]}"
	SIZE=12582912 real python-http
	audited 0 --http=/file fin-glued=HONOURED fin-stalled=HONOURED
}

@test "node tls: closes on close_notify, with allowHalfOpen it honours" {
	need node openssl
	real node-tls
	audited 1 --tls --insecure fin-glued=LOST notify-alone=LOST
	kill -TERM -- "-${PID_OF[real]}"
	real node-tls-half
	audited 0 --tls --insecure fin-glued=HONOURED notify-alone=HONOURED
}

@test "socat OPENSSL-LISTEN: honours, and reports a FIN alone" {
	need socat openssl
	real socat-tls-work
	audited 0 --tls --insecure fin-glued=HONOURED notify-alone=HONOURED
	said 'the alert "decode error"'
}

@test "openssl s_server and gnutls-serv: too fast to prove a thing, they report a FIN alone" {
	need openssl gnutls-serv
	real openssl-rev
	audited 3 --tls --insecure fin-glued=HONOURED notify-alone=HONOURED
	said 'the alert "decode error"'
	kill -TERM -- "-${PID_OF[real]}"
	real gnutls-echo
	audited 3 --tls --insecure fin-glued=HONOURED notify-alone=HONOURED
	said 'the alert "unexpected_message"'
}

@test "at a UNIX socket: node and asyncio close on FIN, with half-open they honour" {
	need node
	at_unix node-net
	audited 1 fin-glued=LOST fin-late=LOST
	said 'closes on FIN'
	kill -TERM -- "-${PID_OF[real]}"
	at_unix node-net-half
	audited 0 fin-glued=HONOURED fin-late=HONOURED
	kill -TERM -- "-${PID_OF[real]}"
	at_unix python-protocol
	audited 1 fin-glued=LOST fin-late=LOST
	said 'closes on FIN'
	kill -TERM -- "-${PID_OF[real]}"
	for one in python-streams python-socketserver; do
		at_unix "$one"
		audited 0 fin-glued=HONOURED fin-late=HONOURED
		kill -TERM -- "-${PID_OF[real]}"
	done
}

@test "at a UNIX socket: socat honours, redis closes on FIN" {
	need socat redis-server
	at_unix socat-unix-work
	audited 0 fin-glued=HONOURED fin-late=HONOURED
	kill -TERM -- "-${PID_OF[real]}"
	at_unix redis-unix
	audited 1 '--send=BLPOP nokey 1\r\n' fin-glued=LOST fin-late=LOST
	said 'closes on FIN'
}

@test "at a UNIX socket: nginx cuts a file also for who reads at once" {
	need nginx
	at_unix nginx-echo
	audited 3 --http=/ fin-glued=HONOURED
	kill -TERM -- "-${PID_OF[real]}"
	SIZE=12582912 at_unix nginx-file
	audited 1 --http=/file fin-glued=TRUNCATED fin-stalled=TRUNCATED
}
