#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The wire between two hosts: what its steps do, what a ladder and JSON show of
# it, where it can be had, and how it is refused. The engine alone is tested in
# unit/lab_wire.c; the experiments are in experiments.bats.

load helpers
load lab

# without_tun COMMAND...: where /dev/net/tun is another device.
without_tun() {
	unshare -rm true 2>/dev/null || skip "this host has no user namespaces"
	# shellcheck disable=SC2016 # for the inner shell
	timeout 60 unshare -rm sh -c 'mount --make-rprivate / &&
		mount --bind /dev/null /dev/net/tun && exec "$@"' - "$@" \
		3>&- {TICK}<&-
}

# Experiments that control the wire, or not; those that wait for a timer are
# played by experiments.bats alone.
names() {
	local lab

	for lab in "${PLAYED[@]}"; do
		! waits_for_timer "$lab" || continue
		! grep -qE '^over +unix' "$lab" || continue
		if grep -qE '^wire|reboot' "$lab"; then
			[[ $1 != wired ]] || basename "$lab" .lab
		else
			[[ $1 == wired ]] || basename "$lab" .lab
		fi
	done
}

# all_give_their_golden COMMAND... NAME...
all_give_their_golden() {
	run -0 "$@"
	refute_line --partial 'not ok'
	refute_line --partial SKIP
	refute_line --partial 'not observed'
	assert_line --regexp '^ok 1 - '
}

### Where there is a wire

