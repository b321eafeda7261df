#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab audit --tls on servers that treat the two ends of a half each in its
# own way, tests/servers/tls.py; and gracelab proxy --tls-front, --tls-back on a
# proxy that does, tests/servers/tls_proxy.py.
#
# shellcheck disable=SC2034 # audits.bash reads what is set here

load helpers
load audits

SERVER=tls.py
ENDS='--only=fin-glued,notify-alone,fin-alone,tls-end'
GLUED='--only=fin-glued,notify-alone'

AUDITS="
both:         both: --tls --ca=cert.pem
both-1.2:     both --version 1.2: --tls --insecure $ENDS
bare:         bare: --tls --insecure $ENDS
drops:        drops: --tls --insecure $ENDS
drops-1.2:    drops --version 1.2: --tls=1.2 --insecure $ENDS
drops-bare:   drops-bare: --tls --insecure $GLUED
drops-fin:    drops-fin: --tls --insecure $GLUED
drops-notify: drops-notify: --tls --insecure $GLUED
resets:       resets: --tls --insecure $GLUED
garbles:      garbles: --tls --insecure $ENDS
garbles-all:  garbles-always: --tls --insecure $GLUED
truncates:    truncates: --tls --insecure $GLUED
looks-whole:  truncates-notified: --tls --insecure $GLUED
hasty:        hasty: --tls --insecure --only=fin-glued,fin-midreply
until-close:  until-close: --tls --insecure --http=/ $GLUED
keeps:        keeps: --tls --insecure --timeout=1s $ENDS
gated:        gated: --tls --insecure $GLUED
greets:       greets: --tls --insecure $GLUED
serial:       both --serial --think 0.2: --tls --insecure $GLUED
starttls:     starttls: --tls --insecure --preamble=starttls $GLUED
plain:        plain: --tls
mute:         mute: --tls
hangs-up:     hangs-up: --tls
unknown:      both: --tls
other-name:   both: --tls --ca=cert.pem --sni=other.example
name:         both: --tls --ca=cert.pem --sni=localhost --only=fin-glued
too-old:      both --version 1.2: --tls=1.3 --insecure
"

# proxied NAME MODE front|back|both: NAME.json and NAME.status.
proxied() {
	local status=0 ours=() its=()

	[[ $3 == back ]] || ours+=(--tls-front)
	[[ $3 == back ]] || its+=(--cert '{cert}' --key '{key}')
	[[ $3 == front ]] || ours+=(--tls-back)
	[[ $3 == front ]] || its+=(--ca '{ca}')
	timeout 60 "$O/gracelab" proxy --format=json --timeout=1s \
		--only=client-fin,gated,reset-back "${ours[@]}" -- \
		"$PYTHON" -IS "$ROOT/tests/servers/tls_proxy.py" "$2" '{listen}' \
		'{backend_port}' "${its[@]}" >"$1.json" 2>"$1.err" || status=$?
	echo "$status" >"$1.status.new"
	mv "$1.status.new" "$1.status"
}

PROXIES='good-front good front
good-back good back
good-both good both
forgets-both forgets both
bare-front bare front
bare-back bare back
closes-front closes front
softens-front softens front
swallows-front swallows front'

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout key.pem -out cert.pem -days 9 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>openssl.err
	cat >starttls <<-'END'
		expect line
		send "STARTTLS\r\n"
		expect line
	END
	begin_audits
	proxy_them_all </dev/null >>log 2>&1 3>&- 4>&- &
	echo $! >>pids
}

proxy_them_all() {
	local name mode side

	trap 'kill $(jobs -p); exit 1' TERM
	while read -r name mode side; do
		proxied "$name" "$mode" "$side" &
	done <<<"$PROXIES"
	wait
}

teardown_file() {
	end_audits
}

@test "who honours close_notify, with a FIN and without one, HONOURS" {
	judged both 0 fin-glued=HONOURED notify-alone=HONOURED fin-late=HONOURED \
		close=HONOURED reset=HONOURED
	says base 'TLS 1.3'
	says notify-alone 'after the close_notify'
	says fin-alone 'answers all the same'
	says tls-end 'reported +close_notify'
	proof 'HONOURS: proved for a think time of 0.[23]'
	judged both-1.2 0 fin-glued=HONOURED notify-alone=HONOURED
	says base 'TLS 1.2'
}

