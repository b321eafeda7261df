#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# graceclient: options, lines and commands, what it shows, how it ends.

load helpers

# A peer that answers one, two, ... to each five bytes and then reads to EOF.
answering_peer() {
	peer_listens <<-'END'
		for answer in b"one", b"two":
		    if len(got(5)) < 5: break
		    s.sendall(answer)
		say("rest", repr(to_eof()))
	END
}

# A peer that says all it got.
hearing_peer() {
	peer_listens <<-'END'
		say(repr(to_eof()))
	END
}

script() {
	printf '%s\n' data1 'wait reply' data2 'wait reply' shutdown 'wait eof'
}

transcript=('now sending data1' 'send bytes: 5' one 'now sending data2'
	'send bytes: 5' two 'server terminated')

@test "lines given with -e" {
	local arguments=() line

	while read -r line; do
		arguments+=(-e "$line")
	done < <(script)
	answering_peer
	client --quiet "${arguments[@]}" >out
	assert_file out "${transcript[@]}"
}

@test "lines from a file give the same transcript" {
	script >lines
	answering_peer
	client --quiet -f lines >out
	assert_file out "${transcript[@]}"
}

@test "piped lines give the same transcript" {
	answering_peer
	script | client --quiet >out
	assert_file out "${transcript[@]}"
}

@test "lines that arrive one by one give the same transcript" {
	local line

	answering_peer
	connect --quiet
	while read -r line; do
		sleep 0.02
		type_at client "$line"
	done < <(script)
	end_input client
	finish client 0
	assert_file client.out "${transcript[@]}"
}

@test "-e and -f exclude each other" {
	run -2 "$O/graceclient" -e x -f y
	assert_output --partial '-e and -f'
}

@test "a script that cannot be read is a failure that names it" {
	run -1 "$O/graceclient" -f missing 127.0.0.1 1
	assert_output 'graceclient: cannot read missing: ENOENT (No such file or directory)'
}

@test "a refused connection is a failure with address and errno" {
	run -1 "$O/graceclient" 127.0.0.1 1 </dev/null
	assert_output 'graceclient: cannot connect to 127.0.0.1:1: ECONNREFUSED (Connection refused)'
}

@test "an unknown host is a failure that names it" {
	run -1 "$O/graceclient" host.invalid 1 </dev/null
	assert_output --partial "cannot resolve 'host.invalid'"
}

@test "a connect time-out ends with ETIMEDOUT" {
	# A full backlog: the kernel answers no further SYN.
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
	run -1 "$O/graceclient" --connect-timeout 200ms 127.0.0.1 \
		"$(port_of full)" </dev/null
	assert_output --partial 'ETIMEDOUT'
}

@test "usage errors name the text and exit 2" {
	run -2 "$O/graceclient" localhost 70000
	assert_output --partial "'70000'"
	run -2 "$O/graceclient" localhost http
	assert_output --partial "'http'"
	run -2 "$O/graceclient" localhost 1 more
	assert_output --partial "'more'"
	run -2 "$O/graceclient" --sigpipe=perhaps
	assert_output --partial "'perhaps'"
	run -2 "$O/graceclient" --connect-timeout=5x
	assert_output --partial "'5x'"
	run -2 "$O/graceclient" --nonsense
	assert_output --partial 'nonsense'
}

@test "--help and --version go to standard output and exit 0" {
	local option

	for option in --help --version; do
		run -0 --separate-stderr "$O/graceclient" "$option"
		[[ -n $output && -z $stderr ]]
	done
}

@test "-- ends the options" {
	serve --quiet --delay 0
	run -0 timeout 60 "$O/graceclient" -q -e x -e 'wait reply' -- \
		127.0.0.1 "$PORT"
	assert_line 'Hi, x'
}

@test "options may stand behind the arguments" {
	serve --quiet --delay 0
	run -0 timeout 60 "$O/graceclient" 127.0.0.1 "$PORT" -q -e x
	assert_line 'Hi, x'
}

@test "a host name and -4 find the server" {
	serve --quiet --delay 0
	run -0 timeout 60 "$O/graceclient" -4 -q -e x localhost "$PORT"
	assert_line 'Hi, x'
}

