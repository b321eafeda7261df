#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab: what it plays, records and compares, what it refuses, and what it
# leaves behind: nothing. The experiments themselves are in experiments.bats.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load lab

### The command line

@test "options stand before or after the subcommand" {
	lab --ascii play close-early >before
	lab play --ascii close-early >between
	lab play close-early --ascii >after
	cmp before between
	cmp before after
	LC_ALL=C grep -q -- '--- SYN --->' before
}

@test "what is no command line is a usage error" {
	local line

	while read -r line; do
		# shellcheck disable=SC2086 # its words
		run -2 lab $line
		assert_output --regexp "Try \`gracelab( play)? --help'"
	done <<-'END'

		play
		nonsense close-early
		play --nonsense close-early
		play --format=nonsense close-early
		play --format=svg close-early close-late
		play --format=mermaid close-early close-late
		play --pcap x.pcap close-early close-late
		play --patience never close-early
		play --step --format=json close-early
	END
}

@test "help and version are on standard output, with status 0" {
	run -0 --separate-stderr lab --help
	assert_output --partial --patience
	run -0 --separate-stderr lab --version
	assert_output --regexp '^grace.* [0-9]+\.[0-9]+'
}

@test "help lists the subcommands, one a line, indented, the name first" {
	run -0 lab --help
	assert_line --index 0 'Usage: gracelab [OPTION...] COMMAND [ARGUMENT...]'
	assert_equal "$(grep -cE '^  [a-z]+ +[A-Z]' <<<"$output")" \
		"$(grep -c '^  ' <(lab --help | sed -n '/^  [a-z]/p'))"
	assert_line --regexp '^  play +[A-Z]'
	assert_line --regexp '^  proxy +[A-Z]'
}

@test "help and errors of a subcommand name it" {
	local name

	for name in $(lab --help | sed -n 's/^  \([a-z]\+\) .*/\1/p'); do
		run -0 lab "$name" --help
		assert_line --index 0 --regexp "^Usage: gracelab $name "
		run -2 lab "$name" --nonsense
		assert_line --index 0 --partial "gracelab $name: "
	done
}

@test "an option's argument is no subcommand, wherever it stands" {
	mkdir audit
	cp "$ROOT"/transcripts/close/close-early.* audit
	run -0 lab --transcripts audit list
	assert_output --regexp '^close-early +close'
	run -0 lab list --transcripts audit
	assert_output --regexp '^close-early +close'
	run -0 lab --trans=audit check close-early
	run -0 lab -o play play close-early
	[[ -s play ]]
	run -0 lab -- list
	# Where nothing but an argument is there, there is no subcommand.
	run -2 lab --transcripts play
	run -2 lab -o
}

@test "a subcommand that there is not gets the one that is near" {
	run -2 lab chekc close-early
	assert_line --partial "there is no command 'chekc'; perhaps 'check'?"
	run -2 lab nonsense
	refute_output --partial perhaps
}

@test "an experiment that there is not gets those that are near, and list" {
	run -2 lab play close-erly
	assert_line --partial "perhaps close-early; \`gracelab list' shows all"
	run -2 lab play shut
	assert_line --partial 'perhaps shutdown, shutdown-held,'
	run -2 lab play quite-another
	refute_output --partial perhaps
	assert_line --partial "\`gracelab list' shows all"
	# A path is nobody's name.
	run -2 lab play ./close-erly.lab
	refute_output --partial list
}

@test "list takes no operand, and fails where the folder is not there" {
	run -2 lab list close-early
	assert_line --partial "list takes no argument, such as 'close-early'"
	run -1 lab list --transcripts nowhere
	assert_line --partial 'cannot read nowhere: ENOENT'
	mkdir broken
	cp "$ROOT/transcripts/close/close-early.lab" broken
	write_lab broken/bad.lab nonsense
	run -1 lab list --transcripts broken
	assert_line --regexp '^close-early '
	assert_line --partial 'bad.lab:1:1: expected'
}

@test "list has a line for each experiment, its name first, sorted" {
	run -0 lab list
	assert_equal "$(cut -d ' ' -f 1 <<<"$output")" \
		"$(cd "$ROOT/transcripts" && printf '%s\n' */*.lab |
			sed 's|.*/||; s/\.lab$//' | LC_ALL=C sort)"
	assert_line --regexp '^close-early +close\(\) while replies'
}