@test "no close_notify is said of a server that ends without one, and of no other" {
	judged bare 0 notify-alone=HONOURED+RST
	says tls-end 'no close_notify'
	grep -F '"close_notify": false' "$REPORT"
	judged both 0
	run ! grep -F 'no close_notify' "$REPORT"
	judged drops 1
	run ! grep -F 'no close_notify' "$REPORT"
	run ! grep -F 'no close_notify' <("$O/gracelab" audit --list)
	run ! grep -F 'no close_notify' <("$O/gracelab" audit --help)
}

@test "a reply that close_notify costs is lost in either version, of 1.2 with its section" {
	judged drops 1 fin-glued=LOST notify-alone=LOST
	says notify-alone 'closes on close_notify .*as if it were whole'
	proof 'RFC 8446 section 6.1'
	run ! grep -F 5246 "$REPORT"
	judged drops-1.2 1 fin-glued=LOST notify-alone=LOST
	proof 'RFC 5246 section 7.2.1'
	run ! grep -F 8446 "$REPORT"
}

@test "the two ends of a half are told apart" {
	judged drops-fin 1 fin-glued=LOST notify-alone=HONOURED
	judged drops-notify 1 fin-glued=HONOURED notify-alone=LOST
	judged resets 1 fin-glued=RESET notify-alone=RESET
}

@test "what is no TLS any more is no RST" {
	judged garbles 1 fin-glued=RESET notify-alone=RESET
	for probe in fin-glued notify-alone; do
		says "$probe" 'breaks TLS off (on .*|.* after (FIN|close_notify).*); what came is no TLS'
		run ! says "$probe" 'resets|RST'
	done
	says fin-alone 'gives no reply, then what is no TLS'
	judged garbles-all 3
	proof 'does not answer the request: it breaks TLS off after'
}

@test "how a cut reply ends is said: as if it were whole, or not" {
	judged truncates 1 fin-glued=TRUNCATED notify-alone=TRUNCATED
	says notify-alone '9.5% of the reply; no close_notify: that it is cut can'
	judged looks-whole 1 fin-glued=TRUNCATED notify-alone=TRUNCATED
	says notify-alone '9.5% of the reply; close_notify ends it as if it were'
	judged drops-bare 1 fin-glued=LOST
	says fin-glued 'no close_notify: that it is cut can'
}

@test "a server that closes with the close_notify unread cuts its reply" {
	judged hasty 1 fin-midreply=TRUNCATED
	says fin-midreply 'RST after .*the close_notify unread'
}

@test "a body that ends with the connection is cut where FIN alone ends it" {
	judged until-close 1 fin-glued=TRUNCATED notify-alone=TRUNCATED
}

@test "a close_notify that no FIN follows, though one went before, is no end" {
	judged keeps 1 fin-glued=NO-FIN notify-alone=HONOURED
	says fin-glued 'its close_notify has come, its FIN has not'
	says tls-end close_notify
}

@test "what is special without TLS is so with it: gated, greeting, in turn, STARTTLS" {
	judged gated 0 fin-glued=HONOURED notify-alone=HONOURED
	says base 'answers only at EOF'
	judged greets 0 fin-glued=HONOURED notify-alone=HONOURED
	says base 'it speaks first, 6 bytes'
	judged serial 0 fin-glued=HONOURED notify-alone=HONOURED
	judged starttls 0 fin-glued=HONOURED notify-alone=HONOURED
}

@test "a handshake that fails says why, and soon" {
	judged plain 3
	proof 'handshake fails: the answer is no TLS: "what do you want.*plain text'
	judged mute 3
	proof 'handshake fails: nothing comes'
	judged hangs-up 3
	proof 'handshake fails: the peer closes the connection'
	judged too-old 3
	proof 'handshake fails: .*protocol version.*does not speak TLS 1.3'
}

@test "a certificate that does not verify is an error that names --ca and --insecure" {
	judged unknown 3
	proof 'does not verify .self-signed certificate.: --ca FILE .*--insecure'
	judged other-name 3
	proof 'does not verify .hostname mismatch.: --ca FILE .*--insecure'
	judged name 0
}

@test "a server that is silent is given up long before patience ends" {
	start peer "$PYTHON" -IS "$ROOT/tests/servers/tls.py" mute \
		--cert="$RESULTS/cert.pem" --key="$RESULTS/key.pem"
	find_port peer
	local begun=$EPOCHREALTIME ended

	run -3 audit --tls --timeout=20s --send='x\n' 127.0.0.1 "$PORT"
	ended=$EPOCHREALTIME
	assert_output --partial 'the TLS handshake fails: nothing comes'
	((${ended/./} - ${begun/./} < 10000000))
}

