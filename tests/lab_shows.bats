#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What gracelab play shows: text, JSON, pictures, captures, step by step.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load lab

@test "a play shows its golden" {
	lab play close-early >play.out 2>play.err
	assert_equal "$(<play.out)" "$(golden close-early)"
	[[ ! -s play.err ]]
}

@test "two experiments are shown in their order" {
	run -0 lab play shutdown close-early
	assert_equal "$(grep -nE '^(shutdown|close-early):' <<<"$output" |
		sed 's/^[0-9]*:\([a-z-]*\):.*/\1/')" $'shutdown\nclose-early'
}

@test "an ASCII ladder has the same lines and no byte above 127" {
	write_lab wide.lab 'title größer' 'client> grüße' \
		'server: received "grüße"' "client> $(printf 'x%.0s' {1..300})"
	lab play --ascii close-late >ascii
	lab play close-late >utf8
	assert_equal "$(wc -l <ascii)" "$(wc -l <utf8)"
	lab play --ascii wide.lab >>ascii
	run ! env LC_ALL=C grep -n '[^ -~]' ascii
}

@test "UTF-8 is drawn whatever the locale" {
	local locale

	for locale in C POSIX de_DE.ISO-8859-1 ''; do
		LC_ALL=$locale lab play close-early >drawn
		diff <(golden close-early) drawn
	done
}

@test "no line is wider than 80 columns, whatever was sent" {
	local text

	text=$(printf '%0100d' 7)
	write_lab wide.lab "client> $text$text$text" 'server> read' 'server> reply' \
		"client> sendfile /proc/self/status" 'client> state' \
		'server> send "ééééééééééééééééééééééééééééééééééééééééééé"' \
		'client> reset' 'server> state' \
		"client> open localhost $text"
	run -0 lab play wide.lab
	echo "$output" >wide.out
	run -0 "$PYTHON" -I - wide.out <<-'END'
		import sys
		for line in open(sys.argv[1], encoding="utf-8"):
		    if len(line.rstrip("\n")) > 80: print(line)
	END
	assert_output ''
}

@test "a title cannot drive the terminal" {
	printf 'title \033[2Jx\233y\nclient> x\n' >evil.lab
	run lab play evil.lab
	refute_output --partial $'\033'
	run ! env LC_ALL=C grep -q $'\233' <<<"$output"
}

@test "a step cannot drive the terminal when it fails, nor when it is shown" {
	printf 'client> x\nserver: EPIPE # \033[2J\n' >evil.lab
	run -1 lab play evil.lab
	assert_line --partial 'evil.lab:2: server: EPIPE # \x1b[2J: awaited'
	refute_output --partial $'\033'
	run -1 lab play --step evil.lab <<<$'\n\n\n'
	assert_output --partial 'evil.lab:2: server: EPIPE # \x1b[2J: awaited'
	refute_output --partial $'\033'
}

@test "json has times, calls, segments, states and both terminals" {
	lab play --format=json close-early >play.json
	run -0 "$PYTHON" -I - play.json <<-'END'
		import json, sys
		play = json.load(open(sys.argv[1], encoding="utf-8"))
		assert play["experiment"] == "close-early"
		assert play["private_network"] is True
		assert play["observed"] == {"wire": True, "states": True}
		assert "failure" not in play
		ladder = play["ladder"]
		times = [rung["t"] for rung in ladder]
		assert times == sorted(times) and times[-1] > times[0] > 0
		assert times[-1] < 60
		segments = [(r["from"], r["segment"]) for r in ladder if "segment" in r]
		assert segments == [("client", "SYN"), ("server", "SYN+ACK"),
		    ("client", "data 5"), ("client", "data 5"), ("client", "FIN"),
		    ("server", "data 9"), ("client", "RST")], segments
		calls = [(r["side"], r["call"], r.get("text"), r.get("result"))
		    for r in ladder if "call" in r]
		assert calls[-1] == ("server", "send", "Hi, data2", "EPIPE"), calls
		assert calls[2] == ("client", "send", "data1", "5"), calls
		states = [r["states"] for r in ladder if "states" in r]
		assert {"client": "FIN_WAIT2", "server": "CLOSE_WAIT"} in states
		assert "EPIPE (Broken pipe)" in play["terminals"]["server"]
	END
}

