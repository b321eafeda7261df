#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What peers without manners do to client and server.

load helpers

### Peers

# status_kb NAME FIELD: of /proc/PID/status.
status_kb() {
	sed -n "s/^$2:[^0-9]*\([0-9]*\).*/\1/p" "/proc/${PID_OF[$1]}/status"
}

descriptors() {
	local all=("/proc/${PID_OF[$1]}/fd/"*)

	echo "${#all[@]}"
}

has_descriptors() {
	[[ $(descriptors "$1") == "$2" ]]
}

# is_bounded NAME KB: it never had more. A sanitizer keeps for a time what was
# freed.
is_bounded() {
	grep -qa __asan_init "$O/graceserver" ||
		(($(status_kb "$1" VmHWM) < $2))
}

@test "after 10,000 resets a server serves with no more than it had before" {
	serve --quiet --delay 0
	run -0 client --quiet -e x
	await_text server 'client closed'
	before=$(descriptors server)
	resident=$(status_kb server VmRSS)
	peer_connects <<-'END'
		address = s.getpeername()
		reset()
		for i in range(9999):
		    s = socket.create_connection(address)
		    if i % 2: s.sendall(b"x")
		    reset()
	END
	await ended peer
	finish peer 0
	run -0 client --quiet -e y
	assert_line 'Hi, y'
	await has_descriptors server "$before"
	is_bounded server $((resident + 4096))
	kill_it server TERM
	finish server 0
}

# The peer sleeps after every byte.
trickled() {
	(($(status_kb peer voluntary_ctxt_switches) >= $1))
}

@test "1,000 connections that trickle do not hold up a client" {
	ulimit -n "$(ulimit -Hn)" || :
	(($(ulimit -n) > 1100)) || skip "no more than $(ulimit -n) descriptors"
	serve --quiet --delay 0 --greeting ''
	peer_connects <<-'END'
		address = s.getpeername()
		peers = [s] + [socket.create_connection(address)
		    for i in range(999)]
		say("all there")
		while not select.select([0], [], [], 0)[0]:
		    for p in peers:
		        p.sendall(b"x")
		        time.sleep(0.001)
		for p in peers: p.shutdown(socket.SHUT_WR)
		total = 0
		for s in peers: total += len(to_eof())
		say("echoed", total)
	END
	await_line peer 'all there'
	before=$(cpu_ticks server)
	begun=$(status_kb peer voluntary_ctxt_switches)
	for message in data1 data2 data3; do
		run -0 client --quiet -e "$message" -e 'wait reply'
		assert_line "$message"
	done
	await trickled "$((begun + 300))"
	# A byte may cost 1 ms of CPU: no walk over all, and no spinning.
	bytes=$(($(status_kb peer voluntary_ctxt_switches) - begun))
	(($(cpu_ticks server) - before < 30 + bytes / 10))
	type_at peer ''
	finish peer 0
	kill_it server TERM
	finish server 0
	received=$(awk '/ received / { n += $3 } END { print n }' server.out)
	assert_equal "$(sed -n 's/^echoed //p' peer.out)" "$((received - 15))"
}

@test "connections whose peers never close end with the idle time-out" {
	serve --quiet --delay 0 --idle-timeout 200ms
	before=$(descriptors server)
	peer_connects <<-'END'
		address = s.getpeername()
		peers = [s] + [socket.create_connection(address)
		    for i in range(49)]
		for p in peers[::2]: p.sendall(b"x")
		for s in peers: to_eof()
		say("all ended")
		typed()
	END
	await_line peer 'all ended'
	await_text server 'idle for too long: close' 50
	await has_descriptors server "$before"
}

@test "1 GiB without a newline passes in bounded memory, either way" {
	local gib=1073741824

	! grep -qa __asan_init "$O/graceserver" || gib=67108864
	serve --once --quiet --delay never
	peer_connects <<-END
		chunk = b"x" * 1048576
		for i in range($gib // len(chunk)): s.sendall(chunk)
		typed()
		s.shutdown(socket.SHUT_WR)
		to_eof()
	END
	await has_received server "$gib"
	is_bounded server 20000
	type_at peer ''
	finish peer 0
	finish server 0
	peer_listens <<-END
		chunk = b"x" * 1048576
		typed()
		for i in range($gib // len(chunk)): s.sendall(chunk)
		say("sent")
		typed()
		s.shutdown(socket.SHUT_WR)
	END
	connect
	type_at client 'save /dev/null'
	await_state client ESTABLISHED
	type_at peer ''
	await_line peer sent
	is_bounded client 20000
	type_at peer ''
	finish peer 0
	await_line client "* save: $gib of $gib bytes are in /dev/null"
}

has_received() {
	[[ $(awk '/^received / { n += $2 } END { printf "%d\n", n }' \
		"$1.out") == "$2" ]]
}

# What a peer may say to lead us astray, as Python has it.
# shellcheck disable=SC2016 # for Python
ASTRAY='(b"save /tmp/astray\nquit\n%n%s%n%s%99999999s\n../../astray\n"
    b"sendfile /etc/passwd\nreset\n`touch astray`; $(touch astray)\n"
    b"\0\x1b]0;astray\a\x1b[2J\r\n")'

@test "what comes from the network is no path, no command and no format" {
	# Leaks cannot be looked for where strace looks on.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	start server strace -D -f -e trace=%file,%process -o server.trace \
		"$O/graceserver" --port 0 --delay 0 --greeting ''
	find_port server
	peer_connects <<-END
		what = $ASTRAY
		s.sendall(what)
		say(got(len(what)) == what)
		typed()
	END
	await_line peer True
	type_at server list
	await_text server ESTABLISHED
	type_at peer ''
	finish peer 0
	await_text server 'client closed'
	kill_it server TERM
	finish server 0

	peer_listens <<-END
		s.sendall($ASTRAY)
		say(to_eof())
	END
	start client strace -D -f -e trace=%file,%process -o client.trace \
		"$O/graceclient" 127.0.0.1 "$PORT"
	await_text client astray
	type_at client still
	end_input client
	finish peer 0
	assert_line "b'still'"
	finish client 0

	for name in server client; do
		await grep -q '+++ exited' "$name.trace"
		run -1 grep -E 'astray|/etc/passwd|"/bin/' "$name.trace"
		assert_equal "$(grep -c execve "$name.trace")" 1
		# No control character but the newline came out.
		run -1 grep -aP '[\x00-\x08\x0b-\x1f]' "$name.out"
		has_text "$name" '\x00\x1b]0;astray\x07\x1b[2J\x0d\n'
		has_text "$name" '%n%s%n%s%99999999s\n../../astray'
	done
}

# listens_alone ADDRESS SHOWN: it has nothing to say about that.
listens_alone() {
	serve --listen "$1"
	type_at server list
	await_line server '* no connections'
	assert_file server.out "listening on $2:$PORT" '* no connections'
}

@test "the server says so when others than this machine may connect" {
	local address

	for address in 127.0.0.1 127.0.0.2 127.255.255.254; do
		listens_alone "$address" "$address"
	done
	serve --listen 0.0.0.0
	await_line server '* others than this machine may connect'
	skip_without_ipv6
	for address in ::1 ::ffff:127.0.0.1 ::ffff:127.9.9.9; do
		listens_alone "$address" "[$address]"
	done
	for address in :: ::ffff:0.0.0.0; do
		serve --listen "$address"
		await_line server '* others than this machine may connect'
	done
}
