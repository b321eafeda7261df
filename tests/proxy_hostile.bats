#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab proxy on proxies that treat an end in a way of their own: in TLS, at
# UNIX sockets, or between one of these and TCP. They are tests/servers/proxy.py
# and tls_proxy.py.
#
# As in audit.bats, what takes time runs in the background from the beginning.

load helpers
load results

# NAME: MODE, OF WHICH SIDE TLS IS, OPTIONS : ITS SIDES : OPTIONS OF GRACELAB
TLS='
answers:      answers front:               tcp tcp:   --only=gated,reset-back
echoes:       echoes front:                tcp tcp:   --only=client-fin,server-fin
late:         late front --delay 1.3:      tcp tcp:   --only=reset-back
too-late:     late front --delay 9:        tcp tcp:   --timeout=0.5s --only=gated
never-lost:   late front --delay 9:        tcp tcp:   --timeout=0.5s --only=reset-back
alone:        alone both:                  tcp tcp:   --only=client-fin,server-fin
tickets:      tickets front:               tcp tcp:   --only=client-fin,gated
rekeys:       rekeys both:                 tcp tcp:   --only=client-fin,gated
renegotiates: renegotiates front:          tcp tcp:   --tls-front=1.2 --only=client-fin,gated
good-unix:    good both:                   unix unix: --only=gated,reset-back
softens-unix: softens both:                tcp unix:  --only=gated,reset-back,reset-forward
softens-from: softens front:               unix tcp:  --only=gated,reset-back
softens-blind: softens front:              tcp unix:  --only=gated,reset-back
bare-unix:    bare back:                   tcp unix:  --only=gated
'
# NAME: FAULT: ITS SIDES : OPTIONS OF GRACELAB
PLAIN='
hides:        hides-client-fin: unix unix: --timeout=0.5s --only=gated,server-fin
hides-from:   hides-client-fin: unix tcp:  --timeout=0.5s --only=gated,server-fin
hides-to:     hides-server-fin: tcp unix:  --timeout=0.5s --only=gated,server-fin
hangs-up:     hangs-up:         unix unix: --only=gated
hangs-up-to:  hangs-up:         tcp unix:  --only=gated
hangs-full:   hangs-up-full:    tcp tcp:   --only=large
hangs-full-unix: hangs-up-full:  unix unix: --only=large
hurries-wide: hurries --narrow 4: tcp tcp: --only=large
drops-to:     drops-client-fin: tcp unix:  --only=gated,server-fin
drops-from:   drops-server-fin: unix tcp:  --only=gated,server-fin
eof-to:       rst-to-fin:       tcp unix:  --only=gated,reset-back,reset-forward --strict
drips:        drips:            tcp tcp:   --only=gated
gives-up:     gives-up:         tcp tcp:   --delay=10ms --only=bare-fin
good-amid:    good:             tcp tcp:   --delay=10ms --only=bare-fin
toils:        toils:            tcp tcp:   --jobs=1 --timeout=0.1s --only=gated
probes-first: probes-first:     tcp tcp:   --jobs=1 --only=server-fin
toils-once:   toils-once:       tcp tcp:   --only=server-fin
ponders:      ponders:          tcp tcp:   --delay=5ms --only=bare-fin
'

setup_file() {
	begin_results try_them_all
}

teardown_file() {
	end_results
}

# words_of SIDE SIDE: how a command names these, in the array $sides.
words_of() {
	sides=('{listen}' '{backend}')
	[[ $1 == tcp ]] || sides[0]='{listen_unix}'
	[[ $2 == tcp ]] || sides[1]='{backend_unix}'
}

try_them_all() {
	local name mode between options sides

	trap 'kill $(jobs -p); exit 1' TERM
	while IFS=: read -r name mode between options; do
		[[ $name ]] || continue
		room_for 6
		# shellcheck disable=SC2086 # words
		words_of $between
		# shellcheck disable=SC2086
		try_tls "$name" $mode -- $options &
	done <<<"$TLS"
	while IFS=: read -r name mode between options; do
		[[ $name ]] || continue
		room_for 6
		# shellcheck disable=SC2086
		words_of $between
		# shellcheck disable=SC2086
		try_one "$name" "$O/gracelab" proxy --format=json $options -- \
			"$PYTHON" -IS "$ROOT/tests/servers/proxy.py" \
			--fault $mode "${sides[@]}" &
	done <<<"$PLAIN"
	wait
}

# try_tls NAME MODE front|back|both OPTION... -- OPTION...: of the proxy, and of
# gracelab.
try_tls() {
	local name=$1 mode=$2 side=$3 its=() ours=()

	shift 3
	while [[ $1 != -- ]]; do
		its+=("$1")
		shift
	done
	[[ $side == back ]] || {
		its+=(--cert '{cert}' --key '{key}')
		ours+=(--tls-front)
	}
	[[ $side == front ]] || {
		its+=(--ca '{ca}')
		ours+=(--tls-back)
	}
	try_one "$name" "$O/gracelab" proxy --format=json "${ours[@]}" \
		"${@:2}" -- "$PYTHON" -IS "$ROOT/tests/servers/tls_proxy.py" \
		"${its[@]}" "$mode" "${sides[@]/backend\}/backend_port\}}"
}

