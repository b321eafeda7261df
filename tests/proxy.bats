#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab proxy: its verdicts on proxies with one fault each, on proxies that
# do not start, and on its options. The proxies are tests/servers/proxy.py.
#
# As in audit.bats, what takes time runs in the background from the beginning.

load helpers
load results

# NAME: OPTIONS OF THE PROXY : OPTIONS OF GRACELAB, besides --idle=1s.
PROXIES='
hides-server-fin:   --fault hides-server-fin: --idle=0.5s --timeout=2s --only=client-fin,gated,server-fin,idle
hides-alone:        --fault hides-server-fin: --jobs=1 --idle=0.2s --timeout=1s --only=gated,idle
loses-fin:          --fault loses-fin: --timeout=2s --only=gated,large
good:               : --idle=5s
hurries:            --fault hurries: --only=gated,large
truncates-upload:   --fault truncates-upload --limit 1000000: --only=gated,large
chunks:             --fault chunks --limit 8000000: --only=large
alters:             --fault alters: --only=gated,large
races-when-bare:    --fault races-when-bare: --only=bare-fin,gated
dies-of-rst:        --fault dies-of-rst: --only=gated,reset-forward,reset-back
leaks:              --fault leaks: --only=gated
leaks-strict:       --fault leaks: --only=gated --strict
lazy:               --fault lazy: --only=client-fin,server-fin,gated,bare-fin,idle
pools:              --fault pools: --only=client-fin,server-fin,gated,bare-fin
introduces:         --fault introduces: --only=client-fin,server-fin,gated,bare-fin
probes:             --fault probes: --only=client-fin,server-fin,gated,bare-fin
loses-fin-far:      --fault loses-fin: --timeout=2s --only=gated --delay=10ms
cut-off:            --fault drops-client-fin: --only=gated --cut=0.3s
good-far:           : --only=client-fin,server-fin,gated,bare-fin --delay=5ms --cut=0.1s
good-lossy:         : --only=client-fin,server-fin,gated --loss=3%
socks:              --fault socks: --socks5={backend} --only=gated,server-fin,bare-fin
socks-nowhere:      --fault socks: --only=gated
tunnels:            --fault tunnels: --connect={backend} --only=gated,server-fin
serial:             --fault serial: --only=client-fin,server-fin,gated,bare-fin
spins:              --fault spins: --only=gated,large
blocks:             --fault blocks: --only=client-fin,gated,large
drops-client-fin:   --fault drops-client-fin: --only=client-fin,server-fin,gated,bare-fin
drops-server-fin:   --fault drops-server-fin: --only=client-fin,server-fin,gated,bare-fin
fin-when-both:      --fault fin-when-both: --timeout=2s --only=client-fin,gated
fin-to-rst:         --fault fin-to-rst: --only=client-fin,server-fin,gated
truncates-large:    --fault truncates-large: --only=client-fin,server-fin,gated,large
impatient:          --fault impatient: --only=client-fin,server-fin,gated,large
racy:               --fault racy: --only=bare-fin
rst-to-fin:         --fault rst-to-fin: --only=gated,reset-forward,reset-back
rst-to-fin-strict:  --fault rst-to-fin: --only=gated,reset-forward,reset-back --strict
idle-kill:          --fault idle-kill --idle 0.4: --only=client-fin,gated
idle-kill-late:     --fault idle-kill --idle 2.5: --idle=4s --only=idle
one-shot:           --fault one-shot: --timeout=2s --only=gated,server-fin
jams:               --fault jams --limit 2: --timeout=2s --only=gated,server-fin
slow-start:         --start-after 1.5: --only=gated
never-listens:      --fault never-listens: --timeout=1s
exits:              --fault exits
'

setup_file() {
	begin_results try_them_all
}

teardown_file() {
	end_results
}

try_them_all() {
	local name proxy_options lab_options

	trap 'kill $(jobs -p); exit 1' TERM
	while IFS=: read -r name proxy_options lab_options; do
		[[ $name ]] || continue
		room_for 8
		# shellcheck disable=SC2086 # words
		try_one "$name" "$O/gracelab" proxy --format=json --idle=1s \
			$lab_options -- "$PYTHON" -IS \
			"$ROOT/tests/servers/proxy.py" $proxy_options \
			'{listen}' '{backend}' &
	done <<<"$PROXIES"
	wait
}

