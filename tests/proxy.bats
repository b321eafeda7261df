#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab proxy: its verdicts on proxies with one fault each, on proxies that
# do not start, and on its options. The proxies are tests/servers/proxy.py.
#
# As in audit.bats, what takes time runs in the background from the beginning.

load helpers

# NAME: OPTIONS OF THE PROXY : OPTIONS OF GRACELAB, besides --idle=1s.
PROXIES='
good:               :
drops-client-fin:   --fault drops-client-fin: --only=client-fin,server-fin,gated,bare-fin
drops-server-fin:   --fault drops-server-fin: --only=client-fin,server-fin,gated,bare-fin
fin-when-both:      --fault fin-when-both: --timeout=2s --only=client-fin,gated
fin-to-rst:         --fault fin-to-rst: --only=client-fin,server-fin,gated
truncates-large:    --fault truncates-large
impatient:          --fault impatient
racy:               --fault racy: --only=bare-fin
rst-to-fin:         --fault rst-to-fin
idle-kill:          --fault idle-kill --idle 0.4: --only=client-fin,gated
idle-kill-late:     --fault idle-kill --idle 2.5: --idle=4s --only=idle
one-shot:           --fault one-shot: --timeout=2s --only=gated,server-fin
jams:               --fault jams --limit 2: --timeout=2s --only=gated,server-fin
slow-start:         --start-after 1.5: --only=gated
never-listens:      --fault never-listens: --timeout=1s
exits:              --fault exits
'

setup_file() {
	RESULTS=$BATS_FILE_TMPDIR
	export RESULTS
	cd "$RESULTS" || return 1
	try_them_all </dev/null >log 2>&1 3>&- 4>&- &
	echo $! >pids
}

teardown_file() {
	local pid

	while read -r pid; do
		kill -TERM "$pid" 2>/dev/null || :
	done <"$RESULTS/pids"
}

try_them_all() {
	local name proxy_options lab_options

	trap 'kill $(jobs -p); exit 1' TERM
	while IFS=: read -r name proxy_options lab_options; do
		[[ $name ]] || continue
		while (($(jobs -rp | wc -l) >= 8)); do
			wait -n || :
		done
		# shellcheck disable=SC2086 # words
		try_one "$name" $lab_options -- "$PYTHON" -IS \
			"$ROOT/tests/servers/proxy.py" $proxy_options &
	done <<<"$PROXIES"
	wait
}

# try_one NAME OPTION... -- PROXY...: NAME.json and NAME.status.
try_one() {
	local name=$1 lab status=0

	shift
	timeout 100 "$O/gracelab" proxy --format=json --idle=1s "$@" \
		'{listen}' '{backend}' >"$name.json" 2>"$name.err" &
	lab=$!
	trap 'kill $lab; exit 1' TERM
	wait "$lab" || status=$?
	echo "$status" >"$name.status.new"
	mv "$name.status.new" "$name.status"
}

# judged NAME STATUS [CHECK...]: how that run ended, that its JSON says so
# too, and that it failed in each of these checks.
judged() {
	local name=$1

	PATIENCE_S=100 await test -e "$RESULTS/$name.status"
	REPORT=$RESULTS/$name.json
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
	passed client-fin server-fin gated bare-fin large
}

@test "a proxy that turns RST into FIN passes, and it is told" {
	judged rst-to-fin 0
	passed client-fin server-fin gated bare-fin large
	grep -qE 'sees (FIN|EOF)' "$REPORT"
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
	passed client-fin server-fin gated bare-fin
	judged impatient 1 large
	passed client-fin server-fin gated bare-fin
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
}

@test "a proxy that dies or jams after some connections fails" {
	judged one-shot 1
	judged jams 1
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
	assert_output --partial 'shutdown wr = 0'
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
}

@test "--list names the checks" {
	run proxy --list
	assert_equal "$status" 0
	for check in client-fin server-fin gated bare-fin large idle \
		reset-forward reset-back; do
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
}