# judged NAME STATUS [CHECK=VERDICT...]: how that run ended.
judged() {
	await_result "$1"
	head -c 1000 "$REPORT" "$RESULTS/$1.err"
	"$PYTHON" -I - "$REPORT" "$(<"$RESULTS/$1.status")" "${@:2}" <<-'END'
		import json, sys
		path, status, expected, *verdicts = sys.argv[1:]
		assert status == expected, "status %s, not %s" % (status, expected)
		report = json.load(open(path, encoding="utf-8"))
		checks = {c["id"]: c["verdict"] for c in report["probes"]}
		for check, word in (v.split("=") for v in verdicts):
		    assert checks[check] == word, "%s: %s" % (check, checks[check])
	END
}

# says CHECK REGEXP: that its row, of the run judged last, says that.
says() {
	"$PYTHON" -I - "$REPORT" "$@" <<-'END'
		import json, re, sys
		path, name, text = sys.argv[1:]
		report = json.load(open(path, encoding="utf-8"))
		row, = (c for c in report["probes"] if c["id"] == name)
		said = row["measured"] + " " + row["why"]
		assert re.search(text, said), "%r does not say %r" % (said, text)
	END
}

### TLS

@test "a proxy that answers for a lost server is told by what it says" {
	judged answers 1 gated=pass reset-back=FAIL
	says reset-back 'other bytes than were sent, then close_notify'
	proof 'FAIL: a cut reply looks whole'
}

@test "a proxy that answers close_notify by its own at once loses the reply" {
	judged echoes 1 client-fin=FAIL server-fin=pass
	says client-fin '3 lost of 3.*got 0 of 65536 bytes, then close_notify'
}

@test "an end that comes late is one, and one that never comes is none" {
	judged late 0 reset-back=pass
	judged too-late 1 gated=FAIL
	says gated '3 without end of 3.*100 of 100 bytes, then nothing for 0.5 s'
	proof 'the connection never ends'
	judged never-lost 1 reset-back=FAIL
	proof 'FAIL: that a peer is lost is never told'
}

@test "a half closed by close_notify alone is closed" {
	judged alone 0 client-fin=pass server-fin=pass
}

@test "tickets, new keys and another handshake behind the end cost no verdict" {
	judged tickets 0 client-fin=pass gated=pass
	judged rekeys 0 client-fin=pass gated=pass
	judged renegotiates 0 client-fin=pass gated=pass
}

### UNIX sockets

@test "a half-close that a UNIX socket or its proxy drops is missed there" {
	judged hides 1 gated=FAIL server-fin=pass
	says gated "client's FIN does not come to the server"
	judged hides-from 1 gated=FAIL server-fin=pass
	judged hides-to 1 gated=pass server-fin=FAIL
	says server-fin "server's FIN does not come to the client"
}

@test "what a proxy leaves unread when its peer closes is lost" {
	judged hangs-up 1 gated=FAIL
	says gated '3 lost of 3 the client got 0 of 100 bytes, then EOF'
	judged hangs-up-to 1 gated=FAIL
}

@test "what it has not read yet, since it holds all it can, is lost" {
	judged hangs-full 1 large=FAIL
	says large '(reply|upload), more than it holds'
	judged hangs-full-unix 1 large=FAIL
}

@test "a proxy that takes more than it did before is filled all the same" {
	judged hurries-wide 1 large=FAIL
}

@test "from TCP to UNIX and back, what ends both is found" {
	judged drops-to 1 gated=FAIL server-fin=pass
	judged drops-from 1 gated=pass server-fin=FAIL
	judged bare-unix 1 gated=FAIL
	says gated 'the server got 100 of 100 bytes, then FIN without close_no'
}

@test "a reset that a UNIX socket cannot tell of has no verdict, even if strict" {
	judged eof-to 0 gated=pass
	says reset-back 'a UNIX socket has no RST, and no TLS tells of a cut'
	says reset-forward 'a UNIX socket has no RST'
}

@test "a cut that TLS can tell of at a UNIX socket is judged" {
	judged good-unix 0 gated=pass reset-back=pass
	judged softens-unix 1 gated=pass reset-back=FAIL
	says reset-back 'the client sees close_notify: a cut reply looks whole'
	judged softens-from 1 gated=pass reset-back=FAIL
	judged softens-blind 0 gated=pass 'reset-back=cannot be asked'
}

### Pieces

@test "what comes in pieces, cut in the first line's end, is known all the same" {
	judged drips 0 gated=pass
}

### Work

@test "a proxy that works on is not taken for one that hangs" {
	judged toils 0 gated=pass
	# Nor for one that connects only when the client has said something.
	judged toils-once 0 server-fin=pass
}

@test "a proxy that probes before it connects is waited for all the same" {
	judged probes-first 0 server-fin=pass
}

### A FIN while the proxy connects

@test "a FIN that comes while the proxy connects is asked for on a line" {
	[[ -c /dev/net/tun && -w /dev/net/tun ]] || skip 'no /dev/net/tun'
	judged gives-up 1 bare-fin=FAIL
	says bare-fin 'lost.*while the proxy connects'
	judged good-amid 0 bare-fin=pass
	# Of one that connects later there is nothing to be seen.
	judged ponders 0 bare-fin=pass
	says bare-fin 'not proved while the proxy connects: in 12 tries'
}