@test "json of several is one array" {
	lab play --format=json close-early shutdown >play.json
	run -0 "$PYTHON" -Ic 'import json, sys
print(*(play["experiment"] for play in json.load(sys.stdin)))' <play.json
	assert_output 'close-early shutdown'
}

@test "every svg is well-formed and shows each segment" {
	local name

	for name in close-early shutdown time-wait eof-half; do
		lab play --format=svg -o "$name.svg" "$name" &
	done
	wait
	run -0 "$PYTHON" -I - ./*.svg <<-'END'
		import sys, xml.etree.ElementTree as tree
		for path in sys.argv[1:]:
		    root = tree.parse(path).getroot()
		    assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
		    texts = ["".join(e.itertext()) for e in root.iter()
		        if e.tag.endswith("}text")]
		    assert "SYN+ACK" in texts and "client" in texts, texts
		    assert ("RST" in texts) == ("close-early" in path), path
	END
}

@test "an svg is well-formed whatever stands in the file" {
	printf 'title <b> & "q" \001 \377\nasks ]]> \302\205\nclient> <&>"\n' \
		>evil.lab
	lab play --format=svg -o evil.svg evil.lab ||
		# Refused is as good.
		run -2 lab play evil.lab
	[[ ! -s evil.svg ]] || "$PYTHON" -Ic 'import sys, xml.dom.minidom
xml.dom.minidom.parse(sys.argv[1])' evil.svg
	write_lab fine.lab 'title <b> & "q"' 'asks a < b ]]> c' 'client> <&>"'
	lab play --format=svg fine.lab >fine.svg
	run -0 "$PYTHON" -Ic 'import sys, xml.etree.ElementTree as tree
print("\n".join(tree.parse(sys.argv[1]).getroot().itertext()))' fine.svg
	assert_line '<b> & "q"'
}

@test "mermaid is a sequence diagram of both sides" {
	run -0 lab play --format=mermaid close-early
	assert_line --index 0 sequenceDiagram
	assert_line --regexp '^ *participant client$'
	assert_line --regexp '^ *client->>server: SYN$'
	assert_line --regexp '^ *client->>server: RST$'
	assert_line --regexp '^ *Note over client: .*FIN_WAIT2'
	refute_output --regexp '(Note|: ).*;[^[:space:]].*[^0-9];'
}

@test "-o writes the file and nothing on standard output" {
	run -0 lab play -o out.txt close-early
	assert_output ''
	diff <(golden close-early) out.txt
}

@test "a full disk is an error, with its name, and status 1" {
	run -1 lab play -o /dev/full close-early
	assert_output --partial '/dev/full: ENOSPC (No space left on device)'
	run -1 lab play --format=json -o /dev/full close-early
	assert_output --partial 'ENOSPC (No space left on device)'
	run -1 lab play -o /nonexistent/x close-early
	assert_output --partial '/nonexistent/x: ENOENT'
	lab play close-early >/dev/full 2>play.err && return 1
	grep -q 'standard output: ENOSPC' play.err
	lab check close-early >/dev/full 2>check.err && return 1
	grep -q 'standard output: ENOSPC' check.err
	lab list >/dev/full 2>list.err && return 1
	grep -q 'standard output: ENOSPC' list.err
	run -1 lab play --pcap /dev/full close-early
	assert_output --partial 'close-early: cannot write the capture: ENOSPC (No space left on device)'
	run -1 lab play --pcap /nonexistent/x close-early
	assert_output --partial '/nonexistent/x'
}

@test "--pcap writes every segment of the play" {
	lab play --pcap play.pcap close-early
	run -0 "$PYTHON" -I - play.pcap <<-'END'
		import struct, sys
		data = open(sys.argv[1], "rb").read()
		magic = data[:4]
		order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<",
		    b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}[magic]
		major, minor, _, _, snap, link = struct.unpack(
		    order + "HHiIII", data[4:24])
		assert (major, minor, link) == (2, 4, 1), (major, minor, link)
		at, segments, before = 24, [], (0, 0)
		while at < len(data):
		    s, fraction, caught, length = struct.unpack(
		        order + "IIII", data[at:at + 16])
		    assert (s, fraction) >= before and caught == length
		    before = s, fraction
		    packet = data[at + 16 + 14:at + 16 + caught]
		    at += 16 + caught
		    assert packet[0] == 0x45 and packet[9] == 6
		    total = struct.unpack("!H", packet[2:4])[0]
		    sport, dport = struct.unpack("!HH", packet[20:24])
		    payload = packet[20 + (packet[32] >> 4) * 4:total]
		    segments.append((sport, dport, packet[33], payload))
		assert at == len(data)
		client, server = segments[0][:2]
		told = []
		for sport, dport, flags, payload in segments:
		    assert {sport, dport} == {client, server}
		    names = [n for bit, n in ((2, "SYN"), (1, "FIN"), (4, "RST"))
		        if flags & bit]
		    if names or payload:
		        told.append(("c" if sport == client else "s",
		            "+".join(names), payload.decode()))
		assert told == [("c", "SYN", ""), ("s", "SYN", ""),
		    ("c", "", "data1"), ("c", "", "data2"), ("c", "FIN", ""),
		    ("s", "", "Hi, data1"), ("c", "RST", "")], told
	END
}

@test "--pcap=- goes to standard output, where nothing else does" {
	run -2 lab play --pcap - shutdown
	assert_line --partial '--pcap=- is standard output'
	lab play --pcap - -o text shutdown >capture.pcap
	lab play --pcap named.pcap shutdown >/dev/null
	assert_equal "$(head -c 4 capture.pcap | od -An -tx1)" \
		"$(head -c 4 named.pcap | od -An -tx1)"
	diff <(golden shutdown) text
}

@test "tshark reads what --pcap wrote" {
	command -v tshark || skip "there is no tshark"
	lab play --pcap play.pcap shutdown
	run -0 --separate-stderr tshark -r play.pcap -T fields \
		-e tcp.flags.fin -Y 'tcp.flags.fin == 1'
	assert_equal "${#lines[@]}" 2
	run -0 --separate-stderr tshark -r play.pcap -Y \
		'tcp.flags.reset == 1 || tcp.analysis.retransmission'
	assert_output ''
}

@test "--step shows a step only after Enter" {
	start class "$O/gracelab" play --step close-early
	await grep -qF -e '-- client> data1  [Enter] ' class.err
	grep -q SYN+ACK class.out
	run ! grep -q 'send "data1"' class.out
	type_at class ''
	# What must be seen is for who watches to guess.
	await grep -qF -e '-- server: ?  [Enter] ' class.err
	await has_text class 'send "data1" = 5'
	run ! grep -q 'recv "data1"' class.out
	end_input class
	finish class 0
	assert_equal "$output" "$(golden close-early)"
}

@test "--step asks no more when its input has ended" {
	run -0 --separate-stderr lab play --step close-early </dev/null
	assert_equal "$output" "$(golden close-early)"
	assert_equal "$(grep -c Enter <<<"$stderr")" 1
	run -0 --separate-stderr lab play --step close-early <<<''
	assert_equal "$(grep -c Enter <<<"$stderr")" 2
}

@test "--step leaves no prompt between the rungs of a terminal" {
	"$PYTHON" -I - "$O/gracelab" >screen <<-'END'
		import os, pty, sys
		pid, fd = pty.fork()
		if not pid:
		    os.execv(sys.argv[1], ["gracelab", "play", "--step", "close-early"])
		seen = b""
		while True:
		    try: more = os.read(fd, 65536)
		    except OSError: break
		    if not more: break
		    asked = more.count(b"[Enter] ")
		    seen += more
		    os.write(fd, b"\n" * asked)
		assert os.waitpid(pid, 0)[1] == 0
		# A terminal that knows cursor up and erase line.
		lines = [""]
		for part in seen.decode().replace("\r", "").split("\x1b[A"):
		    if len(lines) > 1 and part.startswith("\x1b[K"):
		        lines.pop(); lines[-1] = ""; part = part[3:]
		    new = part.split("\n")
		    lines[-1] += new[0]
		    lines += new[1:]
		print("\n".join(lines))
	END
	diff <(golden close-early) <(sed '${/^$/d}' screen)
}

@test "--step shows all in the end, with Enter from a pipe" {
	yes '' | lab play --step close-early close-late >both 2>/dev/null
	diff <(golden close-early; golden close-late) both
}
