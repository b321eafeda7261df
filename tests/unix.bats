#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# UNIX sockets: unix:PATH wherever an address may stand, at both programs, in
# audit, in proxy and in experiments.

load helpers

# What takes time runs in the background from the beginning, in a folder of
# its own; NAME.json and NAME.status are what came of it.
setup_file() {
	local proxy=$ROOT/tests/servers/proxy.py fault

	cd "$BATS_FILE_TMPDIR" || return 1
	tick_setup
	for fault in good closes drops hangs dies; do
		one_audit "$fault" &
	done
	(
		for fault in good drops-client-fin leaks; do
			one_proxy "proxy-$fault" --strict --idle=0.2s --timeout=1s \
				--only=gated,server-fin,bare-fin,reset-back -- \
				"$PYTHON" -IS "$proxy" --fault "$fault" \
				'{listen_unix}' '{backend_unix}'
		done
		one_proxy tcp-unix --only=gated,server-fin -- \
			"$PYTHON" -IS "$proxy" '{listen}' '{backend_unix}'
		one_proxy unix-tcp --only=gated,server-fin -- \
			"$PYTHON" -IS "$proxy" '{listen_unix}' '{backend}'
	) &
} 3>&- 4>&-

# one NAME SUBCOMMAND OPTION...: gracelab judges.
one() {
	local name=$1 status=0

	shift
	"$O/gracelab" "$1" --format=json "${@:2}" >"$name.json" \
		2>"$name.err" </dev/null || status=$?
	echo "$status" >"$name.part"
	mv "$name.part" "$name.status"
}

# one_audit FAULT: of server.py with it.
one_audit() {
	local pid

	"$PYTHON" -IS "$ROOT/tests/servers/server.py" --fault "$1" \
		--unix "$PWD/$1.sock" --think 0.15 >"$1.out" 2>&1 &
	pid=$!
	await_line "$1" "listening on unix:$PWD/$1.sock"
	one "$1" audit --send 'job\n' --timeout=1s "unix:$PWD/$1.sock"
	kill "$pid" 2>/dev/null || :
}

one_proxy() {
	one "$1" proxy "${@:2}"
}

# judged NAME STATUS: how that one ended; sets $REPORT.
judged() {
	await test -e "$BATS_FILE_TMPDIR/$1.status"
	REPORT=$BATS_FILE_TMPDIR/$1.json
	cat "$BATS_FILE_TMPDIR/$1.err"
	assert_equal "$(<"$BATS_FILE_TMPDIR/$1.status")" "$2"
}

# row NAME: verdict and reason of that check or probe.
row() {
	"$PYTHON" -IS - "$REPORT" "$1" <<-'END'
		import json, sys
		whole = json.load(open(sys.argv[1]))
		for row in whole["probes"]:
		    if row["id"] == sys.argv[2]:
		        print(row["verdict"], row["why"])
	END
}

### The two programs

@test "a server listens at unix:PATH, for its user alone, and cleans up" {
	start server bash -c 'umask 0 && exec "$@"' - \
		"$O/graceserver" --listen unix:s.sock -d 0
	await_line server 'listening on unix:s.sock'
	assert_equal "$(stat -c '%a %F' s.sock)" '600 socket'
	run -0 "$O/graceclient" unix:s.sock -e hello -e 'wait reply' \
		</dev/null
	assert_line --partial '* connected to unix:s.sock, pid '
	assert_line 'Hi, hello'
	await_text server '] connection from unix:(unnamed), pid '
	refute_line --partial ESTABLISHED
	kill_it server TERM
	await test ! -e s.sock
}

@test "a socket that nobody listens at is replaced, anything else is not" {
	local file

	"$PYTHON" -IS -c 'import socket
socket.socket(socket.AF_UNIX).bind("stale")'
	start server "$O/graceserver" --listen unix:stale --once -d 0
	await_line server 'listening on unix:stale'
	run -1 "$O/graceserver" --listen unix:stale </dev/null
	assert_output 'graceserver: cannot listen on unix:stale: EADDRINUSE (Address already in use): somebody listens there'
	# Who asked has not taken the one connection.
	run -0 "$O/graceclient" -q unix:stale -e x -e 'wait reply' </dev/null
	assert_line 'Hi, x'
	echo precious >file
	ln -s file link
	mkdir folder
	for file in file link folder; do
		run -1 "$O/graceserver" --listen "unix:$file" </dev/null
		assert_output --partial ': a file that is no socket stands there'
	done
	assert_equal "$(<file)" precious
	[[ -L link && -d folder ]]
}