@test "each experiment of the loopback gives the same on the wire" {
	local -a all=()
	local lab

	for lab in "${PLAYED[@]}"; do
		grep -qE '^wire|^over +unix|reboot' "$lab" ||
			all+=("$(basename "$lab" .lab)")
	done
	((${#all[@]} >= 36))
	all_give_their_golden lab check --wire "${all[@]}"
}

@test "without a TUN device all is played on veth, with the same goldens" {
	local -a all

	mapfile -t all < <(names wired)
	((${#all[@]} >= 15))
	all_give_their_golden without_tun "$O/gracelab" check "${all[@]}"
	mapfile -t all < <(names)
	all_give_their_golden without_tun "$O/gracelab" check --wire "${all[@]}"
}

@test "an ordinary user has a wire too" {
	local -a all

	mapfile -t all < <(names wired)
	all_give_their_golden as_nobody "$PLACE/bin/gracelab" check "${all[@]}"
}

@test "where networks are refused, so is the wire, with the reason" {
	run -1 without_namespaces "$PLACE/bin/gracelab" play fin-lost
	assert_output --regexp 'a wire needs two networks.*unshare.*ENOSPC'
	refute_output --partial ─
	run -0 without_namespaces "$PLACE/bin/gracelab" check fin-lost
	assert_line --regexp '^ok 1 - fin-lost # SKIP .*a wire needs'
	run -1 without_namespaces "$PLACE/bin/gracelab" play --wire reset
	assert_output --partial 'a wire needs two networks'
}

@test "where neither TUN nor veth can be had, the wire is refused" {
	# The first network is had, the second is not.
	unshare -r true 2>/dev/null || skip "this host has no user namespaces"
	# shellcheck disable=SC2016 # for the inner shell
	run -1 timeout 60 unshare -r sh -c '
		echo 1 >/proc/sys/user/max_net_namespaces && exec "$@"' - \
		"$PLACE/bin/gracelab" play fin-lost 3>&- {TICK}<&-
	assert_output --partial 'a wire needs two networks of its own'
}

@test "--host has no wire" {
	run -1 lab play --host fin-lost
	assert_output --partial 'a wire needs two networks of its own: --host'
	run -2 lab play --host --wire reset
	run -2 lab record --wire reset
	assert_output --partial '--wire goes with play and check'
}

@test "IPv6 has the same wire" {
	sed 's/^server .*/server  --on-eof none --listen 2001:db8::2/' \
		"$ROOT"/transcripts/*/fin-lost.lab >fin-lost.lab
	run -0 lab play ./fin-lost.lab
	assert_equal "$output" "$(golden fin-lost)"
}

@test "sysctls hold on both hosts" {
	write_lab both.lab 'sysctl net.ipv4.tcp_timestamps=0' \
		'client> data1' 'wire> hold client' 'server: received "data1"'
	lab play --pcap both.pcap ./both.lab
	run -0 "$PYTHON" -I - both.pcap <<-'END'
		import struct, sys
		data, at, syns = open(sys.argv[1], "rb").read(), 24, 0
		assert struct.unpack("=I", data[20:24])[0] == 101  # raw IP
		while at < len(data):
		    caught = struct.unpack("=I", data[at + 8:at + 12])[0]
		    tcp = data[at + 16 + 20:at + 16 + caught]
		    at += 16 + caught
		    if tcp[13] & 2:
		        syns += 1
		        options, i = tcp[20:(tcp[12] >> 4) * 4], 0
		        while i < len(options):
		            assert options[i] != 8
		            i += 1 if options[i] == 1 else options[i + 1]
		assert syns == 2
	END
}

### What can be said

@test "a bad step of the wire says where, and what was expected" {
	local step expected

	while IFS='|' read -r step expected; do
		write_lab bad.lab "$step"
		run -2 lab play ./bad.lab
		assert_output --partial "bad.lab:1:$expected"
	done <<-'END'
		wire> hold everything|12: expected the end of the line
		wire> pull|7: expected hold, pass, drop, copy, release, cut
		wire> pass GIN|12: expected a segment: FIN, SYN, SYN+ACK, RST, ACK
		wire> pass data|16: expected a word
		wire> pass data x|17: expected a number of bytes
		wire> pass data 5+RST|17: expected a number of bytes
		wire> pass data 0|17: expected a number of bytes
		wire> pass FIN FIN|16: expected the end of the line
		wire> release all|15: expected the end of the line
		wire> forge RST|13: expected client or server
		wire> forge client|19: expected
		wire> forge client RST seq|24: expected seq+N, seq-N, ack+N
		wire> forge client RST seq+x|28: expected a number up to
		wire> forge client RST seq+4294967296|28: expected a number up to
		wire> forge client ACK window 65536|31: expected a window up to 65535
		wire:|6: expected a segment that waits, or nothing
		wire: something|7: expected a segment: FIN
		wire! SIGKILL|5: expected wire> or wire:
		wire now|6: expected the end of the line
		client! rebot|9: expected a signal such as SIGKILL, or reboot
	END
}

@test "a step that names what does not wait says what does" {
	write_lab missing.lab 'wire> hold' 'client> data1' \
		'server> shutdown' 'wire> pass client FIN'
	run -1 lab play ./missing.lab
	assert_output --partial "missing.lab:4: wire> pass client FIN: asked for client FIN, but what waits is: client data 5, server FIN"
	write_lab missing.lab 'wire> hold' 'wire> drop'
	run -1 lab play ./missing.lab
	assert_output --partial 'what waits is: nothing'
}

@test "what is awaited is the first that waits, by its whole name" {
	write_lab first.lab 'wire> hold' 'client> more' 'client> data1' \
		'client> shutdown' 'wire: client data 5+FIN' 'wire: FIN'
	run -1 lab play ./first.lab
	assert_output --partial 'first.lab:6: wire: FIN: awaited FIN, but what waits is: client data 5+FIN'
	write_lab first.lab 'wire> hold' 'client> data1' 'wire: nothing'
	run -1 lab play ./first.lab
	assert_output --partial 'awaited nothing, but what waits is: client data 5'
}

@test "a segment that never comes is awaited no longer than patience lasts" {
	write_lab never.lab 'wire> hold' 'wire: FIN'
	run -1 lab play --patience 100ms ./never.lab
	assert_output --partial 'awaited FIN, but what waits is: nothing'
}

@test "a pure ACK is overlooked unless it is named" {
	write_lab ack.lab 'wire> hold server' 'client> data1' 'wire: nothing' \
		'server> send "Hi"' 'wire: server data 2' 'wire> pass ACK' \
		'wire> pass'
	run -0 lab play ./ack.lab
	assert_line --regexp '╌ ACK ─'
	assert_line --regexp '◀─ ACK ╌|◀─── ACK ╌'
	write_lab ack.lab 'wire> hold server' 'client> data1' 'wire: server ACK' \
		'wire> release'
	run -0 lab play ./ack.lab
	refute_output --partial ' ACK '
}

@test "one direction can be held while the other passes" {
	write_lab one.lab 'wire> hold client' 'client> data1' \
		'server> send "Hi"' 'client: received "Hi"' 'server: nothing' \
		'wire> release' 'server: received "data1"'
	run -0 lab play ./one.lab
}

@test "what waits is not lost by a cut, what is sent then is, until it is mended" {
	write_lab cut.lab 'wire> hold client' 'client> data1' 'wire> cut' \
		'server> send "Hi"' 'client: nothing' 'wire> pass' \
		'server: received "data1"' 'wire> mend' 'wire> hold server' \
		'wire: server data 2' 'wire> release' 'client: received "Hi"'
	run -0 lab play ./cut.lab
}

@test "a forged segment has the numbers that were asked for" {
	write_lab forged.lab 'wire> forge client data 3 seq+2' \
		'server: nothing' 'wire> forge client data 2' \
		'server: received "xxxxx"' \
		'wire> forge server data 4' 'client: nothing' \
		'wire> forge server data 4 ack-5 window 0' \
		'client: received "xxxx"' \
		'wire> forge client RST seq-1' 'server: state ESTABLISHED'
	run -0 lab play ./forged.lab
}

@test "a reboot sends nothing, and a server can be started again behind it" {
	write_lab reboot.lab 'client> data1' 'server! reboot' \
		'client: nothing' 'server! start' 'client> data2' \
		'client: ECONNRESET' 'client> close' 'client> open' \
		'client> data3' 'server: received "data3"'
	run -0 lab play ./reboot.lab
	refute_output --partial FIN
	assert_line --regexp '  reboot$'
}

@test "what a call brought about is over before the next is made" {
	# One line, two calls: the answer meets RST before close() is called,
	# which then sends no FIN.
	write_lab two.lab 'server --on-eof "send bye" --on-eof close' \
		'client> close' 'server: eof'
	run -0 lab play --wire ./two.lab
	assert_equal "$output" "$(lab play ./two.lab)"
	assert_line --partial RST
	assert_equal "$(grep -c ' FIN ' <<<"$output")" 1
}

### What is shown

@test "json tells of each segment what became of it" {
	lab play --format=json last-ack-lost >played.json
	run -0 "$PYTHON" -I - played.json <<-'END'
		import json, sys
		rows = [r for r in json.load(open(sys.argv[1]))["ladder"]
		    if "segment" in r]
		told = [(r["from"][0], r["segment"], r.get("event")) for r in rows]
		assert told == [("c", "SYN", None), ("s", "SYN+ACK", None),
		    ("c", "FIN", None), ("s", "FIN", "sent"),
		    ("s", "FIN", "arrived"), ("c", "ACK", "sent"),
		    ("c", "ACK", "lost"), ("s", "FIN", "sent"),
		    ("s", "FIN", "arrived")], told
		ids = [r.get("segment_id") for r in rows[3:]]
		assert ids[0] == ids[1] and ids[2] == ids[3] and ids[4] == ids[5]
		assert len(set(ids)) == 3 and not any(
		    "segment_id" in r for r in rows[:3])
	END
	lab play --format=json fin-twice blind-rst peer-vanishes >played.json
	run -0 "$PYTHON" -I - played.json <<-'END'
		import json, sys
		twice, blind, cut = json.load(open(sys.argv[1]))
		rows = [r for r in twice["ladder"] if r.get("segment") == "FIN"]
		assert [(r.get("event"), r.get("copy", False)) for r in rows[:3]] \
		    == [("sent", False), ("arrived", False), ("arrived", True)]
		assert [r["event"] for r in blind["ladder"]
		    if r.get("segment") == "RST"] == ["forged", "forged"]
		assert [r["event"] for r in cut["ladder"]
		    if r.get("segment") == "FIN"] == ["lost"]
	END
}

@test "--pcap has each segment once, as it was sent or forged" {
	lab play --pcap play.pcap fin-twice
	run -0 "$PYTHON" -I - play.pcap <<-'END'
		import struct, sys
		data, at, fins = open(sys.argv[1], "rb").read(), 24, 0
		assert data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
		while at < len(data):
		    caught, length = struct.unpack("=II", data[at + 8:at + 16])
		    packet = data[at + 16:at + 16 + caught]
		    at += 16 + caught
		    assert caught == length and packet[0] == 0x45
		    fins += packet[33] & 1
		# The client's, its copy, and the server's.
		assert fins == 3, fins
	END
}

@test "--step shows each row once, but an ACK that is named later only then" {
	write_lab late.lab 'wire> hold server' 'client> data1' \
		'server: received "data1"' 'client> data2' 'wire> pass ACK' \
		'client> data3' 'wire> pass ACK' 'wire> drop ACK'
	lab play ./late.lab >whole
	assert_equal "$(grep -c 'ACK ───$' whole)" 3
	yes '' | lab play --step ./late.lab >stepped 2>/dev/null
	grep -v 'ACK ───$' whole >expected
	diff expected <(grep -v 'ACK ───$' stepped)
	run ! grep -q 'ACK ───$' stepped
}

@test "nobody is left behind by a play on two hosts" {
	write_lab "left-$$.lab" "client --connect-timeout=7$$""ms" 'wire> hold' \
		'client> data1' 'client> hold child'
	run -0 lab play "./left-$$.lab"
	run -1 pgrep -f "connect-timeout=7$$"
}

### The same each time

@test "beside two busy loops, plays of the wire give one transcript" {
	local -a all=() few
	local i

	start busy1 sh -c 'while :; do :; done'
	start busy2 sh -c 'while :; do :; done'
	mapfile -t few < <(names wired)
	for ((i = 0; i < ${PLAYS:-3}; i++)); do
		all+=("${few[@]}")
	done
	all_give_their_golden lab check --patience 60s "${all[@]}"
	assert_equal "$(grep -c '^ok ' <<<"$output")" "${#all[@]}"
}
