#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab watch: programs that others wrote on the ladder, and what makes that
# hard: threads, processes, signals, duplicates, filters.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load watched

@test "calls, segments and states of both programs stand in their order" {
	run -0 watch echo client
	has '^ connect ─+ SYN ─+▶$' 'ESTABLISHED ◀─ SYN\+ACK ─$' '^ ESTABLISHED$' \
		'^ accept$' '^ send "hello" = 5 ─+ data 5 ─▶$' \
		'^ recv "hello" = 5$'
	# The client waits for nobody.
	has '^ send "hello" = 5 ' '^ exit\(0\) '
}

@test "the ladder is on standard error, and the status is the client's" {
	run -5 --separate-stderr timeout 60 "$O/gracelab" watch \
		--server "$WATCHED server {port}" \
		--client "echo mine; grep SigBlk /proc/self/status
			$WATCHED client {port}; exit 5" 3>&- {TICK}<&-
	# No signal is kept from them.
	assert_output $'mine\nSigBlk:\t0000000000000000'
	assert_regex "$stderr" 'send "hello" = 5'
}

@test "the status is the server's if the client's is 0 and it ended itself" {
	run -7 timeout 60 "$O/gracelab" watch -o ladder \
		--server "$WATCHED server {port}; exit 7" \
		--client "$WATCHED client {port}" 3>&- {TICK}<&-
	run -0 watch serve many
	has 'killed by SIGTERM'
}

@test "JSON names side, call, text, result, pid, thread and connection" {
	run -0 watch server client --format=json
	python3 - <<'EOF'
import json
rows = json.load(open("ladder"))["ladder"]
row = [r for r in rows if r.get("call") == "send"]
assert len(row) == 1, rows
assert row[0]["side"] == "client" and row[0]["text"] == "hello"
assert row[0]["result"] == "5" and row[0]["connection"] == 1
assert row[0]["pid"] == row[0]["thread"] > 0
assert row[0]["segment"] == "data 5" and row[0]["from"] == "client"
EOF
}

@test "with --wire the two are hosts, and the capture is saved" {
	run -0 timeout 60 "$O/gracelab" watch -o ladder --wire --pcap wire.pcap \
		--server 'socat -u TCP-LISTEN:{port} OPEN:/dev/null' \
		--client 'printf abc | socat -u - TCP:{host}:{port}' 3>&- {TICK}<&-
	has '─── SYN ───▶' 'write "abc" = 3 ── data 3 ─▶' 'FIN ───▶ CLOSE_WAIT'
	[[ -s wire.pcap ]]
}

@test "what has become a daemon is awaited, server and client" {
	run -0 timeout 60 "$O/gracelab" watch -o ladder \
		--server "$WATCHED echo {port} &" \
		--client "$WATCHED threads {port} &" 3>&- {TICK}<&-
	has '^ t2 recv = 0 \(EOF\)' '^ exit\(0\)'
	refute grep -q 'SIGTERM' ladder
}

@test "threads of a process are told apart" {
	run -0 watch echo threads
	has 'send "written"' '^ t2 recv "written"' \
		'^ t2 recv = 0 \(EOF\)' '^ exit\(0\)'
	# A thread that ends is no process that does.
	[[ $(grep -c 'exit(0)' ladder) == 2 ]]
}

@test "execve(2) in a thread and vfork(2) are followed" {
	run -0 watch server exec
	has 'accept' 'send "hello" = 5' 'exit\(0\) .* FIN'
	run -0 watch server vfork
	has 'accept' 'send "hello" = 5' 'exit\(0\) .* FIN'
	run -0 watch server leave
	has '^ execve FIN_WAIT2 ─── FIN' '^ exit\(0\)$'
}

@test "a restarted call is one call, an interrupted one gives EINTR" {
	run -0 watch echo restart
	has '^ p2 send "go" = 2' '^ recv "g" = 1$' '^ exit\(0\) gone .* RST'
	refute grep -q EINTR ladder
	run -0 watch echo eintr
	has '^ recv = EINTR$' '^ p2 send "go" = 2' '^ recv "g" = 1$' '^ exit'
	run -0 watch server jump
	has '^ recv = EINTR$' '^ recv = EAGAIN$' 'exit'
	refute grep -q SIGPIPE ladder
}

