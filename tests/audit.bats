#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab audit: its verdicts on servers with one fault each, on what proves
# a pass, and on its options. The servers are tests/servers/server.py; those
# that are hard to judge are in audit_kinds.bats.
#
# shellcheck disable=SC2034 # audits.bash reads what is set here

load helpers
load audits

# shellcheck disable=SC2034 # for audits.bash
DEFAULTS='--tries=2 --timeout=2s'
AUDITS='
good:               :
closes:             --fault closes
resets:             --fault resets
gives-up:           --fault gives-up --think 1.2
gives-up-late:      --fault gives-up --think 0.3 --patience 1.5
drops:              --fault drops --think 0.6
hangs:              --fault hangs
truncates:          --fault truncates
truncates-by-rst:   --fault truncates-by-rst
substitutes:        --fault substitutes
longer:             --fault substitutes --size 10
never-closes:       --fault never-closes
late-reset:         --fault late-reset
dies:               --fault dies
half-the-time:      --fault half-the-time --think 0.2: --tries=8
one-in-six:         --fault one-in-six --think 0.2: --tries=8
late-only:          --fault late-only --think 0.5
glued-only:         --fault glued-only --pause 0.2
not-late:           --fault not-late --think 0.5
dies-of-reset:      --fault dies-of-reset
jams-on-reset:      --fault jams-on-reset
stalled:            --fault stalled --think 0.12 --size 12582912: --timeout=9s
big:                --think 0 --size 12582912: --timeout=9s
small:              --think 0 --size 1048576
fast:               --think 0
fast-closes:        --fault closes --think 0.02
no-reply:           --fault no-reply: --timeout=0.5s
closes-at-once:     --fault closes-at-once
bare-reset:         --bare reset
keep:               --keep
expect:             --keep --pause 1.5 --think 0.15: --tries=1 --expect=1000
impatient:          --think 1.5: --timeout=0.4s
patient:            --think 1.5: --tries=1 --timeout=4s
http:               --http --varying: --http=/
http-keep:          --http --varying --keep: --http=/
http-499:           --http --fault substitutes: --http=/
http-half:          --http --fault truncates: --http=/
connect:            --preamble: --preamble=connect
connect-http:       --preamble --http: --preamble=connect --http=/
connect-closes:     --preamble --fault closes: --preamble=connect
request:            : --request=request
executes:           --half executes
silent:             --half silent: --timeout=1s
'

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	printf 'CONNECT peer:7 HTTP/1.1\r\nHost: peer:7\r\n\r\n' >connect
	printf 'from a file\n' >request
	begin_audits
}

teardown_file() {
	end_audits
}

