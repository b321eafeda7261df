#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab proxy on real software, as audit.bats has it: in a private network
# where gracelab starts it itself, with TLS on either side, at UNIX sockets.

load ../helpers
load real

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

@test "through haproxy: passes, unless told to hurry" {
	need haproxy
	# Whether a FIN comes while it connects is a race on the loopback.
	through 0 haproxy-tcp \
		--only=client-fin,server-fin,gated,large,idle
	through 1 haproxy-tcp-fin client-fin idle
}

@test "through haproxy: a FIN that comes while it connects costs the reply, or any that comes soon" {
	need haproxy
	[[ -w /dev/net/tun ]] || skip 'no /dev/net/tun'
	through 1 haproxy-tcp --only=bare-fin --delay=5ms bare-fin
	said '40 whole of 43; while the proxy connects'
	through 1 haproxy-tcp-abort --only=bare-fin --delay=5ms bare-fin
	said '6 unreached of 6'
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

# tls_through STATUS front|back CONFIGURATION [OPTION...] [CHECK...]: so with
# TLS there.
tls_through() {
	local expected=$1 side=$2 config=$3 options=()

	shift 3
	while [[ ${1-} == -* ]]; do
		options+=("$1")
		shift
	done
	export SCRATCH=$BATS_TEST_TMPDIR
	run timeout 300 "$O/gracelab" proxy "--tls-$side" "${options[@]}" -- \
		"$HERE/peer.sh" "$config" '{listen}' '{backend}' '{cert}' \
		'{key}' '{pem}' '{ca}' 3>&- {TICK}<&-
	echo "$output"
	came_to "$expected" "$@"
}

@test "through haproxy with TLS: a lost server looks whole, and a bare FIN aborts the handshake behind it" {
	need haproxy
	tls_through 1 front haproxy-tls-front reset-back
	refute_line --regexp '^! (client-fin|server-fin|gated|large)'
	# On the loopback that is a race.
	[[ -w /dev/net/tun ]] || skip 'no /dev/net/tun'
	tls_through 1 back haproxy-tls-back --delay=5ms bare-fin
	refute_line --regexp '^! (client-fin|server-fin|gated|large)'
}

@test "through nginx stream with TLS: a half is closed by FIN alone" {
	need nginx
	tls_through 1 front nginx-tls-front client-fin gated
	said 'then FIN without close_notify'
	tls_through 1 back nginx-tls-back client-fin gated
	said 'then FIN without close_notify'
}

@test "through stunnel: a lost server looks whole, what it has not read when a peer closes is lost" {
	need stunnel
	tls_through 1 front stunnel-front large reset-back
	refute_line --regexp '^! (client-fin|server-fin|gated)'
	said 'more than it holds'
	tls_through 1 back stunnel-back large
	refute_line --regexp '^! (client-fin|server-fin|gated)'
}

@test "through socat's OPENSSL: a lost server looks whole before it; behind it all passes" {
	need socat
	tls_through 1 front socat-tls-front reset-back
	refute_line --regexp '^! (client-fin|server-fin|gated|large)'
	tls_through 0 back socat-tls-back
}