@test "IPv6 works on both sides" {
	skip_without_ipv6
	serve --quiet --delay 0 --listen ::1
	assert_equal "$(head -n 1 server.out)" "listening on [::1]:$PORT"
	run -0 timeout 60 "$O/graceclient" -6 -q -e x ::1 "$PORT"
	assert_line 'Hi, x'
}

@test "-4 refuses an IPv6 address" {
	run -1 "$O/graceclient" -4 ::1 1 </dev/null
	assert_output --partial "'::1'"
}

@test "data is sent without its newline, commands are not sent" {
	hearing_peer
	run -0 client -e 'a line' -e '  two spaces' -e 'closet' -e 'Close' \
		-e 'close'
	finish peer 0
	assert_line "b'a line  two spacesclosetClose'"
}

@test "an empty line sends nothing" {
	hearing_peer
	run -0 client -e '' -e x
	finish peer
	assert_line "b'x'"
}

@test "send gives words of commands, and C escapes in double quotes" {
	hearing_peer
	run -0 client -e 'send close' \
		-e 'send "GET / HTTP/1.0\r\n\r\n\x41\101\"\\"'
	finish peer
	assert_line "b'closeGET / HTTP/1.0\\r\\n\\r\\nAA\"\\\\'"
}

@test "a command that cannot be parsed sends nothing, goes on, ends with 2" {
	local line

	for line in 'close now' 'shutdown up' 'send "open' 'send "\q"' \
		'sleep long' 'wait for' 'every' 'every 1s' 'hold me' 'save' \
		'save f until' 'save f until xy' 'save f from' 'sendfile' \
		'help nothing' 'open somewhere' 'reset it' 'send' \
		'wait eof soon' 'sleep -1'; do
		hearing_peer
		run -2 --separate-stderr client -e "$line" -e after
		[[ $stderr == "graceclient: ${line%% *}: "* ]]
		finish peer
		assert_line "b'after'"
	done
}

@test "commands of the server are data at the client" {
	hearing_peer
	run -0 client -e reply -e ' list' -e 'use 1'
	finish peer
	assert_line "b'reply listuse 1'"
}

@test "a command after close is refused: there is no connection" {
	local line

	serve --delay 0
	for line in text shutdown close state probe read reset hold \
		'sendfile /dev/null' 'every 1s x'; do
		run -2 client -e close -e "$line"
		assert_output --partial 'there is no connection'
	done
}

@test "hold while something is held is refused, and so is open" {
	serve --quiet --delay 0
	run -2 client -e hold -e hold
	assert_line --partial 'graceclient: hold: '
	run -2 client -e hold -e close -e open
	assert_line --partial 'graceclient: open: '
}

@test "open makes a new connection after the last has ended" {
	serve --quiet --delay 0
	run -0 client --quiet -e one -e 'wait reply' -e close -e open -e two \
		-e 'wait reply' -e close -e "open localhost $PORT" -e three
	assert_line 'Hi, one'
	assert_line 'Hi, two'
	assert_line 'Hi, three'
	await_text server '[3] client closed'
}

@test "open is refused while the connection lasts" {
	serve --quiet --delay 0
	run -2 client -e open -e x
	assert_line --partial 'graceclient: open: '
	assert_line 'Hi, x'
}

@test "EOF from the server does not end the client while lines may come" {
	peer_listens <<-'END'
		s.shutdown(socket.SHUT_WR)
		say(repr(to_eof()))
	END
	connect --quiet
	await_line client 'server terminated'
	type_at client still
	await_line client 'send bytes: 5'
	assert running client
	end_input client
	finish client 0
	finish peer
	assert_line "b'still'"
}

@test "the client never closes of its own accord" {
	peer_listens <<-'END'
		s.shutdown(socket.SHUT_WR)
		say("nothing came" if quiet(0.4) else "something came")
	END
	connect --quiet
	finish peer
	assert_line 'nothing came'
}

@test "several lines in one write are all acted on, input still open" {
	hearing_peer
	connect --quiet
	printf 'one\ntwo\nthree\nshutdown\n' >&"${INPUT_OF[client]}"
	finish peer
	assert_line "b'onetwothree'"
}

@test "a last line without a newline counts" {
	hearing_peer
	run -0 client --quiet < <(printf 'one\ntwo')
	finish peer
	assert_line "b'onetwo'"
}

