#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab watch beside others that look on: what strace saw of each thread, and
# what went over the loopback, is on the ladder, and in its order.

load helpers

setup_file() {
	strace -f -o /dev/null true 2>/dev/null || skip "strace is refused here"
	unshare -rn true 2>/dev/null || skip "this host has no user namespaces"
	export SCRIPTED=$BATS_FILE_TMPDIR/scripted
	cc -O1 -pthread -D_GNU_SOURCE -o "$SCRIPTED" \
		"${BATS_TEST_FILENAME%/*}/scripted.c"
}

# same SERVER CLIENT: operations of tests/scripted.c.
same() {
	# shellcheck disable=SC2016 # of that shell
	run timeout 60 unshare -rn sh -c 'ip link set lo up && exec "$@"' - \
		"$PYTHON" -I "$ROOT/tests/witness.py" "$O/gracelab" "$SCRIPTED" \
		"$1" "$2" 3>&- {TICK}<&-
	assert_success
}

@test "every way to send and to receive has its name, result and segment" {
	same 'accept read writev sendmsg all:10 splice:pipe all:10 sendfile:999 recv' \
		'connect write:x all:20 writev all:4 sendmsg all:999 shutdown:1 recv'
	same 'accept recv:0 peek bad recv:2 recv:9 atonce send:a recv' \
		'connect send:hello recv:1 shutdown:1 recv'
}

@test "options, fast open and connect(2) to nowhere send what they send" {
	same 'accept recv send:a recv' \
		'connect cork:1 send:a send:b cork:0 recv linger close'
	same 'accept recv send:a recv' 'fastopen:hello recv shutdown:1 recv'
	same 'accept recv recv' 'connect send:x unconnect'
	same 'accept recv recv' 'connect:nonblock again send:x shutdown:1'
}

@test "ends by whatever closes, and ends that fail, are there" {
	same 'accept recv shutdown:1 shutdown:7 recv shutdown:0 close' \
		'connect dup send:x close kept recv close closerange'
	same 'accept send:unread recv close' 'connect peek onto'
	same 'accept close recv' 'connect recv ignore send:x recv send:y write:z'
	same 'accept close recv' 'connect recv send:x recv send:y'
	same 'accept recv recv' 'connect send:x kill:9'
}

@test "who was reset before it is accepted is still who connected" {
	same 'exit:0' 'connect linger close accept recv close'
}

@test "what a thread or a child calls is theirs, and what never returned is ?" {
	same 'accept fork:send:a,recv close wait' 'connect recv send:x drain'
	same 'accept recv recv' 'connect thread:recv asleep exit:4'
	same 'accept recv recv' 'connect thread:recv asleep shutdown:2 join close'
	same 'accept recv send:a recv' \
		'connect thread:recv asleep send:x join shutdown:1 recv'
}

@test "calls of the 32-bit ABI are no way to be unseen" {
	same 'accept recv recv' 'connect narrow:narrow shutdown:1'
}
