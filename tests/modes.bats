#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The terminal's modes are as they were on every way out.

load helpers
load terminal

setup() {
	terminal_setup
}

teardown() {
	terminal_teardown
}

setup_file() {
	export FAULTY_LIBRARY=$BATS_FILE_TMPDIR/faulty.so
	cc -shared -fPIC -O1 -o "$FAULTY_LIBRARY" \
		"${BATS_TEST_FILENAME%/*}/faulty.c"
}

# The modes once the program of a window of shell_window is gone.
assert_modes_in() {
	await_last "$1" '$'
	enter_in "$1" 'stty -a >modes.part; mv modes.part modes'
	await test -e modes
	assert_sane modes
	rm modes
}

@test "Ctrl-\\ kills both programs and leaves the terminal sane" {
	ulimit -c 0
	serve
	shell_window shell
	enter_in shell "$O/graceclient 127.0.0.1 $PORT"
	await_last shell 'ESTABLISHED>'
	press shell C-\\
	await_screen shell Quit
	assert_modes_in shell
	enter_in shell "$O/graceserver --port 0"
	await_last shell '>'
	press shell C-\\
	await_screen shell Quit 2
	assert_modes_in shell
}

@test "a signal that nobody expects leaves the terminal sane, and kills" {
	local number

	ulimit -c 0
	serve
	shell_window shell
	# HUP USR1 SEGV USR2 PIPE ALRM XCPU PROF IO, and one of real time
	for number in 1 10 11 12 14 24 27 29 40; do
		# That one a sanitizer takes for a fault of the program.
		((number != 11)) || ! is_sanitized || continue
		enter_in shell "$O/graceclient 127.0.0.1 $PORT &"
		enter_in shell 'echo $! >pid.part; mv pid.part pid; fg'
		await test -e pid
		await_last shell 'ESTABLISHED>'
		kill "-$number" "$(<pid)"
		rm pid
		assert_modes_in shell
	done
}

@test "--sigpipe=default: the reader of events goes away, and the terminal is sane" {
	mkfifo events
	serve
	start reader sh -c 'exec 5<>events; echo reads; exec cat <&5'
	await_line reader reads
	under_shell client "$O/graceclient" --sigpipe=default --events events \
		127.0.0.1 "$PORT"
	await_last client 'ESTABLISHED>'
	kill_it reader TERM
	finish reader
	enter_in client data1
	await_status client 141
}

@test "--sigpipe=inherit: death by SIGPIPE leaves the terminal sane" {
	peer_listens <<<'s.close(); typed()'
	under_shell client "$O/graceclient" --sigpipe=inherit 127.0.0.1 "$PORT"
	await_screen client 'server terminated'
	enter_in client one
	await_screen client 'send bytes: 3'
	enter_in client two
	await_status client 141
	type_at peer ''
}

@test "a child that holds the socket and is killed leaves the line alone" {
	serve --delay never
	person
	enter_in client 'hold child'
	await_screen client 'a child holds the socket too'
	type_in client 'half a'
	await_last client 'ESTABLISHED> half a'
	pkill -TERM -P "$(<client.pid)"
	type_in client ' line'
	await_last client 'ESTABLISHED> half a line'
	press client Enter
	await_text server 'received 11 bytes: half a line'
}

@test "Ctrl-C ends the look-up of a name, and SIGHUP and SIGTERM do" {
	skip_if_sanitized "a sanitizer refuses to be preloaded behind"
	under_shell client env FAULTY=g LD_PRELOAD="$FAULTY_LIBRARY" \
		"$O/graceclient" a.name 1
	await_screen client "* looking up 'a.name' ..."
	press client C-c
	await_status client 130
	rm client.modes
	for signal in HUP TERM; do
		shell_window "$signal"
		enter_in "$signal" "FAULTY=g LD_PRELOAD=$FAULTY_LIBRARY exec sh -c 'echo \$\$ >pid.part; mv pid.part pid; exec \"\$@\"' - $O/graceclient a.name 1"
		await_screen "$signal" "* looking up 'a.name' ..."
		kill "-$signal" "$(<pid)"
		rm pid
		await pane_has_ended "$signal"
	done
}

@test "Ctrl-C ends the look-up of a name and the session goes on" {
	skip_if_sanitized "a sanitizer refuses to be preloaded behind"
	serve
	under_shell client env FAULTY=g LD_PRELOAD="$FAULTY_LIBRARY" \
		"$O/graceclient" 127.0.0.1 "$PORT"
	await_last client 'ESTABLISHED>'
	enter_in client close
	await_last client 'closed>'
	enter_in client 'open a.name 1'
	await_screen client "* looking up 'a.name' ..."
	press client C-c
	await_screen client "cannot resolve 'a.name': Interrupted"
	await_last client 'closed>'
	enter_in client open
	await_last client 'ESTABLISHED>'
}

# Sets $PORT: a listener whose backlog is full answers no further SYN.
full_backlog() {
	start full "$PYTHON" -IS -c '
import socket, sys
l = socket.socket()
l.bind(("127.0.0.1", 0))
l.listen(0)
more = []
for i in range(8):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex(l.getsockname())
    more.append(s)
print("listening on 127.0.0.1:%d" % l.getsockname()[1], flush=True)
sys.stdin.read()'
	await listens full
	PORT=$(port_of full)
}

@test "a connect says that it takes time; Ctrl-C, SIGHUP and SIGTERM end it" {
	local signal

	full_backlog
	under_shell client "$O/graceclient" -q 127.0.0.1 "$PORT"
	await_screen client "* connecting to 127.0.0.1:$PORT ..."
	press client C-c
	await_status client 130
	for signal in HUP TERM; do
		shell_window "$signal"
		enter_in "$signal" "exec sh -c 'echo \$\$ >pid.part; mv pid.part pid; exec \"\$@\"' - $O/graceclient 127.0.0.1 $PORT"
		await_screen "$signal" '* connecting to'
		kill "-$signal" "$(<pid)"
		rm pid
		await pane_has_ended "$signal"
	done
}

@test "a client whose events stall is ended by SIGTERM, the terminal sane" {
	mkfifo events
	start reader sh -c 'exec 5<>events; echo reads; exec sleep 1000'
	await_line reader reads
	peer_listens <<<'typed(); s.sendall(b"x" * 30000000); typed()'
	under_shell client "$O/graceclient" --events events 127.0.0.1 "$PORT"
	await_last client 'ESTABLISHED>'
	type_at peer go
	await_screen client xxxx
	kill -TERM "$(<client.pid)"
	await_status client 143
	type_at peer ''
}
