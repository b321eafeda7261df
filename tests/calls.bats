#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Commands for single calls and socket options, at both programs.

load helpers

# A peer that reads nothing until told to, then to EOF, and says how much.
sleeping_peer() {
	peer_listens <<-'END'
		typed()
		say("read", len(to_eof()))
		s.close()
	END
}

@test "linger: close waits for the peer's kernel, not for its program" {
	sleeping_peer
	connect --events events
	type_at client 'linger 20s' data1 close state
	await_text client 'there is no connection'
	type_at peer go
	end_input client
	finish client 2
	assert_file_has client.out 'setsockopt(SO_LINGER {1, 20}) = 0'
	finish peer 0
	assert_line 'read 5'
	took=$(events_of events close took)
	[[ ${took%.*} -lt 20 ]]
}

assert_file_has() {
	local text

	read_file "$1"
	[[ $text == *"$2"* ]]
}

@test "linger: close waits in vain for a peer that reads nothing, O_NONBLOCK or not" {
	local mode

	for mode in on off; do
		sleeping_peer
		run -0 client --events events -e "blocking $mode" -e 'linger 1s' \
			-e 'fill' -e close
		took=$(events_of events close took)
		[[ $took == 1.* ]]
		kill_it peer TERM
	done
}

@test "linger 0: close resets" {
	peer_listens <<-'END'
		try: s.recv(1)
		except OSError as e: say(e.errno == 104)
	END
	run -0 client -e 'linger 0' -e close
	finish peer 0
	assert_line True
}

@test "a server whose close lingers serves others meanwhile" {
	serve --delay 0 --on-accept 'linger 30s' --on-accept fill
	connect_as mute --paused
	await_text server '[1] send bytes'
	type_at server close
	connect_as other --paused
	await_text server '[2] connection from'
	kill_it server TERM
	finish server 0
}

@test "a close that lingers ends with the session's line: what follows waits" {
	sleeping_peer
	connect
	type_at client fill 'linger 1s' close 'help quit'
	await_text client 'exit at once'
	assert_file_has client.out '* close = 0'
}

@test "block recv: the session goes on, and what comes is an event" {
	peer_listens <<-'END'
		typed()
		s.sendall(b"at last")
		to_eof()
	END
	connect --events events
	type_at client 'block recv' 'block recv' state
	await_text client 'unread 0 bytes'
	await_text client 'a thread sits in recv already'
	type_at peer go
	await_line client 'at last'
	end_input client
	finish client 2
	assert_equal "$(events_of events recv thread)" True
}

@test "close() does not wake a thread in recv, nor send FIN; shutdown() does both" {
	serve --delay never --on-eof none --paused
	connect
	type_at client 'block recv' close 'help quit'
	await_text client 'exit at once'
	await_text client '* close = 0'
	await_state server 'ESTABLISHED, unread 0'
	type_at server 'send "wake up"'
	await_line client 'wake up'
	await_state server CLOSE_WAIT
	end_input client
	finish client 0

	connect
	type_at client 'block recv' 'shutdown rdwr'
	await_text client 'recv = 0: our own shutdown'
	await_state server CLOSE_WAIT
	end_input client
	finish client 0
}

@test "a server's thread in recv has its message answered" {
	serve --delay 0 --paused --on-accept 'block recv'
	connect
	await_text server 'a thread sits in recv'
	type_at client data1
	await_line client 'Hi, data1'
	end_input client
}

@test "more: the data wait for what follows them" {
	serve --delay never --paused
	connect
	type_at client more one
	await_text client 'send bytes: 3'
	await_state server 'unread 0 bytes'
	type_at client two
	await_state server 'unread 6 bytes'
	end_input client
}

@test "fill sends so many bytes, told as one send" {
	sleeping_peer
	connect --events events
	type_at client 'fill 5000' 'fill 3000000' fill
	await_text client 'send bytes: 5000'
	type_at peer go
	end_input client
	finish client 0
	run -0 events_of events send bytes
	assert_line --index 0 5000
	assert_line --index 1 3000000
	finish peer 0
	assert_line "read $((3005000 + $(events_of events send bytes |
		sed -n 3p)))"
}

@test "fill behind a broken connection says how far it came" {
	peer_listens <<<'typed(); reset()'
	connect
	await_text client 'connected to'
	type_at peer go
	await_state client 'CLOSE,'
	type_at client 'fill 100' close
	await_line client 'send bytes: 0'
	end_input client
	finish client 3
}

@test "keepalive finds a peer that is gone, user-timeout gives up on one" {
	serve --paused
	run -0 client --events events -e 'keepalive 3s 2s 4' -e 'keepalive off' \
		-e 'user-timeout 1500ms' -e 'linger2 9s' -e 'linger2 off' \
		-e 'linger off' -e 'quickack off' -e 'blocking off' -e close
	events_of events option detail >details
	assert_file details \
		'TCP_KEEPIDLE 3, TCP_KEEPINTVL 2, TCP_KEEPCNT 4, SO_KEEPALIVE 1' \
		'SO_KEEPALIVE 0' 'TCP_USER_TIMEOUT 1500' 'TCP_LINGER2 9' \
		'TCP_LINGER2 -1' 'SO_LINGER {0, 0}' 'TCP_QUICKACK 0' \
		'O_NONBLOCK on'
}

@test "the options are the kernel's: it refuses what it does not know" {
	serve --paused
	run -0 client -e 'keepalive 40000s' -e close
	assert_line 'setsockopt: EINVAL (Invalid argument)'
}