@test "options of TLS without TLS, and bad ones, are usage errors" {
	run -2 audit --insecure --send=x 127.0.0.1 1
	assert_output --partial '--insecure needs --tls'
	run -2 audit --tls=1.1 --send=x 127.0.0.1 1
	assert_output --partial "--tls: expected 1.2 or 1.3, not '1.1'"
	run -2 audit --tls --sni= --send=x 127.0.0.1 1
	assert_output --partial '--sni: expected a name'
	run -2 audit --tls --insecure --ca=cert.pem --send=x 127.0.0.1 1
	assert_output --partial '--ca and --insecure exclude each other'
	run -2 audit --only=notify-alone --send=x 127.0.0.1 1
	assert_output --partial 'notify-alone needs --tls'
	run -2 audit --tls --ca=missing.pem --send=x 127.0.0.1 1
	assert_output --partial '--ca: cannot read missing.pem'
	echo none >none.pem
	run -2 audit --tls --ca=none.pem --send=x 127.0.0.1 1
	assert_output --partial 'none.pem holds no certificate'
	run -2 "$O/gracelab" proxy --tls-back --sni=x -- true
	assert_output --partial '--sni needs --tls-front'
}

@test "a proxy that turns FIN into close_notify and back passes" {
	judged good-front 0 plain=pass client-fin=pass gated=pass reset-back=pass
	judged good-back 0 plain=pass client-fin=pass gated=pass
	says reset-back reported
	judged good-both 0 plain=pass client-fin=pass gated=pass reset-back=pass
}

@test "a proxy that turns FIN into FIN alone fails" {
	judged bare-front 1 client-fin=FAIL gated=FAIL reset-back=pass
	says client-fin 'got 65536 of 65536 bytes, then FIN without close_notify'
	judged bare-back 1 client-fin=FAIL gated=FAIL
	says gated 'the server got 100 of 100 bytes, then FIN without close_notify'
	proof 'a cut looks the same'
}

@test "a proxy that drops the reply, or the close_notify, fails" {
	judged closes-front 1 client-fin=FAIL gated=FAIL
	says client-fin 'got 0 of 65536 bytes'
	judged swallows-front 1 gated=FAIL
	says gated "the client's FIN does not come to the server"
}

@test "a FIN that our end sends when it gives up stands with its close" {
	judged swallows-front 1 gated=FAIL
	"$PYTHON" -I - "$REPORT" <<-'END'
		import json, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		gated, = (p for p in report["probes"] if p["id"] == "gated")
		rows = gated["ladder"]
		given_up, = (n for n, row in enumerate(rows)
		             if "given up" in row.get("event", ""))
		ours = [row for row in rows if row.get("from") in ("client", "server")
		        and "FIN" in row["segment"]]
		assert all("call" in row for row in ours), ours
		closed = {row["side"] for row in rows[given_up:]
		          if row.get("call") == "close"}
		assert closed == {"client", "server", "proxy"}, rows[given_up:]
		assert not any(row.get("call") == "close" and row["side"] != "proxy"
		               for row in rows[:given_up]), rows[:given_up]
	END
}

@test "a proxy that makes a close_notify of a lost server fails" {
	judged softens-front 1 client-fin=pass gated=pass reset-back=FAIL
	says reset-back 'the client sees close_notify: a cut reply looks whole'
	judged forgets-both 1 client-fin=pass gated=pass reset-back=FAIL
	says reset-back '1 ended by FIN, 1 whole of 2|the client sees close_notify'
}

@test "the certificates of a run are gone afterwards" {
	mkdir tmp
	TMPDIR=$PWD/tmp run -0 "$O/gracelab" proxy --tls-front --only=gated -- \
		"$PYTHON" -IS "$ROOT/tests/servers/tls_proxy.py" good '{listen}' \
		'{backend_port}' --cert '{cert}' --key '{key}'
	run -0 ls -A tmp
	refute_output
}

@test "a proxy that speaks plain text where TLS is asked for is told so" {
	run -3 timeout 20 "$O/gracelab" proxy --tls-back -- "$PYTHON" -IS \
		"$ROOT/tests/servers/tls_proxy.py" good '{listen}' '{backend_port}'
	assert_output --partial "TLS handshake with our server fails"
	run -3 timeout 20 "$O/gracelab" proxy --tls-front -- "$PYTHON" -IS \
		"$ROOT/tests/servers/tls_proxy.py" good '{listen}' '{backend_port}'
	assert_output --partial 'the TLS handshake with the proxy fails'
}
