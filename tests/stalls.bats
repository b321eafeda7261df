#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Connections that nobody serves any more: closed but held, queued to a peer
# that does not read, to a peer that is gone, with output that nobody takes.

load helpers
load cable

# is_idle NAME: it costs next to no CPU for a while; a loop would cost 40 ticks.
is_idle() {
	local before

	before=$(cpu_ticks "$1")
	sleep 0.4
	(($(cpu_ticks "$1") - before < 10)) || {
		echo "$1 spins"
		return 1
	}
}

# A peer that reads nothing before a line is typed, then says all that came, or
# that it was reset; `RST` resets.
stalled_peer() {
	peer_listens <<-'END'
		if typed() == "RST": reset()
		else:
		    try: say(len(to_eof()))
		    except ConnectionResetError: say("reset")
		typed()
	END
}

# More than two kernels take.
make_big() {
	head -c $((24 << 20)) /dev/zero >big
}

@test "a held, closed socket whose peer sends costs the server no CPU" {
	local how

	for how in hold 'hold child'; do
		echo "$how"
		serve --delay never
		peer_connects <<-'END'
			typed()
			s.sendall(b"x" * 1000)
			say("sent")
			typed()
		END
		await_text server 'connection from'
		type_at server "$how" close
		await_text server 'close = 0'
		type_at peer ''
		await_line peer sent
		is_idle server
		run -0 client --quiet -e 'other'
		kill_it server TERM
		finish server
	done
}

@test "a send behind a queued close is refused, and the rest arrives" {
	local line

	make_big
	stalled_peer
	connect
	type_at client 'sendfile big' close
	for line in text 'send more' 'sendfile big' shutdown close; do
		type_at client "$line"
	done
	await_text client ': the connection is closing' 5
	for line in send sendfile shutdown close; do
		has_text client "graceclient: $line: the connection is closing"
	done
	end_input client
	type_at peer ''
	await_line peer $((24 << 20))
	finish client 2
}

@test "an idle connection with bytes unsent is reset, not closed" {
	make_big
	serve --once --delay never --idle-timeout 200ms \
		--on-accept 'sendfile big'
	peer_connects <<-'END'
		typed()
		try: say(len(to_eof()), "and EOF")
		except ConnectionResetError: say("reset")
	END
	await_text server 'idle for too long: reset, with bytes unsent'
	finish server
	type_at peer ''
	finish peer 0
	assert_line reset
}

@test "what the kernel tells of a network that is gone is status 3" {
	local error call

	# LeakSanitizer cannot work beside strace.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	serve --quiet --delay 0
	for call in recv sendto; do
		for error in EHOSTUNREACH ENETUNREACH ETIMEDOUT ECONNRESET; do
			echo "$call: $error"
			run -3 timeout 60 strace -f -o trace -e trace=network \
				-e "inject=${call/recv/recvfrom}:error=$error:when=1" \
				"$O/graceclient" --quiet -e data1 127.0.0.1 \
				"$PORT" 3>&- {TICK}<&-
			assert_line --partial "${call%to}: $error ("
		done
	done
}

@test "a server whose peer resets amid a stall costs no CPU" {
	local paused

	make_big
	for paused in '' --paused; do
		echo "server $paused"
		# shellcheck disable=SC2086 # an option or none
		serve --delay never --on-accept 'sendfile big' $paused
		peer_connects <<-'END'
			typed()
			reset()
		END
		await_text server 'connection from'
		type_at server state
		await_text server ', unread 0 bytes'
		type_at peer ''
		finish peer 0
		await_text server 'send: ECONNRESET'
		is_idle server
		kill_it server TERM
		finish server 0
	done
}

@test "a client whose peer resets amid a stall costs no CPU" {
	local paused

	make_big
	for paused in '' --paused; do
		echo "client $paused"
		stalled_peer
		# shellcheck disable=SC2086 # an option or none
		connect $paused
		type_at client 'sendfile big' state
		await_text client '* state: ESTABLISHED'
		type_at peer RST
		await_text client ECONNRESET
		is_idle client
		end_input client
		finish client 3
	done
}

# The server sleeps, though lines were typed.
waits_for_reader() {
	local stat

	stat=$(<"/proc/${PID_OF[server]}/stat")
	[[ ${stat##*) } == S* ]]
}

@test "SIGTERM and SIGINT end a server whose standard output nobody reads" {
	local signal line

	for signal in TERM INT; do
		echo "$signal"
		rm -f pipe
		mkfifo pipe
		exec {reader}<>pipe
		# bash has background jobs ignore SIGINT.
		start server env --default-signal=INT sh -c \
			'exec "$@" >pipe' - "$O/graceserver" --port 0 \
			--quiet --delay never
		read -rt "$PATIENCE_S" -u "$reader" line
		# shellcheck disable=SC2030 # each test is a process
		PORT=${line##*:}
		peer_connects <<-'END'
			pipe = os.open("pipe", os.O_WRONLY)
			poll = select.poll()
			poll.register(pipe, select.POLLOUT)
			peers = [s]
			while poll.poll(0):
			    s.sendall(b"x" * 200)
			    s = socket.create_connection(s.getpeername())
			    peers.append(s)
			say("full")
			typed()
		END
		await_line peer full
		# More than the server keeps for a slow reader.
		printf 'help\n%.0s' {1..3000} >&"${INPUT_OF[server]}"
		await waits_for_reader
		kill_it server "$signal"
		finish server 0
		exec {reader}<&-
		kill_it peer KILL
	done
}

@test "save to a FIFO that nobody reads is a failure that names it" {
	mkfifo pipe
	serve --delay 0
	run -1 timeout 10 "$O/graceclient" --quiet -e 'save pipe' -e data1 \
		127.0.0.1 "$PORT" 3>&- {TICK}<&-
	assert_line 'graceclient: save pipe: ENXIO (No such device or address)'
	# The session goes on.
	assert_line 'Hi, data1'
	connect
	await_text server '[2] '
	type_at server 'save pipe' list
	await_text server 'graceserver: save pipe: ENXIO ('
	await_text server ' 2 127.0.0.1:'
}

@test "a probe of a peer that has vanished cannot tell, and says so in time" {
	lay_cable
	serve_far --on-accept 'shutdown wr'
	# shellcheck disable=SC2031 # as above
	start client "${NEAR[@]}" "$O/graceclient" 10.0.0.2 "$PORT"
	await_text client 'server terminated'
	cut_cable
	type_at client probe
	await_text client '* probe: cannot tell: neither ACK nor RST came'
	assert running client
	run ! has_text client 'half-close: '
}
