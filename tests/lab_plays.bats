#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Experiments that do not parse, plays that go wrong, and what is left behind:
# nothing.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load lab

### Bad files

# refuses EXPECTED LINE...: a file of these lines; EXPECTED is LINE:COLUMN: TEXT.
refuses() {
	write_lab bad.lab "${@:2}"
	run -2 lab play bad.lab
	assert_output --partial "bad.lab:$1"
	refute_output --partial client\'s
}

@test "a bad file says file, line, column and what was expected" {
	refuses '1:1: expected title, asks' 'nonsense'
	refuses '2:9: expected ' 'title x' 'client: nonsense'
	refuses '1:18: expected a closing quote' 'client: received "x'
	refuses '1:18: expected the text in double quotes' \
		'client: received x'
	refuses '1:9: expected a signal such as SIGKILL, or reboot' 'client! SIGNONSENSE'
	refuses '1:9: expected start, or a signal such as SIGKILL, or reboot' 'server! SIGNONSENSE'
	refuses '1:9: expected ' 'client! start'
	refuses '2:1: expected a step' 'client> x' 'title too late'
	refuses '1:15: expected a TCP state' 'client: state FIN_WAIT'
	refuses '1:8: expected a line to type' 'client>'
	refuses '2:1: expected a step' 'title nothing else'
	refuses '1:6: expected a new file name' 'file a/b "x"' 'client> x'
	refuses '1:9: expected SIGPIPE=ignore' 'inherit SIGPIPE=x' 'client> x'
	refuses '1:8: expected ' 'sysctl kernel.hostname=x' 'client> x'
	refuses '1:11: expected a C escape' 'file a "x \q"' 'client> x'
}

@test "all bad files are told, and nothing is played" {
	write_lab one.lab 'nonsense'
	write_lab two.lab 'client> x' 'client: nonsense'
	run -2 lab play one.lab close-early two.lab
	assert_line --partial 'one.lab:1:1: expected'
	assert_line --partial 'two.lab:2:9: expected'
	refute_line --partial SYN
}

@test "a folder, a huge file and a device are no experiments" {
	mkdir folder.lab
	run ! lab play folder.lab
	assert_output --partial 'folder.lab: EISDIR'
	head -c 2000000 /dev/zero | tr '\0' '#' >huge.lab
	run ! lab play huge.lab
	assert_output --partial 'huge.lab: EFBIG'
	run ! lab play /dev/zero
	assert_output --partial '/dev/zero'
}

### Plays that go wrong

@test "an outcome that never comes ends the play and says all about it" {
	write_lab never.lab 'client> data1' 'server: received "data1"' \
		'server: received "data2"'
	run -1 lab play never.lab
	assert_line 'gracelab: never: never.lab:3: server: received "data2": awaited received "data2", saw nothing'
	# What was seen until then is shown all the same.
	assert_line --partial 'recv "data1" = 5'
}

@test "an errno that a line gave is not looked for in another call" {
	write_lab errno.lab 'client> data1' 'server: received "data1"' \
		'client> reset' 'server> reply' 'server: EPIPE'
	run -1 lab play errno.lab
	assert_line --partial 'errno.lab:5: server: EPIPE: awaited EPIPE, saw ECONNRESET'
	refute_output --partial ' recv = '
}

@test "a state that never comes ends the play within --patience" {
	local before=$SECONDS

	write_lab never.lab 'client> data1' 'client: state TIME_WAIT'
	run -1 lab play --patience 200ms never.lab
	assert_line 'gracelab: never: never.lab:2: client: state TIME_WAIT: awaited state TIME_WAIT, saw ESTABLISHED'
	((SECONDS - before < 5))
}

@test "a step that does not end is cut short, and nobody is left behind" {
	write_long_lab
	run -1 lab play --patience 200ms "long-$MARK.lab"
	assert_line --partial "long-$MARK.lab:5: client> sleep 30s: "
	await nobody_lingers "$MARK"
}

@test "nobody is left behind by a play that succeeds" {
	write_long_lab
	sed -i '$d' "long-$MARK.lab"
	run -0 lab play "long-$MARK.lab"
	await nobody_lingers "$MARK"
}

@test "nobody is left behind when the lab is interrupted" {
	local signal

	for signal in INT TERM HUP; do
		start_long_lab
		kill_it long "$signal"
		await ended long
		await nobody_lingers "$MARK"
	done
}

