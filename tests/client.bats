#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# graceclient: options, where its lines come from, whom it connects to.

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