@test "at a terminal list has the themes as headings" {
	"$PYTHON" -I - "$O/gracelab" >screen <<-'END'
		import os, pty, sys
		pid, fd = pty.fork()
		if not pid:
		    os.execv(sys.argv[1], ["gracelab", "list"])
		seen = b""
		while True:
		    try: more = os.read(fd, 65536)
		    except OSError: break
		    if not more: break
		    seen += more
		assert os.waitpid(pid, 0)[1] == 0
		print(seen.decode().replace("\r", ""), end="")
	END
	# Each theme once, and what the folder has below it.
	assert_equal "$(grep -vE '^.{22} ' screen | grep .)" \
		"$(cd "$ROOT/transcripts" && printf '%s\n' */ | tr -d /)"
	assert_equal "$(sed -n '/^eof$/,/^$/p' screen | cut -d ' ' -f 1 | tr '\n' ' ')" \
		"eof $(cd "$ROOT/transcripts/eof" && printf '%s ' *.lab |
			sed 's/\.lab//g') "
	# In a pipe there are names only.
	run -0 lab list
	assert_equal "${#lines[@]}" "$(grep -cE '^.{22} ' screen)"
}

@test "an experiment that is not there is an error that names the path" {
	run ! lab play nosuch
	assert_output --partial "$ROOT/transcripts/nosuch.lab: ENOENT"
	run ! lab play ./nosuch.lab
	assert_output --partial './nosuch.lab: ENOENT'
	run ! lab play --transcripts ./nowhere close-early
	assert_output --partial './nowhere/close-early.lab: ENOENT'
}

@test "play takes a path from any folder, also one with spaces" {
	mkdir 'a folder'
	cp "$ROOT/transcripts/close/close-early.lab" 'a folder/my own.lab'
	run -0 lab play 'a folder/my own.lab'
	assert_line --index 0 \
		'my own: close() while replies are under way'
	assert_line --partial '─── RST ───▶'
	cd 'a folder'
	run -0 lab play 'my own.lab'
	assert_line --partial '─── RST ───▶'
}

@test "--transcripts names another folder, and all in it are checked" {
	mkdir mine
	cp "$ROOT"/transcripts/close/close-{early,late}.* mine
	run -0 lab check --transcripts mine
	assert_line 1..2
	assert_line 'ok 1 - close-early'
	assert_line 'ok 2 - close-late'
}

### Completion

# completes WORD...: what the last word, which may be empty, is completed to.
completes() {
	bash --norc -c 'source "$1"; compopt() { :; }
		COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2))
		_gracelab; printf "%s\n" "${COMPREPLY[@]}"' - \
		"$ROOT/gracelab/completion.bash" "$O/gracelab" "$@"
}

@test "completion knows the subcommands, options and names that the program has" {
	run -0 completes ''
	assert_output "$(lab --help | sed -n 's/^  \([a-z]\+\) .*/\1/p')"
	run -0 completes play --for
	assert_output --format=
	run -0 completes check --con
	assert_output --confirm
	run -0 completes list --con
	assert_output ''
	run -0 completes audit --time
	assert_output --timeout=
	run -0 completes play close-h
	assert_output "$(printf '%s\n' close-handled close-held close-held-by-child)"
	run -0 completes --transcripts play ch
	assert_output check
	run -0 completes play --format ''
	assert_line svg
	refute_line junit
	run -0 completes audit --format = j
	assert_output "$(printf '%s\n' json junit)"
}

### What is shown

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
	assert_output --partial 'No space left on device'
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

### Goldens

@test "a wrong golden makes check fail with a diff that names it" {
	mkdir 'my lab'
	cp "$ROOT"/transcripts/close/close-{early,late}.* 'my lab'
	sed -i 's/data 9/data 8/' 'my lab/close-early.txt'
	run -1 lab check 'my lab/close-early.lab' 'my lab/close-late.lab'
	assert_line 'not ok 1 - close-early'
	assert_line 'ok 2 - close-late'
	assert_line '# --- my lab/close-early.txt'
	assert_line --regexp '^# -.*◀─ data 8 ──'
	assert_line --regexp '^# \+.*◀─ data 9 ──'
}

