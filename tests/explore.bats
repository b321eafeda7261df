#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab explore: which moves there are, what is counted, what is shown of it.
# The goldens of explored experiments are compared in experiments.bats.
# shellcheck disable=SC2154 # run sets output and stderr

load helpers
load lab

# orders FILE [OPTION...]: how many there are.
orders() {
	run -0 lab explore --format=json "${@:2}" "$1"
	of_json orders
}

# of_json KEY: what the JSON in $output says of it.
of_json() {
	"$PYTHON" -I -c 'import json, sys
print(json.load(sys.stdin)[sys.argv[1]])' "$1" <<<"$output"
}

# has_class ORDERS ANSWERS REQUEST TOLD...: a line of the table in $output.
has_class() {
	assert_line --regexp "^ +$1 +[0-9.]+ % +$2 +$3 +${*:4}\$"
}

write_close() {
	write_lab close.lab 'client> data1' 'client> data2' 'client> close'
}

@test "close() after two messages: the whole table" {
	write_lab close.lab 'title   Two messages' 'client> data1' \
		'client> data2' 'client> close'
	run -0 lab explore close.lab
	assert_output - <<-'END'
		close: Two messages
		every order: 31 orders, 5 ends

		  orders            the answers      the request   who is told
		      10   32.3 %   lost             whole         nobody
		       8   25.8 %   lost             whole         recv ECONNRESET
		       8   25.8 %   whole            whole         nobody
		       4   12.9 %   lost             whole         send ECONNRESET
		       1    3.2 %   lost             whole         send EPIPE

		An answer is lost in 23 of 31 orders; in 10 of them no call on either side tells.
	END
}

# By hand: data1, then either close (and three moves of the server), or the
# server reads; then close, or an answer that meets close or a read.
@test "close() after one message has the four orders that one finds by hand" {
	write_lab one.lab 'client> data1' 'client> close'
	run -0 lab explore one.lab
	assert_line 'every order: 4 orders, 3 ends'
	has_class 2 lost whole nobody
	has_class 1 lost whole recv ECONNRESET
	has_class 1 whole whole nobody
}

@test "shutdown(SHUT_WR) loses nothing in any order, and needs nobody told" {
	write_lab half.lab 'client> data1' 'client> data2' 'client> shutdown'
	run -0 lab explore half.lab
	assert_line 'every order: 70 orders, 1 end'
	has_class 70 whole whole nobody
	assert_line --partial 'An answer is lost in 0 of 70 orders'
}

@test "on a wire a segment arrives whenever it can" {
	write_lab one.lab 'client> data1' 'client> close'
	run -0 lab explore --wire one.lab
	assert_line --partial 'every order: 79 orders, 3 ends'
	has_class 77 lost whole nobody
	has_class 1 lost whole recv ECONNRESET
	has_class 1 whole whole nobody
}

@test "a segment may be lost, and what can be sent again is" {
	write_lab one.lab 'client> data1' 'client> shutdown'
	run -0 lab explore --wire --losses 1 one.lab
	assert_line --partial 'every order: 185 orders, 1 end'
	has_class 185 whole whole nobody
	run -2 lab explore --losses 1 one.lab
	assert_output --partial 'without --wire nothing is lost'
}

@test "JSON has the classes by number, each with its first order" {
	write_close
	run -0 lab explore --format=json close.lab
	"$PYTHON" -I - <<-END
		import json
		table = json.loads('''$output''')
		assert table["experiment"] == "close" and table["wire"] is False
		assert table["orders"] == 31 and table["complete"] is True
		classes = [(c["orders"], c["answers"], c["request"], c["told"])
			for c in table["classes"]]
		assert classes == [
			(10, "lost", "whole", "nobody"),
			(8, "lost", "whole", "recv ECONNRESET"),
			(8, "whole", "whole", "nobody"),
			(4, "lost", "whole", "send ECONNRESET"),
			(1, "lost", "whole", "send EPIPE")], classes
		# In the order of trial the client's lines come first.
		assert table["classes"][0]["order"] == ["client line"] * 3 + [
			"server read", "answer", "server read"]
	END
}

