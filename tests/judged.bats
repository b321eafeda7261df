#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab audit and gracelab proxy by what they do and say on the command line,
# whatever their insides are: what is sent, what is claimed, what is left behind.

load helpers

# In the foreground; nothing may hang for ever.
audit() {
	timeout 60 "$O/gracelab" audit "$@" 3>&- {TICK}<&-
}

proxy() {
	timeout 60 "$O/gracelab" proxy "$@" 3>&- {TICK}<&-
}

# serves NAME <<PROGRAM: a Python server; sets $PORT. The program is a function's
# body: `s` is a connection, `n` its number, from 0; each has a thread.
serves() {
	{
		printf '%s\n' "$PEER" 'import itertools, threading' \
			'def serve(s, n):'
		sed 's/^/    /'
		cat <<-'END'
			def guarded(s, n):
			    try: serve(s, n)
			    except OSError: pass
			    finally: s.close()
			l = socket.create_server(("127.0.0.1", 0), backlog=64)
			say("listening on 127.0.0.1:%d" % l.getsockname()[1])
			for n in itertools.count():
			    threading.Thread(target=guarded,
			        args=(l.accept()[0], n), daemon=True).start()
		END
	} >"$1.py"
	start "$1" "$PYTHON" -IS "$1.py"
	find_port "$1"
}

# claimed REGEXP [FILE]: the first group of it in the proof of a JSON report.
claimed() {
	"$PYTHON" -I - "$@" <<-'END'
		import json, re, sys
		report = json.load(open(sys.argv[2], encoding="utf-8"))
		print(re.search(sys.argv[1], report["proof"]).group(1))
	END
}

@test "fin-glued sends the FIN on the request's last segment" {
	unshare -rn true 2>/dev/null || skip "this host has no user namespaces"
	cat >glued.py <<-'END'
		import socket, struct, subprocess, sys, threading
		def serve(l):
		    while True:
		        s = l.accept()[0]
		        data = s.recv(99)
		        threading.Timer(0.15, lambda s=s: (s.sendall(b"reply"),
		            s.close())).start()
		l = socket.create_server(("127.0.0.1", 0))
		port = l.getsockname()[1]
		threading.Thread(target=serve, args=(l,), daemon=True).start()
		wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
		    socket.htons(3))
		wire.bind(("lo", 0))
		subprocess.run([sys.argv[1], "audit", "--tries=2", "--only=fin-glued",
		    "--send=request", "127.0.0.1", str(port)])
		wire.setblocking(False)
		kinds = set()
		while True:
		    try: packet = wire.recv(65536)[14:]
		    except BlockingIOError: break
		    head = (packet[0] & 15) * 4
		    dport = struct.unpack("!H", packet[head + 2:head + 4])[0]
		    total = struct.unpack("!H", packet[2:4])[0]
		    bytes = total - head - (packet[head + 12] >> 4) * 4
		    if dport == port and bytes and packet[head + 13] & 1:
		        kinds.add("data %d+FIN" % bytes)
		print("seen:", *sorted(kinds))
	END
	# shellcheck disable=SC2016 # for the inner shell
	run -0 timeout 60 unshare -rn sh -c 'ip link set lo up && exec "$@"' - \
		"$PYTHON" -IS glued.py "$O/gracelab" 3>&- {TICK}<&-
	assert_line 'seen: data 7+FIN'
}

@test "the think time that is claimed is the least, not the greatest" {
	serves server <<-'END'
		got = s.recv(99)
		# Those that are asked first, without FIN, think as long as most.
		time.sleep(0.25 if n % 3 == 2 else 0.8)
		s.sendall(b"reply\n")
	END
	run audit --tries=3 --send='x\n' --format=json --only=fin-glued \
		-o report 127.0.0.1 "$PORT"
	cat report
	assert_equal "$status" 0
	seconds=$(claimed '([0-9.]+) s' report)
	run -0 "$PYTHON" -Ic "print(0.2 < $seconds < 0.7)"
	assert_output True
}

@test "4 MiB to a reader that stalls prove nothing" {
	serves server <<-'END'
		got = s.recv(99)
		s.sendall(b"x" * 4194304)
	END
	run audit --tries=1 --send='x\n' --format=json --expect=4194304 \
		-o report 127.0.0.1 "$PORT"
	cat report
	# Unless a busy machine made the server think.
	grep -q 'think time of' report && skip "this machine is too slow"
	assert_equal "$status" 3
	run -0 "$PYTHON" -Ic 'import json, sys
report = json.load(sys.stdin)
print(report["overall"], *(p["verdict"] for p in report["probes"]
    if p["id"] == "fin-stalled"))' <report
	assert_output 'UNPROVED HONOURED'
}

