#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab client: its verdicts on clients of known behaviour, which are those
# of tests/servers/client.py, and on real ones that are there.
#
# As in proxy.bats, what takes time runs in the background from the beginning.
#
# shellcheck disable=SC2034 # clients.bash reads what is set here

load helpers
load lab
load clients
load lab

# NAME: KIND : OPTIONS, besides --tries=1.
CLIENTS='
never:             never: --timeout=3s
sigpipe:           sigpipe: --timeout=3s --only=ends,sends-on,sigpipe
half-close:        half-close: --tries=2
silent-half-close: silent-half-close: --only=ends,late-reply
close:             close
close-late:        close-late: --only=ends --timeout=3s
reset:             reset: --only=ends,reset
reset-after:       reset-after: --only=ends
reset-late:        reset-late: --only=ends --timeout=3s
reads-to-eof:      reads-to-eof: --only=ends,late-reply,reset
reads-once:        reads-once: --only=ends,cut,reset --framed
reads-half-open:   reads-half-open: --only=ends
gives-up:          gives-up: --only=ends,late-reply
pipes:             pipes: --only=ends,late-reply --input=/dev/null
swallows:          swallows: --only=cut,reset
warns:             warns: --only=reset
murmurs:           murmurs: --only=reset
strict:            strict: --only=cut,reset --framed --reply=begin\nend\n
fails:             fails: --only=ends,cut
goes-on:           goes-on: --only=sends-on,sigpipe
greeted:           greeted: --only=ends --greeting=hello
http-naive:        http-naive: --only=ends,cut,cut-chunked,until-fin,reset
expected:          in-two: --only=ends --expect=4
until:             in-two: --only=ends --until=b\n
as-http:           half-close: --only=cut --http
listens:           listens: --only=ends
stays-away:        stays-away
'

client_command() {
	COMMAND=("$PYTHON" -IS "$ROOT/tests/servers/client.py" '{host}'
		'{port}' "$1")
}

setup_file() {
	begin_clients
}

teardown_file() {
	end_results
}

@test "a client that half-closes and reads on passes, and it is told for what" {
	judged half-close 0 half-close late-reply=taken reset=tells cut=silent
	says ends 'its FIN comes .* the reply is read, and put out'
	says late-reply 'read 1\.[0-9]+ s after its FIN'
	says cut 'reported .* nothing in the reply tells its length'
	fact takes_late_reply true
	fact tells_reset true
	fact proof '"proved: how it ends loses no reply, a reply 1 s after its FIN, a reset reply is told"'
	judged silent-half-close 0 half-close late-reply=taken
	says ends 'the reply is read$'
}

@test "a client that closes at once loses its reply: RST meets it" {
	judged close 1 close ends=close late-reply=skipped
	says ends 'the reply meets RST, and is lost'
	says cut 'cannot tell +it does not read a whole reply'
}

@test "close with something unread is not taken for an abortive one" {
	judged close-late 1 close ends=close
}

@test "an abortive close is told, before the reply and after it" {
	judged reset 1 reset ends=reset 'reset=cannot tell'
	says ends 'no reply can reach it'
	judged reset-after 3 reset ends=reset
	says ends 'reported .* once it has read the reply'
	# Where the reply was there by then, it is asked with more time.
	judged reset-late 1 reset ends=reset
	says ends 'no reply can reach it'
}

@test "a client that never ends fails; one that ends after the server does not" {
	judged never 1 never ends=never
	says ends 'none in 3 s after the server'
	judged reads-to-eof 0 never late-reply=skipped reset=tells
	says ends 'no FIN before the server'
}

@test "a client that ends once it has the reply loses nothing" {
	judged reads-once 1 close ends=close cut=silent 'reset=cannot tell'
	says ends 'good .* what comes behind meets RST'
	says reset 'ends by itself before the RST'
	judged reads-half-open 0 half-close
	says ends 'it reads on'
}

@test "a client that gives up soon after its FIN fails, with the time" {
	judged gives-up 1 half-close ends=half-close late-reply=LOST
	says late-reply 'gives up 0\.[3-9][0-9] s after its FIN'
	fact takes_late_reply false
}

@test "what a client gives up without a FIN too is not the FIN's doing" {
	judged pipes 0 half-close late-reply=LOST
	says late-reply 'unproved .* and as soon without one'
}

@test "a reset reply has to be told from a whole one, by status or in words" {
	judged swallows 1 half-close reset=silent cut=silent
	fact tells_reset false
	judged warns 0 half-close reset=tells
	says reset 'status 0, as with a whole one, but it says: .*reset by peer'
	judged murmurs 3 half-close 'reset=cannot tell'
	says reset 'its output differs, and may say so: .*reset by peer'
}

