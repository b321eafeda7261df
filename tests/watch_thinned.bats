#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab watch: of what moves in bulk not each segment is looked at, and what
# is told of it is what went over the wire.

load helpers

# watch MODE: of tests/thinned.py; the ladder is in `ladder`, and in `all.pcap`
# every packet: if the kernel had no room for some, which is told, once more.
watch() {
	local program="$PYTHON -I ${BATS_TEST_FILENAME%/*}/thinned.py" tries=0

	while [[ $tries -lt 10 ]]; do
		timeout 60 "$O/gracelab" watch -o ladder --format=json \
			--pcap all.pcap --server "$program serve $1 {port}" \
			--client "$program take $1 {port}" 3>&- {TICK}<&-
		grep -q 'the capture lacks' ladder || return 0
		tries=$((tries + 1))
	done
	return 1
}

# agree: the ladder tells of as many bytes, of each side, as the packets have,
# each once; and of so many rows.
agree() {
	"$PYTHON" -I - <<-'END'
	import collections, json, re, struct, sys
	told = collections.Counter()
	for row in json.load(open("ladder"))["ladder"]:
	    sent = re.fullmatch(r"data (\d+)(\+FIN)?", row.get("segment", ""))
	    if sent:
	        told[row["from"]] += int(sent[1])
	first, behind = {}, {}
	with open("all.pcap", "rb") as capture:
	    capture.read(24)
	    while head := capture.read(16):
	        packet = capture.read(struct.unpack("<IIII", head)[2])[14:]
	        ipv6 = packet[0] >> 4 == 6
	        at = 40 if ipv6 else (packet[0] & 15) * 4
	        length = struct.unpack("!H", packet[4:6] if ipv6 else packet[2:4])
	        end = length[0] + (40 if ipv6 else 0)
	        source, _, seq = struct.unpack("!HHI", packet[at:at + 8])
	        size = end - at - (packet[at + 12] >> 4) * 4
	        if packet[at + 13] & 2:
	            first[source] = seq + 1
	            behind[source] = 0
	        if size and source in first:
	            behind[source] = max(behind[source], seq + size - first[source]
	                                 & 0xffffffff)
	seen = sorted(n for n in behind.values() if n)
	assert sorted(told.values()) == seen, (told, seen)
	assert max(seen) >= 48 << 20, seen
	END
}

@test "a sum is what went over the wire, to the byte" {
	run -0 watch plain
	agree
	run -0 grep -Ec '"segment": "(data [0-9]+[+])?FIN"' ladder
	assert_output 2
}

@test "a sum of IPv6 is so too" {
	run -0 watch ipv6
	agree
}

@test "where the other reads no more, it is known how much went out" {
	run -0 watch stall
	agree
}

@test "what went out before a reset is known" {
	run -0 watch reset
	agree
}

@test "who closes and sends on is counted to the end" {
	run -0 watch slow
	agree
}

@test "who has closed and is reset is counted to the end" {
	run -0 watch left
	agree
	grep -q '"segment": "RST"' ladder
}

@test "who is killed and sends on is counted to the end" {
	run -0 watch killed
	agree
}

@test "what its own kernel does not let out is not counted" {
	unshare -rn tc qdisc add dev lo root tbf rate 1gbit burst 9kb \
		limit 9kb 2>/dev/null || skip "this kernel has no such queue"
	run -0 watch refused
	agree
}

@test "small messages stand behind bulk, and bulk behind them" {
	run -0 watch again
	agree
	grep -q '"text": "hello"' ladder
	grep -q '"text": "small"' ladder
}
