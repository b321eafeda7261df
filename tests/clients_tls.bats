#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab client --tls: its verdicts on clients of known behaviour, which are
# those of tests/servers/tls_client.py.
#
# As in proxy.bats, what takes time runs in the background from the beginning.
#
# shellcheck disable=SC2034 # clients.bash reads what is set here

load helpers
load clients

DEFAULTS=--tls

# NAME: KIND : OPTIONS, besides --tries=1.
CLIENTS='
both:      both: --only=ends,tls-end,late-reply
both-1.2:  both: --tls=1.2 --only=ends,tls-end
notifies:  notifies: --only=ends,tls-end,truncated,fin-alone,notify-alone
bare:      bare: --only=ends,tls-end,truncated,reset
drops:     drops: --only=ends,truncated
drops-1.2: drops: --tls=1.2 --only=ends
discards:  discards: --only=ends --until=\n
unwraps:   unwraps: --only=ends
framed:    unwraps: --only=ends --framed
gives-up:  gives-up: --only=late-reply
reads:     reads: --only=ends,tls-end,truncated --framed
resets:    resets: --only=ends,tls-end
silent:    silent: --only=ends
counts:    counts: --only=ends,truncated
sends-on:  sends-on: --only=sends-on,sigpipe
garbles:   garbles: --only=ends
crumbs:    crumbs: --only=ends
mistrusts: mistrusts
floods:    floods: --only=ends --timeout=3s
plain:     plain
half-hello: half-hello: --timeout=3s
hangs-up:  hangs-up
'

setup_file() {
	begin_clients
}

teardown_file() {
	end_results
}

client_command() {
	COMMAND=("$PYTHON" -IS "$ROOT/tests/servers/tls_client.py" '{host}'
		'{port}' '{ca}' "$1")
}

@test "both layers of an end, or one of them, and a reply behind it: half-close" {
	judged both 0 half-close tls-end='close_notify and FIN' late-reply=taken
	says ends 'its close_notify comes .* the reply is read, and put out'
	says late-reply 'read 1\.[0-9]+ s after its close_notify'
	fact tls '"1.3"'
	fact tls_end '"close_notify and FIN"'
	fact proof '"proved: how it ends loses no reply, a reply 1 s after its close_notify"'
	judged both-1.2 0 half-close tls-end='close_notify and FIN'
	fact tls '"1.2"'
	judged notifies 0 half-close tls-end='close_notify alone'
	says tls-end "before the reply; FIN after the server's end"
	judged bare 1 half-close tls-end='FIN alone'
	says ends 'its FIN without close_notify comes'
	says tls-end 'before the reply, without close_notify'
}

@test "a reply that its end costs is lost in either version, of each with its section" {
	judged drops 1 close ends=close truncated='cannot tell'
	says ends 'its close_notify comes .* meets RST, and is lost'
	says truncated 'it does not read a whole reply'
	proof 'RFC 8446 section 6.1'
	judged drops-1.2 1 close
	proof 'RFC 5246 section 7.2.1'
}

@test "what TLS reads and throws away is not taken for a reply that is read" {
	judged discards 1 close ends=close
	says ends 'the reply is read from the socket, thrown away, and lost'
	judged unwraps 1 close ends=close
	says ends 'more than the first record of a long reply meets RST'
	judged framed 3 None 'ends=cannot tell'
	judged gives-up 1 half-close late-reply=LOST
	says late-reply 'gives up 0\.[3-9][0-9] s after its close_notify'
}

@test "who puts nothing out cannot be told, unless its status does" {
	judged silent 3 None ends='cannot tell'
	says ends 'whether the program gets it does not show'
	judged counts 0 half-close ends=half-close truncated=tells
}

@test "one that waits for the server never ends first, and an abort is one" {
	judged reads 0 never ends=never tls-end='close_notify and FIN' truncated=tells
	says tls-end "after the server's end"
	judged resets 1 reset ends=reset tls-end=reset
	says ends 'no reply can reach it'
}

@test "a reply that FIN alone cuts has to be told from a whole one" {
	judged notifies 0 half-close truncated=tells fin-alone=tells \
		notify-alone=taken
	fact tells_truncated true
	proof 'one that a FIN without close_notify cuts is told'
	judged bare 1 half-close truncated=silent reset=tells
	fact tells_truncated false
	proof '^FAIL: a reply that a FIN without close_notify cuts counts as whole$'
}

@test "whether it sends on after the server's close_notify, and dies of SIGPIPE" {
	judged sends-on 1 never sends-on='sends on' sigpipe=SIGPIPE
	says sends-on "bytes come after the server's close_notify"
}

@test "records in crumbs, and without end, are records; what is none is no end" {
	judged crumbs 0 half-close
	judged garbles 3 None ends='breaks TLS'
	says ends 'what comes before the reply is no record of TLS'
	judged floods 1 never
}

@test "a client whose handshake fails has no verdict, and is told why" {
	judged plain 3 None plain='no handshake'
	proof 'what comes is no TLS: "GET / HTTP'
	judged half-hello 3 None plain='no handshake'
	proof 'handshake fails: nothing more comes'
	judged hangs-up 3 None plain='no handshake'
	proof 'handshake fails: the peer closes the connection'
	judged mistrusts 3 None plain='not served'
	says plain 'with nothing said: status 1: I do not know you'
	proof 'refuses our server once TLS stands; {ca} is the certificate'
}

@test "who refuses the certificate and has no {ca} is told of it, in clean words" {
	run -3 client_of --tls --tries=1 --format=json -- "$PYTHON" -IS -c '
import socket, ssl, sys
try:
    ssl.create_default_context().wrap_socket(
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))),
        server_hostname="localhost")
except ssl.SSLError:
    sys.exit("I do\n\n  not trust" + 100 * " it")' '{port}'
	assert_output --partial 'unknown CA\"; COMMAND has no {ca}, the file of'
	assert_output --partial 'status 1: I do not trust it it'
	assert_output --partial ' it…"'
}

@test "options and words of TLS without TLS are usage errors" {
	run -2 client_of --tls=1.1 -- nc '{port}'
	assert_output --partial "--tls: expected 1.2 or 1.3, not '1.1'"
	run -2 client_of --only=truncated -- nc '{port}'
	assert_output --partial 'truncated needs --tls'
	run -2 client_of -- nc '{port}' '{ca}'
	assert_output --partial '{ca} needs --tls'
}

@test "the longest name does not break the columns, of a list neither" {
	local names
	run -0 client_of --list
	names=$(cut -c 20 <<<"$output" | sort -u)
	assert_equal "$names" ' '
	client_command bare
	run -1 client_of --tls --http --tries=1 --only=truncated-until-fin,cut \
		--timeout=2s -- "${COMMAND[@]}"
	names=$(sed -n 's/^[ !] \(plain\|cut\|truncated-until-fin\) *.*/&/p' \
		<<<"$output" | cut -c 22 | sort -u)
	assert_equal "$names" ' '
	assert_line --regexp '^  plain {15}pass +TLS 1.3'
}

@test "the certificates of a run are gone afterwards" {
	mkdir tmp
	client_command mistrusts
	TMPDIR=$PWD/tmp run -3 client_of --tls --tries=1 -- "${COMMAND[@]}"
	run -0 ls -A tmp
	refute_output
}