@test "a call whose signal's handler makes others is not said to give EINTR" {
	run -0 watch echo aside
	has '^ p2 send "go" = 2' '^ recv "g" = 1$' '^ exit'
	refute grep -Eq 'EINTR|interrupted' ladder
	run -0 watch echo amid
	has '^ recv$' '^ = [?] \(interrupted\)$' '^ write "hi" = 2' '^ recv "h" = 1$'
	refute grep -q EINTR ladder
	# Without SA_RESTART it does give that.
	run -0 watch echo cut
	has '^ recv = EINTR$' '^ write "hi" = 2' '^ recv "h" = 1$'
}

@test "what a handler's own calls give, or where it leaps to, is no end of a call" {
	run -0 watch echo nest
	has '^ p2 send "go" = 2' '^ recv "g" = 1$' '^ exit'
	refute grep -Eq 'EINTR|interrupted' ladder
	# The same call once more is another one, which is restarted.
	run -0 watch echo leap
	has '^ recv$' '^ = [?] \(interrupted\)$' '^ recv "g" = 1$'
	run -0 grep -c interrupted ladder
	assert_output 1
}

@test "a call of a 32-bit program is restarted, or gives EINTR, likewise" {
	cc -m32 -w -O1 -pthread -D_GNU_SOURCE -o narrow \
		"$BATS_TEST_DIRNAME/watched.c" ||
		skip "no 32-bit programs are built here"
	run ./narrow none 1
	[[ $status == 2 ]] || skip "none run here"
	WATCHED=$PWD/narrow
	run -0 watch echo restart
	has '^ p2 send "go" = 2' '^ recv "g" = 1$' '^ exit'
	refute grep -Eq 'EINTR|interrupted' ladder
	run -0 watch echo eintr
	has '^ recv = EINTR$' '^ p2 send "go" = 2' '^ recv "g" = 1$' '^ exit'
}

@test "what came through SCM_RIGHTS or dup(2) is the same connection" {
	run -0 watch server pass
	has '^ connect' '^ p2 send "passed on" .*data 9' '^ exit\(0\) .* FIN'
	refute grep -q '\[2\]' ladder
	run -0 watch server vectors
	has '^ dup$' '^ writev "abcd" = 4 ── data 4' '^ close = 0$' \
		'data 16' '^ close = 0 FIN_WAIT2 ─── FIN'
}

@test "every copy of a descriptor is the same connection, the last one ends it" {
	run -0 watch server copies
	has '^ fcntl$' '^ fcntl$' '^ dup3$' '^ dup2$' '^ dup3$' \
		'^ send "one" = 3' '^ send "two" = 3' \
		'^ close_range = 0 FIN_WAIT2 ─── FIN'
	refute grep -q '\[2\]' ladder
	# What copies nothing is not shown.
	[[ $(grep -c fcntl ladder) == 2 ]]
}

@test "what files, pipes and several messages at once have moved is shown" {
	run -0 watch echo files --format=json
	"$PYTHON" - <<-'END'
		import json
		rows = [(r["call"], r.get("text", "").split("-")[0], r["result"])
		        for r in json.load(open("ladder"))["ladder"]
		        if r.get("side") == "client" and r.get("result")]
		assert rows == [("sendfile", "watched", "6"), ("recvmmsg", "from a", "1"),
		    ("splice", "", "6"), ("sendmmsg", "from a", "1")], rows
	END
}

@test "a call of another ABI is not taken for one of ours" {
	run -0 watch server foreign
	has '^ send "hello" = 5' 'filter of its own'
	refute grep -q writev ladder
}

@test "a descriptor's number may be another file later, whoever closed it" {
	run -0 watch serve numbers
	has 'send "a"' 'send "b"' 'send "c"'
	refute grep -q none ladder
}

