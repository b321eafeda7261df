#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab audit on servers that are hard to judge, tests/servers/kinds.py: a
# wrong verdict is worse than none. Many of them got one once.
#
# shellcheck disable=SC2034 # audits.bash reads what is set here

load helpers
load audits

# shellcheck disable=SC2034 # audits.bash reads it
SERVER=kinds.py
FINS='--only=fin-glued,fin-late,fin-midreply'

# NAME is the KIND; what stands behind a slash is another audit of it.
AUDITS="
nonce:             nonce
nonce-aborts:      nonce-aborts: $FINS
lengths:           lengths
lengths-abort:     lengths-abort: $FINS
clock:             clock
date:              date: --http=/ $FINS
date-aborts:       date-aborts: --http=/ $FINS
until-close:       until-close: --http=/ $FINS
until-close-cut:   until-close-cut: --http=/ $FINS
chunked:           chunked: --http=/
chunked-cut:       chunked-cut: --http=/ $FINS
interim:           interim: --http=/ $FINS
head:              head: --send=HEAD\\x20/\\x20HTTP/1.1\\r\\n\\r\\n $FINS
nothing:           nothing: --http=/ $FINS
keep:              keep: --http=/ $FINS
status:            status: --http=/
status-asked:      status: --http=/ --status=404 $FINS
status-other:      keep: --http=/ --status=404
dead-backend:      dead-backend: --http=/
pieces:            pieces: --only=fin-glued
pieces-abort:      pieces-abort: --only=fin-glued
pieces-until:      pieces: --until=done\\n --only=fin-glued
stream:            stream: --http=/ $FINS
tokens:            tokens: --http=/ $FINS
tokens-abort:      tokens-abort: --http=/ $FINS
keeps-open:        keeps-open: --timeout=1s
prompt:            prompt: $FINS
pipelined:         pipelined: --timeout=1s --only=fin-glued
greets:            greets: $FINS
greets-late:       greets-late: $FINS
socks:             socks: --socks5=localhost:80 $FINS
socks-raw:         socks: --preamble=raw-socks --only=fin-glued
socks-steps:       socks: --preamble=socks --only=fin-glued
socks-early:       socks: --preamble=socks-early --timeout=0.5s --only=fin-glued
socks-refuses:     socks-refuses: --socks5=localhost:80
refuses:           refuses: --connect=localhost:80
refuses-raw:       refuses: --preamble=connect
greets-other:      greets: --preamble=other --timeout=0.5s
starttls:          starttls: --preamble=starttls $FINS
cached:            cached: $FINS
warming:           warming: $FINS
gated:             gated
gated-lost:        gated-lost: --timeout=0.5s
impostor:          impostor: --tries=2 --only=fin-glued,fin-late
late-drop:         late-drop --think 0.52: --only=fin-glued,fin-late
mixed:             mixed: --only=fin-glued
write-timeout:     write-timeout: --only=fin-glued,fin-stalled
flaky:             flaky
limited:           limited
few:               few: --only=fin-glued,close
workers:           workers: $FINS
serial:            serial --think 0.5
serial-aborts:     serial-aborts: $FINS
serial-gated:      serial-gated: --timeout=1s --only=fin-glued,reset
serial-keeps:      serial-keeps: --timeout=1s --only=fin-glued,close
jams:              jams: --timeout=1s
dies-of-nothing:   dies-of-nothing
early:             early: --only=oversend
early-big:         early: --request=big --status=413 --only=oversend
early-lingers:     early-lingers: --only=oversend
cut-closes:        cut-closes: --only=half-request,fin-glued
cut-hangs:         cut-hangs: --only=half-request,fin-glued
endless:           endless: --timeout=0.3s
silent:            silent: --timeout=0.5s
tls:               tls
hostile:           hostile: --only=fin-glued
"

