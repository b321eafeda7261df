#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab live: the laboratory by hand, by a pipe and at a terminal.
# shellcheck disable=SC2154 # run sets output and stderr

load helpers
load lab
load terminal

setup() {
	terminal_setup
}

teardown() {
	terminal_teardown
}

# by_hand LINE...: typed into a pipe, without an experiment.
by_hand() {
	lab live < <(printf '%s\n' "$@")
}

# skip_without_wire: where no wire is to be had, some cannot be asked.
skip_without_wire() {
	run lab play --wire close-early
	((!status)) || skip "there is no wire here: $output"
}

@test "a lesson of ten steps, one undone, is saved, recorded, checked and shown" {
	run -0 --separate-stderr by_hand 'client data1' 's read' \
		'client data2' 'c shutdown' 's reply' 'c read' 's read' \
		's reply' 'c close' 's close' undo 's! SIGKILL' \
		'save lesson.lab' record check 'show svg lesson.svg' \
		'show json lesson.json' 'show html lesson.html'
	assert_equal "$stderr" ''
	assert_output - <<-'END'
		live

		  client               state       wire         state       server
		  connect                          ─── SYN ───▶
		                       ESTABLISHED ◀─ SYN+ACK ─
		                                                ESTABLISHED accept
		  send "data1" = 5                 ── data 5 ─▶
		                                                            recv "data1" = 5
		  send "data2" = 5                 ── data 5 ─▶
		  shutdown wr = 0      FIN_WAIT2   ─── FIN ───▶ CLOSE_WAIT
		                                   ◀─ data 9 ──             send "Hi, data1" = 9
		  recv "Hi, data1" = 9
		                                                            recv "data2" = 5
		                                   ◀─ data 9 ──             send "Hi, data2" = 9
		  close = 0            gone        ─── RST ───▶ gone
		                                                            close = 0
		* undone: server> close
		                                                            killed by SIGKILL
		* saved in lesson.lab
		* recorded beside lesson.lab
		TAP version 13
		1..1
		ok 1 - lesson
		* shown in lesson.svg
		* shown in lesson.json
		* shown in lesson.html
	END
	run -0 cat lesson.lab
	assert_output - <<-'END'
		client> data1
		server> read
		client> data2
		client> shutdown
		server> reply
		client> read
		server> read
		server> reply
		client> close
		server! SIGKILL
	END
	run -0 lab check ./lesson.lab
	assert_line 'ok 1 - lesson'
	run -0 grep -c '<svg' lesson.svg
	run -0 grep -c '^<!DOCTYPE html>' lesson.html
	run -0 grep -c '"killed by SIGKILL"' lesson.json
}

@test "the wire is held, passed and shown by hand" {
	skip_without_wire
	run -0 by_hand 'w hold' 'c close' 's close' w 'w pass client FIN' \
		'w pass server FIN' 'w release' 'w: nothing'
	assert_line '* held: both; what waits: client FIN, server FIN'
	assert_line --regexp 'CLOSING +◀─── FIN ╌╌╌'
	assert_line --regexp 'TIME_WAIT +TIME_WAIT'
}

@test "an experiment is begun with, taken back and played on otherwise" {
	run -0 lab live close-early < <(printf '%s\n' 'undo 5' 'c shutdown' list)
	assert_line --partial 'close-early: close() while replies'
	assert_line '* undone: server: EPIPE'
	assert_line --partial 'shutdown wr = 0      FIN_WAIT2'
	assert_line '  4   client> shutdown'
	refute_line --partial '(undone)'
}

@test "redo does again what was undone, until something else is typed" {
	run -2 --separate-stderr by_hand 'c data1' 'c data2' 'undo all' redo \
		list 'c other' redo
	assert_line '* done again: client> data1'
	assert_line '  2 (undone) client> data2'
	assert_line --partial 'send "other" = 5'
	assert_equal "$stderr" \
		'gracelab: line 7: redo: there is nothing to redo'
}

