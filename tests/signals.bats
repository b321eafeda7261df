#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Signals are heeded whatever stalls, and what a program inherits is put in
# order.

load helpers

setup_file() {
	export FAULTY_LIBRARY=$BATS_FILE_TMPDIR/faulty.so
	cc -shared -fPIC -O1 -o "$FAULTY_LIBRARY" \
		"${BATS_TEST_FILENAME%/*}/faulty.c"
}

# stalled NAME: a FIFO whose reader is there and never reads.
stalled() {
	mkfifo "$1"
	exec {STALLED}<>"$1"
}

# Whatever the output of the server, another client is served.
is_served() {
	run -0 client -q -e "$1" -e 'wait reply 10s' -e close
	assert_line "Hi, $1"
}

# ---- what stalls

@test "a server whose events stall serves others, and SIGTERM and SIGINT end it" {
	local signal

	for signal in TERM INT; do
		stalled "events.$signal"
		serve --quiet --delay 0 --events "events.$signal"
		run -0 client -q -e 'fill 300000' -e shutdown -e 'wait eof 10s'
		is_served first
		is_served second
		kill_it server "$signal"
		finish server 0
		assert_line --partial 'received'
		exec {STALLED}>&-
	done
}

@test "a server whose events stall for too long is ended by SIGTERM all the same" {
	stalled events
	serve --quiet --delay never --events events
	start client "$O/graceclient" -q -e 'fill 16000000' 127.0.0.1 "$PORT"
	await sleeps_for_output server
	kill_it server TERM
	finish server 0
	end_input client
	finish client
}