@test "nobody is left behind when the lab is killed" {
	start_long_lab
	kill_it long KILL
	finish long 137
	await nobody_lingers "$MARK"
}

@test "a play whose process is killed is a failure, and others go on" {
	local pid

	write_long_lab
	start long "$O/gracelab" play --patience 60s "long-$MARK.lab" \
		close-early
	await at_least 5 "$MARK"
	# The lab's only child that plays this one; close-early is over or not.
	for pid in $(pgrep -P "${PID_OF[long]}"); do
		if pgrep -P "$pid" -f "greeting=$MARK" >/dev/null; then
			kill -KILL "$pid"
		fi
	done
	finish long 1
	grep -q "long-$MARK: " long.err
	has_text long '─── RST ───▶'
	await nobody_lingers "$MARK"
}

@test "an actor that crashes is seen to" {
	write_lab crash.lab 'client> data1' 'client! SIGSEGV' \
		'client: exit SIGSEGV' 'server: received "data1"' 'server: eof'
	# A sanitizer would catch the signal.
	export ASAN_OPTIONS=$ASAN_OPTIONS:handle_segv=0
	run -0 lab play crash.lab
	assert_line --partial 'killed by SIGSEGV'
	write_lab crash.lab 'client! SIGABRT' 'client: exit SIGSEGV'
	run -1 lab play crash.lab
	assert_line --partial 'awaited exit SIGSEGV, saw exit SIGABRT'
}

@test "an actor that ends before its time is told" {
	write_lab early.lab 'server> quit' 'server: exit 0' 'server> reply'
	run -1 lab play early.lab
	assert_line --partial 'early.lab:3: server> reply: the server has ended'
}

@test "states are those of the addresses that the connection has" {
	local address

	for address in 127.0.0.2 0.0.0.0 ::1 ::; do
		[[ $address != *:* || -s /proc/net/if_inet6 ]] || continue
		write_lab there.lab "server --listen $address" \
			'client> hello' 'server: received "hello"' \
			'client: state ESTABLISHED' 'client> close' \
			'client: state FIN_WAIT2' 'server: state CLOSE_WAIT'
		run -0 lab play there.lab
		assert_line --regexp 'close = 0 +FIN_WAIT2 +.* FIN .* CLOSE_WAIT'
	done
}

@test "a server that does not start says why" {
	write_lab bogus.lab 'server --bogus' 'client> x'
	run -1 lab play bogus.lab
	assert_line --partial "graceserver: unrecognized option '--bogus'"
	assert_line --partial 'bogus: graceserver did not start'
	write_lab bogus.lab 'client --bogus' 'client> x'
	run -1 lab play bogus.lab
	assert_line --partial "graceclient: unrecognized option '--bogus'"
}

@test "options of the file win over the lab's own, however many they are" {
	local i options='server'

	for ((i = 0; i < 70; i++)); do
		options+=" --greeting=$i"
	done
	write_lab many.lab "$options --greeting=last" 'client> x' \
		'server: received "x"' 'server> reply' 'client: received "lastx"'
	run -0 lab play many.lab
}

@test "without its programs the lab says which is missing" {
	mkdir alone
	cp "$O/gracelab" alone
	run -1 alone/gracelab play "$ROOT/transcripts/close/close-early.lab"
	assert_output --partial graceserver
}

@test "two labs at once do not disturb each other" {
	start one "$O/gracelab" check "${PLAYED[@]}"
	start two "$O/gracelab" check "${PLAYED[@]}"
	finish one 0
	finish two 0
}

@test "experiments of one name and folder play side by side" {
	run -0 lab check close-early close-early time-wait time-wait kill kill
	refute_line --partial 'not ok'
}

@test "files of an experiment are there for it alone, and gone behind it" {
	write_lab files.lab 'file a "one\ntwo"' 'client> sendfile a' \
		'server> save b' 'server: received "one\ntwo"'
	run -0 lab play files.lab
	assert_line --partial 'sendfile "a" = 7'
	run -0 ls
	assert_output files.lab
	TMPDIR=$PWD run -0 lab play --host files.lab
	run -0 ls -A
	refute_output --partial gracelab
}

### Several clients