@test "a line that is refused was a move, and so was a call that fails" {
	write_lab late.lab 'client> data1' 'client> close' 'client> late'
	assert_equal "$(orders late.lab)" 11
	write_lab twice.lab 'client> shutdown' 'client> shutdown'
	assert_equal "$(orders twice.lab)" 3
}

@test "the lines of a program that has ended fall away" {
	write_lab quit.lab 'client> quit' 'client> data1' 'client> close'
	assert_equal "$(orders quit.lab)" 1
	write_lab kill.lab 'client! SIGKILL' 'client> data1'
	assert_equal "$(orders kill.lab)" 1
	write_lab once.lab 'server --once' 'server> close' 'server> list'
	assert_equal "$(orders once.lab)" 1
}

@test "reads, replies and what must be seen are left out" {
	write_lab close.lab 'client> data1' 'server: received "data1"' \
		'client> data2' 'client> pause' 'server> reply' 'client> read' \
		'client> resume' 'client> close' 'server: eof'
	assert_equal "$(orders close.lab)" 31
}

@test "what has a clock, or more than one connection, cannot be explored" {
	local line

	for line in 'client> wait eof' 'client> sleep 1' 'client> every 1s x' \
		'client> open' 'server! start' 'client: state FIN_WAIT2' \
		'wire> hold' 'client! reboot' 'client> block recv' \
		'server> accept' 'server> listener close' 'client> fill' \
		'client> quickack off'; do
		write_lab no.lab 'client> data1' "$line"
		run -2 lab explore no.lab
		assert_output --partial 'no.lab:2: cannot be explored: '
	done
	write_lab no.lab 'server --idle-timeout 1s' 'client> data1'
	run -2 lab explore no.lab
	assert_output --partial 'cannot be explored: server'
	write_lab no.lab 'client> probe'
	run -2 lab explore --wire no.lab
	assert_output --partial 'no.lab:1: cannot be explored: probe'
	write_lab no.lab "file big \"$(printf %40000s x)\"" 'client> sendfile big'
	run -2 lab explore no.lab
	assert_output --partial 'more than 32768 bytes'
}

@test "a server that never answers loses no answer" {
	write_lab never.lab 'server --delay never' 'client> data1' \
		'client> close'
	run -0 lab explore never.lab
	has_class 2 whole whole nobody
}

@test "a server that dies of SIGPIPE is a class of its own" {
	local policy

	for policy in default handle; do
		write_lab pipe.lab "server --sigpipe=$policy" 'client> data1' \
			'client> data2' 'client> close'
		run -0 lab explore pipe.lab
		has_class 1 lost whole send SIGPIPE
	done
	for policy in ignore nosignal; do
		sed -i "1s/=.*/=$policy/" pipe.lab
		run -0 lab explore pipe.lab
		has_class 1 lost whole send EPIPE
	done
	write_lab pipe.lab 'inherit SIGPIPE=ignore' 'server --sigpipe=inherit' \
		'client> data1' 'client> data2' 'client> close'
	run -0 lab explore pipe.lab
	has_class 1 lost whole send EPIPE
}

@test "told is the first that tells, on either side" {
	write_lab twice.lab 'client> reset' 'server> send a' 'server> send b'
	run -0 lab explore twice.lab
	has_class 4 lost whole send ECONNRESET
	has_class 4 whole whole recv ECONNRESET
	has_class 3 lost whole recv ECONNRESET
	assert_line --partial ', 3 ends'
}

@test "who has shut its receiving half reads no more" {
	write_lab half.lab 'client> shutdown rd' 'server> send Hi' \
		'server> close'
	run -0 lab explore half.lab
	assert_line --partial 'every order: 8 orders, 2 ends'
	has_class 5 whole whole nobody
	has_class 3 lost whole nobody
}