# judged NAME STATUS [CHECK...]: how that run ended, that its JSON says so
# too, and that it failed in each of these checks.
judged() {
	local name=$1

	await_result "$name"
	head -c 3000 "$REPORT" "$RESULTS/$name.err"
	"$PYTHON" -I - "$REPORT" "$(<"$RESULTS/$name.status")" "${@:2}" <<-'END'
		import json, sys
		path, status, expected, *failing = sys.argv[1:]
		assert status == expected, "status %s, not %s" % (status, expected)
		report = json.load(open(path, encoding="utf-8"))
		assert report["status"] == int(status), "JSON has another status"
		checks = {c["id"]: c for c in report["probes"]}
		bad = {c for c in checks if checks[c]["kind"] == "bad"}
		assert set(failing) <= bad, "failed: %s" % sorted(bad)
		assert bool(bad) == (expected == "1"), "failed: %s" % bad
	END
}

# passed CHECK...: of the run judged last.
passed() {
	"$PYTHON" -I - "$REPORT" "$@" <<-'END'
		import json, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		checks = {c["id"]: c for c in report["probes"]}
		for name in sys.argv[2:]:
		    assert checks[name]["kind"] == "good", checks[name]
	END
}

# says CHECK TEXT...: that its row, of the run judged last, says each.
says() {
	"$PYTHON" -I - "$REPORT" "$@" <<-'END'
		import json, re, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		row = next(r for r in report["probes"] if r["id"] == sys.argv[2])
		said = " ".join((row["verdict"], row["measured"], row["why"]))
		for text in sys.argv[3:]:
		    assert re.search(text, said), "%r does not say %r" % (said, text)
	END
}

# shows CHECK WORDS...: that its ladder, of the run judged last, has a row with
# these texts in its values, such as from=proxy or segment=RST.
shows() {
	"$PYTHON" -I - "$REPORT" "$@" <<-'END'
		import json, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		row = next(r for r in report["probes"] if r["id"] == sys.argv[2])
		wanted = [word.split("=", 1) for word in sys.argv[3:]]
		assert any(all(value in str(rung.get(key, ""))
		               for key, value in wanted)
		           for rung in row["ladder"]), row["ladder"]
	END
}

# In the foreground; nothing may hang for ever.
proxy() {
	timeout 60 "$O/gracelab" proxy "$@" 3>&- {TICK}<&-
}

# ours [OPTION...]: the words of a proxy of ours, in the array $ours.
ours() {
	ours=("$PYTHON" -IS "$ROOT/tests/servers/proxy.py" "$@"
		'{listen}' '{backend}')
}

free_port() {
	"$PYTHON" -IS -c 'import socket
print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])'
}

@test "a proxy that forwards each direction by itself passes" {
	judged good 0
	passed plain client-fin server-fin gated bare-fin large idle
	says idle 'kept for 5 s at least, either half'
	says held 'no socket'
}

@test "a proxy that turns RST into FIN passes, and it is told" {
	judged rst-to-fin 0
	passed gated
	says reset-forward reported 'sees EOF: a cut request looks whole'
	says reset-back reported 'sees EOF: a cut reply looks whole'
}

@test "with --strict a RST that becomes a FIN, or a socket kept, fails" {
	judged rst-to-fin-strict 1 reset-forward reset-back
	passed gated
	judged leaks-strict 1 held
	passed gated
}

@test "what a proxy keeps is listed by check and by state" {
	judged leaks 0
	passed gated
	says held reported 'after gated [0-9]+ CLOSE'
}

@test "a FIN that never comes to the client fails, after three tries" {
	judged hides-server-fin 1 server-fin idle
	passed client-fin gated
	says server-fin '3 hung of 3' \
		"the server's FIN does not come to the client" \
		'nothing for 2 s'
	shows server-fin 'event=nothing for 2 s'
	judged hides-alone 1 idle
	passed gated
	says idle '3 hung, 1 whole of 4'
}

@test "a FIN that is lost behind bytes in flight fails" {
	judged loses-fin 1 large
	passed gated
	says large 'without end' 'FIN does not come to the (server|client)'
}

@test "what is cut off after the server's FIN is found, whatever fits" {
	judged hurries 1 large
	passed gated
	says large 'cut' 'reply, as much as it holds'
}

@test "an upload that is cut is shown as it was cut, not another try" {
	judged truncates-upload 1 large
	passed gated
	says large 'upload of .* the server got [0-9]+ of'
	shows large side=client call=send
	shows large hop=back from=proxy segment=FIN
}

@test "what is cut with or without a FIN is reported, with its ladder" {
	judged chunks 3
	says large UNPROVED 'without a FIN too'
	shows large segment=FIN
	shows large segment=data
	judged alters 0
	passed gated
	says large UNPROVED 'other bytes than were sent' 'without a FIN too'
}

