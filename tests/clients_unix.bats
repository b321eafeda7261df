#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab client with {unix}: its verdicts on the clients of
# tests/servers/client.py by a UNIX socket, and on one with TLS.
#
# As in proxy.bats, what takes time runs in the background from the beginning.
#
# shellcheck disable=SC2034 # clients.bash reads what is set here

load helpers
load clients

# NAME: KIND : OPTIONS, besides --tries=1.
CLIENTS='
never:        never: --timeout=3s --only=ends
sigpipe:      sigpipe: --timeout=3s --only=sends-on,sigpipe
half-close:   half-close
close:        close: --only=ends,reset
close-late:   close-late: --only=ends --timeout=3s
leaves:       leaves: --only=ends
reads-once:   reads-once: --only=ends,reset
reads-to-eof: reads-to-eof: --only=ends,reset
gives-up:     gives-up: --only=late-reply
swallows:     swallows: --only=reset
http-naive:   http-naive: --only=ends,cut,cut-chunked,reset-until-fin
silent-half-close: silent-half-close: --only=ends,reset
tls:          both: --tls --only=ends,tls-end,truncated,reset
stays:        stays: --tls --only=ends --timeout=2s
'

client_command() {
	COMMAND=("$PYTHON" -IS "$ROOT/tests/servers/client.py" unix '{unix}'
		"$1")
	[[ $1 != both && $1 != stays ]] ||
		COMMAND=("$PYTHON" -IS "$ROOT/tests/servers/tls_client.py" unix
			'{unix}' '{ca}' "$1")
}

setup_file() {
	begin_clients
}

teardown_file() {
	end_results
}

@test "a half-close is one on a UNIX socket too, and its words are no TCP's" {
	judged half-close 0 half-close late-reply=taken reset=tells cut=silent
	says ends 'its end comes .* the reply is read, and put out'
	says late-reply 'read 1\.[0-9]+ s after its end'
	fact proof '"proved: how it ends loses no reply, a reply 1 s after its end, a reset reply is told"'
	run ! grep -E 'FIN|RST|SYN|close_notify' "$REPORT"
	judged reads-to-eof 0 never reset=tells
	judged gives-up 1 half-close late-reply=LOST
	says late-reply 'gives up 0\.[3-9][0-9] s after its end'
}

@test "a close meets EPIPE, and one with something unread is told from an abort" {
	judged close 1 close ends=close
	says ends 'the reply meets EPIPE, and is lost'
	judged close-late 1 close ends=close
	judged leaves 1 close ends=close
	judged reads-once 0 close ends=close
	says ends 'what comes behind meets EPIPE'
	says reset 'it ends by itself before the ECONNRESET'
}

@test "a client that never ends its half fails" {
	judged never 1 never
	says ends 'no end, and none in 3 s after the server'
}

@test "what is left unread resets: whoever has said something has to tell that" {
	judged swallows 1 half-close reset=silent
	judged http-naive 1 never cut=silent cut-chunked=silent reset-until-fin=silent
	judged silent-half-close 0 half-close reset='cannot tell'
	says reset 'reset by what is unread, and it has sent nothing'
}

@test "who sends on dies of SIGPIPE at once" {
	judged sigpipe 1 never sends-on='sends on' sigpipe=SIGPIPE
}

@test "TLS by a UNIX socket is judged, but for a reset" {
	judged tls 0 half-close tls-end='close_notify and FIN' truncated=tells reset='cannot tell'
}

@test "who neither reads a long reply nor ends is not waited for without end" {
	judged stays 3 None ends='cannot tell'
}

@test "a port and a UNIX socket exclude each other, and one there must be" {
	run -2 client_of -- nc '{port}' '{unix}'
	assert_output --partial 'a port or a UNIX socket, not both'
	run -2 client_of -- nc -U s
	assert_output --partial 'COMMAND has no {port} and no {unix}'
}

@test "the folder of the sockets is gone afterwards" {
	mkdir tmp
	client_command stays-away
	TMPDIR=$PWD/tmp run -3 client_of --tries=1 -- "${COMMAND[@]}"
	run -0 ls -A tmp
	refute_output
}
