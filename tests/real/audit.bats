#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab audit and gracelab proxy on real software, each in a configuration
# of peer.sh, against what each was measured to do without gracelab, with bare
# sockets, in Debian 12. Takes minutes, so `make check` leaves it out:
#
#   O=$PWD/build bats tests/real/audit.bats

load ../helpers

HERE=$ROOT/tests/real
OURS=$ROOT/tests/servers/server.py

# need PROGRAM...: skips where one is not installed.
need() {
	local program

	PATH=$PATH:/usr/sbin:$O/real
	for program; do
		command -v "$program" >/dev/null ||
			skip "$program is not installed"
	done
}

free_port() {
	"$PYTHON" -IS -c 'import socket
print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])'
}

# Asks the kernel: a connection would be one that the peer must serve.
listens_on() {
	awk -v port="$(printf ':%04X' "$1")" '
		$4 == "0A" && $2 ~ port "$" { found = 1 }
		END { exit !found }' /proc/net/tcp
}

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

teardown() {
	# ssh's and socat's children are of the group that setsid made.
	[[ -z ${PID_OF[real]-} ]] || {
		kill -TERM -- "-${PID_OF[real]}" || :
		await ended real || :
		kill -KILL -- "-${PID_OF[real]}" || :
	} 2>/dev/null
	helpers_teardown
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

# said TEXT: it stands in the report, however its rows are wrapped.
said() {
	local words

	read -ra words -d '' <<<"$output" || :
	[[ " ${words[*]} " == *" $1"* ]] || {
		echo "nobody said: $1"
		return 1
	}
}

# proxied CONFIGURATION [OPTION...]: gracelab proxy, in a private network where it
# starts the proxy itself.
proxied() {
	export SCRATCH=$BATS_TEST_TMPDIR
	run timeout 300 "$O/gracelab" proxy "${@:2}" -- \
		"$HERE/peer.sh" "$1" '{listen}' '{backend}' 3>&- {TICK}<&-
	echo "$output"
}

# through STATUS CONFIGURATION [OPTION] [CHECK...]: these checks fail.
through() {
	local expected=$1 config=$2 options=()

	shift 2
	while [[ ${1-} == -* ]]; do
		options+=("$1")
		shift
	done
	proxied "$config" "${options[@]}"
	came_to "$expected" "$@"
}

# came_to STATUS [CHECK...]: with that; these checks fail, and none with 0.
came_to() {
	local check

	assert_equal "$status" "$1"
	if ((!$1)); then
		refute_line --regexp '^! '
	fi
	for check in "${@:2}"; do
		assert_line --regexp "^! $check +FAIL"
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

@test "through socat: fails by default, passes with -t 10" {
	need socat
	through 1 socat client-fin large
	through 0 socat-t10
}

# between STATUS COMMAND... -- CHECK...: through a proxy that the
# command starts, whose sides are UNIX sockets; these checks fail.
between() {
	local expected=$1 words=()

	shift
	while [[ $1 != -- ]]; do
		words+=("$1")
		shift
	done
	shift
	run timeout 300 "$O/gracelab" proxy -- "${words[@]}" 3>&- {TICK}<&-
	echo "$output"
	came_to "$expected" "$@"
}

@test "through socat between UNIX and TCP: fails by default, passes with -t 10" {
	local unix='UNIX-LISTEN:{listen_unix},fork' back='UNIX-CONNECT:{backend_unix}'

	need socat
	between 1 socat "$unix" "$back" -- client-fin
	between 0 socat -t 10 "$unix" "$back" --
	between 0 socat -t 10 'TCP-LISTEN:{listen},fork' "$back" --
	between 0 socat -t 10 "$unix" 'TCP:{backend}' --
}

# sides STATUS CONFIGURATION LISTEN BACKEND [CHECK...]: through that one, whose
# sides are what these words say; these checks fail.
sides() {
	local expected=$1

	export SCRATCH=$BATS_TEST_TMPDIR
	between "$expected" "$HERE/peer.sh" "$2" "$3" "$4" -- "${@:5}"
}

UNIX_SIDES=('{listen_unix}' '{backend_unix}')

@test "through nginx stream, haproxy and socat between UNIX sockets: passes" {
	need nginx haproxy socat
	sides 0 nginx-stream-half "${UNIX_SIDES[@]}"
	sides 0 haproxy-tcp "${UNIX_SIDES[@]}"
	sides 0 socat-unix "${UNIX_SIDES[@]}"
}

@test "through ssh -L and -R between UNIX sockets, and ssh -R: passes" {
	need ssh sshd ssh-keygen
	sides 0 ssh "${UNIX_SIDES[@]}"
	sides 0 ssh-reverse "${UNIX_SIDES[@]}"
	sides 0 ssh-reverse '{listen}' '{backend}'
}

@test "through systemd-socket-proxyd: ends at either FIN" {
	need systemd-socket-activate /usr/lib/systemd/systemd-socket-proxyd
	for at in '{listen} {backend}' '{listen_unix} {backend_unix}'; do
		# shellcheck disable=SC2086 # two words
		sides 1 socket-proxyd $at client-fin gated server-fin bare-fin \
			large idle
	done
}

@test "through docker-proxy: passes" {
	need docker-proxy
	sides 0 docker-proxy '{listen}' '{backend}'
}

# in_namespace COMMAND...: as root in one, who may lay networks.
in_namespace() {
	unshare -r true 2>/dev/null || skip 'this host has no user namespaces'
	[[ -w /dev/net/tun ]] || skip 'no /dev/net/tun'
	run timeout 300 unshare -r "$@" 3>&- {TICK}<&-
	echo "$output"
}

@test "through slirp4netns into a network and out again: passes" {
	need slirp4netns nft
	in_namespace "$O/gracelab" proxy -- "$HERE/peer.sh" slirp4netns \
		'{listen}' '{backend}'
	came_to 0
}

@test "through pasta into a network and out again: cuts what its pipe holds" {
	need pasta
	in_namespace "$O/gracelab" proxy -- "$HERE/peer.sh" pasta \
		'{listen}' '{backend}'
	came_to 1 large
	said 'then EOF'
	refute_line --regexp '^! (client-fin|server-fin|gated|bare-fin|idle)'
}

@test "what changes a network is refused where that may be the host's" {
	local one

	for one in pasta slirp4netns; do
		[[ $(</proc/self/uid_map) == *4294967295 ]] ||
			skip 'in a namespace already'
		run -2 "$HERE/peer.sh" "$one" 1 127.0.0.1:2
		assert_output --partial 'begin with unshare -r'
	done
}

@test "through ncat --sh-exec: fails" {
	need ncat socat
	through 1 ncat client-fin server-fin gated large
	through 1 ncat-socat client-fin server-fin gated large
}

@test "through nginx stream: fails by default, passes with proxy_half_close" {
	need nginx
	through 1 nginx-stream client-fin server-fin gated bare-fin large
	through 0 nginx-stream-half
}

@test "through haproxy: passes, unless told to hurry or to look for a FIN" {
	need haproxy
	# Also without abortonclose it races when a FIN comes at once, 6 of 40
	# times on a busy machine: bare-fin has no verdict to rely on here.
	through 0 haproxy-tcp \
		--only=client-fin,server-fin,gated,large,idle
	# A race that not every 40 tries meet, and five times as many do.
	for _ in {1..5}; do
		proxied haproxy-tcp-abort --only=bare-fin
		((!status)) || break
	done
	assert_line --regexp '^! bare-fin +FAIL'
	through 1 haproxy-tcp-fin client-fin idle
}

@test "through node: fails by default, passes with allowHalfOpen" {
	need node
	through 1 node-proxy client-fin server-fin gated bare-fin large
	through 0 node-proxy-half
}

@test "through ssh -L, which runs already: passes" {
	need ssh sshd ssh-keygen
	export SCRATCH=$BATS_TEST_TMPDIR
	PORT=$(free_port)
	back=$(free_port)
	start real setsid "$HERE/peer.sh" ssh "$PORT" "127.0.0.1:$back"
	await listens_on "$PORT"
	run timeout 300 "$O/gracelab" proxy --front "127.0.0.1:$PORT" \
		--back "$back" 3>&- {TICK}<&-
	echo "$output"
	assert_equal "$status" 0
}

# tls_through STATUS front|back CONFIGURATION [CHECK...]: so with TLS there.
tls_through() {
	local expected=$1 side=$2 config=$3

	export SCRATCH=$BATS_TEST_TMPDIR
	run timeout 300 "$O/gracelab" proxy "--tls-$side" -- "$HERE/peer.sh" \
		"$config" '{listen}' '{backend}' '{cert}' '{key}' '{pem}' '{ca}' \
		3>&- {TICK}<&-
	echo "$output"
	came_to "$expected" "${@:4}"
}

@test "through haproxy with TLS: a lost server looks whole, and a bare FIN aborts the handshake behind it" {
	need haproxy
	tls_through 1 front haproxy-tls-front reset-back
	refute_line --regexp '^! (client-fin|server-fin|gated|large)'
	tls_through 1 back haproxy-tls-back bare-fin
	refute_line --regexp '^! (client-fin|server-fin|gated|large)'
}

@test "through nginx stream with TLS: a half is closed by FIN alone" {
	need nginx
	tls_through 1 front nginx-tls-front client-fin gated
	said 'then FIN without close_notify'
	tls_through 1 back nginx-tls-back client-fin gated
	said 'then FIN without close_notify'
}

@test "through stunnel: a lost server looks whole" {
	need stunnel
	tls_through 1 front stunnel-front reset-back
	refute_line --regexp '^! (client-fin|server-fin|gated)'
}

@test "through socat's OPENSSL: a lost server looks whole before it; behind it all passes" {
	need socat
	tls_through 1 front socat-tls-front reset-back
	refute_line --regexp '^! (client-fin|server-fin|gated|large)'
	tls_through 0 back socat-tls-back
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