@test "what is typed wrong changes nothing, and is said" {
	run -1 --separate-stderr by_hand 'c data1' 'c shutdwon' 's frobnicate' \
		bogus 'undo x' 'c: recieved "x"' 'w' 's: eof' 's reply' \
		'show gif' 'help nothing' 'big up' 'sysctl x=1' list 's read'
	assert_equal "$stderr" "gracelab: line 2: 'shutdwon' is no command; \
perhaps shutdown? \`send shutdwon' sends it
gracelab: line 3: unknown command 'frobnicate'
gracelab: line 4: there is no command 'bogus'; perhaps client, server or wire \
and a line? \`help' lists all
gracelab: line 5: undo: expected a number of steps, or all, not 'x'
$(sed -n 5p <<<"$stderr")
gracelab: line 8: awaited eof, saw received \"data1\"
gracelab: line 9: reply: no message is owed an answer: 5 bytes wait to be read \
first (read)
gracelab: show: expected text, json, svg, mermaid or html, not 'gif'
gracelab: line 11: help: there is no command 'nothing'
gracelab: line 12: big: expected on or off, not 'up'
gracelab: line 13: expected a NAME=VALUE whose name begins with net., not 'x=1'"
	assert_line '  1   client> data1'
	refute_line --regexp '^  2 '
	# The read that was tried in vain is taken back as well.
	assert_line --partial 'recv "data1" = 5'
}

@test "the exit status is 0, 2 for a line that is none, 1 for what failed" {
	run -0 by_hand 'c data1'
	run -0 by_hand
	run -2 by_hand bogus
	run -1 by_hand bogus 'c: eof'
	run -0 by_hand 'c data1' quit bogus
	run -1 lab live no-such-experiment </dev/null || [[ $status == 2 ]]
	run -2 lab live close-early shutdown </dev/null
}

@test "save writes over nothing that is not its own" {
	echo precious >mine.lab
	run -1 --separate-stderr by_hand 'c data1' 'save mine.lab' \
		'save other.lab' 'c data2' save 'record mine.lab'
	assert_equal "$stderr" "gracelab: line 2: mine.lab is there, and was not \
written by this session: \`save --force mine.lab' writes over it
gracelab: line 6: mine.lab is there, and was not written by this session: \
\`save --force mine.lab' writes over it"
	assert_equal "$(<mine.lab)" precious
	assert_equal "$(<other.lab)" $'client> data1\nclient> data2'
	run -0 by_hand 'c data1' 'save --force mine.lab' 'save mine.lab'
	assert_equal "$(<mine.lab)" 'client> data1'
}

@test "head lines and comments are taken, and all is played again" {
	run -0 by_hand 'c data1' 'title My lesson' '# who is told?' \
		'server --sigpipe=default' 'c close' 'save my.lab' show
	assert_line 'my: My lesson'
	run -0 cat my.lab
	assert_output - <<-'END'
		title My lesson
		server --sigpipe=default
		client> data1
		# who is told?
		client> close
	END
}

@test "another client may come, and the ladder tells them apart from then on" {
	run -0 by_hand 'c data1' 'c2! start' 'c2 hi' 's use 2' 's read'
	assert_line --partial '[1] send "data1" = 5'
	assert_line --partial '[2] recv "hi" = 2'
}

@test "from here: the next moves, and the ends of all orders" {
	run -0 by_hand 'c data1' next 'what could happen now?' 's read' \
		'c data2' all
	assert_line --regexp '^  s read +the server reads$'
	assert_equal "$(grep -c 'what could happen now:' <<<"$output")" 2
	refute_line --partial 'c read'
	# The answer; then the client's reads wherever something is there.
	assert_line 'every order from here: 3 orders, 1 end'
}

@test "what was undone is still to be typed in the orders from here" {
	run -0 by_hand 'c data1' 'c data2' 'c close' 'undo all' next all
	assert_line --regexp '^  client> data1 +as was undone \(redo\)$'
	assert_line 'every order from here: 31 orders, 5 ends'
}

@test "from here on a wire each arrival is a move, and what cannot be is said" {
	skip_without_wire
	run -1 --separate-stderr by_hand 'w hold' 'c close' next all \
		'w forge client RST' next
	assert_line --regexp '^  w pass client FIN +it arrives$'
	assert_line 'every order from here: 1 order, 1 end'
	assert_equal "$stderr" 'gracelab: line 6: cannot be explored from '"\
here: an order's segments arrive once, and nobody forges one"
}

@test "steps, terminals and the whole ladder are shown when asked for" {
	run -2 --separate-stderr by_hand list 'c data1' 's read' terminals \
		ladder 'c shutdown' big 'big off' check explore 'help server' \
		'undo 9' save 'show text' quit
	assert_line 'no step yet'
	assert_line "the client's terminal:"
	assert_line '[1] received 5 bytes: data1'
	assert_line '* played again, it gives the same ladder'
	assert_line --regexp '^  s reply +the server answers$'
	assert_line 'every order from here: 2 orders, 1 end'
	assert_line --partial '  Its commands: send close shutdown reset'
	# By itself, as asked for, when it grew big and small, and by show.
	assert_equal "$(grep -c ' SYN ' <<<"$output")" 5
	# For a projector there is a row of air.
	assert_equal "$(grep -A1 ' SYN ' <<<"$output" | grep -c '^$')" 1
	assert_equal "$stderr" "gracelab: line 12: undo 9: there are only 3
gracelab: line 13: save: expected a FILE"
}

@test "what explains the last row, with its source" {
	run -0 by_hand 'c close' what
	assert_output --partial 'close(2) of the last descriptor: FIN goes out'
	assert_output --partial '(close(2); RFC 9293, sections 3.6 and 3.6.1)'
	assert_output --partial 'The server is in CLOSE_WAIT'
}

@test "a slow person makes nothing fail" {
	skip_without_wire
	start slow "$O/gracelab" live --patience 200ms
	type_at slow 's keepalive 1s 1s 1'
	await_text slow keepalive
	# Nothing but time shall pass: patiences, and as much as a probe that
	# the wire does not carry would have to end the connection.
	read -r -t 2.5 -u "$TICK" || :
	type_at slow 'c data1' 's read'
	await_text slow 'recv "data1" = 5'
	end_input slow
	finish slow 0
}

@test "programs of others and UNIX sockets are played without a wire" {
	run -2 --separate-stderr lab live unix-close-early < <(
		printf '%s\n' 'undo' w)
	assert_line "* without a wire: the connection is a UNIX socket's"
	assert_line '* undone: server: eof'
	assert_equal "$stderr" "gracelab: line 2: there is no wire here: the \
connection is a UNIX socket's"
	run -0 lab live python-pair < <(printf '%s\n' list undo redo)
	assert_line --partial '* without a wire: programs of others'
	assert_line --partial '* done again: '
}

@test "lines may end as on other systems" {
	run -0 lab live < <(printf 'c data1\r\ns read\r\nundo\r\n')
	assert_line --partial 'recv "data1" = 5'
	assert_line '* undone: server> read'
}

@test "help lists all lines, and explains one with examples" {
	run -0 by_hand help 'help wire' 'help shutdown' 'help save'
	assert_line --partial 'client LINE, c LINE'
	assert_line '      w pass client FIN'
	assert_line --partial 'c shutdown'
	assert_line '      save lesson.lab'
}

@test "without namespaces it plays on the host's loopback, and says so" {
	run -2 --separate-stderr without_namespaces "$O/gracelab" live < <(
		printf '%s\n' 'c data1' 's read' 'w hold' 'c close')
	assert_output --partial '* without a wire: '
	assert_line --partial 'recv "data1" = 5'
	assert_line --partial 'close = 0'
	[[ $stderr == 'gracelab: line 3: there is no wire here: '* ]]
}

# ---- at a terminal

@test "at a terminal the prompt shows states and wire, and Ctrl-D leaves" {
	skip_without_wire
	under_shell live "$O/gracelab" live
	await_last live 'ESTABLISHED|ESTABLISHED>'
	enter_in live 'w hold'
	await_last live 'ESTABLISHED|ESTABLISHED [held]>'
	enter_in live 'c close'
	await_last live 'FIN_WAIT1|ESTABLISHED [c FIN]>'
	# An empty line and a key that ends nothing change nothing.
	press live Enter
	press live C-c
	await_screen live 'Ctrl-D or quit leaves'
	enter_in live undo
	await_screen live '* undone: client> close'
	await_last live 'ESTABLISHED|ESTABLISHED [held]>'
	press live C-d
	await_status live 0
}

@test "at a terminal Ctrl-C ends a wait, and not the session" {
	under_shell live "$O/gracelab" live --patience 60s
	await_last live 'ESTABLISHED|ESTABLISHED>'
	enter_in live 'c: state gone'
	await_screen live 'c: state gone'
	press live C-c
	await_screen live '* stopped, and taken back: client: state gone'
	enter_in live 'c data1'
	await_screen live 'send "data1" = 5'
	press live C-d
	await_status live 0
}

@test "at a terminal Tab completes, and lines are kept for the next session" {
	under_shell live "$O/gracelab" live
	await_last live 'ESTABLISHED|ESTABLISHED>'
	type_in live 'c shu'
	press live Tab Enter
	await_screen live 'shutdown wr = 0'
	press live C-d
	await_status live 0
	assert_equal "$(<.local/state/grace/live-history)" 'c shutdown '
}

@test "at a terminal Tab knows heads, wire, what waits, formats and words" {
	skip_without_wire
	under_shell live "$O/gracelab" live
	await_last live 'ESTABLISHED|ESTABLISHED>'
	type_in live 'wi'
	press live Tab
	type_in live 'ho'
	press live Tab Enter
	await_last live 'ESTABLISHED|ESTABLISHED [held]>'
	enter_in live 'c data1'
	await_last live 'ESTABLISHED|ESTABLISHED [c data 5]>'
	type_in live 'w pas'
	press live Tab
	type_in live 'dat'
	press live Tab Enter
	await_last live 'ESTABLISHED|ESTABLISHED [s ACK]>'
	type_in live 'show me'
	press live Tab Enter
	await_screen live 'sequenceDiagram'
	type_in live 'und'
	press live Tab
	type_in live 'al'
	press live Tab Enter
	await_screen live '* undone: '
	type_in live 'c shutdown rdw'
	press live Tab Enter
	await_screen live 'shutdown rdwr = 0'
	type_in live 'tit'
	press live Tab
	enter_in live 'Mine'
	await_screen live 'played anew with: title Mine'
	type_in live 'help ter'
	press live Tab Enter
	await_screen live "what the programs' terminals show"
	press live C-d
	await_status live 0
}

@test "at a terminal Tab knows what a side may show, and what a file writes" {
	under_shell live "$O/gracelab" live
	await_last live 'ESTABLISHED|ESTABLISHED>'
	type_in live 'client> shu'
	press live Tab Enter
	await_screen live 'shutdown wr = 0'
	type_in live 's: eo'
	press live Tab Enter
	await_screen live 'recv = 0 (EOF)'
	type_in live 'c: sta'
	press live Tab
	type_in live 'TIM'
	press live Tab Enter
	enter_in live 'list'
	await_screen live 'client: state TIME_WAIT'
	type_in live 'server! SIGK'
	press live Tab Enter
	await_screen live 'killed by SIGKILL'
	press live C-d
	await_status live 0
}

@test "on a narrow screen the ladder is 40 columns wide" {
	under_shell live "$O/gracelab" live
	await_last live 'ESTABLISHED|ESTABLISHED>'
	tm resize-window -t live -x 40 -y 24
	await_screen live 'EST|EST>'
	enter_in live 'c data1'
	await_screen live 'send "data1" = 5'
	await_screen live $'\n             ── data 5 ─▶'
	press live C-d
	await_status live 0
}

@test "--big shows the whole ladder on a screen of its own" {
	under_shell live "$O/gracelab" live --big close-early
	await_screen live '= EPIPE'
	enter_in live 'undo 4'
	await_last live 'FIN_WAIT2|CLOSE_WAIT>'
	look live
	refute [ "${screen/EPIPE/}" != "$screen" ]
	await_screen live 'close-early: close() while'
	press live C-d
	await_status live 0
}