@test "an audit whose server resets amid a stall costs no CPU" {
	serves server <<-'END'
		got = s.recv(99)
		s.sendall(b"x" * 200000)
		if n > 2:
		    time.sleep(0.05)
		    reset_it = struct.pack("ii", 1, 0)
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset_it)
	END
	run -0 "$PYTHON" -IS - "$O/gracelab" "$PORT" <<-'END'
		import resource, subprocess, sys, time
		begun = time.monotonic()
		subprocess.run([sys.argv[1], "audit", "--tries=3", "--send=x",
		    "--only=fin-stalled", "--timeout=2s", "--expect=200000",
		    "127.0.0.1", sys.argv[2]], timeout=60)
		used = resource.getrusage(resource.RUSAGE_CHILDREN)
		print(used.ru_utime + used.ru_stime, "of",
		    time.monotonic() - begun, "s")
		assert time.monotonic() - begun > 0.7, "there was no stall"
		assert used.ru_utime + used.ru_stime < 0.5, "it spins"
	END
}

# is_xml FILE: and prints its texts and attributes.
is_xml() {
	"$PYTHON" -I - "$1" <<-'END'
		import sys, xml.etree.ElementTree as tree
		for element in tree.parse(sys.argv[1]).getroot().iter():
		    print(element.tag, element.text or "", *element.attrib.values())
	END
}

@test "JUnit is well-formed whatever a command is called" {
	run proxy --format=junit -o report --timeout=1s --only=gated -- \
		'./no & <such> "proxy"' '{listen}' '{backend}'
	assert_equal "$status" 3
	run -0 is_xml report
	assert_output --partial 'no & <such> "proxy"'
	# One that fails, with its ladder.
	# shellcheck disable=SC2016 # for the inner shell
	printf '#!/bin/sh\nexec "$@"\n' >'a & <b> ]]> "c"'
	chmod +x 'a & <b> ]]> "c"'
	run proxy --format=junit -o report --timeout=1s --only=gated -- \
		'./a & <b> ]]> "c"' "$PYTHON" -IS \
		"$ROOT/tests/servers/proxy.py" --fault drops-client-fin \
		'{listen}' '{backend}'
	assert_equal "$status" 1
	run -0 is_xml report
	assert_output --partial './a & <b> ]]> "c"'
}

@test "no proxy outlives a lab that is killed, not even a stubborn one" {
	local mark=5$BASHPID.$BATS_TEST_NUMBER fault

	for fault in good stubborn; do
		start lab "$O/gracelab" proxy --only=idle --idle=30s -- \
			"$PYTHON" -IS "$ROOT/tests/servers/proxy.py" \
			--fault "$fault" --idle "$mark" '{listen}' '{backend}'
		# The lab's own command line has the mark, and so has the proxy's.
		# The lab's own command line has it, too.
		await at_least 3 "$mark"
		kill_it lab KILL
		finish lab 137
		await nobody_lingers "$mark"
	done
}

@test "a connection that a proxy keeps in reserve is taken for nobody's" {
	cat >reserve.py <<-'END'
		# Passes all on; for each connection one more is made to the
		# backend, for a later client that never comes, and tried.
		import socket, sys, threading
		kept = []
		def copy(a, b):
		    try:
		        while True:
		            data = a.recv(65536)
		            if not data: break
		            b.sendall(data)
		        b.shutdown(socket.SHUT_WR)
		    except OSError: pass
		l = socket.create_server(("127.0.0.1", int(sys.argv[1])))
		host, port = sys.argv[2].split(":")
		while True:
		    a = l.accept()[0]
		    b = socket.create_connection((host, int(port)))
		    kept += [a, b, socket.create_connection((host, int(port)))]
		    kept[-1].sendall(b"PING\r\n")
		    for pair in (a, b), (b, a):
		        threading.Thread(target=copy, args=pair,
		            daemon=True).start()
	END
	run proxy --timeout=2s --only=gated,server-fin -- "$PYTHON" -IS \
		reserve.py '{listen}' '{backend}'
	assert_equal "$status" 0
	assert_line --regexp '^ +gated +pass'
	assert_line --regexp '^ +server-fin +pass'
}