@test "NUL bytes and invalid UTF-8 are sent as they are" {
	hearing_peer
	printf 'a\0b\xff\n' | client --quiet >out
	finish peer
	assert_line "b'a\\x00b\\xff'"
	assert_file out 'now sending a\x00b\xff' 'send bytes: 4' \
		'server terminated'
}

@test "a command is none with a NUL byte in it" {
	hearing_peer
	printf 'close\0\nx\n' | client --quiet >out
	finish peer
	assert_line "b'close\\x00x'"
}

# sized_line BYTES: that much of x, a line.
sized_line() {
	head -c "$1" /dev/zero | tr '\0' x
	echo
}

@test "a line of exactly 1 MiB is sent" {
	peer_listens <<-'END'
		say(len(to_eof()))
	END
	sized_line 1048576 | client --quiet >out
	finish peer
	assert_line 1048576
}

@test "a line of 1 MiB and a byte is an error that says so, and no more" {
	status=0
	hearing_peer
	{
		echo one
		sized_line 1048577
		echo two
	} | client --quiet >out 2>err || status=$?
	assert_equal "$status" 2
	finish peer
	assert_line "b'onetwo'"
	assert_equal "$(<err)" "graceclient: line 2 is longer than 1048576 bytes and was dropped"
}

@test "a line of 40 MiB is dropped in bounded memory" {
	skip_if_sanitized "a sanitizer's memory is its own"
	status=0
	hearing_peer
	connect --quiet
	{
		sized_line 41943040
		echo two
	} >&"${INPUT_OF[client]}"
	await_line client 'send bytes: 3'
	peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' \
		"/proc/${PID_OF[client]}/status")
	((peak < 20000))
	end_input client
	finish client 2
	finish peer
	assert_line "b'two'"
}

@test "a last line that is too long and has no newline is an error too" {
	hearing_peer
	run -2 client --quiet < <(sized_line 1048577 | tr -d '\n')
	assert_line --partial 'longer than 1048576 bytes'
	finish peer
	assert_line "b''"
}

# assert_shown BYTES LINE
assert_shown() {
	peer_listens <<-END
		s.sendall($1)
		s.shutdown(socket.SHUT_WR)
		to_eof()
	END
	client --quiet -e 'wait eof' >shown
	assert_file shown "$2" 'server terminated'
}

@test "a peer cannot drive the terminal: control characters are escaped" {
	assert_shown "b'\\x1b[2J\\x07\\x08\\r\\n\\t\\x7f\\0\\\\.'" \
		'\x1b[2J\x07\x08\x0d\n\t\x7f\x00\\.'
}

@test "C1 and bidirectional controls are escaped, other UTF-8 is not" {
	assert_shown "'\\u009b2J\\u202e\\u2066\\u200f é€😀'.encode()" \
		'\xc2\x9b2J\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f é€😀'
}

@test "invalid UTF-8 is escaped: overlong, surrogate, cut, alone" {
	assert_shown "b'\\xc0\\xaf \\xed\\xa0\\x80 \\xe2\\x82 \\x80 \\xff'" \
		'\xc0\xaf \xed\xa0\x80 \xe2\x82 \x80 \xff'
}

@test "output is UTF-8 whatever the locale" {
	export LC_ALL=C
	assert_shown "'é'.encode()" 'é'
}

@test "a text in a line is cut after 200 bytes, not inside a character" {
	assert_shown "b'x' * 200" "$(printf 'x%.0s' {1..200})"
	assert_shown "b'x' * 201" "$(printf 'x%.0s' {1..200})…"
	assert_shown "b'x' * 199 + 'é'.encode()" "$(printf 'x%.0s' {1..199})…"
}

@test "a flood from the peer arrives whole" {
	peer_listens <<-'END'
		import hashlib
		data = os.urandom(2**23)
		s.sendall(data)
		s.shutdown(socket.SHUT_WR)
		to_eof()
		say(hashlib.sha256(data).hexdigest())
	END
	run -0 client --quiet -e 'save flood' -e 'wait eof'
	finish peer 0
	assert_line "$(sha256sum <flood | cut -d ' ' -f 1)"
}

@test "lines are acted on while the peer floods" {
	peer_listens <<-'END'
		try:
		    while True: s.sendall(b"x" * 65536)
		except OSError as error:
		    say("ended")
	END
	connect --quiet
	await_text client xxx
	type_at client close
	end_input client
	finish client
	finish peer 0
	assert_line ended
}