@test "a program dies of SIGPIPE, or ignores it, as if nobody looked on" {
	run -141 watch close sigpipe
	has 'RST' 'send "more" = EPIPE' '^ SIGPIPE$' 'killed by SIGPIPE'
	run -0 watch close epipe
	has 'RST' 'send "more" = EPIPE' '^ SIGPIPE ignored$' 'exit\(0\)'
}

@test "io_uring is refused and said, a program's own filter is said" {
	run -0 watch server uring
	has 'send "without"' 'asked for io_uring\(7\).*ENOSYS'
	run -0 watch server filter
	has 'send "filtered"' 'filter of its own'
}

@test "a program that is stopped stays so until it is continued" {
	cat >stopped.py <<'EOF'
import os, select, signal, socket, sys
def state(pid): return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0]
def stopped_in(call, *arguments):
    if os.fork():
        call(*arguments)
        print("went on", flush=True)
        os.wait()
        return
    parent = os.getppid()
    while state(parent) != "S": os.sched_yield()
    os.kill(parent, signal.SIGSTOP)
    while state(parent) not in "tT": os.sched_yield()
    s.send(b"x")
    for _ in range(1000): os.sched_yield()
    print(state(parent), flush=True)
    os.kill(parent, signal.SIGCONT)
    os._exit(0)
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
poll = select.poll()
poll.register(s, select.POLLIN)
stopped_in(poll.poll, 60000)
s.recv(1)
stopped_in(s.recv, 1)
EOF
	run -0 timeout 60 "$O/gracelab" watch -o ladder --calls=all \
		--server "$WATCHED echo {port}" \
		--client "$PYTHON stopped.py {port}" 3>&- {TICK}<&-
	assert_line --regexp '^[tT]$'
	assert_line --index 1 'went on'
	assert_line --index 3 'went on'
	# The kernel makes one of the two again by restart_syscall(2).
	has 'p2 send "x" = 1' '^ poll = 1$' '^ recv "x" = 1' \
		'p3 send "x" = 1' '^ recv "x" = 1'
	refute grep -q EINTR ladder
}

@test "a killed watch leaves nobody behind" {
	local mark=watched-mark-$$

	cp "$WATCHED" "$mark"
	# One that calls nothing which the filter stops.
	cp "$(type -P sleep)" "$mark-sleep"
	start watcher "$O/gracelab" watch -o ladder \
		--server "./$mark serve {port}" --client "./$mark-sleep 1000"
	await at_least 2 "$mark"
	kill_it watcher KILL
	await nobody_lingers "$mark"
}

@test "where tracing is refused, the wire is shown and that is said" {
	strace -f -o /dev/null true || skip "strace is refused here"
	# Leaks cannot be looked for where strace looks on.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	run -0 timeout 60 strace -f -o /dev/null "$O/gracelab" watch -o ladder \
		--server "$WATCHED server {port}" \
		--client "$WATCHED client {port}" 3>&- {TICK}<&-
	has '─── SYN ───▶' '── data 5 ─▶' 'No calls are shown: tracing is refused'
	# Which are one program's on a network of all nobody can tell.
	run -0 timeout 60 strace -f -o /dev/null "$O/gracelab" watch -o ladder \
		-- true 3>&- {TICK}<&-
	has 'it is not known which connections .* the program'
	refute grep -q "No TCP connection was seen" ladder
}

@test "one program on this machine's network is shown whoever its peer is" {
	start server "$PYTHON" -c '
import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
c, _ = s.accept()
c.recv(9)
c.close()'
	await test -s server.out
	run -0 timeout 60 "$O/gracelab" watch -o ladder -- \
		"$WATCHED" client "$(<server.out)" 3>&- {TICK}<&-
	has '^ connect' '^ send "hello" = 5' '^ exit\(0\)'
	finish server
}

@test "--connection shows one of several, --text more or less of each" {
	run -0 timeout 60 "$O/gracelab" watch -o ladder --connection 2 --text 1 \
		--server "$WATCHED serve {port}" \
		--client "$WATCHED many {port} 3" 3>&- {TICK}<&-
	has '^ connect' '^ send "x" = 1'
	[[ $(grep -c ' SYN ' ladder) == 1 ]]
}

