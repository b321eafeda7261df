#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# graceclient: what it shows and writes down, and its status.

load helpers

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

@test "with --events-ack the next call waits for a byte, until there is nobody to give it" {
	serve --delay 0
	mkfifo acks
	start acked "$O/graceclient" -q --events acked.events --events-ack acks \
		-e one -e two 127.0.0.1 "$PORT"
	exec {acks}>acks
	# connect is told of, and nothing is sent before it is acknowledged.
	await grep -q '"connect"' acked.events
	assert_equal "$(wc -l <acked.events)" 1
	printf . >&"$acks"
	await grep -q '"text": "one"' acked.events
	assert_equal "$(wc -l <acked.events)" 2
	run ! grep -q two acked.events
	# Nobody acknowledges any more: it goes on to its end.
	exec {acks}>&-
	finish acked
	grep -q '"text": "two"' acked.events
}

@test "an event that is too long for its pipe is written whole before its byte is awaited" {
	serve --delay never
	mkfifo events acks
	# Both ends, so that nobody waits for the other to open it.
	exec {events}<>events {acks}<>acks
	# 256 KiB as an event, where a pipe has room for 64.
	"$PYTHON" -Ic 'print("send \"" + "\\x01" * 65000 + "\"")' >long
	start acked "$O/graceclient" -q --events events --events-ack acks \
		-f long 127.0.0.1 "$PORT"
	# Nothing more is read of it while it is being written: it fills the pipe.
	start reader "$PYTHON" -Ic 'import fcntl, json, os, struct, sys, termios
fd, acks = os.open("events", os.O_RDONLY), open("acks", "w", buffering=1)
def held(): return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"0000"))[0]
def sleeps():
    return open("/proc/%s/stat" % sys.argv[1]).read().rsplit(")")[1].split()[0] == "S"
text = b""
while not text.endswith(b"\n"): text += os.read(fd, 1)
acks.write("\n")
while held() < 65536 or not sleeps(): pass
with open(fd) as events: event = json.loads(events.readline())
print(len(event["text"]), flush=True)' "${PID_OF[acked]}"
	await_line reader 260000
	exec {acks}<&- {events}<&-
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