@test "open --nowait goes on in SYN_SENT, and the outcome comes as an event" {
	serve --delay 0
	connect --events events
	type_at client close 'open --nowait' hello
	await_line client 'Hi, hello'
	type_at client close 'open --nowait 127.0.0.1 1'
	await_text client 'connect: ECONNREFUSED'
	end_input client
	finish client 1
	events_of events would-block errno >errnos
	assert_file errnos EINPROGRESS EINPROGRESS
	assert_equal "$(events_of events error call)" connect
}

# Sets $PORT: a listener that answers no further SYN.
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

@test "SYN_SENT has a state, a send that is queued, and a close" {
	serve
	connect
	full_backlog
	type_at client close "open --nowait 127.0.0.1 $PORT" state data1 close
	await_text client '* state: SYN_SENT, unread 0 bytes, unacknowledged 0 bytes, poll nothing, SO_ERROR 0'
	await_text client '* send: EAGAIN: would block'
	await_text client '* 5 bytes are queued'
	type_at client reset
	await_text client '* close with SO_LINGER {1, 0} = 0'
	end_input client
	finish client 0
}

@test "a chosen local port is the one that the server sees, again with open" {
	local port

	serve
	port=$("$PYTHON" -IS -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	connect --local-port "$port"
	await_text server "[1] connection from 127.0.0.1:$port"
	type_at client reset open
	await_text server "[2] connection from 127.0.0.1:$port"
	end_input client
	finish client
}

@test "a local port that is taken is a failure that names it" {
	serve
	run -1 client --local-port "$PORT"
	assert_output --partial EADDRINUSE
	run -2 client --local-port 0
	assert_output --partial "--local-port: expected a number from 1 to 65535, not '0'"
}

@test "accept by hand: what the client sent and ended before is all there" {
	serve --accept hold --paused --on-eof none
	run -0 client -e 'linger off' -e data1 -e close
	type_at server accept read read accept
	await_line server '[1] received 5 bytes: data1'
	await_line server '[1] client closed'
	await_text server '* accept: EAGAIN: would block'
}

@test "accept block: a thread takes the next, the server goes on" {
	serve --accept hold
	type_at server 'accept block' list accept
	await_text server 'no connections'
	await_text server 'a thread sits in accept already'
	connect
	await_text server '[1] connection from'
	type_at server 'listener close' 'accept'
	await_text server 'nothing listens'
}

@test "shutdown() of the listener wakes accept, refuses new ones, keeps the old" {
	serve --delay 0 --events events
	connect
	await_text server '[1] connection from'
	type_at server 'accept block' 'listener shutdown' accept
	await_text server 'accept: EINVAL (Invalid argument)' 2
	run -0 events_of events 'done' line
	assert_line 3
	type_at client data1
	await_line client 'Hi, data1'
	run -1 client
	assert_output --partial ECONNREFUSED
	events_of events listener detail >how
	assert_file how SHUT_RDWR
	kill_it server TERM
	finish server 0
}

@test "a listener that closes resets who waits to be accepted" {
	serve --accept hold
	connect -e data1 -e 'wait reset 10s' -e read -e close
	await_text client 'send bytes: 5'
	type_at server 'listener close'
	finish client 3
	assert_line 'recv: ECONNRESET (Connection reset by peer)'
	type_at server 'listener close'
	await_text server 'listener: nothing listens'
}

@test "a listener that was shut down costs no CPU" {
	serve
	type_at server 'listener shutdown' list
	await_text server 'no connections'
	before=$(cpu_ticks server)
	sleep 0.3
	(($(cpu_ticks server) - before < 10))
}

@test "--defer-accept shows only who has sent something" {
	serve --defer-accept 5s --paused
	connect_as mute
	connect_as speaker
	type_at speaker data1
	await_text server '[1] connection from'
	type_at server read
	await_line server '[1] received 5 bytes: data1'
}

@test "the options' errors name the text" {
	run -2 "$O/graceserver" --accept later
	assert_output --partial "--accept: expected now or hold, not 'later'"
	run -2 "$O/graceserver" --defer-accept 100ms
	assert_output --partial "--defer-accept: expected whole seconds from 1, not '100ms'"
}

# complete WORD...: what bash would offer for the last of them.
complete_words() {
	bash --norc -c 'source "$1" || exit
		COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2))
		compopt() { :; }
		"_$2"
		printf "%s\n" "${COMPREPLY[@]}"' - "$ROOT/$1/completion.bash" "$@"
}

@test "bash completes every option and every command" {
	local program option name

	serve
	type_at server help
	connect
	type_at client help
	await_text server '  help '
	await_text client '  help '
	for program in graceclient graceserver; do
		complete_words "$program" -- | sort >offered
		"$O/$program" --help |
			sed -n 's/^.*\(--[a-z-]*\).*/\1/p' | sort -u >options
		while read -r option; do
			grep -qx -- "$option=\\?" offered || {
				echo "$program does not offer $option"
				return 1
			}
		done <options
	done
	complete_words graceclient -e '' | sort >offered
	sed -n 's/^  \([a-z0-9-]\{1,\}\) .*/\1/p' client.out | sort >names
	diff names offered
	complete_words graceserver --on-accept '' | sort >offered
	declare -A argument=([listener]=close [sleep]=1s [use]=1 [wait]=eof)
	while read -r name; do
		"$O/graceserver" --on-accept "$name ${argument[$name]-}" --on-accept 'bad!' 2>&1 |
			grep -q 'cannot stand here' || echo "$name"
	done < <(sed -n 's/^  \([a-z0-9-]\{1,\}\) .*/\1/p' server.out) |
		sort >names
	diff names offered
}
