#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Experiments that others wrote: what fails is never called a success, nothing
# reaches around the lab, and no file drives the terminal.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load lab

### A play that failed

@test "a play that fails is a failure, whatever bytes its reason has" {
	local name

	printf '%s\n' 'server "--bogus\xff"' 'client> hello' >bytes.lab
	printf 'server --b%s\nclient> hello\n' \
		"$(printf 'ö%.0s' {1..300})" >long.lab
	mkdir $'folder\xff'
	write_lab $'folder\xff/here.lab' 'client> data1' 'client: eof'
	for name in bytes.lab long.lab $'folder\xff/here.lab'; do
		run -1 --separate-stderr lab play "$name"
		[[ $stderr == gracelab:* ]]
		run -1 lab check "$name"
		assert_line --regexp '^not ok 1 - '
		run -1 lab record "$name"
		run -1 --separate-stderr lab play --format=json "$name"
		"$PYTHON" -I -c 'import json, sys
assert json.load(sys.stdin)["failed"] is True' <<<"$output"
	done
}

### Actors that end by themselves

# Starts a play that waits in its third line, until the client is killed, and
# has these steps behind that. Sets $LAB_PID and $CLIENT_PID.
start_waiting_lab() {
	MARK=6$BASHPID$BATS_TEST_NUMBER
	write_lab waits.lab "client --connect-timeout=${MARK}ms" \
		'client> data1' 'client> sleep 60s' 'client: exit SIGKILL' "$@"
	start waits "$O/gracelab" play --patience 60s --format=json waits.lab
	await waits
}

# The client sleeps once its pselect(2) has a timeout, the fifth argument.
waits() {
	local call timeout

	CLIENT_PID=$(pgrep -f "graceclient.*connect-timeout=${MARK}ms") &&
		LAB_PID=$(ps -o ppid= -p "$CLIENT_PID") || return
	LAB_PID=${LAB_PID// /}
	read -r call _ _ _ _ timeout _ <"/proc/$CLIENT_PID/syscall" &&
		[[ $call != running && $timeout == 0x?* && $timeout != 0x0 ]]
}

has_died() {
	[[ $(ps -o state= -p "$1") == Z ]]
}

@test "an actor that ends by itself is seen with its ladder" {
	local server

	# What others do to it is nothing that the lab has done.
	start_waiting_lab 'server: exit SIGKILL'
	server=$(pgrep -P "$LAB_PID" -x graceserver)
	kill -KILL "$server"
	kill -KILL "$CLIENT_PID"
	finish waits 0
	grep -q '"call": "killed by SIGKILL"' waits.out
	start_waiting_lab 'server> reply'
	server=$(pgrep -P "$LAB_PID" -x graceserver)
	kill -KILL "$server"
	await has_died "$server"
	kill -KILL "$CLIENT_PID"
	finish waits 1
	grep -q 'waits.lab:5: server> reply: the server has ended' waits.err
	"$PYTHON" -I -c 'import json, sys
calls = [(r["side"], r["call"]) for r in json.load(sys.stdin)["ladder"]
    if "call" in r]
assert ("server", "killed by SIGKILL") in calls, calls
assert ("client", "send") in calls' <waits.out
}

@test "an end that is awaited comes by itself" {
	write_lab itself.lab 'server --once --idle-timeout 2s' \
		'client> hello' 'server: exit 0' 'client: ECONNRESET'
	run -0 lab play --patience 60s itself.lab
	assert_line --regexp ' exit\(0\)$'
}

@test "an actor that does not end within --patience is not said to have ended" {
	write_lab stays.lab 'client> hello' 'server: exit 0'
	run -1 lab play --patience 200ms stays.lab
	assert_line --partial 'stays.lab:2: server: exit 0: no end from the server'
}

### Floods

# flood PID CONNECTIONS: enters the network of the lab's only play and makes two
# segments there for each.
flood() {
	local -a enter=(nsenter --target "$1" --net)

	((EUID == 0)) || enter=(nsenter --target "$1" --user --net
		--preserve-credentials)
	"${enter[@]}" "$PYTHON" -IS -c 'import socket, sys
for i in range(int(sys.argv[1])):
    s = socket.socket()
    s.connect_ex(("127.0.0.9", 43211))
    s.close()' "$2"
}

@test "what floods the wire while a step waits is all captured" {
	# As many as a program that is checked for errors keeps up with.
	local connections=3000

	! is_sanitized || connections=500
	start_waiting_lab
	flood "$LAB_PID" "$connections"
	kill -KILL "$CLIENT_PID"
	finish waits 0
	(($(grep -c '"segment": "RST"' waits.out) >= connections))
}

@test "a capture that loses packets fails the play" {
	start_waiting_lab
	kill -STOP "$LAB_PID"
	flood "$LAB_PID" 3000
	kill -CONT "$LAB_PID"
	kill -KILL "$CLIENT_PID"
	finish waits 1
	grep -q 'waits.lab:3: .*the kernel dropped [0-9]* packets' waits.err
}

### What reaches around the lab

@test "an actor writes in its own folder only" {
	install_lab "$PLACE/evil"
	mv "$PLACE/evil/bin/graceserver" "$PLACE/evil/bin/real"
	cat >"$PLACE/evil/bin/graceserver" <<-END
		#!/bin/sh
		{ echo owned >"$PLACE/owned"; } 2>&-
		{ echo more >>"$PLACE/kept"; } 2>&-
		rm -f "$PLACE/kept" 2>&-
		mkdir "$PLACE/made" 2>&-
		echo mine >mine || echo "no folder of its own" >&2
		exec "$PLACE/evil/bin/real" "\$@"
	END
	chmod +x "$PLACE/evil/bin/graceserver"
	echo kept >"$PLACE/kept"
	run -0 timeout 60 "$PLACE/evil/bin/gracelab" play shutdown 3>&-
	refute_output --partial 'no folder'
	assert_file "$PLACE/kept" kept
	[[ ! -e $PLACE/owned && ! -e $PLACE/made ]]
}

@test "options that are the lab's and files that are not the lab's are refused" {
	local line

	while read -r line; do
		write_lab around.lab "$line" 'client> data1'
		run -2 lab play around.lab
		assert_output --partial 'around.lab:1:'
	done <<-'END'
		client --fil=/etc/hostname
		client -qf /etc/hostname
		client -qe data2
		server --event=/dev/null
		server --on-eof "save /tmp/x"
		client> save ../x
		server> save /tmp/x
	END
}

### What drives a terminal, and what is only a text

# Whatever is printed has no control character but newlines.
assert_harmless() {
	if LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f\x7f\x9b]' <<<"$output"; then
		cat -v <<<"$output"
		return 1
	fi
}

