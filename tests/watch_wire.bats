#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab watch: what passes the interfaces, each of them, and how much of it.

# shellcheck disable=SC2154 # run sets output

load helpers

# in_network COMMAND...: in one of its own, whose loopback has no large segments.
in_network() {
	unshare -rn true 2>/dev/null || skip "this host has no user namespaces"
	timeout 60 unshare -rn sh -c 'ip link set lo up mtu 4140 gso_max_segs 1 &&
		exec "$@"' - "$@" \
		3>&- {TICK}<&-
}

@test "a wire of which the kernel had no room for all is said to lack some" {
	[[ $(uname -m) == x86_64 ]] || skip "bulk stops here at each call"
	cat >flood.py <<-'END'
		import os, socket
		listener = socket.create_server(("127.0.0.1", 0))
		if not os.fork():
		    with socket.create_connection(listener.getsockname()) as s:
		        while s.recv(65536):
		            pass
		    os._exit(0)
		s = listener.accept()[0]
		s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
		with open("pid.part", "w") as pid:
		    pid.write(str(os.getpid()))
		os.rename("pid.part", "pid")
		piece = bytes(4096)
		while True:
		    s.send(piece)
	END
	# Once calls in bulk go on by themselves they do so while nobody watches.
	cat >look_away.py <<-'END'
		import os, signal, subprocess, sys, time
		def packets():
		    with open("/proc/self/net/dev") as interfaces:
		        line = next(i for i in interfaces if "lo:" in i)
		    return int(line.split()[2])
		watch = subprocess.Popen(sys.argv[1:])
		most = 0
		while watch.poll() is None and most < 120000:
		    time.sleep(0.02)
		    watch.send_signal(signal.SIGSTOP)
		    first = last = packets()
		    time.sleep(0.05)
		    while last != (now := packets()) and now - first < 120000:
		        last = now
		        time.sleep(0.05)
		    most = packets() - first
		    watch.send_signal(signal.SIGCONT)
		with open("pid") as pid:
		    os.kill(int(pid.read()), signal.SIGTERM)
		watch.wait()
	END
	in_network "$PYTHON" -IS look_away.py \
		"$O/gracelab" watch -o ladder -- "$PYTHON" -IS flood.py
	run -0 tail -n 30 ladder
	assert_output --regexp 'send, [0-9]+ times'
	assert_output --partial "not all of the wire was seen: the kernel dropped"
}

# there.sh NAME ADDRESS [INDEX] gives ADDRESS.1 to an interface, a new one if
# need be; ADDRESS.9 is there.
write_there() {
	cat >there.sh <<-'END'
		ip link show "$1" >/dev/null 2>&1 || {
			ip link add "$1" ${3:+index "$3"} \
				type veth peer name "$1-far"
			ip link set "$1-far" up
		}
		ip address add "$2.1/24" dev "$1"
		ip link set "$1" up
		ip neighbour replace "$2.9" lladdr 02:00:00:00:00:09 dev "$1"
	END
}

write_ask() {
	cat >ask.py <<-'END'
		import socket, sys
		s = socket.socket()
		s.setblocking(False)
		s.connect_ex((sys.argv[1], 9))
	END
}

@test "segments are seen on each interface, on one that comes meanwhile too" {
	write_there
	write_ask
	# shellcheck disable=SC2016 # it is for the shell within
	in_network sh -c 'sh there.sh first 192.0.2 && "$@"' - \
		"$O/gracelab" watch -o ladder -- sh -c '
			"$1" ask.py 192.0.2.9 &&
			sh there.sh second 198.51.100 &&
			"$1" ask.py 198.51.100.9' - "$PYTHON"
	cat ladder
	run -0 grep -c 'SYN ─' ladder
	assert_output 2
}