@test "a race is counted, and the ladder is that of a try that failed" {
	judged races-when-bare 1 bare-fin
	passed gated
	says bare-fin '10 lost, 30 whole of 40'
	shows bare-fin side=client call=recv 'result=0 (EOF)'
	run ! shows bare-fin side=client call=recv result=100
}

@test "a proxy that dies of a RST fails, with its status and after what" {
	judged dies-of-rst 1 next
	passed gated
	says next 'the proxy ended with status 1 after reset-forward, reset-back'
}

@test "whose connection it is shows late: no wrong verdict" {
	for name in lazy pools introduces; do
		judged "$name" 0
		passed client-fin gated
		says server-fin 'cannot be asked'
		says bare-fin 'cannot be asked'
	done
	judged lazy 0
	passed idle
}

@test "what never waits is waited for no longer than it may need" {
	judged spins 0
	passed gated large
}

@test "a tunnel is told where to, and then judged as any proxy" {
	judged socks 0
	passed plain gated server-fin bare-fin
	judged tunnels 0
	passed plain gated server-fin
	judged socks-nowhere 3
	says plain NO-PLAIN --preamble
	printf 'send "\\5\\1\\0"\nexpect 2\nexpect line\n' >unanswered
	ours --fault socks
	run proxy --timeout=1s --preamble=unanswered -- "${ours[@]}"
	assert_equal "$status" 3
	assert_line --regexp '^  plain +NO-PLAIN +the preamble is not answered'
}

@test "faults that need bytes in flight show on a line that takes its time" {
	[[ -c /dev/net/tun && -w /dev/net/tun ]] || skip 'no /dev/net/tun'
	judged loses-fin-far 1 gated
	says gated "the client's FIN does not come to the server"
	judged cut-off 1 gated
	shows gated segment=FIN lost=True
	shows gated from=proxy segment=FIN
	judged good-far 0
	passed client-fin server-fin gated bare-fin
	judged good-lossy 0
	passed client-fin server-fin gated
}

@test "a proxy that looks after its backend all the time passes" {
	judged probes 0
	passed client-fin server-fin gated bare-fin
}

@test "a proxy that serves one after the other, or waits for one, passes" {
	judged serial 0
	passed client-fin server-fin gated bare-fin
	judged blocks 0
	passed client-fin gated large
}

@test "a proxy that ends all at the client's FIN fails" {
	judged drops-client-fin 1 client-fin gated bare-fin
	passed server-fin
}

@test "a proxy that ends all at the server's FIN fails" {
	judged drops-server-fin 1 server-fin
	passed client-fin gated bare-fin
}

@test "a proxy that passes on a FIN only when both have come fails" {
	judged fin-when-both 1 client-fin gated
}

@test "a proxy that turns the client's FIN into a RST fails" {
	judged fin-to-rst 1 client-fin gated
	passed server-fin
}

@test "a proxy that cuts what is large, or a slow reader, fails" {
	judged truncates-large 1 large
	passed client-fin server-fin gated
	judged impatient 1 large
	passed client-fin server-fin gated
}

@test "a proxy that races now and then fails" {
	judged racy 1 bare-fin
}

@test "a proxy that ends idle half-closed connections fails soon or late" {
	judged idle-kill 1 client-fin
	passed gated
	PATIENCE_S=100 await test -e "$RESULTS/idle-kill-late.status"
	cat "$RESULTS/idle-kill-late.json"
	grep -qE 'kept for (about )?2\.[5-9]' "$RESULTS/idle-kill-late.json"
	# What it is compared with was idle for as long, and longer.
	judged idle-kill-late 1 idle
	says idle 'without a FIN it is kept for 4\.25 s at least'
	"$PYTHON" -I - "$REPORT" <<-'END'
		import json, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		idle, = (p for p in report["probes"] if p["id"] == "idle")
		said = [row["t"] for row in idle["control"]
		        if row.get("side") == "server" and row.get("call") == "send"]
		assert said and said[0] > 4, idle["control"]
	END
}

@test "a proxy that dies or jams after some connections fails" {
	judged one-shot 1 next
	passed gated server-fin
	says next 'ended with status 0 after plain'
	judged jams 1 next
	says next 'the next connection is not served after plain'
}

@test "a proxy may take its time to start" {
	judged slow-start 0
	passed gated
}

@test "a proxy that does not start is no failure of the proxy's" {
	judged never-listens 3
	judged exits 3
	grep -q 'no disk, no memory, no hope' "$RESULTS/exits.err" \
		"$RESULTS/exits.json"
	run proxy --only=gated -- ./no-such-proxy '{listen}' '{backend}'
	assert_equal "$status" 3
	assert_output --partial no-such-proxy
}