# STATUS and verdicts, also beside two busy loops.
declare -gA EXPECTED=(
	[nonce]='0 fin-glued=HONOURED fin-late=HONOURED'
	[nonce-aborts]='1 fin-glued=LOST fin-late=LOST'
	[lengths]='0 fin-glued=HONOURED fin-late=HONOURED close=HONOURED'
	[lengths-abort]='1 fin-glued=LOST fin-late=LOST'
	[clock]='0 fin-glued=HONOURED fin-late=HONOURED'
	[date]='0 fin-glued=HONOURED fin-late=HONOURED'
	[date-aborts]='1 fin-glued=LOST fin-late=LOST'
	[until-close]='0 fin-glued=HONOURED fin-late=HONOURED'
	[until-close-cut]='1 fin-glued=TRUNCATED fin-midreply=TRUNCATED'
	[chunked]='0 fin-glued=HONOURED fin-late=HONOURED close=HONOURED
		reset=HONOURED'
	[chunked-cut]='1 fin-glued=TRUNCATED'
	[interim]='0 fin-glued=HONOURED'
	[head]='0 fin-glued=HONOURED fin-late=HONOURED'
	[nothing]='0 fin-glued=HONOURED fin-late=HONOURED'
	[keep]='0 fin-glued=HONOURED fin-late=HONOURED'
	[pieces]='0 fin-glued=HONOURED'
	[pieces-abort]='1 fin-glued=TRUNCATED'
	[stream]='0 fin-glued=HONOURED fin-midreply=HONOURED'
	[tokens]='0 fin-glued=HONOURED'
	[tokens-abort]='1 fin-glued=TRUNCATED'
	[keeps-open]='1 fin-glued=NO-FIN fin-late=NO-FIN close=HONOURED'
	[prompt]='0 fin-glued=HONOURED fin-late=HONOURED'
	[greets]='0 fin-glued=HONOURED fin-late=HONOURED'
	[greets-late]='1 fin-glued=LOST fin-late=LOST'
	[socks]='1 fin-glued=LOST fin-late=LOST'
	[refuses]='3'
	[cached]='3'
	[warming]='0 fin-glued=HONOURED fin-late=HONOURED'
	[gated]='0 fin-glued=HONOURED fin-late=HONOURED close=HONOURED'
	[impostor]='1 fin-glued=SUBSTITUTED fin-late=SUBSTITUTED'
	[mixed]='1 fin-glued=LOST'
	[write-timeout]='0 fin-glued=HONOURED fin-stalled=UNPROVED'
	[flaky]='3 fin-glued=UNPROVED'
	[limited]='3'
	[few]='0 fin-glued=HONOURED close=HONOURED'
	[workers]='0 fin-glued=HONOURED fin-late=HONOURED'
	[serial]='0 fin-glued=HONOURED fin-late=HONOURED close=HONOURED
		reset=HONOURED'
	[serial-aborts]='1 fin-glued=LOST fin-late=LOST'
	[serial-gated]='0 fin-glued=HONOURED reset=HONOURED'
	[serial-keeps]='0 fin-glued=HONOURED close=HONOURED'
	[jams]='1 fin-glued=PEER-DIED close=skipped'
	[dies-of-nothing]='1 fin-glued=HONOURED bare-fin=PEER-DIED'
	[hostile]='1 fin-glued=SUBSTITUTED'
)

BUSY='nonce nonce-aborts date-aborts until-close chunked chunked-cut pieces
	pieces-abort stream tokens-abort keeps-open prompt greets-late socks
	cached warming gated mixed write-timeout flaky few serial serial-aborts
	dies-of-nothing '
BUSY=${BUSY//[$'\n\t']/ }

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	printf 'CONNECT peer:7 HTTP/1.1\r\nHost: peer:7\r\n\r\n' >connect
	printf '\5\1\0\5\1\0\1\177\0\0\1\0\120' >raw-socks
	cat >socks <<-'END'
		# a negotiation, step by step
		send "\x05\x01\x00"
		expect "\x05\x00"

		send "\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50"
		expect 10
	END
	printf 'send "\\5\\1\\0\\5\\1\\0\\1\\x7f\\0\\0\\1\\0\\x50"\nexpect 12\n' \
		>socks-early
	printf 'expect "221"\n' >other
	head -c 8388608 /dev/zero >big
	printf 'expect line\nsend "STARTTLS\\r\\n"\nexpect "220 go"\nexpect line\n' \
		>starttls
	begin_audits
}

teardown_file() {
	end_audits
}