# It has read until too much waits for the reader, and reads no more.
sleeps_for_output() {
	local wchan

	[[ $(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' \
		"/proc/${PID_OF[$1]}/status") -gt 6000 ]] || return
	read -r wchan <"/proc/${PID_OF[$1]}/syscall" && [[ $wchan == 271\ * ]]
}

@test "a slow reader of events gets all of them, whole and in order" {
	stalled events
	serve --quiet --delay 0 --events events
	run -0 client -q -e 'fill 500000' -e shutdown -e 'wait eof 10s'
	is_served last
	timeout 20 cat <&"$STALLED" >got 3>&- {TICK}<&- &
	await grep -qs 'Hi, last' got
	kill_it server TERM
	await grep -q '"exit"' got
	finish server 0
	kill $!
	run -0 events_of got exit status
	assert_output 0
	assert_equal "$(events_of got accept conn)" $'1\n2'
}

@test "a server whose save stalls serves others, and SIGTERM and SIGINT end it" {
	local signal

	for signal in TERM INT; do
		stalled "file.$signal"
		serve --delay 0
		connect --quiet
		await_text server '[1] connection from'
		type_at server "save file.$signal" list
		await_text server '-> 1'
		# More than may wait: nothing more is read from this one.
		type_at client 'fill 16000000'
		await_text server '[1] send bytes'
		is_served first
		is_served second
		kill_it server "$signal"
		# What the file lacks is a failure.
		finish server 1
		assert_line --partial 'datagrams'
		exec {STALLED}>&-
		end_input client
		finish client
	done
}

@test "save to a slow reader loses nothing" {
	stalled file
	serve --delay never
	connect --quiet
	await_text server '[1] connection from'
	type_at server 'save file' list
	await_text server '-> 1'
	type_at client 'fill 3000000' shutdown
	await_text client 'send bytes: 3000000'
	timeout 20 head -c 3000000 <&"$STALLED" >got 3>&- {TICK}<&- &
	await_text server '* [1] save: 3000000 of 3000000 bytes are in file'
	wait $!
	assert_equal "$(stat -c %s got)" 3000000
}

@test "save to a reader that never reads again says what is lost" {
	stalled file
	# All that the pipe has room for.
	dd if=/dev/zero bs=4096 oflag=nonblock status=none >&"$STALLED" || true
	peer_listens <<<'s.sendall(b"x" * 100); typed()'
	connect
	type_at client 'save file' 'wait reply' close
	await_text client 'cannot close file: EAGAIN'
	end_input client
	finish client 1
	assert_line '* save: 0 of 100 bytes are in file'
	type_at peer ''
}

@test "save to a FIFO without a reader is refused at once" {
	mkfifo file
	serve --delay 0
	run -1 client -e 'save file' -e data1
	assert_output --partial 'save file: ENXIO'
	assert_line 'now sending data1'
}

@test "SIGTERM ends a server whose standard output is a full pipe" {
	stalled out
	start server bash -c 'exec "$@" >&'"$STALLED" - "$O/graceserver" \
		--port 0 --delay never --events events
	await grep -qs '"listen"' events
	PORT=$(events_of events listen local)
	PORT=${PORT##*:}
	run -0 client -q -e 'fill 20000000' -e shutdown -e 'wait eof'
	kill_it server TERM
	finish server 0
	run -0 events_of events exit status
	assert_output 0
}

@test "a client with a stalled pipe for its output is ended by SIGTERM" {
	stalled out
	peer_listens <<<'s.sendall(b"line\n" * 2000000); typed()'
	start client bash -c 'exec "$@" >&'"$STALLED" - "$O/graceclient" \
		127.0.0.1 "$PORT"
	tick
	kill_it client TERM
	finish client 143
	type_at peer ''
}

@test "SIGTERM and SIGINT end a server that looks its own name up" {
	local signal

	skip_if_sanitized "a sanitizer refuses to be preloaded behind"
	for signal in TERM INT; do
		start server env FAULTY=g LD_PRELOAD="$FAULTY_LIBRARY" \
			"$O/graceserver" --listen a.name
		await catches server
		kill_it server "$signal"
		finish server
		has_text server "cannot resolve 'a.name': Interrupted"
	done
}

# catches NAME: SIGTERM (15) has a handler.
catches() {
	local caught

	caught=$(sed -n 's/^SigCgt:[^0-9a-f]*//p' "/proc/${PID_OF[$1]}/status")
	((0x${caught:-0} & 1 << 14)) && [[ $(ls "/proc/${PID_OF[$1]}/task") == *$'\n'* ]]
}

@test "a queue that cannot move costs no system calls while data arrive" {
	serve --delay never --events events \
		--on-accept 'fill 20000000'
	peer_connects <<-'END'
		typed()
		for i in range(200):
		    s.sendall(b"x")
		    time.sleep(0.001)
		typed()
	END
	await_state server 'poll nothing'
	type_at peer go
	await received_bytes 200
	[[ $(grep -c EAGAIN server.out) -le 2 ]]
	type_at peer ''
}

received_bytes() {
	[[ $(events_of events recv bytes | paste -sd+ | bc) == "$1" ]]
}

@test "a name that is looked up for long, and a connect, say so" {
	skip_if_sanitized "a sanitizer refuses to be preloaded behind"
	start client env FAULTY=g LD_PRELOAD="$FAULTY_LIBRARY" \
		"$O/graceclient" a.name 1
	await_line client "* looking up 'a.name' ..."
	kill_it client TERM
	finish client 143
}

# ---- what is inherited

@test "what kills an actor is seen where the parent ignores SIGCHLD" {
	run -0 "$PYTHON" -IS -c '
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$O/gracelab" check kill close-killed
	assert_line --regexp '^ok 2'
}

@test "blocked signals are heeded" {
	start server "$PYTHON" -IS -c '
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
os.execv(sys.argv[1], sys.argv[1:])' "$O/graceserver" --port 0
	find_port server
	kill_it server TERM
	finish server 0
	assert_line 'received 0 datagrams'
}

@test "without standard error a complaint ends in no file" {
	serve
	"$O/graceclient" --events events -e 'sendfile nothing' -e 'close it' \
		127.0.0.1 "$PORT" >out 2>&- 3>&- </dev/null || :
	"$PYTHON" -I -c 'import json, sys
for line in open("events"): json.loads(line)'
	"$O/graceclient" --events events 127.0.0.1 1 >&- 2>&- <&- || :
	"$PYTHON" -I -c 'import json, sys
for line in open("events"): json.loads(line)'
	printf 'title fails\nclient: eof\n' >fails.lab
	"$O/gracelab" play -o ladder fails.lab 2>&- 3>&- && return 1
	run -1 grep ^gracelab: ladder
}

@test "an argv[0] of 8 KiB, or none, changes no message" {
	local program name

	name=$(printf 'x%.0s' {1..8192})
	for program in graceclient graceserver gracelab; do
		# shellcheck disable=SC2016 # for the inner shell
		run -2 bash -c 'exec -a "$1" "$2" --nonsense' - "$name" \
			"$O/$program"
		assert_line --partial "$program: "
		refute_output --partial xxx
	done
	# Without even an argv[0]; what it lacks makes it fail with a name.
	run -2 "$PYTHON" -IS -c 'import ctypes, sys
argv = (ctypes.c_char_p * 1)(None)
ctypes.CDLL(None).execv(sys.argv[1].encode(), argv)' "$O/gracelab"
	assert_output --partial 'gracelab'
	# shellcheck disable=SC2016 # for the inner shell
	run -1 bash -c 'exec -a "$1" "$2" 127.0.0.1 1' - "$name" \
		"$O/graceclient"
	assert_output 'graceclient: cannot connect to 127.0.0.1:1: ECONNREFUSED (Connection refused)'
}

@test "what cannot be written is a failure, a help too" {
	local program

	for program in graceclient graceserver gracelab; do
		run -1 bash -c '"$@" >/dev/full' - "$O/$program" --help
		assert_line "$program: cannot write standard output: ENOSPC (No space left on device)"
		run -1 bash -c '"$@" >&-' - "$O/$program" --version
		assert_line "$program: cannot write standard output: EBADF (Bad file descriptor)"
	done
	run -1 bash -c '"$@" >/dev/full' - "$O/gracelab" audit --list
	assert_output --partial 'cannot write standard output: ENOSPC'
	# No errno of something else.
	run -1 bash -c '"$@" >/dev/full </dev/null' - "$O/gracelab" live
	assert_output 'gracelab: cannot write standard output: an earlier write has failed'
}

@test "an actor that cannot begin says why" {
	printf 'title few\nclient> x\n' >few.lab
	run -1 bash -c 'ulimit -n 20; "$@"' - "$O/gracelab" play few.lab
	assert_output --partial 'EMFILE'
}

@test "a limit on the size of files is a failure that is told" {
	peer_listens <<<'s.sendall(b"x" * 100000); to_eof()'
	run -1 bash -c 'ulimit -f 4; exec "$@"' - "$O/graceclient" -q \
		-e 'save file' -e shutdown -e 'wait eof' 127.0.0.1 "$PORT"
	assert_output --partial 'cannot write to file: EFBIG'
	assert_line 'server terminated'
}