@test "an EPIPE of one's own shutdown neither loses nor tells" {
	write_lab own.lab 'client> shutdown' 'client> late'
	run -0 lab explore own.lab
	assert_line --partial ', 1 end'
	assert_line --regexp ' whole +whole +nobody$'
	write_lab own.lab 'server --on-accept "shutdown wr"' 'client> data1'
	run -0 lab explore own.lab
	assert_line --partial ', 1 end'
	assert_line --regexp ' whole +whole +nobody$'
}

@test "what is still owed when the server dies is lost" {
	write_lab owed.lab 'client> data1' 'server> quit'
	run -0 lab explore owed.lab
	assert_line --regexp ' lost +whole +nobody$'
	# One that closes by its own choice has not been refused anything.
	write_lab owed.lab 'client> data1' 'server> close'
	run -0 lab explore --find eof --format=lab owed.lab
	assert_line 'server> close'
}

@test "--on-accept and --on-eof belong to the moves that they follow" {
	write_lab eof.lab 'server --on-eof "send bye" --on-eof close' \
		'client> shutdown'
	assert_equal "$(orders eof.lab)" 1
	write_lab none.lab 'server --on-eof none' 'client> shutdown'
	assert_equal "$(orders none.lab)" 1
	write_lab first.lab 'server --on-accept "send hello"' 'client> close'
	run -0 lab explore first.lab
	assert_line --partial 'every order: 2 orders, 2 ends'
	has_class 1 lost whole recv ECONNRESET
	has_class 1 whole whole nobody
	# A reset is no EOF: the server closes, whatever it does at one.
	sed 's/shutdown$/reset/' eof.lab >reset.lab
	run -0 lab explore reset.lab
	assert_line --partial 'every order: 1 order, 1 end'
	has_class 1 whole whole recv ECONNRESET
}

@test "--limit says that it stopped, and covers the first orders" {
	write_close
	run -0 lab explore --limit 7 --format=json close.lab
	assert_equal "$(of_json orders)" 7
	assert_equal "$(of_json complete)" False
	run -0 lab explore --limit 7 close.lab
	assert_line 'every order: 7 orders, 5 ends'
	assert_line --partial 'Stopped by --limit=7 after 7 orders'
	run -0 lab explore --limit 31 close.lab
	refute_output --partial Stopped
}

# Spans of the tree, whoever explored them, add up to one table.
@test "any number of processes gives one table, cut by a limit too" {
	local jobs limit first

	for limit in 1 37 150 1000; do
		first=
		for jobs in 1 2 3; do
			run -0 lab explore --jobs "$jobs" --limit "$limit" \
				--format=json \
				"$ROOT/transcripts/eof/file-close.lab"
			[[ $first ]] || first=$output
			assert_equal "$output" "$first"
		done
	done
}

# The graph has some hundred states, and what was played is another thing.
@test "ways through merged states are as many as orders played, class by class" {
	local name played

	for name in orders/orders-close-1-wire orders/orders-close-3 \
		orders/orders-shutdown-2-wire orders/orders-file-close \
		orders/orders-greeting orders/orders-sigpipe-default \
		orders/orders-shutdown-loss eof/file-close close/close-held \
		shutdown/shutdown-rd; do
		name=$ROOT/transcripts/$name.lab
		run -0 lab explore --format=json "$name"
		played=$output
		run -0 lab explore --merge --format=json "$name"
		assert_equal "$(grep -v '"states"' <<<"$output")" "$played"
	done
	run -0 lab explore --merge --wire "$ROOT/transcripts/close/close-early.lab"
	assert_line --partial 'each move of each state was played once'
}