# The body of a dialogue of two clients, the second from the beginning.
two_clients() {
	cat <<-'END'
		title Two clients of one server
		client> data1
		client2> data2
		server> use 1
		server: received "data1"
		server> use 2
		server: received "data2"
		server> close
		client2: eof
		client2: state CLOSE_WAIT
		client: state ESTABLISHED
		server> use 1
		server> reply
		client: received "Hi, data1"
		client> close
		client2> close
		client2: state gone
	END
}

@test "several clients have a connection each, told apart in every row" {
	two_clients >two.lab
	run -0 lab play two.lab
	assert_line --regexp '^  \[2\] connect +─── SYN '
	assert_line --regexp ' FIN .* FIN_WAIT2 +\[2\] close = 0$'
	assert_line --regexp '^  \[1\] close = 0 +FIN_WAIT2 .* FIN .* CLOSE_WAIT'
	assert_line "  client2's terminal"
	run -0 --separate-stderr lab play --format=json two.lab
	"$PYTHON" -I -c 'import json, sys
record = json.load(sys.stdin)
for row in record["ladder"]:
    assert row.get("call", "").startswith("use ") or \
        row["connection"] in (1, 2), row
assert set(record["terminals"]) == {"client", "server", "client2"}' <<<"$output"
}

@test "on a wire several clients give the same ladder" {
	two_clients >two.lab
	run -0 lab play two.lab
	(echo wire && cat two.lab) >wired.lab
	diff <(echo "$output") <(lab play wired.lab | sed '1s/wired/two/') ||
		lab play wired.lab 2>&1 | grep -q 'needs two networks'
}

@test "a client that is started by a step comes when it says so" {
	write_lab late.lab 'client> data1' 'server> listener shutdown' \
		'client2! start' 'client2: ECONNREFUSED' 'client2: exit 1' \
		'server: received "data1"' 'client> close' 'server: eof'
	run -0 lab play late.lab
	assert_line --regexp '^  \[2\] connect .* SYN '
	assert_line --partial ' [2] RST '
	write_lab late.lab 'client3! start --local-port 5555' \
		'client3> data3' 'server: received "data3"' \
		'client3! SIGKILL' 'client3: state FIN_WAIT2' \
		'client3! start' 'client3> data4' 'server: received "data4"'
	run -0 lab play late.lab
	refute_output --partial client2
	write_lab late.lab 'client2> data1' 'client2! start'
	run -1 lab play late.lab
	assert_line --partial 'late.lab:2: client2! start: it has not ended'
	write_lab late.lab 'client2! start' 'client2> quit' 'client2> data'
	run -1 lab play late.lab
	assert_line --partial 'late.lab:3: client2> data: client2 does not run'
}

### What state, read N and peek show

@test "what state shows can be asked for" {
	write_lab shows.lab 'server --on-eof none' 'client> data1' \
		'client> shutdown' 'server> state' 'server: poll IN|RDHUP' \
		'server: unread 5' 'server: unacknowledged 0' \
		'server> state' 'server: poll IN|OUT|RDHUP' \
		'server: received "data1"' 'client> reset' 'server> state' \
		'server: EPIPE' 'server: poll IN|RDHUP|HUP|ERR'
	run -0 lab play shows.lab
	write_lab shows.lab 'client> data1' 'server> state' 'server: poll RDHUP'
	run -1 lab play shows.lab
	assert_line --partial 'shows.lab:3: server: poll RDHUP: awaited poll RDHUP'
}

@test "read N takes so many bytes, and peek none" {
	write_lab parts.lab 'client> data1' 'server> peek' \
		'server: received "data1"' 'server> peek 2' \
		'server: received "da"' 'server> read 4' \
		'server: received "data"' 'server> state' 'server: unread 1' \
		'server: received "1"' 'server> peek' 'server: nothing' \
		'server> send "Hi, data1"' 'client> read 2' \
		'client: received "Hi"' 'client> shutdown' 'server> peek' \
		'server: eof' 'server: eof' 'client> peek' \
		'client: received ", data1"'
	run -0 lab play parts.lab
	assert_line --regexp ' peek "data1" = 5$'
	assert_line --regexp ' peek = 0 \(EOF\)$'
	assert_line --regexp ' peek = EAGAIN$'
	assert_line --regexp ' recv "data" = 4$'
	assert_line --partial '* [1] peek: 5 bytes: data1'
}
