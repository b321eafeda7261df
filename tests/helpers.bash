# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What the suites share. Load it and use:
#
#   start NAME COMMAND...       in the background; NAME.out, NAME.err, NAME.in
#   type_at NAME LINE...        lines at its standard input
#   end_input NAME              ... and the end of it
#   finish NAME [STATUS]        its end, and which; sets $status, $output, $lines
#   kill_it NAME SIGNAL         signal it
#   await COMMAND...            until it succeeds, bounded
#   await_line NAME LINE [N]    until NAME.out holds this whole line (N times)
#   await_text NAME TEXT [N]    until a line of NAME.out or .err holds the text
#   await_state NAME TEXT       until `state`, typed again and again, shows it
#   serve [OPTION...]           graceserver as "server"; sets $PORT
#   connect [OPTION...]         graceclient to $PORT as "client"
#   client [OPTION...]          the same in the foreground, for `run`
#   peer_connects / peer_listens [NAME] <<EOF   a Python peer, see below
#
# Every test has its own folder and works in it. Whatever was started is ended
# by teardown, and what it printed is shown if the test fails.

bats_require_minimum_version 1.5.0
BATS_LIB_PATH=${BATS_LIB_PATH-}:/usr/lib/bats:/usr/share/bats
bats_load_library bats-support
bats_load_library bats-assert

ROOT=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
O=${O:-$ROOT/build}
PATIENCE_S=${PATIENCE_S:-15}
PYTHON=python3
[[ ! -x /usr/bin/python3 ]] || PYTHON=/usr/bin/python3

# A sanitizer's own verdict must never be taken for a status of the program.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:exitcode=99
export UBSAN_OPTIONS=${UBSAN_OPTIONS-}:exitcode=99:print_stacktrace=1

declare -gA PID_OF INPUT_OF
PORT=

setup() {
	helpers_setup
}

teardown() {
	helpers_teardown
}

helpers_setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	exec {TICK}<> <(:)
}