@test "a cut reply has to be told only where it says how long it is" {
	judged strict 0 never cut=tells reset=tells
	judged http-naive 1 never cut=silent cut-chunked=silent until-fin=taken reset=silent
	judged fails 0 half-close 'cut=cannot tell'
	says cut 'with a whole reply it fails too \(status 3\)'
}

@test "whether it sends on after the server's FIN, and dies of SIGPIPE" {
	judged goes-on 3 never sends-on='sends on' sigpipe=survives
	says sends-on '[0-9]+ bytes come after'
	fact sends_after_fin true
	fact dies_of_sigpipe false
	judged sigpipe 1 never sends-on='sends on' sigpipe=SIGPIPE
	fact dies_of_sigpipe true
}

@test "a client that waits for a greeting gets one" {
	judged greeted 0 half-close
}

@test "a request is whole by --expect or --until, and --http frames a reply" {
	judged expected 0 never
	says plain 'put it out; then: status 0'
	judged until 0 never
	says plain 'put it out; then: status 0'
	judged as-http 1 half-close cut=silent
	# Who says nothing may wait for us to begin.
	judged listens 0 never
	says plain 'put it out; then: status 0'
}

@test "a client that makes no connection has no verdict, and its words are shown" {
	judged stays-away 3 None
	says plain 'no connection .* status 1: I would rather not'
	run -3 client_of --timeout=0.1s --tries=1 -- sleep '{port}'
	assert_output --partial 'makes no connection: no end in 0.1 s'
	run -3 client_of --tries=1 -- ./nowhere '{port}'
	assert_output --partial 'status 127: cannot'
}

@test "a client starts with three descriptors, no signal blocked, nor SIGPIPE ignored" {
	# ls(1) reads the folder by one more.
	run -3 client_of --tries=1 -- sh -c 'ls /proc/self/fd | xargs echo >&2
		sed -n "/SigBlk/p; s/SigIgn:.*\(.\)...$/for SIGPIPE: \1/p" \
			/proc/self/status >&2' sh '{port}'
	output=$(tr -s ' \n' ' ' <<<"$output")
	assert_output --partial 'status 0: 0 1 2 3 SigBlk: 0000000000000000 for SIGPIPE: 0'
}

@test "the command line is checked, and names what is wrong" {
	run -2 client_of
	assert_output --partial 'expected -- COMMAND...'
	run -2 client_of -- nc localhost 80
	assert_output --partial 'COMMAND has no {port}'
	run -2 client_of --reply=x -- nc '{port}'
	assert_output --partial '--reply: expected 2 bytes at least'
	run -2 client_of --reply=@/nowhere -- nc '{port}'
	assert_output --partial 'cannot read /nowhere'
	run -2 client_of --only=half-open -- nc '{port}'
	assert_output --partial "--only: there is no 'half-open'"
	run -2 client_of --jobs=33 -- nc '{port}'
	assert_output --partial "--jobs: expected 1 to 32, not '33'"
	run -2 client_of --until='\q' -- nc '{port}'
	assert_output --partial "--until: unknown escape '\\q'"
	run -0 client_of --list
	assert_output --regexp 'late-reply +does it take a reply'
}

@test "what was finished when a signal comes is shown, and ended by it" {
	cp "$ROOT/tests/servers/client.py" mine.py
	start lab "$O/gracelab" client --timeout=60s --tries=1 -- \
		"$PYTHON" -IS "$PWD/mine.py" '{host}' '{port}' never
	await at_least 3 "$PWD/mine.py"
	kill_it lab INT
	finish lab 130
	assert_output --partial 'NO-VERDICT: interrupted'
	await nobody_lingers "$PWD/mine.py"
}

@test "what a client has started ends with it, also without a network of its own" {
	local way

	cp "$(type -P sleep)" mine
	for way in env without_namespaces; do
		run -3 "$way" timeout 60 "$O/gracelab" client --timeout=0.3s \
			--tries=1 -- sh -c "setsid '$PWD/mine' 1000 & exit 0" \
			sh '{port}' 3>&- {TICK}<&-
		assert_output --partial 'makes no connection'
		await nobody_lingers "$PWD/mine"
	done
}

@test "nc, ncat, socat and curl end as their manuals say" {
	local one

	for one in nc ncat socat curl; do
		command -v "$one" >/dev/null || skip "$one is not installed"
	done
	real 0 half-close --only=ends,late-reply -- nc -N '{host}' '{port}'
	real 0 never --only=ends -- nc '{host}' '{port}'
	real 1 close --only=ends -- ncat --send-only '{host}' '{port}'
	real 1 half-close --only=ends,late-reply -- socat - 'TCP:{host}:{port}'
	real 0 half-close --only=ends,late-reply -- socat -t 5 - 'TCP:{host}:{port}'
	real 0 close --only=ends,cut,cut-chunked,reset -- curl -sS 'http://{host}:{port}/'
	fact tells_cut true
	fact tells_reset true
}
