# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What the suites share. Load it and use:
#
#   start NAME COMMAND...       in the background; NAME.out, NAME.err
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
#   install_lab FOLDER           gracelab and all it needs, for any user
#   nobody_lingers MARK          no process has the mark in its command line
#   at_least N MARK              so many have it
#   golden NAME                  an experiment's golden, as a play here gives it
#
# and the peers of peers.bash.
#
# Every test has its own folder and works in it. Whatever was started is ended
# by teardown, and what it printed is shown if the test fails.
#
# What hundreds of tests do, and what waits in a loop, starts no process: that
# costs more than all else that the shell does here.

bats_require_minimum_version 1.5.0
BATS_LIB_PATH=${BATS_LIB_PATH-}:/usr/lib/bats:/usr/share/bats

# The libraries' own loaders start a process for each of their files.
load_library() {
	local folder file

	for folder in ${BATS_LIB_PATH//:/ }; do
		for file in "$folder/$1/src/"*.bash; do
			[[ -e $file ]] || continue 2
			# shellcheck disable=SC1090
			source "$file"
		done
		return
	done
	bats_load_library "$1"
}
load_library bats-support
load_library bats-assert

# shellcheck source=tests/peers.bash
source "${BASH_SOURCE[0]%/*}/peers.bash"

ROOT=${BATS_TEST_FILENAME%/tests/*}
O=${O:-$ROOT/build}
PATIENCE_S=${PATIENCE_S:-15}
PYTHON=python3
[[ ! -x /usr/bin/python3 ]] || PYTHON=/usr/bin/python3

# A sanitizer's own verdict must never be taken for a status of the program.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:exitcode=99
export UBSAN_OPTIONS=${UBSAN_OPTIONS-}:exitcode=99:print_stacktrace=1

declare -gA PID_OF INPUT_OF
PORT=

# new_pipe: sets $PIPE, a pipe open at both ends. bash 5.1 makes a short here
# string one; before that it takes a process.
new_pipe() {
	local short

	exec {short}<<<''
	if [[ -p /dev/fd/$short ]]; then
		exec {PIPE}<>"/dev/fd/$short"
		read -r -u "$PIPE"
	else
		exec {PIPE}<> <(:)
	fi
	exec {short}<&-
}

setup() {
	helpers_setup
}

teardown() {
	helpers_teardown
}

helpers_setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	tick_setup
}

tick_setup() {
	new_pipe
	TICK=$PIPE
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
	for file in "$BATS_TEST_TMPDIR"/*.err; do
		if sanitizer_wrote "$file"; then
			echo "a sanitizer complained in ${file##*/}"
			bad=1
		fi
	done
	return "$bad"
}

sanitizer_wrote() {
	local LC_ALL=C text

	[[ -s $1 ]] && read_file "$1" || return
	[[ $text == *Sanitizer* || $text == *'runtime error:'* ]] ||
		[[ ${VALGRIND-} && $text == *'=='[0-9]*'== '* ]]
}

# Whether a sanitizer or valgrind watches the programs.
is_sanitized() {
	[[ ${VALGRIND-} ]] || grep -qa __asan_init "$O/graceserver"
}

# Skips where that is in the programs' way.
skip_if_sanitized() {
	! is_sanitized || skip "$1"
}

skip_without_ipv6() {
	"$PYTHON" -IS -c 'import socket
socket.socket(socket.AF_INET6).bind(("::1", 0))' 2>/dev/null ||
		skip "this host has no IPv6 loopback address"
}

# tick [SECONDS]: a short rest without a process of its own.
tick() {
	read -rt "${1:-0.02}" -u "$TICK" || :
}

# await COMMAND...: until it succeeds; what comes late is looked for less often.
await() {
	local - end=$((SECONDS + PATIENCE_S)) looks=0

	# bats has a trap before each command of a test, not needed in a loop.
	set +T
	until "$@"; do
		if ((SECONDS > end)); then
			echo "waited in vain for: $*"
			return 1
		fi
		tick 0.0$((++looks > 10 ? 5 : 2))
	done
}

# read_file FILE: sets $text. A NUL becomes a byte that no text has.
read_file() {
	local IFS=$'\001' parts

	mapfile -d '' -t parts <"$1" || return
	text=${parts[*]}
}