@test "a failure comes with both sides of both hops, ready for a report" {
	ours --fault drops-client-fin
	run proxy --only=gated -- "${ours[@]}"
	assert_equal "$status" 1
	assert_line --regexp '^! gated +FAIL'
	assert_output --partial 'without the proxy'
	assert_output --partial 'through the proxy'
	assert_output --regexp 'shutdown wr = 0 +── FIN ─▶'
	refute_output --partial server-fin
}

@test "the text of a pass says what it was proved for" {
	ours
	run proxy --only=gated,client-fin -- "${ours[@]}"
	assert_equal "$status" 0
	assert_line --regexp '^  client-fin +pass'
	assert_line --regexp '^  gated +pass'
	assert_line --regexp '^PASS: .*1 s'
	refute_output --partial 'through the proxy'
}

@test "--format=junit is well-formed and counts the failures" {
	ours --fault drops-client-fin
	run --separate-stderr proxy --only=gated,server-fin --format=junit -- \
		"${ours[@]}"
	assert_equal "$status" 1
	"$PYTHON" -I -c 'import sys, xml.etree.ElementTree as tree
suite = tree.fromstring(sys.argv[1])
cases = {c.get("name"): c for c in suite.iter("testcase")}
assert cases["gated"].find("failure") is not None
assert cases["server-fin"].find("failure") is None
assert sum(1 for _ in suite.iter("failure")) == 1' "$output"
}

@test "a proxy that runs already is tested with --front and --back" {
	back=$(free_port)
	start peer "$PYTHON" -IS "$ROOT/tests/servers/proxy.py" 0 \
		"127.0.0.1:$back"
	find_port peer
	run proxy --only=gated,server-fin --front "127.0.0.1:$PORT" \
		--back "$back"
	assert_equal "$status" 0
	kill_it peer TERM
	start peer "$PYTHON" -IS "$ROOT/tests/servers/proxy.py" \
		--fault drops-client-fin 0 "127.0.0.1:$back"
	find_port peer
	run proxy --only=gated,server-fin --front "127.0.0.1:$PORT" \
		--back "$back"
	assert_equal "$status" 1
	assert_line --regexp '^! gated +FAIL'
}

@test "without a plain connection there is no verdict, but what was seen" {
	run proxy -- "$PYTHON" -IS -c '
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    listener.accept()[0].close()' '{listen}'
	assert_equal "$status" 3
	assert_line --regexp '^  plain +NO-PLAIN .*no connection reached the'
	assert_output --partial 'wrong --back?'
	refute_output --partial gated
	run proxy -- "$PYTHON" -IS -c '
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    with listener.accept()[0] as client:
        client.recv(100)
        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")' '{listen}'
	assert_equal "$status" 3
	assert_line --regexp '^  plain +NO-PLAIN '
	assert_output --partial 'HTTP/1.1 400 Bad Request'
	assert_output --partial '--preamble'
	SECONDS=0
	run proxy -- "$PYTHON" -IS -c '
import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(600)' '{listen}'
	assert_equal "$status" 3
	assert_output --partial 'nothing for 1.5 s'
	((SECONDS <= 5))
}

# answers BYTES: a proxy that says this, and no more.
answers() {
	run -3 proxy -- "$PYTHON" -IS -c "
import socket, sys
listener = socket.create_server(('127.0.0.1', int(sys.argv[1])))
while True:
    with listener.accept()[0] as client:
        client.recv(100)
        client.sendall(b'$1')" '{listen}'
	# Wherever a line ends.
	output=$(tr -s ' \n' ' ' <<<"$output")
}

@test "what answers instead of our server is guessed from its first bytes" {
	answers '\x15\x03\x03\x00\x02\x02\x16'
	assert_output --partial 'it speaks TLS: --tls-front'
	answers '\x05\xff'
	assert_output --partial 'a SOCKS proxy?'
	answers '<!DOCTYPE html>'
	assert_output --partial 'it may need a --preamble (CONNECT)'
	answers '220 here'
	assert_output --partial 'another server than ours stands behind it'
}

@test "whatever a proxy prints, --format=json is one" {
	run --separate-stderr proxy --format=json -- "$PYTHON" -IS -c '
import os
os.write(1, b"\377\033[31m")
raise SystemExit(9)'
	assert_equal "$status" 3
	"$PYTHON" -I -c 'import json, sys
report = json.loads(sys.argv[1])
assert report["overall"] == "NO-VERDICT"
assert "status 9" in report["proof"], report
assert "\\xff" in report["proof"], report' "$output"
	[[ $stderr != *$'\033'* ]]
}

