#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What gracelab audit and gracelab proxy wait for costs no CPU, and no peer that
# has them wait does so for longer than their patience.
#
# As in proxy.bats, what takes time runs in the background from the beginning.

load helpers
load results

setup_file() {
	begin_results try_them_all
}

teardown_file() {
	end_results
}

# try_idle NAME COMMAND...: as try_one; NAME.cost is what CPU it used, without
# its children, in seconds.
try_idle() {
	try_one "$1" "$PYTHON" -IS -c 'import os, subprocess, sys, time
path, *words = sys.argv[1:]
process = subprocess.Popen(words)
os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
with open("/proc/%d/stat" % process.pid) as stat:
    fields = stat.read().rsplit(")", 1)[1].split()
with open(path, "w") as out:
    print((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
          file=out)
sys.exit(process.wait())' "$1.cost" "${@:2}"
}

try_them_all() {
	trap 'kill $(jobs -p); exit 1' TERM
	deserts=("$PYTHON" -IS "$ROOT/tests/servers/tls_proxy.py" deserts
		--delay 0.1 --cert '{cert}' --key '{key}')
	try_idle again "$O/gracelab" proxy --format=json --tls-front=1.2 \
		--timeout=1s --idle=0.3s --only=idle -- "${deserts[@]}" \
		'{listen}' '{backend_port}' &
	mutters=("$PYTHON" -IS "$ROOT/tests/servers/proxy.py" --fault mutters)
	try_idle half-a-line "$O/gracelab" proxy --format=json --idle=2s \
		--only=idle -- "${mutters[@]}" '{listen}' '{backend}' &
	try_idle half-a-line-unix "$O/gracelab" proxy --format=json --idle=2s \
		--only=idle -- "${mutters[@]}" '{listen_unix}' '{backend_unix}' &
	wait
}

# costs_little NAME [SECONDS]: less than that of CPU, which a loop would use up.
costs_little() {
	await_result "$1"
	head -c 3000 "$RESULTS/$1".{json,err,cost}
	"$PYTHON" -Ic 'import sys
assert float(open(sys.argv[1]).read()) < float(sys.argv[2])' \
		"$RESULTS/$1.cost" "${2-0.5}"
}

@test "another TLS handshake that the peer does not go on with costs no CPU" {
	cd "$RESULTS"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout key.pem -out cert.pem -subj /CN=localhost 2>openssl.err
	# It listens, and no more.
	start backend "$PYTHON" -IS -c 'import socket
s = socket.socket(socket.AF_UNIX)
s.bind("backend.sock")
s.listen(64)
input()'
	start front "$PYTHON" -IS "$ROOT/tests/servers/tls_proxy.py" deserts \
		--delay 0.1 --cert cert.pem --key key.pem "$PWD/front.sock" \
		"$PWD/backend.sock"
	await test -S front.sock
	try_idle asked "$O/gracelab" audit --tls=1.2 --insecure \
		--send='x\n' --timeout=1s "unix:$PWD/front.sock"
	costs_little asked
	assert_equal "$(<asked.status)" 3
	costs_little again
	assert_equal "$(<again.status)" 3
}

@test "a stranger that says less than a line, and perhaps ends, costs no CPU" {
	local name

	for name in half-a-line half-a-line-unix; do
		costs_little "$name" 0.2
		assert_equal "$(<"$RESULTS/$name.status")" 0
	done
}