# counts_to N TEXT [whole]: so many lines of $text hold, or are, this text.
counts_to() {
	local line count=0

	while ((count < $1)) && IFS= read -r line; do
		if [[ $line == "$2" || (-z ${3-} && $line == *"$2"*) ]]; then
			((++count))
		fi
	done <<<"$text"
	((count >= $1))
}

# has_line NAME LINE [N]
has_line() {
	local - LC_ALL=C text

	set +T
	read_file "$1.out" || return
	[[ $'\n'$text$'\n' == *$'\n'"$2"$'\n'* ]] || return
	((${3:-1} == 1)) || counts_to "$3" "$2" whole
}

# has_text NAME TEXT [N]
has_text() {
	local - LC_ALL=C text output

	set +T
	read_file "$1.out" || return
	output=$text
	read_file "$1.err" || return
	text=$output$'\n'$text
	[[ $text == *"$2"* ]] || return
	((${3:-1} == 1)) || counts_to "$3" "$2"
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

# Standard input is a pipe. A program that inherited the writing end would
# never see its end, so none does.
start() {
	local name=$1 reader

	shift
	new_pipe
	INPUT_OF[$name]=$PIPE
	exec {reader}<"/dev/fd/$PIPE"
	start_from "/dev/fd/$reader" "$name" "$@"
	exec {reader}<&-
}

# The same with a standard input of one's own: start_from FILE NAME COMMAND...
start_from() {
	local file=$1 name=$2

	shift 2
	# Here, not by the child alone: nobody may find an earlier one's words.
	: >"$name.out" 2>"$name.err"
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
	{ output=$(<"$1.out"); } 2>/dev/null # without NUL, and no word of it
	# shellcheck disable=SC2034 # for assert_line
	mapfile -t lines <<<"$output"
	if [[ $status != "${2:-$status}" ]]; then
		echo "$1 ended with status $status instead of $2"
		return 1
	fi
}

# What is in a file must be this, word for word.
assert_file() {
	local text expected

	printf -v expected '%s\n' "${@:2}"
	read_file "$1"
	[[ $text == "$expected" ]] ||
		diff -u --label expected --label "$1" - "$1" <<<"${expected%?}"
}

# listens_at NAME: sets $PORT from its first line, `listening on ADDRESS:PORT`.
listens_at() {
	local line

	read -r line <"$1.out" &&
		[[ $line =~ 'listening on '.*:([0-9]+)$ ]] &&
		PORT=${BASH_REMATCH[1]}
}

port_of() {
	local PORT=

	listens_at "$1" || :
	echo "$PORT"
}

listens() {
	listens_at "$1" || ended "$1"
}

# find_port NAME: waits for that line and sets $PORT.
find_port() {
	await listens "$1"
	listens_at "$1"
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

# install_lab FOLDER: programs and experiments as installed, for any user.
install_lab() {
	mkdir -p "$1/bin" "$1/share/grace"
	cp "$O/gracelab" "$O/graceclient" "$O/graceserver" "$1/bin"
	cp -r "$ROOT/transcripts" "$1/share/grace"
	chmod -R a+rX,u+w "$1"
}

golden() {
	sed '$s/, confirmed on .*//' "$ROOT"/transcripts/*/"$1.txt"
}

# lingering MARK: those whose command line holds the mark, which comes from a
# file, so that grep itself does not count. What it complains of has ended while
# it looked, and its status says that rather than what was found.
lingering() {
	printf '%s' "$1" >mark
	grep -laF -f mark /proc/[0-9]*/cmdline 2>/dev/null || :
}

nobody_lingers() {
	[[ -z $(lingering "$1") ]]
}

at_least() {
	(($(lingering "$2" | wc -l) >= $1))
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

# Every experiment that is played; those below orders/ are explored, which
# explore.bats does.
# shellcheck disable=SC2034 # for the suites
PLAYED=("$ROOT"/transcripts/{after,calls,close,eof,shutdown,unix,wire}/*.lab)

# waits_for_timer LAB: whether its kernel's timers, of seconds, are waited for.
waits_for_timer() {
	grep -qE 'orphan_ret|fin_timeout|keepalive|user-t|linger' "$1"
}

# names_of LAB...: what they are called.
names_of() {
	local lab

	for lab; do
		lab=${lab##*/}
		echo "${lab%.lab}"
	done
}