@test "a remedy is told where one is known" {
	command -v socat >/dev/null || skip 'there is no socat'
	run proxy --only=client-fin -- socat \
		'TCP-LISTEN:{listen},fork,reuseaddr' 'TCP:{host}:{backend_port}'
	assert_equal "$status" 1
	assert_line --regexp '^! client-fin +FAIL +3 lost of 3'
	assert_line --regexp '^Remedy: socat gives up 0.5 s after EOF: -t'
	run proxy --only=client-fin -- socat -t 10 \
		'TCP-LISTEN:{listen},fork,reuseaddr' 'TCP:{backend}'
	assert_equal "$status" 0
	# Against a race with a FIN that comes at once none is.
	printf '#!%s -IS\nimport runpy\nrunpy.run_path("%s", run_name="__main__")\n' \
		"$PYTHON" "$ROOT/tests/servers/proxy.py" >socat
	chmod +x socat
	run -1 proxy --only=bare-fin -- ./socat --fault races-when-bare \
		'{listen}' '{backend}'
	assert_line --regexp '^! bare-fin +FAIL'
	refute_line --partial 'Remedy: '
}

@test "what was finished when Ctrl-C comes is written" {
	ours
	start lab "$O/gracelab" proxy --only=gated,idle --idle=60s -- \
		"${ours[@]}"
	await_text lab 'gated         pass'
	kill_it lab INT
	finish lab
	((status == 130))
	run cat lab.out
	assert_line --regexp '^  idle +not asked +interrupted'
	assert_line --regexp '^NO-VERDICT: interrupted'
}

@test "where nobody listens at --front there is no verdict" {
	# Bound, but not listening: nobody else gets this port.
	start peer "$PYTHON" -IS -c '
import socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
print("listening on 127.0.0.1:%d" % s.getsockname()[1], flush=True)
sys.stdin.read()'
	find_port peer
	run proxy --only=gated --front "127.0.0.1:$PORT" --back "$(free_port)"
	assert_equal "$status" 3
	assert_output --partial ECONNREFUSED
}

@test "no proxy outlives its test, not even one that ignores signals" {
	mark=4$BASHPID.$BATS_TEST_NUMBER
	for fault in good stubborn never-listens; do
		ours --fault "$fault" --idle "$mark"
		run proxy --timeout=1s --only=gated -- "${ours[@]}"
		await nobody_lingers "$mark"
	done
	ours --fault stubborn --idle "$mark"
	start lab "$O/gracelab" proxy --only=idle --idle=30s -- "${ours[@]}"
	# The lab's own command line has it, too.
	await at_least 3 "$mark"
	kill_it lab INT
	finish lab
	((status != 0))
	await nobody_lingers "$mark"
	# Killed at any moment, it leaves nothing either.
	for rest in 0.01 0.02 0.04 0.06 0.08 0.12; do
		start lab "$O/gracelab" proxy --only=idle --idle=30s -- \
			"${ours[@]}"
		tick "$rest"
		kill_it lab KILL
		await nobody_lingers "$mark"
	done
}

@test "--list names the checks" {
	run proxy --list
	assert_equal "$status" 0
	for check in plain client-fin server-fin gated bare-fin large idle \
		reset-forward reset-back next held; do
		assert_line --regexp "^$check( |\$)"
	done
}

@test "what cannot be understood is a usage error that names it" {
	bad() {
		local text=$1

		shift
		run proxy "$@"
		assert_equal "$status" 2
		assert_output --partial "$text"
	}
	bad ''
	bad '' --only=gated
	bad '' --front 127.0.0.1:9
	bad '' --back 9
	bad nowhere --front nowhere --back 9
	bad 65536 --front 127.0.0.1:65536 --back 9
	bad many --front 127.0.0.1:9 --back many
	bad gates --only=gates -- true
	bad yaml --format=yaml -- true
	bad soon --idle=soon -- true
	bad --fast --fast -- true
	bad '--jobs' --jobs=0 -- true
	bad '--socks5: expected HOST:PORT, not' --socks5=here -- true
	bad "number from 0 to 50, not '99'" --loss=99 -- true
	# As much as that is no error, nor is a part of one per cent.
	run -3 proxy --loss=50 -- false
	assert_line 'proxy false, 50 % of the segments lost'
	run -3 proxy --loss=1.25% -- false
	assert_line 'proxy false, 1.25 % of the segments lost'
	bad 'need a COMMAND' --cut --front 127.0.0.1:9 --back 10
	bad exclude --socks5=a:1 --connect=a:1 -- true
	bad no/such --preamble=no/such -- true
	bad 'same port, 9' --front 127.0.0.1:9 --back 9
	bad nowhere.invalid --front nowhere.invalid:9 --back 10
}