@test "a peer that stalls stops neither commands nor replies" {
	peer_listens <<-'END'
		typed()
		s.sendall(b"hello")
		typed()
		say(len(to_eof()))
	END
	head -c $((24 << 20)) /dev/zero >file
	connect
	type_at client 'sendfile file' state
	await_text client '* state: ESTABLISHED'
	type_at peer ''
	await_line client hello
	end_input client
	type_at peer ''
	finish client 0
	finish peer 0
	assert_line $((24 << 20))
}

@test "what is queued for a peer that stalls is bounded" {
	skip_if_sanitized "a sanitizer's memory is its own"
	peer_listens <<-'END'
		typed()
		say(len(to_eof()))
	END
	connect --quiet
	for _ in {1..40}; do sized_line 1048576; done >lines
	# The pipe stands still with the peer.
	cat lines >&"${INPUT_OF[client]}" 3>&- &
	feeder=$!
	echo "$feeder" >>.pids
	await_text client 'send bytes'
	sleep 0.3
	peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' \
		"/proc/${PID_OF[client]}/status")
	((peak < 20000))
	type_at peer ''
	wait "$feeder"
	end_input client
	finish client 0
	finish peer 0
	assert_line $((40 << 20))
}

@test "a reset by the peer is ECONNRESET, status 3" {
	peer_listens <<-'END'
		got(5)
		reset()
	END
	run -3 client --quiet -e data1 -e 'wait reset'
	assert_line 'recv: ECONNRESET (Connection reset by peer)'
}

@test "a reset without a wait is ECONNRESET and status 3 too" {
	peer_listens <<-'END'
		got(5)
		reset()
	END
	run -3 client --quiet -e data1
	assert_line 'recv: ECONNRESET (Connection reset by peer)'
}

@test "reset is an abortive close: the peer gets ECONNRESET" {
	peer_listens <<-'END'
		try:
		    say(repr(to_eof()))
		except ConnectionResetError:
		    say("reset")
	END
	run -0 client -e data1 -e reset
	finish peer
	assert_line reset
}

@test "reset drops what is queued, at once" {
	peer_listens <<-'END'
		typed()
		try:
		    say(len(to_eof()))
		except ConnectionResetError:
		    say("reset")
	END
	head -c $((24 << 20)) /dev/zero >file
	run -0 client --quiet -e 'sendfile file' -e reset
	type_at peer ''
	finish peer
	assert_line reset
}

@test "quit exits at once without close" {
	serve --quiet --delay never --once
	run -0 client -e quit -e never
	refute_line --partial 'close = 0'
	refute_line --partial never
	finish server 0
	assert_line 'client closed'
}

@test "wait times out with status 4 and a word about what was awaited" {
	serve --quiet --delay never
	run -4 client --quiet -e 'wait reply 50ms'
	assert_line 'graceclient: wait: no reply came in time'
	run -4 client --quiet -e 'wait eof 50ms'
	assert_line 'graceclient: wait: no EOF came in time'
	run -4 client --quiet -e 'wait reset 50ms'
	assert_line 'graceclient: wait: no RST came in time'
}

@test "the script goes on after a wait that timed out" {
	peer_listens <<-'END'
		say(repr(to_eof()))
	END
	run -4 client --quiet -e 'wait reply 50ms' -e after
	finish peer
	assert_line "b'after'"
}

@test "a wait for what can never come does not last" {
	peer_listens <<-'END'
		s.shutdown(socket.SHUT_WR)
		to_eof()
	END
	run -4 client --quiet -e 'wait eof' -e 'wait reply'
	assert_line --partial 'can come any more'
}

@test "sleep holds back the next line" {
	serve --quiet --delay 0
	start=${EPOCHREALTIME/[.,]/}
	run -0 client --quiet -e 'sleep 300ms' -e x
	((${EPOCHREALTIME/[.,]/} - start >= 300000))
}

@test "durations: 5s, 200ms, 1.5s, 2m, a bare number" {
	local text

	for text in 5s 200ms 1.5s 2m 3 0 .5s; do
		run -0 "$O/graceclient" --connect-timeout "$text" --version
	done
	for text in '' s 5x 1h -1 1.2.3 '1 s' 1e3 infinity 5S 99999999999999; do
		run -2 "$O/graceclient" --connect-timeout="$text" --version
		assert_output --partial "'$text'"
	done
}