@test "each part of a golden counts: title, state, terminal, a line's end" {
	local change

	cp "$ROOT/transcripts/close/close-early.lab" .
	for change in '1s/close()/cl0se()/' 's/FIN_WAIT2/TIME_WAIT/' \
		's/send bytes: 9/send bytes: 8/' '/RST/d' '/Linux/d' \
		's/EPIPE (/EPIPE  (/'; do
		sed "$change" "$ROOT/transcripts/close/close-early.txt" \
			>close-early.txt
		run -1 lab check close-early.lab
		assert_line 'not ok 1 - close-early'
	done
}

@test "a missing golden makes check fail and is named" {
	cp "$ROOT/transcripts/close/close-early.lab" .
	run -1 lab check close-early.lab
	assert_line 'not ok 1 - close-early'
	assert_line --regexp '^# .*close-early\.txt: ENOENT'
	assert_line --partial "\`gracelab record close-early.lab' writes one"
	: >close-early.txt
	run -1 lab check close-early.lab
	assert_line 'not ok 1 - close-early'
}

@test "a golden from another kernel series is told" {
	cp "$ROOT"/transcripts/close/close-early.* .
	sed -i '$s/Linux .*/Linux 4.4/' close-early.txt
	run -0 lab check close-early.lab
	assert_line 'ok 1 - close-early'
	sed -i 's/RST/FIN/' close-early.txt
	run -1 lab check close-early.lab
	assert_line --partial 'Linux 4.4'
	assert_line --partial "Linux $(uname -r | grep -oE '^[0-9]+\.[0-9]+')"
}

@test "check --confirm writes the kernel that agrees to a golden's foot" {
	cp "$ROOT"/transcripts/close/close-early.* .
	sed -i '$s/Linux .*/Linux 4.4/' close-early.txt
	run -0 lab check --confirm close-early.lab
	assert_line --regexp '^# confirmed on Linux [0-9]+\.[0-9]+$'
	assert_equal "$(tail -n 1 close-early.txt)" "  Linux 4.4, confirmed on $(
		uname -r | grep -oE '^[0-9]+\.[0-9]+')"
	cp close-early.txt confirmed.txt
	run -0 lab check --confirm close-early.lab
	refute_line --partial confirmed
	cmp close-early.txt confirmed.txt
}

@test "check --confirm leaves a golden that differs, or was seen in part" {
	cp "$ROOT"/transcripts/close/close-early.* .
	sed -i '$s/Linux .*/Linux 4.4/' close-early.txt
	cp close-early.txt before.txt
	run -0 lab check --confirm --host close-early.lab
	cmp close-early.txt before.txt
	sed -i 's/RST/FIN/' close-early.txt
	cp close-early.txt before.txt
	run -1 lab check --confirm close-early.lab
	cmp close-early.txt before.txt
	run -2 lab play --confirm close-early.lab
}

@test "check is TAP, and a failed play is not ok with the reason" {
	write_lab broken.lab 'client> x' 'server: received "y"'
	run -1 lab check close-early broken.lab
	assert_line --index 0 'TAP version 13'
	assert_line 1..2
	assert_line 'ok 1 - close-early'
	assert_line 'not ok 2 - broken'
	assert_line --partial 'broken.lab:2: server: received "y": awaited'
	refute_line --regexp '^[^#onT1]'
}

@test "record writes what check accepts, and what play shows" {
	cp "$ROOT/transcripts/close/close-early.lab" .
	run -0 lab record close-early.lab
	assert_output ''
	diff <(golden close-early) close-early.txt
	run -0 lab check close-early.lab
	run -0 ls
	refute_line --partial .new
}

@test "record refuses where plays disagree, and leaves the old golden" {
	cp "$ROOT"/transcripts/close/close-early.* .
	write_lab varies.lab 'client> sendfile /proc/sys/kernel/random/uuid' \
		'server> read'
	echo old >varies.txt
	rm close-early.txt
	run -1 lab record varies.lab close-early.lab
	assert_line --partial 'varies: not recorded: two plays disagree'
	assert_line '--- one play'
	assert_line '+++ another'
	# A diff, not two transcripts.
	assert_equal "$(grep -c 'now sending' <<<"$output")" 0
	assert_equal "$(<varies.txt)" old
	run -1 lab record varies.lab
	assert_equal "$(<varies.txt)" old
}

@test "record refuses what fails" {
	write_lab broken.lab 'client> x' 'server: eof'
	echo old >broken.txt
	run -1 lab record broken.lab
	assert_line --partial 'broken.lab:2: server: eof: awaited eof'
	assert_equal "$(<broken.txt)" old
}