@test "at its end a server removes no file but its own" {
	start server "$O/graceserver" --listen unix:s
	await_line server 'listening on unix:s'
	rm s
	echo mine >s
	kill_it server TERM
	finish server 0
	assert_equal "$(<s)" mine
	start other "$O/graceserver" --listen unix:t
	await_line other 'listening on unix:t'
	mv t moved
	start third "$O/graceserver" --listen unix:t
	await_line third 'listening on unix:t'
	kill_it other TERM
	finish other 0
	run -0 "$O/graceclient" -q unix:t -e close </dev/null
}

@test "what cannot be an address or a socket is named" {
	local long
	long=$(printf 'x%.0s' {1..108})

	run -2 "$O/graceserver" --listen "unix:$long" </dev/null
	assert_output --partial "'unix:$long': the path is longer than 107 bytes"
	run -2 "$O/graceclient" unix: </dev/null
	assert_output --partial "'unix:': expected a path"
	run -2 "$O/graceclient" unix:s 80 </dev/null
	assert_output --partial "unix:s has no port: unexpected argument '80'"
	run -2 "$O/graceclient" -4 unix:s </dev/null
	run -2 "$O/graceserver" --defer-accept 1s --listen unix:s </dev/null
	run -1 "$O/graceclient" unix:nobody </dev/null
	assert_output 'graceclient: cannot connect to unix:nobody: ENOENT (No such file or directory)'
	run -1 "$O/graceserver" --listen unix:no/folder </dev/null
	assert_output 'graceserver: cannot listen on unix:no/folder: ENOENT (No such file or directory)'
	touch plain
	run -1 "$O/graceclient" unix:plain </dev/null
	assert_output --partial 'unix:plain: ECONNREFUSED'
	run -2 "$O/gracelab" audit --send x "unix:$long"
	run -2 "$O/gracelab" audit --send x unix:s 80
	run -2 "$O/gracelab" proxy --front unix:s --back unix:s
	assert_output --partial '--front and --back are the same'
	run -2 "$O/gracelab" proxy --delay 1ms -- x '{listen_unix}' '{backend}'
	run -2 "$O/gracelab" proxy -- x '{listen_unix}' '{listen}'
	assert_output --partial 'a port or a UNIX socket, not both'
}

@test "the longest path and an abstract name can be used" {
	local name
	name=$(printf 'x%.0s' {1..107})

	for name in "$name" "@grace-$$-$BATS_TEST_NUMBER"; do
		start server "$O/graceserver" --listen "unix:$name" --once -d 0
		await_line server "listening on unix:$name"
		run -0 "$O/graceclient" -q "unix:$name" -e x -e 'wait reply' \
			</dev/null
		assert_line 'Hi, x'
		finish server 0
	done
	[[ ! -e @grace-$$-$BATS_TEST_NUMBER ]]
}

@test "a name that a stranger has chosen drives no terminal" {
	start server "$O/graceserver" --listen unix:s -d 0
	await_line server 'listening on unix:s'
	"$PYTHON" -IS -c 'import socket
sock = socket.socket(socket.AF_UNIX)
sock.bind("a\x1b[31mb")
sock.connect("s")
sock.sendall(b"x")
sock.recv(9)'
	await_text server 'connection from unix:a\x1b[31mb, pid '
}

@test "open goes from one kind of address to the other" {
	serve --quiet -d 0
	start unix "$O/graceserver" --listen unix:s -d 0
	await_line unix 'listening on unix:s'
	run -0 "$O/graceclient" -q unix:s -e close -e "open 127.0.0.1 $PORT" \
		-e x -e 'wait reply' -e close -e 'open unix:s' -e y \
		-e 'wait reply' </dev/null
	assert_line 'Hi, x'
	assert_line 'Hi, y'
	run -2 "$O/graceclient" -q unix:s -e 'open unix:' </dev/null
	assert_output --partial 'expected a path'
}

