#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab watch: when it ends, and what it says then of what it has not seen.

# shellcheck disable=SC2154 # run sets output and stderr

load helpers
load watched

@test "a server that sleeps and holds what was reset is awaited: it gets EPIPE" {
	run -0 watch later client
	has 'send "late" = 4' '─── RST ───▶' 'send "again" = EPIPE' 'exit\(0\)'
	refute grep -q SIGTERM ladder
}

@test "a server that holds what was reset and does nothing is ended by patience" {
	run -0 watch keep client --patience=100ms
	has 'send "late" = 4' '─── RST ───▶' 'killed by SIGTERM'
}

@test "a key log that nobody can write to is refused by name" {
	local file

	mkdir closed
	for file in closed nowhere/keys watch_ends/ /dev/null/keys; do
		run -1 "$O/gracelab" watch "--keylog=$file" -- touch started
		assert_output --partial "--keylog: cannot log to $file: E"
	done
	run -2 "$O/gracelab" watch --keylog= -- touch started
	assert_output --partial '--keylog'
	[[ ! -e started ]]
	# One that is there, one that is not, one that is no file to keep.
	: >there
	for file in there new /dev/null; do
		run -0 timeout 60 "$O/gracelab" watch -o ladder \
			"--keylog=$file" -- true 3>&- {TICK}<&-
		refute grep -q 'No encrypted' ladder
	done
}

@test "that TLS was seen and no secrets were logged is said at the foot" {
	local tls=$ROOT/transcripts/tls
	local end="$PYTHON -I $tls/end.py" steps='send:x read close'
	# tls_watch [OPTION...]: who heeds no SSLKEYLOGFILE at first.
	tls_watch() {
		run -0 timeout 60 "$O/gracelab" watch -o ladder "$@" \
			--server "$unset $end server {host} {port} 1.3 $steps" \
			--client "$client $end client {host} {port} 1.3 $steps" \
			3>&- {TICK}<&-
	}
	local unset='env -u SSLKEYLOGFILE'
	local client=$unset
	local said='No encrypted TLS record could be opened:'

	tls_watch --keylog=keys
	grep -q "$said no secrets were logged to .*/keys" ladder
	echo "CLIENT_TRAFFIC_SECRET_0 $(printf '%064d' 0) 00" >others
	tls_watch --keylog=others
	grep -q "$said there is no fitting secret in .*/others" ladder
	# Who asked for nothing is told nothing.
	tls_watch
	refute grep -q "$said" ladder
	# What was sent before the client could log is closed, the rest open.
	client=''
	tls_watch --keylog=keys
	grep -q 'encrypted record' ladder
	refute grep -q "$said" ladder
}

@test "a row is written when it has happened, also where no terminal is" {
	local to options=()

	# The client ends when somebody has read of its call.
	cat >waits.py <<-'END'
		import socket, sys
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		s.send(b"x")
		open("told").read()
	END
	mkfifo told
	for to in watcher.err file; do
		[[ $to == file ]] && options=(-o file)
		start watcher "$O/gracelab" watch "${options[@]}" \
			--server "$WATCHED server {port}" \
			--client "$PYTHON -I waits.py {port}"
		await grep -qs 'send "x"' "$to"
		: >told
		finish watcher
	done
}

@test "a row is one write(2), so that no program's words stand within it" {
	strace -o /dev/null true || skip "strace cannot trace here"
	# Leaks cannot be looked for where strace looks on.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	# A terminal would have each line by itself.
	run -9 timeout 60 "$PYTHON" -c '
import os, pty, subprocess, sys
terminal = os.ttyname(pty.openpty()[1])
sys.exit(subprocess.call(["strace", "-o", "calls", "-e", "trace=write",
    "-s", "1000", sys.argv[1], "watch", "-o", terminal, "--", *sys.argv[2:]]))
' "$O/gracelab" "$WATCHED" client 1 3>&- {TICK}<&-
	grep -q '^write.*  connect .*\\n    = ECONNREFUSED.*\\n", ' calls
}

@test "that no TCP connection was seen is said, in JSON too" {
	local said='No TCP connection was seen.'
	local server="$PYTHON -I -c 'import socket, sys
socket.create_server((\"127.0.0.1\", int(sys.argv[1]))).accept()' {port}"

	run -0 timeout 60 "$O/gracelab" watch -o ladder -- true 3>&- {TICK}<&-
	grep -q "^  $said" ladder
	# A server, and a client that never comes.
	run -0 timeout 60 "$O/gracelab" watch -o ladder --format=json \
		--server "$server" --client true 3>&- {TICK}<&-
	"$PYTHON" -c '
import json, sys
record = json.load(open("ladder"))
assert record["ladder"] and record["notes"] == [sys.argv[1]], record' "$said"
	# One that was refused is one.
	run -9 timeout 60 "$O/gracelab" watch -o ladder \
		-- "$WATCHED" client 1 3>&- {TICK}<&-
	refute grep -q "$said" ladder
	run -0 watch server client
	refute grep -q "$said" ladder
}

@test "a signal that ends watch and program together leaves all written" {
	# shellcheck disable=SC2016 # it is for the shell within
	run -143 setsid --wait "$O/gracelab" watch -o ladder --format=json -- \
		sh -c '"$1" client 1; kill -TERM 0; read -r _' - "$WATCHED" \
		3>&- {TICK}<&-
	run -0 "$PYTHON" -c 'import json
print(json.load(open("ladder"))["ladder"][-1]["call"])'
	assert_output 'exit(9)'
}

@test "who had ended before its fork(2) was told of is not waited for" {
	# Of these some are met, and end, while their parent's stop waits.
	# shellcheck disable=SC2016 # of that shell
	run -0 timeout 30 "$O/gracelab" watch --wire --patience=1m -o ladder \
		--server "bash -c 'for i in {1..60}; do x=\$(echo x); done; exec \
			socat -u TCP-LISTEN:{port} OPEN:/dev/null'" \
		--client 'printf abc | socat -u - TCP:{host}:{port}' 3>&- {TICK}<&-
	has 'write "abc" = 3' 'exit\(0\)'
}