@test "record refuses where not everything is observed" {
	cp "$ROOT/transcripts/close/close-early.lab" .
	run -1 lab record --host close-early.lab
	assert_line --partial 'close-early: not recorded'
	[[ ! -e close-early.txt ]]
}

@test "a folder that cannot be written to is an error that names the file" {
	mkdir "$PLACE/closed"
	cp "$ROOT"/transcripts/close/close-early.* "$PLACE/closed"
	chmod -R a+rX,a-w "$PLACE/closed"
	run -1 as_nobody "$PLACE/bin/gracelab" record \
		--transcripts "$PLACE/closed"
	assert_line "gracelab: cannot write $PLACE/closed/close-early.txt: EACCES (Permission denied)"
	cmp "$PLACE/closed/close-early.txt" "$ROOT/transcripts/close/close-early.txt"
}

### Bad files

# refuses EXPECTED LINE...: a file of these lines; EXPECTED is LINE:COLUMN: TEXT.
refuses() {
	write_lab bad.lab "${@:2}"
	run -2 lab play bad.lab
	assert_output --partial "bad.lab:$1"
	refute_output --partial client\'s
}

@test "a bad file says file, line, column and what was expected" {
	refuses '1:1: expected title, asks' 'nonsense'
	refuses '2:9: expected ' 'title x' 'client: nonsense'
	refuses '1:18: expected a closing quote' 'client: received "x'
	refuses '1:18: expected the text in double quotes' \
		'client: received x'
	refuses '1:9: expected a signal such as SIGKILL, or reboot' 'client! SIGNONSENSE'
	refuses '1:9: expected start, or a signal such as SIGKILL, or reboot' 'server! SIGNONSENSE'
	refuses '1:9: expected ' 'client! start'
	refuses '2:1: expected a step' 'client> x' 'title too late'
	refuses '1:15: expected a TCP state' 'client: state FIN_WAIT'
	refuses '1:8: expected a line to type' 'client>'
	refuses '2:1: expected a step' 'title nothing else'
	refuses '1:6: expected a new file name' 'file a/b "x"' 'client> x'
	refuses '1:9: expected SIGPIPE=ignore' 'inherit SIGPIPE=x' 'client> x'
	refuses '1:8: expected ' 'sysctl kernel.hostname=x' 'client> x'
	refuses '1:11: expected a C escape' 'file a "x \q"' 'client> x'
}

@test "all bad files are told, and nothing is played" {
	write_lab one.lab 'nonsense'
	write_lab two.lab 'client> x' 'client: nonsense'
	run -2 lab play one.lab close-early two.lab
	assert_line --partial 'one.lab:1:1: expected'
	assert_line --partial 'two.lab:2:9: expected'
	refute_line --partial SYN
}

@test "a folder, a huge file and a device are no experiments" {
	mkdir folder.lab
	run ! lab play folder.lab
	assert_output --partial 'folder.lab: EISDIR'
	head -c 2000000 /dev/zero | tr '\0' '#' >huge.lab
	run ! lab play huge.lab
	assert_output --partial 'huge.lab: EFBIG'
	run ! lab play /dev/zero
	assert_output --partial '/dev/zero'
}

### Plays that go wrong

@test "an outcome that never comes ends the play and says all about it" {
	write_lab never.lab 'client> data1' 'server: received "data1"' \
		'server: received "data2"'
	run -1 lab play never.lab
	assert_line 'gracelab: never: never.lab:3: server: received "data2": awaited received "data2", saw nothing'
	# What was seen until then is shown all the same.
	assert_line --partial 'recv "data1" = 5'
}

@test "a state that never comes ends the play within --patience" {
	local before=$SECONDS

	write_lab never.lab 'client> data1' 'client: state TIME_WAIT'
	run -1 lab play --patience 200ms never.lab
	assert_line 'gracelab: never: never.lab:2: client: state TIME_WAIT: awaited state TIME_WAIT, saw ESTABLISHED'
	((SECONDS - before < 5))
}

@test "a step that does not end is cut short, and nobody is left behind" {
	write_long_lab
	run -1 lab play --patience 200ms "long-$MARK.lab"
	assert_line --partial "long-$MARK.lab:5: client> sleep 30s: "
	await nobody_lingers "$MARK"
}