@test "a client waits while a listener's queue is full" {
	start full "$PYTHON" -IS -u -c 'import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind("s")
listener.listen(0)
one = socket.socket(socket.AF_UNIX)
one.connect("s")
print("full")
sys.stdin.readline()
listener.accept()
print(listener.accept()[0].recv(9))'
	await_line full full
	run -1 "$O/graceclient" --connect-timeout 50ms unix:s </dev/null
	assert_output --partial 'unix:s: ETIMEDOUT'
	start client "$O/graceclient" unix:s -e hello
	type_at full go
	await_line full "b'hello'"
}

@test "probe knows at once, and writes nothing" {
	local on expected

	for on in 'shutdown:half-close: poll says no HUP' \
		'close:full close: poll says HUP'; do
		expected=${on#*:}
		start server "$O/graceserver" --listen unix:s --once \
			--on-accept "${on%%:*}"
		await_line server 'listening on unix:s'
		run "$O/graceclient" unix:s -e 'wait eof' -e state -e probe \
			-e close </dev/null
		assert_line --partial "* probe: $expected"
		refute_line --partial 'unacknowledged'
		finish server 0
		refute grep -q received server.out
	done
}

@test "state, linger and reset say what a UNIX socket has" {
	start server "$O/graceserver" --listen unix:s --paused --on-accept \
		'send "ready"'
	await_line server 'listening on unix:s'
	run -0 "$O/graceclient" unix:s -e 'wait reply' -e hello -e state \
		-e 'linger 0' -e 'quickack off' -e reset </dev/null
	assert_line --partial '* state: CONNECTED, unread 0 bytes, unread by the peer 5 bytes, poll OUT, SO_ERROR 0'
	assert_line '* on a UNIX socket this has no effect'
	assert_line --partial 'setsockopt: EOPNOTSUPP'
	assert_line '* a UNIX socket has no RST: this is a plain close'
	type_at server read read
	await_line server '[1] received 5 bytes: hello'
	await_line server '[1] client closed'
}

@test "what nobody has accepted is not counted, and no number is said" {
	start server "$O/graceserver" --listen unix:s --accept hold
	await_line server 'listening on unix:s'
	run -0 "$O/graceclient" --events events unix:s -e state -e hello \
		-e state -e close </dev/null
	assert_line --partial 'unread by the peer 0 bytes'
	assert_line --partial 'some bytes unread by the peer'
	run -0 grep -c '"unacknowledged": null' events
	assert_output 1
}

@test "unread data at close() is ECONNRESET, once and behind what had come" {
	start server "$O/graceserver" --listen unix:s --paused --on-accept \
		'send "answer"'
	await_line server 'listening on unix:s'
	start client "$O/graceclient" --paused --events client.json unix:s
	await_text client 'connected to'
	type_at client unread
	await_text client 'send bytes: 6'
	type_at server close
	await_text server '* [1] close = 0'
	type_at client read read read
	await_line client answer
	await_text client 'recv: ECONNRESET'
	await_line client 'server terminated'
	end_input client
	finish client 3
	grep -q '"peer": *"unix:s".*CONNECTED' client.json ||
		grep -q 'CONNECTED.*"peer": *"unix:s"' client.json
}

@test "bash completes paths behind unix:" {
	local program line

	mkdir some
	touch some/socket
	for program in 'graceclient ' 'graceserver --listen ' \
		'gracelab audit ' 'gracelab proxy --front='; do
		line=${program}unix:some/so
		# As readline splits it, and as it does without `:` in
		# COMP_WORDBREAKS.
		run -0 offered "$line" some/so
		assert_output some/socket
		run -0 offered "$line" unix:some/so
		assert_output unix:some/socket
	done
}

# offered LINE WORD: what bash would offer for the word, the line's last.
offered() {
	bash -c 'compopt() { :; }
		source "$1"
		COMP_LINE=$2 COMP_POINT=${#2}
		read -ra COMP_WORDS <<<"${2%unix:*}"
		COMP_WORDS+=("$3")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		"_${2%% *}"
		printf "%s\n" "${COMPREPLY[@]}"' - \
		"$ROOT/${1%% *}/completion.bash" "$1" "$2"
}

### Peers that are not ours

@test "socat, nc and python3 connect, and are connected to" {
	local reply

	start server "$O/graceserver" --listen unix:s -d 0
	await_line server 'listening on unix:s'
	reply=$(printf hello | "$PYTHON" -IS -c 'import socket, sys
sock = socket.socket(socket.AF_UNIX)
sock.connect("s")
sock.sendall(sys.stdin.buffer.read())
sock.shutdown(socket.SHUT_WR)
print(sock.makefile().read())')
	assert_equal "$reply" 'Hi, hello'
	if command -v socat >/dev/null; then
		reply=$(printf hello | socat -t 5 - UNIX-CONNECT:s)
		assert_equal "$reply" 'Hi, hello'
		start echo socat UNIX-LISTEN:echo,fork PIPE
		await test -S echo
		run -0 "$O/graceclient" -q unix:echo -e hi -e 'wait reply' \
			</dev/null
		assert_line hi
	fi
	if command -v nc >/dev/null && nc -h 2>&1 | grep -q OpenBSD; then
		reply=$(printf hello | nc -UN s)
		assert_equal "$reply" 'Hi, hello'
	fi
}

### audit

@test "a server on a UNIX socket that keeps its reply HONOURS" {
	judged good 0
	run row fin-glued
	assert_output --partial HONOURED
	run row reset
	assert_output --partial 'skipped a UNIX socket has no RST'
	run row base
	assert_output --partial 'FIN is shutdown(SHUT_WR), RST is ECONNRESET'
	grep -q "\"title\": \"audit of unix:$BATS_FILE_TMPDIR/good.sock\"" \
		"$REPORT"
}

@test "one that aborts on FIN is found, by what an upper bound proves" {
	local plays

	# Played again while a busy machine keeps back what the server does.
	for plays in 1 2 3 4 5; do
		judged closes 1
		run row fin-glued
		[[ $output == *'gives no cause' ]] || break
		echo "play $plays was late"
		(cd "$BATS_FILE_TMPDIR" && rm closes.{status,sock} &&
			one_audit closes) 3>&-
	done
	assert_output --partial 'LOST closes on FIN (policy: aborts on FIN)'
}

@test "of one that drops the reply no time is claimed" {
	judged drops 1
	run row fin-glued
	assert_output --partial LOST
	assert_output --partial 'a UNIX socket does not tell: this gives no cause'
	refute_output --partial 'runs the request'
}

@test "of one that hangs the state is said, and no TCP state" {
	judged hangs 1
	run row fin-glued
	assert_output 'HANG SHUT_WR: the FIN is there, the peer stays silent'
	refute grep -qE 'FIN_WAIT|ESTABLISHED|CLOSE_WAIT' "$REPORT"
}

@test "one that dies is found dead, though its file is there" {
	judged dies 1
	run row fin-glued
	assert_output --partial PEER-DIED
}

@test "a request by HTTP names a host that such a server has not" {
	start server "$O/graceserver" --listen unix:s -d 0 --greeting ''
	await_line server 'listening on unix:s'
	run "$O/gracelab" audit --http /x --only bare-fin --timeout 0.3s unix:s
	await_text server 'Host: localhost\x0d\nConnection: close'
}

### proxy

@test "a proxy between UNIX sockets that forwards all passes" {
	judged proxy-good 0
}

@test "what a proxy between UNIX sockets loses or keeps is found" {
	judged proxy-drops-client-fin 1
	run row gated
	assert_output --regexp '^FAIL the client got 0 of 100 bytes, then EOF'
	run row reset-back
	assert_output --partial 'a UNIX socket has no RST'
	judged proxy-leaks 1
	run row held
	assert_output --regexp '^FAIL .*SHUT_RDWR'
}

@test "a proxy from TCP to UNIX passes, and one from UNIX to TCP" {
	judged tcp-unix 0
	judged unix-tcp 0
}

@test "a proxy that runs is reached at unix:PATH, and reaches unix:PATH" {
	start proxy "$PYTHON" -IS "$ROOT/tests/servers/proxy.py" \
		"$PWD/front" "$PWD/back"
	await_line proxy "listening on unix:$PWD/front"
	run -0 "$O/gracelab" proxy --only gated --front unix:front \
		--back unix:back 3>&- {TICK}<&-
	assert_line --partial 'proxy unix:front'
	[[ ! -e back ]]
	echo precious >taken
	run -3 "$O/gracelab" proxy --front unix:front --back unix:taken
	assert_output --partial 'a file that is no socket stands there'
	assert_equal "$(<taken)" precious
}

@test "a proxy that listens nowhere is named with its path, and leaves nothing" {
	local folder=$PWD/folder

	mkdir folder
	TMPDIR=$folder run -3 "$O/gracelab" proxy -- \
		"$PYTHON" -IS "$ROOT/tests/servers/proxy.py" --fault exits \
		'{listen_unix}' '{backend_unix}'
	assert_output --partial 'the proxy ended with status 1 before it listened'
	assert_equal "$(ls folder)" ''
}

### Experiments

@test "an experiment over unix plays with states and without a wire" {
	cat >mine.lab <<-'END'
		over unix
		client> shutdown rd
		server: state SHUT_WR
		server> send "x"
		server: EPIPE
	END
	run -0 "$O/gracelab" play mine.lab 3>&- {TICK}<&-
	assert_line --regexp '^  client +state +UNIX socket +state +server$'
	assert_line --regexp '^  shutdown rd = 0 +SHUT_RD +SHUT_WR$'
	refute_output --partial observed
	run -0 "$O/gracelab" play --format=json mine.lab 3>&- {TICK}<&-
	assert_output --partial '"over": "unix"'
	refute_output --partial ESTABLISHED
	for format in svg mermaid; do
		run -0 "$O/gracelab" play --format=$format mine.lab 3>&- {TICK}<&-
		refute_output --partial 'not observed'
	done
}

@test "over unix has several clients, each with its connection" {
	cat >mine.lab <<-'END'
		over unix
		client2> hello
		server: received "hello"
		client2> close
		client> close
		server: eof
	END
	run -0 "$O/gracelab" play mine.lab 3>&- {TICK}<&-
	assert_line --regexp 'close = 0 +gone +SHUT_RDWR'
}

@test "over unix has neither wire, nor orders, nor programs of others" {
	local head

	for head in wire explore 'client exec cat' 'wire> hold'; do
		printf 'over unix\n%s\nclient> close\n' "$head" >bad.lab
		run -2 "$O/gracelab" play bad.lab
		assert_output --regexp '^gracelab: bad.lab:2:[0-9]+: expected no'
	done
	printf 'wire\nover unix\nclient> close\n' >bad.lab
	run -2 "$O/gracelab" play bad.lab
	printf 'over tcp\nclient> close\n' >bad.lab
	run -2 "$O/gracelab" play bad.lab
	assert_output 'gracelab: bad.lab:1:6: expected unix, not '"'tcp'"
	printf 'over unix\nclient> close\n' >good.lab
	run "$O/gracelab" play --wire good.lab
	assert_failure
	assert_output --partial 'has no wire'
	run "$O/gracelab" explore good.lab
	assert_failure
	assert_output --partial 'cannot be explored'
}

@test "a stranger's experiment reaches no UNIX socket of the host" {
	local line

	start server "$O/graceserver" --listen "unix:$PWD/s" -d 0
	await_line server "listening on unix:$PWD/s"
	for line in "client> open unix:$PWD/s" 'client> open unix:@s' \
		"client> open --nowait \"unix:$PWD/s\"" \
		"server --listen unix:$PWD/t" "server -lunix:$PWD/t" \
		"server --listen=unix:@t" "client unix:$PWD/s"; do
		printf '%s\nclient> close\n' "$line" >bad.lab
		run -2 "$O/gracelab" play bad.lab
		assert_output --partial "unix: with a name in the actors' own folder"
	done
	refute grep -q connection server.out
}