@test "what passes two interfaces at once stands in its order" {
	write_there
	mkfifo there
	cat >hold.py <<-'END'
		import socket
		listener = socket.create_server(("192.0.2.9", 9))
		open("there", "w").close()
		held = [listener.accept(), listener.accept()]
		while held[1][0].recv(1):
		    pass
	END
	# All of them are closed by one call, its end.
	cat >leave.py <<-'END'
		import os, socket
		own = socket.create_server(("127.0.0.1", 0))
		ends = [socket.create_connection(at) for at in (
		    ("192.0.2.9", 9), own.getsockname(), ("192.0.2.9", 9))]
		held = own.accept()
		os._exit(0)
	END
	# shellcheck disable=SC2016 # it is for the shell within
	in_network sh -c 'sh there.sh first 192.0.2 &&
		ip neighbour del 192.0.2.9 dev first
		unshare -n sh -c "echo >there && read -r _ <there &&
			ip link set lo up && ip link set first-far up &&
			ip address add 192.0.2.9/24 dev first-far &&
			exec \"\$@\"" - "$1" -IS hold.py &
		read -r _ <there && ip link set first-far netns $! &&
		echo >there && read -r _ <there
		"$0" watch --format=json -o seen -- "$1" -IS leave.py
		' "$O/gracelab" "$PYTHON"
	"$PYTHON" -IS - seen <<-'END'
		import json, sys
		rows = json.load(open(sys.argv[1]))["ladder"]
		fins = [r for r in rows if r.get("segment") == "FIN"]
		assert {r["connection"] for r in fins} == {1, 2, 3}, fins
		assert fins == sorted(fins, key=lambda r: r["t"]), fins
	END
}

@test "what passes a bridge and its port is seen once" {
	write_there
	write_ask
	# shellcheck disable=SC2016 # it is for the shell within
	in_network sh -c 'ip link add port type veth peer name port-far &&
		ip link add first type bridge &&
		ip link set port master first up && ip link set port-far up &&
		sh there.sh first 192.0.2 &&
		"$0" watch -o ladder -- "$1" ask.py 192.0.2.9 &&
		"$0" watch -o saved --pcap packets -- "$1" ask.py 192.0.2.9
		' "$O/gracelab" "$PYTHON"
	run -0 grep -c 'SYN ─' ladder
	assert_output 1
	run -0 grep -c 'SYN ─' saved
	assert_output 1
}

@test "segments behind an IPv6 header with options are seen" {
	cat >options.py <<-'END'
		import socket
		listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
		with socket.socket(socket.AF_INET6) as s:
		    # Four bytes that say nothing.
		    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS,
		                 bytes([0, 0, 1, 4, 0, 0, 0, 0]))
		    s.connect(listener.getsockname())
		    s.send(b"hello")
	END
	in_network sh -c 'test -e /proc/net/if_inet6' ||
		skip "this kernel has no IPv6"
	in_network "$O/gracelab" watch -o ladder -- "$PYTHON" options.py
	cat ladder
	run -0 grep -cE ' SYN ─| SYN\+ACK ─| data 5 ─' ladder
	assert_output 3
}

@test "an interface with the number of one that is gone is looked at, too" {
	write_there
	write_ask
	# shellcheck disable=SC2016 # it is for the shell within
	in_network "$O/gracelab" watch -o ladder -- sh -c '
		sh there.sh first 192.0.2 77 &&
		"$1" ask.py 192.0.2.9 &&
		ip link delete first &&
		sh there.sh second 198.51.100 77 &&
		"$1" ask.py 198.51.100.9' - "$PYTHON"
	cat ladder
	run -0 grep -c 'SYN ─' ladder
	assert_output 2
}

@test "where tracing is refused, an interface that is down keeps nobody busy" {
	strace -f -o /dev/null true || skip "strace is refused here"
	# Leaks cannot be looked for where strace looks on.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	# shellcheck disable=SC2016 # it is for the shell within
	in_network sh -c 'ip link add down type veth peer name down-far &&
		strace -f -e trace=poll -o calls \
			"$0" watch -o ladder -- sleep 0.1' "$O/gracelab"
	grep -q 'tracing is refused' ladder
	# The program's end is one.
	run grep -c 'revents=POLLIN' calls
	((output < 10)) || fail "it was woken $output times"
}

