#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab client on real clients with TLS and by UNIX sockets, against what
# each was measured to do without gracelab, in Debian 12. `make check` leaves it
# out, as audit.bats has it.

load ../helpers
load ../clients
load real

# with_tls STATUS ENDS LAYERS PROBE,... COMMAND...
with_tls() {
	real "$1" "$2" --tls --only="ends,tls-end${4:+,$4}" -- "${@:5}"
	fact tls_end "\"$3\""
}

@test "openssl s_client throws away what comes behind its close_notify, with -quiet it waits" {
	need openssl
	with_tls 1 close 'close_notify and FIN' late-reply openssl s_client \
		-brief -CAfile '{ca}' -connect '{host}:{port}'
	says ends 'read from the socket, thrown away, and lost'
	says late-reply 'it gives up 0\.[45][0-9]* s after its close_notify'
	with_tls 0 never 'close_notify and FIN' truncated,reset openssl \
		s_client -quiet -CAfile '{ca}' -connect '{host}:{port}'
	fact tells_truncated true
	real 1 close --tls --only=ends -- openssl s_client -brief \
		-CAfile '{ca}' -unix '{unix}'
}

@test "gnutls-cli keeps the other half behind its close_notify, ncat behind its FIN" {
	need gnutls-cli ncat
	with_tls 0 half-close 'close_notify alone' late-reply gnutls-cli \
		--logfile=/dev/null --x509cafile='{ca}' -p '{port}' '{host}'
	with_tls 0 half-close 'FIN alone' late-reply ncat --ssl-verify \
		--ssl-trustfile '{ca}' '{host}' '{port}'
}

@test "socat ends TLS with -t as it ends TCP" {
	need socat
	with_tls 1 half-close 'close_notify alone' late-reply socat - \
		'OPENSSL:{host}:{port},cafile={ca}'
	with_tls 0 half-close 'close_notify alone' late-reply socat -t 5 - \
		'OPENSSL:{host}:{port},cafile={ca}'
}

@test "curl tells a cut by its length alone, wget by close_notify too" {
	need curl wget
	with_tls 1 close 'close_notify and FIN' \
		truncated,truncated-until-fin,fin-alone curl -sS \
		--cacert '{ca}' 'https://{host}:{port}/'
	fact tells_truncated true
	says truncated-until-fin silent
	says fin-alone taken
	with_tls 0 close 'FIN alone' truncated,truncated-until-fin wget -q \
		-t 1 --ca-certificate='{ca}' -O - 'https://{host}:{port}/'
	says truncated-until-fin tells
}

@test "a certificate that a client does not trust is named" {
	need curl
	run -3 client_of --tls --tries=1 -- curl -sS 'https://{host}:{port}/'
	assert_output --partial 'the peer sends the alert "unknown CA"'
}

@test "Node half-closes, Python does not; neither tells a cut without a length" {
	need node
	with_tls 1 half-close 'close_notify and FIN' late-reply,truncated node \
		"$HERE/line.js" '{host}' '{port}' '{ca}'
	fact takes_late_reply true
	fact tells_truncated false
	with_tls 1 never 'FIN alone' truncated,reset "$PYTHON" "$HERE/line.py" \
		'{host}' '{port}' '{ca}'
	fact tells_truncated false
	fact tells_reset false
	real 0 close --tls --only=ends,cut,truncated -- node "$HERE/get.js" \
		'https://{host}:{port}/' '{ca}'
	real 0 close --tls --only=ends,cut,truncated -- "$PYTHON" \
		"$HERE/get.py" 'https://{host}:{port}/' '{ca}'
}

@test "by a UNIX socket all end as by TCP" {
	need nc ncat socat curl node
	real 1 half-close --only=ends,late-reply,reset -- nc -N -U '{unix}'
	real 0 half-close --only=ends,late-reply,reset -- ncat -U '{unix}'
	real 1 half-close --only=ends,late-reply -- socat - 'UNIX-CONNECT:{unix}'
	real 0 half-close --only=ends,late-reply -- socat -t 5 - \
		'UNIX-CONNECT:{unix}'
	real 0 close --only=ends,cut,reset -- curl -sS --unix-socket '{unix}' \
		http://localhost/
	real 0 half-close --only=ends,late-reply,reset -- node "$HERE/line.js" \
		'{unix}'
	real 0 never --only=ends,reset -- "$PYTHON" "$HERE/line.py" '{unix}'
}