helpers_teardown() {
	local pid file bad=0

	if [[ -z ${BATS_TEST_COMPLETED-} ]]; then
		for file in "$BATS_TEST_TMPDIR"/*.out "$BATS_TEST_TMPDIR"/*.err; do
			[[ -s $file ]] || continue
			echo "--- ${file##*/}"
			head -c 4000 "$file" | cat -v
		done
	fi
	if [[ -s $BATS_TEST_TMPDIR/.pids ]]; then
		while read -r pid; do
			kill -KILL "$pid" 2>/dev/null || :
			wait "$pid" 2>/dev/null || :
		done <"$BATS_TEST_TMPDIR/.pids"
	fi
	if grep -lE 'Sanitizer|runtime error:' "$BATS_TEST_TMPDIR"/*.err \
		2>/dev/null; then
		echo "a sanitizer complained"
		bad=1
	fi
	return "$bad"
}

# Skips where the programs were built with a sanitizer.
skip_if_sanitized() {
	if grep -qa __asan_init "$O/graceserver"; then
		skip "$1"
	fi
}

skip_without_ipv6() {
	"$PYTHON" -IS -c 'import socket
socket.socket(socket.AF_INET6).bind(("::1", 0))' 2>/dev/null ||
		skip "this host has no IPv6 loopback address"
}

# A short rest without a process of its own.
tick() {
	read -rt 0.02 -u "$TICK" || :
}

# await COMMAND...: until it succeeds.
await() {
	local end=$((SECONDS + PATIENCE_S))

	until "$@"; do
		if ((SECONDS > end)); then
			echo "waited in vain for: $*"
			return 1
		fi
		tick
	done
}

has_line() {
	local count

	count=$(grep -cxF -e "$2" "$1.out")
	((count >= ${3:-1}))
}

has_text() {
	local count

	count=$(cat "$1.out" "$1.err" | grep -acF -e "$2")
	((count >= ${3:-1}))
}

await_line() {
	await has_line "$@"
}

await_text() {
	await has_text "$@"
}

# In a child: closes what belongs to the test and to bats.
close_ours() {
	local fd

	for fd in "$TICK" "${INPUT_OF[@]}"; do
		exec {fd}>&-
	done
	exec 3>&- 4>&-
}

# await_state NAME TEXT: asks NAME for `state` until it shows the text.
await_state() {
	await shows_state "$@"
}

shows_state() {
	type_at "$1" state
	tick
	has_text "$@"
}

# Standard input is a pipe by name. A program that inherited the writing end
# would never see its end, so none does.
start() {
	local name=$1 writer reader

	shift
	rm -f "$name.in"
	mkfifo "$name.in"
	exec {writer}<>"$name.in"
	exec {reader}<"$name.in"
	INPUT_OF[$name]=$writer
	start_from "/dev/fd/$reader" "$name" "$@"
	exec {reader}<&-
}

# The same with a standard input of one's own: start_from FILE NAME COMMAND...
start_from() {
	local file=$1 name=$2

	shift 2
	(
		close_ours
		exec "$@"
	) <"$file" >"$name.out" 2>"$name.err" 3>&- &
	PID_OF[$name]=$!
	echo $! >>"$BATS_TEST_TMPDIR/.pids"
}

type_at() {
	local name=$1

	shift
	printf '%s\n' "$@" >&"${INPUT_OF[$name]}"
}

end_input() {
	local output=${INPUT_OF[$1]}

	exec {output}>&-
	unset "INPUT_OF[$1]"
}

# Also a process that bash has not yet waited for has ended.
ended() {
	local stat

	read -r stat 2>/dev/null <"/proc/${PID_OF[$1]}/stat" || return 0
	[[ ${stat##*) } == Z* ]]
}

running() {
	! ended "$1"
}

kill_it() {
	kill -"$2" "${PID_OF[$1]}"
}

# finish NAME [STATUS]: its end, and the status that it must have.
finish() {
	if ! await ended "$1"; then
		grep -E '^(Name|State|PPid|Sig...):' \
			"/proc/${PID_OF[$1]}/status"
		cat "/proc/${PID_OF[$1]}/wchan" "/proc/${PID_OF[$1]}/syscall"
		return 1
	fi
	status=0
	wait "${PID_OF[$1]}" 2>/dev/null || status=$?
	output=$(tr -d '\0' <"$1.out")
	# shellcheck disable=SC2034 # for assert_line
	mapfile -t lines <<<"$output"
	if [[ $status != "${2:-$status}" ]]; then
		echo "$1 ended with status $status instead of $2"
		return 1
	fi
}

# What is in a file must be this, word for word.
assert_file() {
	diff -u --label expected --label "$1" <(printf '%s\n' "${@:2}") "$1"
}

# port_of NAME: from its line `listening on ADDRESS:PORT`.
port_of() {
	sed -n '1s/^.*listening on .*:\([0-9]*\)$/\1/p' "$1.out"
}

listens() {
	[[ -n $(port_of "$1") ]] || ended "$1"
}

# find_port NAME: waits for that line and sets $PORT.
find_port() {
	await listens "$1"
	PORT=$(port_of "$1")
	[[ -n $PORT ]]
}

serve_as() {
	local name=$1

	shift
	start "$name" "$O/graceserver" --port 0 "$@"
	find_port "$name"
}

serve() {
	serve_as server "$@"
}

connect_as() {
	local name=$1

	shift
	start "$name" "$O/graceclient" "$@" 127.0.0.1 "$PORT"
}

connect() {
	connect_as client "$@"
}

# In the foreground; nothing may hang for ever.
client() {
	timeout 60 "$O/graceclient" "$@" 127.0.0.1 "$PORT" 3>&- {TICK}<&-
}

# A Python peer: what stands on standard input is its program; `s` is its
# connected socket. say(X) prints a line; typed() waits for a line of
# type_at; got(N) receives exactly N bytes, to_eof() all, and quiet(S) is true
# if nothing comes, not even EOF, for S seconds.
PEER='
import os, select, socket, struct, sys, time
def say(*what): print(*what, flush=True)
def typed(): return sys.stdin.readline().rstrip("\n")
def got(n):
    data = b""
    while len(data) < n:
        more = s.recv(min(n - len(data), 65536))
        if not more: break
        data += more
    return data
def to_eof():
    data = bytearray()
    while True:
        more = s.recv(65536)
        if not more: return bytes(data)
        data += more
def quiet(seconds): return not select.select([s], [], [], seconds)[0]
def reset():
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
'

peer_connects() {
	local name=${1:-peer}

	{
		echo "$PEER"
		echo "s = socket.create_connection(('127.0.0.1', $PORT))"
		cat
	} >"$name.py"
	start "$name" "$PYTHON" -IS "$name.py"
}

# Sets $PORT. `listener` is there too.
peer_listens() {
	local name=${1:-peer}

	{
		echo "$PEER"
		cat <<-'END'
			listener = socket.create_server(("127.0.0.1", 0))
			say("listening on 127.0.0.1:%d" % listener.getsockname()[1])
			s = listener.accept()[0]
		END
		cat
	} >"$name.py"
	start "$name" "$PYTHON" -IS "$name.py"
	find_port "$name"
}

# The CPU time of a process in ticks of 10 ms.
cpu_ticks() {
	local stat

	stat=$(<"/proc/${PID_OF[$1]}/stat")
	# shellcheck disable=SC2086 # its words; the name in () has no space
	set -- $stat
	echo $((${14} + ${15}))
}

# How often a process went to sleep of its own accord: its wake-ups.
wake_ups() {
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' \
		"/proc/${PID_OF[$1]}/status"
}

# events_of FILE EVENT FIELD: this field of each such event, one a line.
events_of() {
	"$PYTHON" -I - "$@" <<-'END'
		import json, sys
		for line in open(sys.argv[1], encoding="utf-8"):
		    event = json.loads(line)
		    if event["event"] == sys.argv[2]: print(event[sys.argv[3]])
	END
}

# check_events FILE SIDE EVENT...: each line is JSON and has what every event
# has, and these are the events, in this order; `done:N` has its line.
check_events() {
	"$PYTHON" -I - "$@" <<-'END'
		import json, sys
		path, side, *expected = sys.argv[1:]
		seen, before = [], 0
		raw = open(path, encoding="utf-8").read()
		assert raw.endswith("\n")
		for line in raw.splitlines():
		    event = json.loads(line)
		    assert event["side"] == side, line
		    assert isinstance(event["t"], float), line
		    assert event["t"] >= before, line
		    before = event["t"]
		    name = event["event"]
		    if name == "done": name += ":%d" % event["line"]
		    elif name not in ("listen", "exit"):
		        assert event["conn"] >= 1, line
		    seen.append(name)
		if seen != expected:
		    sys.exit("expected %s\nseen     %s\n%s" %
		        (" ".join(expected), " ".join(seen), raw))
	END
}