@test "nobody is left behind by a play that succeeds" {
	write_long_lab
	sed -i '$d' "long-$MARK.lab"
	run -0 lab play "long-$MARK.lab"
	await nobody_lingers "$MARK"
}

@test "nobody is left behind when the lab is interrupted" {
	local signal

	for signal in INT TERM HUP; do
		start_long_lab
		kill_it long "$signal"
		await ended long
		await nobody_lingers "$MARK"
	done
}

@test "nobody is left behind when the lab is killed" {
	start_long_lab
	kill_it long KILL
	finish long 137
	await nobody_lingers "$MARK"
}

@test "a play whose process is killed is a failure, and others go on" {
	local pid

	write_long_lab
	start long "$O/gracelab" play --patience 60s "long-$MARK.lab" \
		close-early
	await at_least 5 "$MARK"
	# The lab's only child that plays this one; close-early is over or not.
	for pid in $(pgrep -P "${PID_OF[long]}"); do
		if pgrep -P "$pid" -f "greeting=$MARK" >/dev/null; then
			kill -KILL "$pid"
		fi
	done
	finish long 1
	grep -q "long-$MARK: " long.err
	has_text long '─── RST ───▶'
	await nobody_lingers "$MARK"
}

@test "an actor that crashes is seen to" {
	write_lab crash.lab 'client> data1' 'client! SIGSEGV' \
		'client: exit SIGSEGV' 'server: received "data1"' 'server: eof'
	# A sanitizer would catch the signal.
	export ASAN_OPTIONS=$ASAN_OPTIONS:handle_segv=0
	run -0 lab play crash.lab
	assert_line --partial 'killed by SIGSEGV'
	write_lab crash.lab 'client! SIGABRT' 'client: exit SIGSEGV'
	run -1 lab play crash.lab
	assert_line --partial 'awaited exit SIGSEGV, saw exit SIGABRT'
}

@test "an actor that ends before its time is told" {
	write_lab early.lab 'server> quit' 'server: exit 0' 'server> reply'
	run -1 lab play early.lab
	assert_line --partial 'early.lab:3: server> reply: the server has ended'
}

@test "states are those of the addresses that the connection has" {
	local address

	for address in 127.0.0.2 0.0.0.0 ::1 ::; do
		[[ $address != *:* || -s /proc/net/if_inet6 ]] || continue
		write_lab there.lab "server --listen $address" \
			'client> hello' 'server: received "hello"' \
			'client: state ESTABLISHED' 'client> close' \
			'client: state FIN_WAIT2' 'server: state CLOSE_WAIT'
		run -0 lab play there.lab
		assert_line --regexp 'close = 0 +FIN_WAIT2 +.* FIN .* CLOSE_WAIT'
	done
}

@test "a server that does not start says why" {
	write_lab bogus.lab 'server --bogus' 'client> x'
	run -1 lab play bogus.lab
	assert_line --partial "graceserver: unrecognized option '--bogus'"
	assert_line --partial 'bogus: graceserver did not start'
	write_lab bogus.lab 'client --bogus' 'client> x'
	run -1 lab play bogus.lab
	assert_line --partial "graceclient: unrecognized option '--bogus'"
}

@test "options of the file win over the lab's own, however many they are" {
	local i options='server'

	for ((i = 0; i < 70; i++)); do
		options+=" --greeting=$i"
	done
	write_lab many.lab "$options --greeting=last" 'client> x' \
		'server: received "x"' 'server> reply' 'client: received "lastx"'
	run -0 lab play many.lab
}

@test "without its programs the lab says which is missing" {
	mkdir alone
	cp "$O/gracelab" alone
	run -1 alone/gracelab play "$ROOT/transcripts/close/close-early.lab"
	assert_output --partial graceserver
}

@test "two labs at once do not disturb each other" {
	start one "$O/gracelab" check --transcripts "$ROOT/transcripts"
	start two "$O/gracelab" check --transcripts "$ROOT/transcripts"
	finish one 0
	finish two 0
}

@test "experiments of one name and folder play side by side" {
	run -0 lab check close-early close-early time-wait time-wait kill kill
	refute_line --partial 'not ok'
}