@test "--paused reads only when told" {
	peer_listens <<-'END'
		s.sendall(b"first")
		typed()
		s.sendall(b"second")
		typed()
		s.sendall(b"third")
		s.shutdown(socket.SHUT_WR)
		to_eof()
	END
	connect --paused
	await_state client 'unread 5 bytes'
	refute has_line client first
	type_at client read
	await_line client first
	type_at client read
	await_text client 'EAGAIN'
	type_at peer ''
	await_state client 'unread 6 bytes'
	type_at client resume
	await_line client second
	type_at peer ''
	await_line client third
	await_line client 'server terminated'
	end_input client
	finish client 0
}

@test "pause and resume stop and go" {
	serve --quiet --delay 0
	connect
	type_at client pause
	await_text client '* reading is paused'
	type_at client data1
	await_state client 'unread 9 bytes'
	refute has_line client 'Hi, data1'
	type_at client resume
	await_line client 'Hi, data1'
}

@test "at the end of input a paused client reads all the same" {
	serve --quiet --delay 0
	run -0 client --paused --quiet -e data1
	assert_line 'Hi, data1'
	assert_line 'server terminated'
}

@test "read after EOF shows EOF again" {
	peer_listens <<-'END'
		s.shutdown(socket.SHUT_WR)
		to_eof()
	END
	client --quiet -e 'wait eof' -e read -e close >out
	assert_file out 'server terminated' 'server terminated'
}

@test "state tells TCP state, queues, poll and SO_ERROR" {
	serve --quiet --delay never
	run -0 client --quiet -e state
	assert_line --regexp '^\* state: ESTABLISHED, unread 0 bytes, unacknowledged [0-9]+ bytes, poll OUT, SO_ERROR 0$'
}

@test "help lists every command of the contract, and explains one" {
	local word

	serve --quiet --delay never
	run -0 client --quiet -e help
	for word in send close shutdown reset hold release pause resume read \
		state probe sendfile save every sleep wait open quit help; do
		assert_line --regexp "^ *$word "
	done
	refute_line --regexp '^ *(reply|use|list) '
	run -0 client --quiet -e 'help shutdown'
	assert_line --partial 'shutdown [wr|rd|rdwr]'
	refute_line --partial sendfile
}

@test "sendfile and save name the file that cannot be opened" {
	serve --quiet --delay never
	run -1 client -e 'sendfile missing'
	assert_line 'graceclient: sendfile missing: ENOENT (No such file or directory)'
	run -1 client -e 'save no/where'
	assert_line 'graceclient: save no/where: ENOENT (No such file or directory)'
}

@test "save to a full disk is a failure that names the file" {
	serve --quiet --delay 0
	run -1 client -e 'save /dev/full' -e data1
	assert_output --partial '/dev/full: ENOSPC'
}

@test "a path with spaces stands in double quotes" {
	echo hello >'a file'
	hearing_peer
	run -0 client -e 'sendfile "a file"'
	finish peer
	assert_line "b'hello\\n'"
}

@test "--quiet shows only classic lines; without it notes begin with '* '" {
	serve --quiet --delay 0
	client --quiet -e data1 >out
	assert_file out 'now sending data1' 'send bytes: 5' 'Hi, data1' \
		'server terminated'
	client -e data1 >out
	run -0 grep -vE '^\* ' out
	assert_output "now sending data1
send bytes: 5
Hi, data1
server terminated"
	grep -q '^\* .*ESTABLISHED' out
}

# on_a_terminal VARIABLE=VALUE...: the client's output there, escapes visible.
on_a_terminal() {
	"$PYTHON" -IS - "$@" <<-END | cat -v
		import os, pty, sys
		for pair in sys.argv[1:]:
		    os.environ.update([pair.split("=", 1)])
		os.environ.setdefault("TERM", "xterm")
		pid, fd = pty.fork()
		if pid == 0:
		    os.execv("$O/graceclient", ["graceclient", "-e", "x",
		        "127.0.0.1", "$PORT"])
		try:
		    while True:
		        data = os.read(fd, 4096)
		        if not data: break
		        os.write(1, data)
		except OSError:
		    pass
		os.waitpid(pid, 0)
	END
}