@test "what passed an interface before it was looked at is said to be missing" {
	write_there
	mkfifo started go
	# shellcheck disable=SC2016 # it is for the shell within
	in_network sh -c '
		"$@" &
		read -r _ <started
		kill -STOP $!
		sh there.sh late 192.0.2
		"$0" -ISc "import socket
socket.socket(type=socket.SOCK_DGRAM).sendto(b\"x\",
			(\"192.0.2.9\", 9))"
		kill -CONT $!
		echo >go
		wait $!' "$PYTHON" \
		"$O/gracelab" watch -o ladder -- sh -c '
			echo >started
			read -r _ <go
			"$1" -c "import socket
s = socket.create_server((\"127.0.0.1\", 0))
socket.create_connection(s.getsockname())"' - "$PYTHON"
	run -0 cat ladder
	assert_output --regexp \
		'not all of the wire was seen: [0-9]+ packets passed an interface'
}

@test "a capture of whole packets in bulk lacks none, and neither does the ladder" {
	cat >many.py <<-'END'
		import socket, sys
		port = int(sys.argv[2])
		if sys.argv[1] == "server":
		    # A small window has it come in small segments.
		    listener = socket.socket()
		    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
		    listener.bind(("127.0.0.1", port))
		    listener.listen()
		    s = listener.accept()[0]
		    while s.recv(65536):
		        pass
		else:
		    s = socket.create_connection(("127.0.0.1", port))
		    s.sendall(bytes(3000000))
	END
	cat >count.py <<-'END'
		import json, struct
		# What was received was on the wire before.
		waits = 0
		for row in json.load(open("ladder"))["ladder"]:
		    if "data" in row.get("segment", ""):
		        waits += int(row["segment"].split("+")[0].split()[1])
		    if row.get("call", "").startswith("recv") and \
		            row["result"].isdigit():
		        waits -= int(row["result"])
		        assert waits >= 0, row
		assert waits == 0, waits
		file, total = open("packets", "rb"), 0
		file.seek(24)
		while head := file.read(16):
		    packet = file.read(struct.unpack("<8xI4x", head)[0])[14:]
		    total += len(packet) - packet[0] % 16 * 4
		    total -= packet[packet[0] % 16 * 4 + 12] // 16 * 4
		print(total)
	END
	run -0 timeout 60 "$O/gracelab" watch -o ladder --pcap packets \
		--format=json \
		--server "$PYTHON -IS many.py server {port}" \
		--client "$PYTHON -IS many.py client {port}" 3>&- {TICK}<&-
	refute grep -E 'not all|lacks' ladder
	run -0 "$PYTHON" -IS count.py
	assert_output 3000000
}

@test "without the wire, what was sent still stands before who received it" {
	local -a unprivileged=()

	# Who is root gives up what the wire needs.
	((EUID)) || unprivileged=(setpriv --bounding-set -net_raw)
	cat >talk.py <<'END'
import os, socket
listener = socket.create_server(("127.0.0.1", 0))
if os.fork() == 0:
    for _ in range(10):
        with socket.create_connection(listener.getsockname()) as s:
            for _ in range(3):
                s.send(b"x")
                s.recv(1)
            s.shutdown(socket.SHUT_WR)
            s.recv(1)
    os._exit(0)
for _ in range(10):
    with listener.accept()[0] as s:
        while data := s.recv(9):
            s.send(data)
os.wait()
END
	run -0 timeout 60 "${unprivileged[@]}" "$O/gracelab" watch -o ladder \
		--format=json -- "$PYTHON" talk.py 3>&- {TICK}<&-
	"$PYTHON" - <<'END'
import json
record = json.load(open("ladder"))
assert not record["observed"]["wire"], "the wire was observed"
done, sent = set(), {}
for row in record["ladder"]:
    if "call" not in row or "connection" not in row:
        continue
    call, one, side = row["call"].split("(")[0], row["connection"], row["side"]
    peer = "server" if side == "client" else "client"
    done.add((one, call, side))
    if call == "send":
        sent[one, side] = sent.get((one, side), 0) + 1
    if call == "accept4":
        assert (one, "connect", "client") in done, row
    if call == "recv" and row["result"] == "1":
        sent[one, peer] = sent.get((one, peer), 0) - 1
        assert sent[one, peer] >= 0, row
    if call == "recv" and row["result"] != "1":
        assert {(one, "shutdown", peer), (one, "close", peer)} & done, row
assert (10, "recv", "server") in done, done
END
}