@test "a --connection that there is not is said to be none, and how many are" {
	local said='There is no connection 5: 2 were seen.'
	local program='
import socket
listener = socket.create_server(("127.0.0.1", 0))
for _ in range(2):
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    client.close()
    server.recv(1)
    server.close()'

	run -0 timeout 60 "$O/gracelab" watch --connection 5 -- \
		"$PYTHON" -IS -c "$program" 3>&- {TICK}<&-
	assert_line "  $said"
	run -0 timeout 60 "$O/gracelab" watch --connection 5 -o ladder \
		--format=json -- "$PYTHON" -IS -c "$program" 3>&- {TICK}<&-
	assert_output 'gracelab: --connection=5: 2 were seen'
	grep -qF "\"$said\"" ladder
	run -0 timeout 60 "$O/gracelab" watch --connection 2 -- \
		"$PYTHON" -IS -c "$program" 3>&- {TICK}<&-
	refute_output --partial 'no connection'
}

@test "hundreds of connections are numbered, and none is left in the table" {
	run -0 timeout 60 "$O/gracelab" watch -o ladder \
		--server "$WATCHED serve {port}" \
		--client "$WATCHED many {port} 300" 3>&- {TICK}<&-
	has '\[300\] connect'
	[[ $(grep -c ' SYN ' ladder) == 300 ]]
}

@test "what makes no sense is refused by name" {
	run -2 "$O/gracelab" watch
	assert_output --partial 'expected a COMMAND'
	run -2 "$O/gracelab" watch --server x
	assert_output --partial 'one needs the other'
	run -2 "$O/gracelab" watch --server x --client y -- z
	assert_output --partial "'z'"
	run -2 "$O/gracelab" watch --calls=some -- true
	assert_output --partial "not 'some'"
	run -1 timeout 60 "$O/gracelab" watch -o ladder --server true --client true
	assert_output --partial 'never listened'
	run -127 "$O/gracelab" watch -o ladder -- no-such-program
	assert_output --partial 'cannot run no-such-program: ENOENT'
	: >not-a-program
	run -126 "$O/gracelab" watch -o ladder -- ./not-a-program
	assert_output --partial 'cannot run ./not-a-program: EACCES'
}

@test "a program without its privilege, or with calls of x32, is said to be that" {
	local mode

	for mode in u+s g+s; do
		cp "$WATCHED" "$mode"
		chmod "$mode" "$mode"
		run -0 timeout 60 "$O/gracelab" watch -o ladder --server \
			"$WATCHED server {port}" --client "./$mode client {port}" \
			3>&- {TICK}<&-
		has 'send "hello" = 5' "^ ${mode/+/.} .*runs without that privilege"
	done
	run -0 watch server client
	refute grep -q 'without that privilege' ladder
	[[ $(uname -m) == x86_64 ]] || skip 'this machine has no x32'
	# Twice, said once.
	run -0 timeout 60 "$O/gracelab" watch -o ladder -- "$PYTHON" -IS -c '
import ctypes
call = ctypes.CDLL(None).syscall
call(0x40000000 | 39), call(0x40000000 | 39)' 3>&- {TICK}<&-
	has 'makes calls of another ABI'
	[[ $(grep -c 'another ABI' ladder) == 1 ]]
	run -0 timeout 60 "$O/gracelab" watch -o ladder -- "$PYTHON" -IS -c '
import ctypes
ctypes.CDLL(None).ptrace(0, 0, 0, 0)' 3>&- {TICK}<&-
	has 'uses ptrace\(2\), which is refused'
}

@test "where tracing is refused, no program outlives a killed watch either" {
	local mark=untraced-mark-$$ watcher

	strace -f -o /dev/null true || skip "strace is refused here"
	cp "$(type -P sleep)" "$mark"
	start tracer strace -f -o /dev/null "$O/gracelab" watch -o ladder \
		-- "./$mark" 1000
	await at_least 3 "$mark"
	watcher=$(pgrep -P "${PID_OF[tracer]}")
	kill -KILL "$watcher"
	await nobody_lingers "$mark"
}