@test "colour is for a terminal only, and never with NO_COLOR" {
	serve --quiet --delay 0
	run -0 on_a_terminal TERM=xterm
	assert_output --partial '^[[2m'
	run -0 on_a_terminal TERM=xterm NO_COLOR=1
	refute_output --partial '^['
	run -0 on_a_terminal TERM=dumb
	refute_output --partial '^['
	run -0 client -e x
	refute_output --partial $'\e'
}

@test "standard output that refuses is a failure, not a loop" {
	serve --quiet --delay 0
	status=0
	client -e x >/dev/full 2>err || status=$?
	assert_equal "$status" 1
	assert_equal "$(<err)" 'graceclient: cannot write to standard output: ENOSPC (No space left on device)'
}

@test "SIGTERM ends a client that waits" {
	serve --quiet --delay never
	connect
	await_text client ESTABLISHED
	kill_it client TERM
	finish client 143
}

@test "the client under each SIGPIPE policy sends to a peer that is gone" {
	local policy expected

	for policy in default:141 ignore:3 handle:3 nosignal:3; do
		expected=${policy#*:}
		peer_listens <<-'END'
			s.close()
		END
		connect --quiet --sigpipe="${policy%:*}"
		type_at client 'wait eof' one 'wait reset' two
		end_input client
		finish client "$expected"
		[[ $policy != handle:* ]] || assert_line 'caught SIGPIPE'
		[[ $expected != 3 ]] || assert_line 'send: EPIPE (Broken pipe)'
	done
}

@test "a client's status: misuse goes before a time-out, failure before both" {
	serve --quiet --delay never
	run -2 client -e 'wait reply 10ms' -e 'close now'
	run -1 client -e 'wait reply 10ms' -e 'close now' -e 'sendfile missing'
}

@test "one send is one segment: small messages are not held back" {
	peer_listens <<-'END'
		say(s.recv(99).decode())
		s.sendall(b"!")
		say(s.recv(99).decode())
	END
	connect --quiet
	type_at client one
	await_line peer one
	type_at client two
	await_line peer two
}

@test "events are JSON lines in order, with times, side and numbered lines" {
	serve --quiet --delay 0
	run -2 client --quiet --events events -e data1 -e 'wait reply' \
		-e 'close now' -e '' -e close
	check_events events client connect send done:1 recv done:2 done:3 \
		done:4 close done:5 exit
}

@test "an event's text is escaped as in a terminal, up to 64 KiB" {
	peer_listens <<-'END'
		s.sendall(b"\x1b\xff\\\n")
		typed()
		s.sendall(b"x" * 200000)
		s.shutdown(socket.SHUT_WR)
		to_eof()
	END
	connect --events events
	await_text client '\x1b'
	type_at peer ''
	end_input client
	finish client 0
	run -0 events_of events recv text
	assert_line -n 0 '\x1b\xff\\\n'
	longest=$(printf '%s\n' "${lines[@]}" | awk '{ print length }' |
		sort -n | tail -n 1)
	((longest > 200 && longest <= 65536))
}

@test "events name errno, signal and TCP state" {
	peer_listens <<-'END'
		got(4)
		s.close()
	END
	run -3 client --sigpipe=handle --events events -e zero -e 'wait eof' \
		-e one -e 'wait reset' -e two -e close
	run -0 events_of events error errno
	assert_output EPIPE
	run -0 events_of events signal signal
	assert_output SIGPIPE
	run -0 events_of events connect state
	assert_output ESTABLISHED
	run -0 events_of events eof state
	assert_output CLOSE_WAIT
	run -0 events_of events exit status
	assert_output 3
}

@test "--events /dev/fd/N writes to an open descriptor" {
	serve --quiet --delay 0
	client --quiet --events /dev/fd/9 -e data1 9>events >out
	run -0 grep -c '"event": "exit"' events
	assert_output 1
}

@test "--events to a full disk is an error that names the file" {
	serve --quiet --delay 0
	run -1 client --quiet --events /dev/full -e data1
	assert_line --partial 'cannot write to /dev/full: ENOSPC'
	assert_line 'Hi, data1'
}

@test "--events to nowhere is an error that names the file" {
	run -1 "$O/graceclient" --events no/where 127.0.0.1 1
	assert_output 'graceclient: cannot write to no/where: ENOENT (No such file or directory)'
}