@test "no file drives the terminal: names, goldens, what actors say" {
	local evil=$'e\033[2Jv\302\233il\r'

	write_lab esc.lab 'server "--bogus\e[31mRED\e]0;owned\a"' 'client> hello'
	run -1 lab play esc.lab
	assert_harmless
	run -1 lab check esc.lab
	assert_harmless
	mkdir "$evil"
	write_lab "$evil/$evil.lab" 'client> data1' 'client: eof'
	for command in play check record 'play --step' 'list --transcripts'; do
		# shellcheck disable=SC2086 # its words
		run lab $command "$evil/" <<<$'\n\n'
		assert_harmless
		# shellcheck disable=SC2086
		run lab $command "$evil/$evil.lab" <<<$'\n\n'
		assert_harmless
	done
	write_lab "$evil/$evil.lab" 'client> data1' 'server: received "data1"'
	run -0 lab play "$evil/$evil.lab"
	assert_harmless
	run -0 lab record "$evil/$evil.lab"
	printf '\033]0;owned\a\033[31m\r\n' >>"$evil/$evil.txt"
	run -1 lab check "$evil/$evil.lab"
	assert_harmless
	assert_output --partial '\x1b]0;owned\x07'
}

@test "a title is as long as it likes" {
	write_lab long.lab "title $(printf 'ö%.0s' {1..600})" 'client> data1'
	run -0 lab play long.lab
	run -0 lab list --transcripts .
	assert_output --regexp '^long +ööö'
}

@test "a name cannot make TAP say what is not so" {
	write_lab 'x # SKIP.lab' 'client> data1' 'client: eof'
	run -1 lab check 'x # SKIP.lab'
	assert_line 'not ok 1 - x \# SKIP'
}

@test "numbers in a text are left, and a port in an address is hidden" {
	write_lab port.lab 'client> see :43211 and 127.0.0.1:43211' \
		'server: received "see :43211 and 127.0.0.1:43211"' \
		'server> list' 'client> send "listening on the sea"'
	run -0 lab play port.lab
	assert_line '    now sending see :43211 and 127.0.0.1:43211'
	assert_line --partial 'now sending listening on the sea'
	assert_line --regexp ' 1 127\.0\.0\.1:PORT ESTABLISHED, owed 1'
	write_lab port.lab 'server> send "listening on the sea"' \
		'client: received "listening on the sea"'
	run -0 lab play port.lab
	assert_line '    listening on the sea'
}

@test "no reason is cut within a character" {
	local folder i

	# A path that is too long for whoever says what is wrong with it.
	folder=$(printf 'ö%.0s' {1..120})
	for i in '' x; do
		run -1 --separate-stderr lab play --format=json \
			--pcap "$i$folder/$folder/$folder" close-early
		"$PYTHON" -I -c 'import json, sys
failure = json.load(sys.stdin)["failure"]
assert "ö" * 100 in failure and "\\x" not in failure' <<<"$output"
	done
}

### What a program could not do

@test "a line that a program could not act on fails the play" {
	write_lab nope.lab 'client> data1' 'client> sendfile nope'
	run -1 lab play nope.lab
	assert_line --partial 'nope.lab:2: client> sendfile nope: sendfile nope: ENOENT'
	assert_line --regexp ' sendfile nope$'
	# The error stands behind the ladder, where it is read first.
	assert_equal "${lines[-1]%%: *}" gracelab
	run -1 --separate-stderr lab play --format=json nope.lab
	"$PYTHON" -I -c 'import json, sys
ladder = json.load(sys.stdin)["ladder"]
assert ladder[-1]["failed"] is True and not ladder[-2].get("failed")' \
		<<<"$output"
}

@test "a parse error quotes the word, and a byte order mark is named" {
	write_lab typo.lab 'client> data1' 'client: sentt 5'
	run -2 lab play typo.lab
	assert_output --partial "typo.lab:2:9: expected received"
	assert_output --partial ", not 'sentt'"
	printf '\xef\xbb\xbfclient> data1\n' >bom.lab
	run -2 lab play bom.lab
	assert_output --partial 'bom.lab:1:1: expected text without a byte order mark'
}