# unless_late NAME [REGEX]: plays that audit again while a busy machine keeps the
# answer back, which the report tells by words like these.
unless_late() {
	local name options plays

	for plays in 1 2 3 4 5; do
		PATIENCE_S=100 await test -e "$RESULTS/$1.status"
		[[ $(<"$RESULTS/$1.json") =~ ${2:-\"proved (for a think|by a)} ]] ||
			return 0
		while IFS=: read -r name options; do
			[[ $name != "$1" ]] || break
		done <<<"$AUDITS"
		[[ $options == *:* ]] || options+=:
		echo "play $plays was late"
		rm "$RESULTS/$1."{status,out}
		# shellcheck disable=SC2086 # words
		(cd "$RESULTS" && audit_one "$1" ${options/:/ -- }) 3>&-
	done
}

@test "a server that honours every FIN passes, and the think time is told" {
	judged good 0 base=reply fin-glued=HONOURED fin-late=HONOURED \
		fin-midreply=HONOURED close=HONOURED reset=HONOURED
	proof '0\.[0-9]+ s'
}

@test "a server that closes on FIN is LOST" {
	unless_late closes 'gives (up|no cause)'
	judged closes 1 fin-glued=LOST fin-late=LOST fin-midreply=TRUNCATED
	says fin-glued 'closes on FIN'
	says fin-late 'closes on FIN'
}

@test "a server that resets on FIN is RESET" {
	judged resets 1 fin-glued=RESET fin-late=RESET fin-midreply=TRUNCATED
}

@test "a server that gives up 0.5 s after FIN is LOST, and the time is told" {
	unless_late gives-up '"fin-late",[^}]*"HONOURED"'
	judged gives-up 1 fin-glued=LOST fin-late=LOST
	# No earlier, and before the reply would come.
	says fin-glued 'gives up (0\.[5-9]|1\.[0-4]) s'
}

@test "a server that would give up later than its reply comes passes" {
	judged gives-up-late 0 fin-glued=HONOURED fin-late=HONOURED
}

@test "a server that does the work and drops the reply is LOST" {
	judged drops 1 fin-glued=LOST fin-late=LOST
	says fin-glued 'runs the request, drops the reply'
}

@test "a server that is silent after FIN is a HANG, in FIN_WAIT2" {
	judged hangs 1 fin-glued=HANG fin-late=HANG
	says fin-glued 'FIN_WAIT2'
}

@test "a server that sends a part of the reply is TRUNCATED" {
	judged truncates 1 fin-glued=TRUNCATED fin-late=TRUNCATED \
		fin-midreply=TRUNCATED
	judged truncates-by-rst 1 fin-glued=TRUNCATED fin-late=TRUNCATED
}

@test "a server that sends something else, shorter or longer, is SUBSTITUTED" {
	judged substitutes 1 fin-glued=SUBSTITUTED fin-late=SUBSTITUTED \
		fin-midreply=HONOURED
	judged longer 1 fin-glued=SUBSTITUTED
}

@test "a server that never closes after its reply is NO-FIN" {
	judged never-closes 1 fin-glued=NO-FIN fin-midreply=NO-FIN
}

@test "a whole reply and then RST is honoured, and the RST is told" {
	judged late-reset 0 fin-glued=HONOURED+RST fin-late=HONOURED+RST \
		fin-midreply=HONOURED+RST
}

@test "a server that dies of FIN is PEER-DIED" {
	judged dies 1 fin-glued=PEER-DIED
}

@test "a server that fails half the time fails, and how often is told" {
	judged half-the-time 1
	says fin-glued '4 lost, 4 whole of 8'
}

@test "one failure in eight tries is a failure" {
	judged one-in-six 1
	says fin-glued '[12] lost, [67] whole of 8'
}

@test "a server that fails only when the FIN comes with the request fails" {
	judged late-only 1 fin-glued=LOST fin-late=HONOURED \
		fin-midreply=HONOURED
}

@test "a server that fails only when the FIN comes late fails" {
	judged not-late 1 fin-glued=HONOURED fin-late=LOST \
		fin-midreply=HONOURED
}

@test "a server that fails only when the FIN comes amid its reply fails" {
	judged glued-only 1 fin-glued=HONOURED fin-late=HONOURED \
		fin-midreply=TRUNCATED
}

@test "a server that dies of a reset, or serves nobody after it, fails" {
	judged dies-of-reset 1 fin-glued=HONOURED fin-late=HONOURED \
		fin-midreply=HONOURED
	judged jams-on-reset 1 fin-glued=HONOURED fin-late=HONOURED \
		fin-midreply=HONOURED
}

@test "a server that truncates only a reader who stalls fails" {
	judged stalled 1 fin-glued=HONOURED fin-midreply=HONOURED \
		fin-stalled=TRUNCATED
}

@test "12 MiB delivered to a reader who stalls prove a pass, 1 MiB does not" {
	judged big 0 fin-glued=HONOURED fin-stalled=HONOURED
	# The second where a busy machine made the server think.
	proof '(12(\.0)? MiB to|, and for) a stalled reader'
	unless_late small
	judged small 3 fin-glued=HONOURED fin-stalled=HONOURED
	grep -q '"overall": "UNPROVED"' "$REPORT"
}

@test "a fast reply proves nothing" {
	# Also its end may be kept back, by which it is whole.
	unless_late fast '"proved '
	judged fast 3 fin-glued=HONOURED fin-late=skipped fin-stalled=skipped
	grep -q '"overall": "UNPROVED"' "$REPORT"
}

@test "a glued FIN convicts also a fast server" {
	judged fast-closes 1 fin-glued=LOST
}

@test "without a reply there is no baseline and no verdict" {
	for name in no-reply closes-at-once; do
		judged "$name" 3
		proof '^NO-BASELINE: it does not answer the request'
	done
}

@test "what a server does with a FIN alone is reported, not judged" {
	judged bare-reset 0 bare-fin=reported
	says bare-fin RST
}

@test "what a server does with half a request is reported, not judged" {
	judged good 0
	says half-request rejects
	judged executes 0
	says half-request executes
	judged silent 0
	says half-request silent
}

@test "a server that closes only at our end passes" {
	judged keep 0 fin-glued=HONOURED
}

@test "--expect says where a reply with a long pause in it ends" {
	judged expect 0 fin-glued=HONOURED
	says base '1000 bytes'
}

@test "--timeout decides how long a reply may take" {
	judged impatient 3
	judged patient 0 fin-glued=HONOURED
	proof '(1\.[0-9]+|0\.7[0-9]*) s'
}

@test "HTTP is judged by status and body, not by the length of a header" {
	judged http 0 fin-glued=HONOURED fin-late=HONOURED \
		fin-midreply=HONOURED
	judged http-keep 0 fin-glued=HONOURED fin-late=HONOURED
}

@test "another HTTP status is SUBSTITUTED, half a body is TRUNCATED" {
	judged http-499 1 fin-glued=SUBSTITUTED fin-late=SUBSTITUTED
	judged http-half 1 fin-glued=TRUNCATED fin-midreply=TRUNCATED
}

@test "--preamble is sent and answered first, and no part of the reply" {
	judged connect 0 fin-glued=HONOURED
	says base '1000 bytes'
	judged connect-http 0 fin-glued=HONOURED
	unless_late connect-closes 'gives (up|no cause)'
	judged connect-closes 1 fin-glued=LOST fin-late=LOST
	says fin-glued 'closes on FIN'
}

@test "--request takes the request from a file" {
	judged request 0 fin-glued=HONOURED
}

@test "the text and --format=junit say what the JSON and the status say" {
	peer --fault closes --think 0.2
	run audit --tries=1 --send='x\n' --only=fin-glued,fin-midreply \
		127.0.0.1 "$PORT"
	assert_equal "$status" 1
	assert_line --regexp 'fin-glued +LOST'
	assert_line --regexp 'fin-midreply +TRUNCATED'
	refute_output --partial bare-fin
	refute_output --partial $'\e'
	run audit --tries=1 --send='x\n' --only=fin-glued --format=junit \
		127.0.0.1 "$PORT"
	assert_equal "$status" 1
	"$PYTHON" -I -c 'import sys, xml.etree.ElementTree as tree
suite = tree.fromstring(sys.argv[1])
cases = {c.get("name"): c for c in suite.iter("testcase")}
failure = cases["fin-glued"].find("failure")
assert failure.get("message").startswith("closes on FIN"), failure.attrib
assert failure.get("type") == "LOST"
assert "shutdown wr = 0" in failure.text
assert float(cases["fin-glued"].get("time")) > 0
measures = {p.get("name"): p.get("value")
            for p in cases["fin-glued"].iter("property")}
assert measures["measured"] == "1 lost of 1, 0 of 1000 bytes", measures
assert suite.get("name").startswith("gracelab audit --tries=1 "), suite.attrib
assert sum(1 for _ in suite.iter("failure")) == 1' "$output"
	run audit --tries=1 --send='x\n' --only=bare-fin --format=junit \
		127.0.0.1 "$PORT"
	assert_output --partial 'failures="0"'
}

@test "JUnit's suite has the name of --name, or that of the command" {
	peer --think 0.12
	run audit --tries=1 --send='x\n' --only=fin-glued --format=junit \
		--name='nightly <1>' 127.0.0.1 "$PORT"
	assert_equal "$status" 0
	"$PYTHON" -I -c 'import sys, xml.etree.ElementTree as tree
suite = tree.fromstring(sys.argv[1])
assert suite.get("name") == "nightly <1>", suite.attrib
assert float(suite.get("time")) > 0.12' "$output"
}

@test "rows are there as soon as they can be, and stay when a signal comes" {
	peer --fault hangs --think 0.12
	start lab "$O/gracelab" audit --send='x\n' 127.0.0.1 "$PORT"
	await_text lab 'base          reply'
	kill_it lab INT
	finish lab 130
	assert_output --partial 'base          reply'
	assert_output --partial 'INTERRUPTED'
	refute_output --partial 'fin-glued'
	start lab "$O/gracelab" audit --send='x\n' --format=json \
		-o report 127.0.0.1 "$PORT"
	await test -e report
	kill_it lab TERM
	finish lab 143
	"$PYTHON" -I -m json.tool report >/dev/null
}

@test "a violation that was found before a signal came is told" {
	peer --fault closes --think 0.12
	start lab "$O/gracelab" audit --tries=1 --send='x\n' \
		--only=fin-glued,fin-late,fin-midreply,bare-fin,close,reset \
		127.0.0.1 "$PORT"
	await_text lab 'LOST'
	kill_it lab INT
	finish lab
	assert_output --partial 'VIOLATES: '
}

@test "progress is shown on a terminal alone, and rows fit its width" {
	peer --think 0.12
	"$PYTHON" -I - "$O/gracelab" "$PORT" <<-'END' >terminal
		import fcntl, os, pty, struct, sys, termios
		pid, master = pty.fork()
		if not pid:
		    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
		    os.execv(sys.argv[1], ["gracelab", "audit", "--tries=2", "--send=x\\n",
		        "--only=fin-glued,fin-late", "127.0.0.1", sys.argv[2]])
		text = b""
		try:
		    while more := os.read(master, 4096): text += more
		except OSError: pass
		os.waitpid(pid, 0)
		sys.stdout.buffer.write(text)
	END
	grep -q $'\r\e\\[Kfin-glued 1 of 2' terminal
	sed 's/.*\x1b\[K//; s/\r$//' terminal >rows
	grep -q '^  fin-glued     HONOURED      2 whole of 2' rows
	run ! grep -E '.{61}' rows
	run audit --tries=1 --send='x\n' --only=fin-glued,fin-late \
		127.0.0.1 "$PORT"
	refute_output --partial $'\r'
	run ! grep -E '.{81}' <<<"$output"
}

@test "what is known to help is told" {
	local plays

	peer --fault gives-up --think 1.2
	# It is known by its time, which a busy machine makes longer.
	for plays in 1 2 3 4 5; do
		run audit --tries=1 --send='x\n' --only=fin-glued \
			127.0.0.1 "$PORT"
		[[ $output != *'gives up 0.5'* ]] || break
		echo "play $plays was late"
	done
	assert_equal "$status" 1
	assert_output --partial 'Remedy: socat'
}

@test "--output writes the report to a file" {
	peer --think 0.2
	run audit --tries=1 --send='x\n' --only=fin-glued --format=json \
		-o report 127.0.0.1 "$PORT"
	assert_equal "$status" 0
	assert_output ''
	"$PYTHON" -I -m json.tool report >/dev/null
	run audit --send='x\n' --only=fin-glued -o /no/such 127.0.0.1 "$PORT"
	((status != 0))
	assert_output --partial '/no/such'
}

@test "escapes in --send become bytes" {
	peer_listens <<-'END'
		say(repr(got(6)))
	END
	# shellcheck disable=SC1003 # escapes of ours
	run audit --send='a\x00\r\n\t\\' --timeout=0.3s 127.0.0.1 "$PORT"
	assert_equal "$status" 3
	finish peer 0
	assert_line "b'a\\x00\\r\\n\\t\\\\'"
}

@test "a peer's bytes reach no terminal as they are" {
	start peer "$PYTHON" -IS -c '
import socket, time
l = socket.create_server(("127.0.0.1", 0))
print("listening on 127.0.0.1:%d" % l.getsockname()[1], flush=True)
while True:
    s = l.accept()[0]
    data = s.recv(9)
    s.sendall(b"\x1b]0;owned\x07" if data else b"\x1b[2J")
    s.close()'
	find_port peer
	run audit --tries=1 --send='x\n' 127.0.0.1 "$PORT"
	refute_output --partial $'\e'
	refute_output --partial $'\a'
	assert_output --partial fin-glued
}

@test "where nobody listens there is no baseline, and why is told" {
	# Bound, but not listening: nobody else gets this port.
	start peer "$PYTHON" -IS -c '
import socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
print("listening on 127.0.0.1:%d" % s.getsockname()[1], flush=True)
sys.stdin.read()'
	find_port peer
	run audit --send='x\n' 127.0.0.1 "$PORT"
	assert_equal "$status" 3
	assert_output --partial NO-BASELINE
	assert_output --partial ECONNREFUSED
	for format in json junit; do
		run --separate-stderr audit --send='x\n' --format="$format" \
			127.0.0.1 "$PORT"
		assert_equal "$status" 3
		assert_output --partial NO-BASELINE
	done
}

@test "--list names the probes, and --only takes each of them" {
	run audit --list
	assert_equal "$status" 0
	for probe in fin-glued fin-late fin-stalled fin-midreply bare-fin \
		half-request close reset oversend; do
		assert_line --regexp "^$probe( |\$)"
	done
	peer --think 0.12
	for probe in fin-glued bare-fin close oversend; do
		run audit --tries=1 --send='a longer request\n' \
			--only="$probe" 127.0.0.1 "$PORT"
		assert_line --regexp "^[! ] $probe "
		for other in fin-glued bare-fin close reset oversend; do
			[[ $other == "$probe" ]] ||
				refute_line --regexp "^[! ] $other "
		done
	done
}

@test "--tries counts them" {
	peer --think 0.12
	run audit --tries=3 --send='x\n' --only=fin-glued 127.0.0.1 "$PORT"
	assert_equal "$status" 0
	assert_line --regexp 'fin-glued +HONOURED +3 whole of 3'
	run audit --send='x\n' --only=fin-glued 127.0.0.1 "$PORT"
	assert_line --regexp 'fin-glued +HONOURED +8 whole of 8'
}

@test "nothing judged is nothing proved" {
	peer --think 0.3
	run audit --tries=1 --send='x\n' --only=bare-fin 127.0.0.1 "$PORT"
	assert_equal "$status" 3
	assert_output --partial NO-VERDICT
}

@test "a server on IPv6, and one called by its name, is audited too" {
	skip_without_ipv6
	start peer "$PYTHON" -IS -c '
import socket, time
l = socket.create_server(("::1", 0), family=socket.AF_INET6)
print("listening on ::1:%d" % l.getsockname()[1], flush=True)
while True:
    s = l.accept()[0]
    s.recv(9)
    time.sleep(0.2)
    s.sendall(b"reply")
    s.close()'
	find_port peer
	run audit --tries=1 --send='x\n' --only=fin-glued ::1 "$PORT"
	assert_equal "$status" 0
	kill_it peer TERM
	peer --think 0.2
	run audit --tries=1 --send='x\n' --only=fin-glued localhost "$PORT"
	assert_equal "$status" 0
}

@test "what cannot be understood is a usage error that names it" {
	bad() {
		local text=$1

		shift
		run audit "$@"
		assert_equal "$status" 2
		assert_output --partial "$text"
	}
	bad '' 127.0.0.1
	bad '' --send=x 127.0.0.1 1 2
	bad --send 127.0.0.1 9
	bad 65536 127.0.0.1 65536
	bad http 127.0.0.1 http-or-so
	bad soon --timeout=soon 127.0.0.1 9
	bad none --tries=none 127.0.0.1 9
	bad 0 --tries=0 127.0.0.1 9
	bad -1 --tries=-1 127.0.0.1 9
	bad some --expect=some 127.0.0.1 9
	bad 99 --send=x --status=99 127.0.0.1 9
	bad --until --send=x --until= 127.0.0.1 9
	bad '\q' --send=x --until='\q' 127.0.0.1 9
	bad 0 --send=x --timeout=0 127.0.0.1 9
	bad 33 --send=x --jobs=33 127.0.0.1 9
	bad nowhere --send=x --socks5=nowhere 127.0.0.1 9
	bad a:b --send=x --connect=a:b 127.0.0.1 9
	bad exclude --send=x --socks5=a:1 --connect=a:1 127.0.0.1 9
	printf 'send "a"\nsay "b"\n' >steps
	bad 'steps: line 2' --send=x --preamble=steps 127.0.0.1 9
	bad no-such-host.invalid --send=x no-such-host.invalid 9
	bad yaml --format=yaml 127.0.0.1 9
	bad fin-blue --only=fin-glued,fin-blue 127.0.0.1 9
	bad no-such-file --request=no-such-file 127.0.0.1 9
	bad no-such-file --preamble=no-such-file 127.0.0.1 9
	bad --fast --fast 127.0.0.1 9
	bad '\q' --send='\q' 127.0.0.1 9
	bad '' --send=x --http=/ 127.0.0.1 9
}