@test "files of an experiment are there for it alone, and gone behind it" {
	write_lab files.lab 'file a "one\ntwo"' 'client> sendfile a' \
		'server> save b' 'server: received "one\ntwo"'
	run -0 lab play files.lab
	assert_line --partial 'sendfile "a" = 7'
	run -0 ls
	assert_output files.lab
	TMPDIR=$PWD run -0 lab play --host files.lab
	run -0 ls -A
	refute_output --partial gracelab
}

### Where not everything is to be had

@test "an ordinary user gets the same transcripts" {
	run -0 as_nobody "$PLACE/bin/gracelab" check
	refute_line --partial 'not observed'
	assert_line 'ok 1 - both-shutdown'
	assert_equal "$(grep -c '^ok ' <<<"$output")" \
		"$(printf '%s\n' "$ROOT"/transcripts/*/*.lab | wc -l)"
	run -0 as_nobody "$PLACE/bin/gracelab" play --pcap play.pcap reset
}

@test "without namespaces it plays on the host and says so" {
	run -0 without_namespaces "$PLACE/bin/gracelab" play close-early
	assert_line --partial "Played on the host's own loopback: "
	assert_line --regexp 'Played on .*unshare.*ENOSPC'
	assert_line --partial 'The wire was not observed: '
	# No arrow and no heading pretend.
	refute_output --partial ─
	refute_line --regexp 'state +wire +state'
	assert_line --partial 'send "Hi, data1" = 9'
	assert_line --partial FIN_WAIT2
}

@test "without namespaces check compares what was observed and says so" {
	run -0 without_namespaces "$PLACE/bin/gracelab" check close-early \
		close-late shutdown eof-half fin-wait-2 kill reset time-wait
	assert_line 'ok 1 - close-early'
	assert_line 'ok 3 - shutdown'
	assert_line --regexp '^# not observed, and so not compared: wire'
	assert_line --regexp '^ok 5 - fin-wait-2 # SKIP .*private network'
}

@test "without namespaces a wrong golden is still found" {
	mkdir "$PLACE/wrong"
	cp "$ROOT"/transcripts/close/close-early.* "$PLACE/wrong"
	sed -i 's/= EPIPE/= ECONNRESET/' "$PLACE/wrong/close-early.txt"
	run -1 without_namespaces "$PLACE/bin/gracelab" check \
		--transcripts "$PLACE/wrong"
	assert_line 'not ok 1 - close-early'
	assert_line --regexp '^# -.*= ECONNRESET'
}

@test "without namespaces json says what was not observed" {
	without_namespaces "$PLACE/bin/gracelab" play --format=json \
		close-early >play.json
	run -0 "$PYTHON" -Ic 'import json, sys
play = json.load(sys.stdin)
assert play["private_network"] is False
assert play["observed"]["wire"] is False
assert "ENOSPC" in play["network_why"] and play["wire_why"]
assert not [rung for rung in play["ladder"] if "segment" in rung]
' <play.json
}

@test "without namespaces --pcap is refused, not left empty in silence" {
	run -1 without_namespaces "$PLACE/bin/gracelab" play \
		--pcap "$BATS_TEST_TMPDIR/play.pcap" close-early
	assert_line --partial 'cannot capture'
}

@test "on the host an ordinary user sees no wire, and is told why" {
	run -0 as_nobody "$PLACE/bin/gracelab" play --host close-early
	assert_line --regexp 'The wire was not observed: .*(EPERM|permi)'
	refute_output --partial ─
	run -0 as_nobody "$PLACE/bin/gracelab" check --host close-early \
		close-late shutdown
	assert_line 'ok 1 - close-early'
	assert_line --regexp '^# not observed, and so not compared: wire'
}

@test "--host plays everything but what needs a network of its own" {
	run -0 lab check --host
	assert_line --regexp '^ok [0-9]+ - fin-wait-2 # SKIP .*private network'
	refute_line --regexp '^not ok'
}

@test "a sysctl that there is not is told, and the host's is left alone" {
	write_lab odd.lab 'sysctl net.ipv4.no_such=1' 'client> x'
	run -1 lab play odd.lab
	assert_line --partial 'net.ipv4.no_such'
	run cat /proc/sys/net/ipv4/tcp_fin_timeout
	before=$output
	write_lab set.lab "sysctl net.ipv4.tcp_fin_timeout=$((before + 1))" \
		'client> x'
	run -0 lab play set.lab
	run cat /proc/sys/net/ipv4/tcp_fin_timeout
	assert_output "$before"
}