@test "an order of every class plays in the lab, and ends as it was explored" {
	local name

	run -0 timeout 120 "$PYTHON" -I "$ROOT/tests/orders.py" "$O/gracelab" \
		"$ROOT"/transcripts/orders/*.lab
	for name in eof/file-shutdown eof/server-half-closes close/close-held \
		shutdown/shutdown-rd close/exit close/kill close/exit-unread \
		close/close-unread-both close/close-held-by-child; do
		run -0 timeout 60 "$PYTHON" -I "$ROOT/tests/orders.py" \
			"$O/gracelab" "$ROOT/transcripts/$name.lab"
	done
}

@test "--show plays an order of the class, with its ladder and terminals" {
	write_close
	run -0 lab explore --show 5 close.lab
	assert_line --regexp '^close: 1 of 31 orders ends like this one$'
	assert_line --regexp '^ +send "Hi, data2"$'
	assert_line '    [1] send: EPIPE (Broken pipe)'
	run -2 lab explore --show 6 close.lab
	assert_output --partial 'close: --show 6: there are 5 classes'
}

@test "--find plays the first order in which it is met" {
	write_close
	run -0 lab explore --find 'send EPIPE' close.lab
	assert_line --regexp '^ += EPIPE$'
	run -0 lab explore --find ECONNRESET --format=lab close.lab
	assert_line --regexp ': ECONNRESET$'
	run -1 lab explore --find ETIMEDOUT close.lab
	assert_output --partial 'ETIMEDOUT is met in none of 31 orders'
	run -2 lab explore --find nonsense close.lab
	assert_output --partial "not 'nonsense'"
}

@test "of one order it is said as of one" {
	echo 'client> close' >one.lab
	run -0 lab explore one.lab
	assert_line 'every order: 1 order, 1 end'
	run -0 lab explore --show 1 one.lab
	assert_line 'one: 1 of 1 order ends like this one'
	run -2 lab explore --show 2 one.lab
	assert_output 'gracelab: one: --show 2: there is 1 class'
	run -1 lab explore --find EPIPE one.lab
	assert_output 'gracelab: one: EPIPE is met in none of 1 order'
}

@test "--format=lab is an experiment that plays" {
	write_lab pipe.lab 'title A title' 'asks Why?' \
		'server --sigpipe=default "--greeting=Hello, \"you\": "' \
		'file book "one\ntwo\n"' 'client> sendfile book' \
		'client> data2' 'client> close'
	run -0 lab explore --find SIGPIPE --format=lab -o order.lab pipe.lab
	run -0 lab play order.lab
	assert_line --partial 'killed by SIGPIPE'
	assert_line --partial 'send "Hello, "you"'
}

@test "an order is taken back, by its names or as JSON has it" {
	local moves='client line,client line,server read,answer,client line'

	write_close
	moves+=',server read'
	run -0 lab explore --order "$moves" close.lab
	assert_line --partial 'recv = ECONNRESET'
	# What a server does that reads by itself is typed at one that is told.
	assert_line --regexp '^ {50,}close = 0$'
	run -0 lab play --order "[\"${moves//,/\", \"}\"]" close.lab
	assert_line --partial 'recv = ECONNRESET'
	run -2 lab play --order 'client line, server writes' close.lab
	assert_output --partial "not 'server writes'"
	run -1 lab play --order 'server read' close.lab
	assert_output --partial 'move 1, server read, is not possible there'
	run -1 lab play --order 'client line' close.lab
	assert_output --partial 'the order is not at its end'
}

@test "what shows one order asks which of all" {
	write_lab all.lab 'explore' 'client> data1' 'client> close'
	run -2 lab play --step all.lab
	assert_output --partial 'all: --step needs one order of many'
	run -2 lab play --pcap all.pcap all.lab
	assert_output --partial 'all: --pcap needs one order of many'
	run -0 lab play --pcap all.pcap --order 'client line, client line,
		server read, answer, server read' all.lab
	[[ -s all.pcap ]]
}

@test "an experiment whose head says explore is played, checked and recorded so" {
	write_lab all.lab 'title All' 'explore' 'client> data1' 'client> close'
	run -0 lab play all.lab
	assert_line 'every order: 4 orders, 3 ends'
	run -0 lab record all.lab
	run -0 lab check all.lab
	sed -i 's/ 4 orders, / 5 orders, /' all.txt
	run -1 lab check all.lab
	assert_line '# +every order: 4 orders, 3 ends'
	sed -i 's/^explore/& wire losses 1/' all.lab
	run -0 lab play --format=json all.lab
	assert_equal "$(of_json orders)" 377
	write_lab bad.lab 'explore wires' 'client> x'
	run -2 lab play bad.lab
	assert_output --partial 'bad.lab:1:9: expected nothing, wire, or merge'
	write_lab bad.lab 'explore wire losses no' 'client> x'
	run -2 lab play bad.lab
	assert_output --partial 'bad.lab:1:21: expected how many segments'
	write_lab bad.lab 'explore losses 1' 'client> x'
	run -2 lab play bad.lab
	assert_output --partial 'bad.lab:1:9: expected nothing, wire, or merge'
	write_lab all.lab 'explore wire merge' 'client> data1' 'client> close'
	run -0 lab play all.lab
	assert_line 'every order: 79 orders, 3 ends'
	assert_line --partial 'each move of each state was played once'
}

@test "played and explored experiments stand in their order" {
	write_lab a.lab 'explore' 'client> close'
	write_lab b.lab 'client> close'
	write_lab c.lab 'explore' 'client> quit'
	run -0 lab play a.lab b.lab c.lab b.lab
	assert_equal "$(grep -nE '^[abc]( |:|$)' <<<"$output" | cut -d : -f 2)" \
		$'a\nb\nc\nb'
}

@test "the graph is SVG that any XML reader takes, and Graphviz's language" {
	write_lab odd.lab 'title <&"' 'client> send "<&\xff"' 'client> close'
	run -0 lab explore --format=svg -o odd.svg odd.lab
	"$PYTHON" -I -c 'import sys, xml.dom.minidom as dom
dom.parse(sys.argv[1])' odd.svg
	run -0 lab explore --format=dot odd.lab
	assert_line --partial 'digraph "odd" {'
	assert_line --regexp '^.n0 -> n1 .color="#[0-9a-f]{6}" .* label="c send'
	assert_line '}'
}

@test "the page about orders says what the goldens say" {
	local page=$ROOT/transcripts/orders.md check=$ROOT/tests/orders_page.py

	run -0 "$PYTHON" -I "$check" "$page" "$ROOT/transcripts/orders"
	sed -e 's/ 1 of 31 orders/ 2 of 31 orders/' \
		-e 's/^    .* 4   12\.9 %/    5   12.9 %/' "$page" >wrong.md
	run -1 "$PYTHON" -I "$check" wrong.md "$ROOT/transcripts/orders"
	assert_line 'no table has 2 of 31'
	assert_line 'the table of orders-close-2 is not that of its golden'
}

@test "the pictures of the page are what explore draws" {
	local name

	for name in orders-close-2 orders-shutdown-2; do
		run -0 lab explore --format=svg -o drawn.svg \
			"$ROOT/transcripts/orders/$name.lab"
		cmp drawn.svg "$ROOT/transcripts/$name.svg"
	done
}

@test "Ctrl-C prints what was covered, and leaves nobody behind" {
	MARK=7$BASHPID$BATS_TEST_NUMBER
	write_lab "big-$MARK.lab" 'client> data1' 'client> data2' \
		'client> data3' 'client> data4' 'client> close'
	start big env --default-signal=INT "$O/gracelab" explore --jobs 2 --wire \
		--limit 100000000 "big-$MARK.lab"
	await at_least 3 "$MARK"
	await counts_some_orders
	kill_it big INT
	finish big 130
	grep -q '^Stopped by hand after ' big.out
	grep -q '^An answer is lost in ' big.out
	await nobody_lingers "$MARK"
}

# The workers have been at work for a while: it shows in their time.
counts_some_orders() {
	local pid ticks=0

	for pid in $(pgrep -P "${PID_OF[big]}"); do
		((ticks += $(cpu_ticks "$pid"))) || :
	done
	((ticks > 20))
}

@test "an explorer that is killed leaves no worker" {
	MARK=7$BASHPID$BATS_TEST_NUMBER
	write_lab "big-$MARK.lab" 'client> data1' 'client> data2' \
		'client> data3' 'client> data4' 'client> close'
	start big "$O/gracelab" explore --jobs 2 --wire "big-$MARK.lab"
	await at_least 3 "$MARK"
	kill_it big KILL
	await nobody_lingers "$MARK"
}

@test "an ordinary user gets the same table, on the wire too" {
	write_lab one.lab 'client> data1' 'client> close'
	cp one.lab "$PLACE"
	run -0 as_nobody "$PLACE/bin/gracelab" explore "$PLACE/one.lab"
	assert_line 'every order: 4 orders, 3 ends'
	run -0 as_nobody "$PLACE/bin/gracelab" explore --wire "$PLACE/one.lab"
	assert_line 'every order: 79 orders, 3 ends'
}

@test "without /dev/net/tun it is veth that carries the same orders" {
	write_lab one.lab 'client> data1' 'client> close'
	unshare -rm mount --bind /dev/null /dev/null 2>/dev/null ||
		skip "this host has no mount namespaces"
	# shellcheck disable=SC2016 # for the inner shell
	run -0 timeout 60 unshare -rm sh -c '
		mount --bind /dev/null /dev/net/tun && exec "$@"' - \
		"$O/gracelab" explore --wire one.lab 3>&- {TICK}<&-
	assert_line 'every order: 79 orders, 3 ends'
}

@test "where namespaces are refused nothing is explored, and check skips it" {
	write_lab all.lab 'explore' 'client> data1' 'client> close'
	run -1 without_namespaces "$O/gracelab" explore all.lab
	assert_output --partial 'no private network to explore on'
	run -0 without_namespaces "$O/gracelab" check all.lab
	assert_line --partial 'ok 1 - all # SKIP'
}

@test "two runs give one table, beside busy loops" {
	local i

	write_lab one.lab 'client> data1' 'client> close'
	for i in 1 2 3; do
		start "busy$i" sh -c 'while :; do :; done'
	done
	run -0 lab explore --wire --losses 1 one.lab
	assert_line --partial 'every order: 377 orders, 3 ends'
	write_close
	run -0 lab explore close.lab
	assert_line --partial 'every order: 31 orders, 5 ends'
	for i in 1 2 3; do
		kill_it "busy$i" KILL
	done
}

# In KiB, the greatest of the explorer and its workers.
memory_of() {
	"$PYTHON" -I -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}

@test "memory does not grow with the number of orders" {
	skip_if_sanitized 'a sanitizer keeps what was freed'
	local few many

	few=$(memory_of "$O/gracelab" explore --wire --limit 200 \
		"$ROOT/transcripts/orders/orders-close-2-wire.lab")
	many=$(memory_of "$O/gracelab" explore --wire --limit 9000 \
		"$ROOT/transcripts/orders/orders-close-2-wire.lab")
	echo "$few KiB for 200 orders, $many KiB for 9000"
	((many < few + 1024))
}

@test "progress is for a terminal: a pipe gets none" {
	write_close
	run -0 --separate-stderr lab explore close.lab
	assert_equal "$stderr" ''
	run -0 script -qec "'$O/gracelab' explore --wire close.lab --limit 300" \
		/dev/null
	assert_output --regexp $'\r\E\[Kclose: [0-9]+ orders, '
}
