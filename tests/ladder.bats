#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Where a state begins in a ladder, and what --acks adds to it.

load helpers
load lab

# rows [OPTION...] NAME: the rows of its ladder.
rows() {
	lab play "$@" | sed -n '/^  client  /,/^$/p' | sed '1d;$d'
}

@test "a state begins where it is true: ESTABLISHED by what has arrived" {
	run -0 rows --ascii close-late
	assert_equal "$(head -n 3 <<<"$output")" "$(cat <<-'END'
		  connect                          --- SYN --->
		                       ESTABLISHED <- SYN+ACK -
		                                                ESTABLISHED accept
	END
	)"
	# Also where nobody accepts, and where the client does not wait.
	run -0 rows --ascii listener-closes
	assert_equal "${lines[2]}" "${lines[2]%%E*}ESTABLISHED"
	assert_regex "${lines[2]}" '^ {48}ESTABLISHED$'
	run -0 rows --ascii defer-accept
	assert_regex "${lines[0]}" '--- SYN ---> SYN_RECV$'
}

@test "with --acks each ACK and each state in passing has its row" {
	rows --acks --ascii shutdown >got
	diff - got <<-'END'
		  connect              SYN_SENT    --- SYN ---> SYN_RECV
		                       ESTABLISHED <- SYN+ACK -
		                                   --- ACK ---> ESTABLISHED
		                                                            accept
		  send "data1" = 5                 -- data 5 ->
		                                   <--- ACK ---
		                                                            recv "data1" = 5
		  send "data2" = 5                 -- data 5 ->
		                                   <--- ACK ---
		  shutdown wr = 0      FIN_WAIT1   --- FIN ---> CLOSE_WAIT
		                       FIN_WAIT2   <--- ACK ---
		                                   <- data 9 --             send "Hi, data1" = 9
		                                   --- ACK --->
		  recv "Hi, data1" = 9
		                                                            recv "data2" = 5
		                                   <- data 9 --             send "Hi, data2" = 9
		                                   --- ACK --->
		  recv "Hi, data2" = 9
		                                                            recv = 0 (EOF)
		                       TIME_WAIT   <--- FIN --- LAST_ACK    close = 0
		                                   --- ACK ---> gone
		  recv = 0 (EOF)
		  close = 0
	END
	# A thread that closes does not hurry its FIN's state.
	rows --acks --ascii close-in-thread >got
	grep -qx ' *FIN_WAIT1   --- FIN ---> CLOSE_WAIT' got
	# Both pass through CLOSING, and each ACK crosses the other.
	rows --acks simultaneous-close >got
	grep -q 'CLOSING     ◀─── FIN' got
	grep -q 'TIME_WAIT   ◀─── ACK' got
	grep -q 'ACK ───▶ TIME_WAIT' got
}

@test "--acks in JSON and pictures; where there is no wire it is refused" {
	lab play --acks --format=json simultaneous-close >acks.json
	"$PYTHON" -I - acks.json <<-'END'
		import json, sys
		ladder = json.load(open(sys.argv[1]))["ladder"]
		for side in "client", "server":
		    states = [row["states"][side] for row in ladder
		              if side in row.get("states", {})]
		    assert states[-3:] == ["FIN_WAIT1", "CLOSING", "TIME_WAIT"], states
		acks = [(row["from"], row.get("event")) for row in ladder
		        if row.get("segment") == "ACK"]
		assert acks == [("client", None), ("server", "sent"),
		                ("client", "sent"), ("server", "arrived"),
		                ("client", "arrived")], acks
	END
	lab play --acks --format=svg simultaneous-close >acks.svg
	assert_equal "$(grep -c '>CLOSING<' acks.svg)" 2
	lab play --acks --format=mermaid simultaneous-close >acks.mmd
	grep -q CLOSING acks.mmd
	run -2 lab play --acks --host shutdown
	assert_output --partial '--acks and --host: only one of them'
	run -2 lab play --acks orders-close-2
	assert_output --partial '--acks needs one order of many'
	run -1 without_namespaces "$PLACE/bin/gracelab" play --acks shutdown
	assert_output --partial 'a wire needs two networks'
}