# holds NAME...: each as it is expected.
holds() {
	local name

	for name; do
		# shellcheck disable=SC2086 # words
		judged "$name" ${EXPECTED[${name#busy-}]}
	done
}

@test "bytes that differ each time are not held against a reply" {
	holds nonce clock nonce-aborts
	proof 'does not keep its reply'
}

@test "a reply of any length is whole if it ends as those without a FIN" {
	holds lengths lengths-abort
}

@test "HTTP is whole by its framing: a length, chunks, none, an interim reply" {
	holds date date-aborts chunked chunked-cut interim head nothing keep
	says base 'HTTP 200'
}

@test "a body that ends by close is whole by its FIN, but not without a byte" {
	holds until-close until-close-cut
	says fin-glued "behind the reply's header"
}

@test "an error is no baseline unless --status asks for it" {
	judged status 3
	proof '^NO-BASELINE: .*HTTP 404'
	judged dead-backend 3
	proof '^NO-BASELINE: .*HTTP 503'
	judged status-asked 0 fin-glued=HONOURED
	says base 'HTTP 404'
	judged status-other 3
	proof '^NO-BASELINE: .*HTTP 200, not --status 404'
}

@test "silence is not taken for the end of a reply" {
	holds pieces
	says base '13 bytes'
	holds pieces-abort
	says fin-glued '8 of 13 bytes EOF after 61.5% of the reply'
}

@test "--until says where a reply ends" {
	judged pieces-until 0 fin-glued=HONOURED
	says base '13 bytes .*--until'
}

@test "what may be the whole is not called so, nor is it called a part" {
	judged pipelined 3 fin-glued=UNPROVED
	proof '^UNPROVED: .*(--expect|--until)'
}

@test "a reply that goes on after the FIN proves, though it began before" {
	holds stream tokens interim
	judged stream 0
	proof 'went on for (0\.9|1\.[01])'
	holds tokens-abort
}

@test "a reply that is whole, and a connection that never ends, are told apart" {
	holds keeps-open
	proof '^VIOLATES: replies are whole, but the connection never ends'
	says fin-glued '3 unended of 3'
	holds prompt
}

@test "a greeting is not the reply" {
	holds greets
	says base '^reply 3 bytes'
	holds greets-late
	says fin-glued '0 of 3 bytes'
}

@test "a preamble has steps: SOCKS5, CONNECT, STARTTLS" {
	holds socks
	says base '60000 bytes'
	for name in socks-raw socks-steps; do
		judged "$name" 1 fin-glued=LOST
	done
	judged starttls 0 fin-glued=HONOURED
	says base '^reply 10 bytes'
}

@test "a preamble that is refused, or not answered, is named as that" {
	for name in refuses refuses-raw; do
		judged "$name" 3
		proof '^NO-BASELINE: the preamble is refused: .*403'
	done
	judged socks-refuses 3
	proof '^NO-BASELINE: the preamble is refused: .*connection refused'
	judged socks-early 3
	proof '^NO-BASELINE: the preamble is refused: '
	judged greets-other 3
	proof 'refused: "220 ready.*" is not what it expects'
}

@test "a try whose reply came before its FIN proves nothing" {
	holds cached
	says fin-late '(in all|;) [0-9]+ (tries the reply|more prove nothing)'
	proof '^UNPROVED: '
	# Its FIN comes sooner, once replies do.
	holds warming
	"$PYTHON" -I - "$REPORT" <<-'END'
		import json, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		probes = {p["id"]: p for p in report["probes"]}
		assert probes["fin-late"]["early"], probes
		longest = max(probes[one]["first_byte_after_fin_s"]
		              for one in ("fin-glued", "fin-late"))
		assert "think time of %.2f s" % longest in report["proof"], report
	END
}

@test "a server that answers only at EOF is asked so" {
	holds gated serial-gated
	proof 'it answers only at EOF'
	says base 'answers only at EOF'
	judged gated-lost 3
	proof '^NO-BASELINE: '
}

@test "what is answered sooner because of a FIN is another reply" {
	holds impostor
}

@test "the cause is told by two clocks, or not at all" {
	judged late-drop 1 fin-glued=LOST fin-late=HONOURED
	says fin-glued 'no cause|gives up 0\.5 s after FIN'
}

@test "tries are counted by outcome" {
	holds mixed
	says fin-glued '^LOST 5 lost, 1 cut, 2 whole of 8'
}

@test "what happens without a FIN too is not the FIN's doing" {
	holds write-timeout
	says fin-stalled "without a FIN too"
	holds flaky limited
	judged flaky 3
	says fin-glued 'without a FIN [0-9]+ of [0-9]+ fail too'
}

@test "a server that serves a few, or one at a time, is not overrun" {
	holds few workers serial
	says base 'serves one after the other'
	proof 'think time of (0\.[4-9]|[1-9])'
	holds serial-aborts serial-keeps
}

@test "a server that serves nobody after a FIN has died of it" {
	holds jams
	proof 'dies of a FIN'
	holds dies-of-nothing
	proof 'dies of a FIN'
	says half-request 'serves nobody'
}

@test "unread input endangers a reply, unless the server lingers" {
	judged early 3
	proof '^NO-VERDICT: nothing that is judged'
	says oversend 'then RST'
	# What send(2) is told recv(2) is not told again.
	judged early-big 3
	says oversend 'then RST'
	judged early-lingers 3
	says oversend 'then EOF: the reply survives'
}

@test "half a request is met by a close or by silence, which differ" {
	judged cut-closes 0
	says half-request 'silent: closes'
	judged cut-hangs 0
	says half-request 'silent for [0-9.]+ s: hangs'
}

@test "without a reply, with one that never ends, or with TLS no baseline" {
	judged endless 3
	proof '^NO-BASELINE: .*does not end'
	judged silent 3
	proof '^NO-BASELINE: it does not answer'
	judged tls 3
	proof '^NO-BASELINE: .*TLS'
}

@test "JSON holds whatever bytes a peer sends" {
	holds hostile
	says fin-glued 'begin "'
}

@test "beside two busy loops the verdicts are the same" {
	for name in $BUSY; do
		holds "busy-$name"
	done
}
