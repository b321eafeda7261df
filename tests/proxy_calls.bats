#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab proxy: what the proxy itself called stands between the hops, and no
# verdict depends on it. The proxies are tests/hopped.c, tests/servers/proxy.py.
#
# As in proxy.bats, what takes time runs in the background from the beginning.

# shellcheck disable=SC2154 # run sets output

load helpers
load results

# NAME: WORDS OF HOPPED : OPTIONS OF GRACELAB, besides --timeout=1s.
PROXIES='
good:          : --only=gated
full:          full: --only=gated
exit:          full exit: --only=gated
keeps:         keeps: --only=gated
spliced:       full spliced: --only=gated
daemon:        full daemon: --only=gated
undumpable:    full undumpable: --only=gated
filter:        full filter: --only=gated
uring:         full uring: --only=gated
self-traced:   full self-traced: --only=gated
privileged:    full privileged: --only=gated
no-calls:      full: --only=gated --no-calls
'

setup_file() {
	export HOPPED=$BATS_FILE_TMPDIR/hopped
	cc -O1 -D_GNU_SOURCE -o "$HOPPED" "${BATS_TEST_FILENAME%/*}/hopped.c"
	# Of another user, so that there is a privilege to be got.
	cp "$HOPPED" "$HOPPED-privileged"
	[[ $EUID != 0 ]] || chown nobody "$HOPPED-privileged"
	chmod 4755 "$HOPPED-privileged"
	chmod 755 "$BATS_FILE_TMPDIR"
	begin_results try_them_all
}

teardown_file() {
	end_results
}

try_them_all() {
	local name words options program

	trap 'kill $(jobs -p); exit 1' TERM
	while IFS=: read -r name words options; do
		[[ $name ]] || continue
		program=$HOPPED
		[[ $name != privileged ]] || program=$HOPPED-privileged
		room_for 6
		# shellcheck disable=SC2086 # words
		try_one "$name" "$O/gracelab" proxy --format=json \
			--timeout=1s $options -- "$program" '{listen}' \
			'{backend_port}' $words &
	done <<<"$PROXIES"
	wait
}

# shown NAME STATUS ROW...: how that run ended, and rows of its ladder for
# `gated`, in this order, maybe with others between: what of "CALL HOP = RESULT
# > SEGMENT" there is, of the proxy's calls alone, or how that begins. Besides,
# what must hold of each.
# $SAID is what the report says of calls as a whole.
shown() {
	await_result "$1"
	"$PYTHON" -I - "$REPORT" "$(<"$RESULTS/$1.status")" "${@:2}" >said \
		<<-'END' ||
		import json, sys
		path, status, expected, *wanted = sys.argv[1:]
		assert status == expected, "status %s, not %s" % (status, expected)
		report = json.load(open(path, encoding="utf-8"))
		gated, = (p for p in report["probes"] if p["id"] == "gated")
		rows = gated.get("ladder", [])
		told = []
		for row in rows:
		    if row.get("side") != "proxy":
		        continue
		    told.append(" ".join(
		        [row["call"]] + [row[k] for k in ("hop",) if k in row]
		        + ["= " + row[k] for k in ("result",) if k in row]
		        + ["> " + row[k] for k in ("segment",) if k in row]))
		    assert row["pid"] > 0 and row["thread"] > 0, row
		at = 0
		for one in wanted:
		    here = [n for n, this in enumerate(told)
		            if n >= at and this.startswith(one)]
		    assert here, "no %s, or not there: %s" % (one, told)
		    at = here[0] + 1
		times = [r["t"] for r in rows if "t" in r]
		assert times == sorted(times), times
		if report["calls"] and wanted:
		    # What the proxy sent stands with the call that sent it; an exit
		    # sends at both hops, and has one row.
		    wide = [r for r in rows if r.get("call", "").startswith("exit(")]
		    assert len(wide) == len({r["pid"] for r in wide}), wide
		    for row in rows:
		        if row.get("from") == "proxy" and row["segment"] not in \
		                ("SYN+ACK", "RST"):
		            assert row.get("side") == "proxy" or (
		                row["segment"] == "FIN" and wide), row
		print("calls", report["calls"], report.get("calls_why", ""))
	END
	{
		cat "$REPORT" "$RESULTS/$1.err"
		return 1
	}
	SAID=$(<said)
}

@test "a finding shows what the proxy called between the hops, in its order" {
	shown full 1 'accept front' 'connect back > SYN' \
		'read front = 100' 'write back = 100 > data 100' \
		'read front = 0 (EOF)' 'close front = 0' \
		'close back = 0 > FIN'
	assert_equal "$SAID" 'calls True '
	# No finding, no ladder; but it was looked at.
	shown good 0
	assert_equal "$SAID" 'calls True '
}

@test "what the proxy does not call is not there" {
	shown keeps 1 'read front = 0 (EOF)'
	"$PYTHON" -I - "$RESULTS/keeps.json" <<-'END'
		import json, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		gated, = (p for p in report["probes"] if p["id"] == "gated")
		rows = gated["ladder"]
		given_up, = (n for n, r in enumerate(rows)
		             if "given up" in r.get("event", ""))
		ends = [r for r in rows[:given_up] if r.get("side") == "proxy"
		        and r["hop"] == "back" and "read" not in r["call"]
		        and "write" not in r["call"] and "connect" not in r["call"]]
		assert not ends, ends
	END
}

@test "a process for each connection: whose call it was is told" {
	shown full 1
	"$PYTHON" -I - "$RESULTS/full.json" <<-'END'
		import json, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		gated, = (p for p in report["probes"] if p["id"] == "gated")
		who = {r["call"]: r["pid"] for r in gated["ladder"]
		       if r.get("side") == "proxy"}
		assert who["accept"] != who["read"] == who["connect"], who
	END
}

@test "what a process leaves open is closed by its end, which is shown" {
	shown exit 1 'read front = 0 (EOF)' 'exit(3) '
	"$PYTHON" -I - "$RESULTS/exit.json" <<-'END'
		import json, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		gated, = (p for p in report["probes"] if p["id"] == "gated")
		fins = [(r["hop"], r.get("call")) for r in gated["ladder"]
		        if r.get("from") == "proxy" and r["segment"] == "FIN"]
		assert sorted(hop for hop, _ in fins) == ["back", "front"], fins
		assert [call for _, call in fins] == ["exit(3)", None], fins
	END
}

@test "splice(2) is told as what it does with the socket" {
	shown spliced 1 'splice front = 100' \
		'splice back = 100 > data 100' 'splice front = 0 (EOF)' \
		'close back = 0 > FIN'
}

@test "a proxy that hides, goes away or is privileged is looked at" {
	for one in daemon undumpable filter privileged; do
		[[ $one != privileged || $EUID == 0 ]] || continue
		shown "$one" 1 'read front = 0 (EOF)' \
			'close back = 0 > FIN'
		assert_equal "$SAID" 'calls True '
	done
}

@test "io_uring is not refused to a judged proxy, and may hide calls" {
	shown uring 1 'read front = 0 (EOF)'
	[[ $SAID == *'may be missing: it uses io_uring(7)'* ]]
}

@test "a proxy that does not bear to be looked at is judged all the same" {
	shown self-traced 1
	[[ $SAID == 'calls False'*'it did not start'* ]]
}

@test "without calls the verdict is the same, and the finding says so" {
	shown no-calls 1
	[[ $SAID == 'calls False'*'not shown: --no-calls'* ]]
	refute grep -q '"side": "proxy"' "$RESULTS/no-calls.json"
}

@test "where tracing is refused a proxy is judged, and that is said" {
	strace -f -o /dev/null true || skip "strace is refused here"
	# Leaks cannot be looked for where strace looks on.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	run -1 timeout 60 strace -f -o /dev/null "$O/gracelab" proxy \
		--only=gated --timeout=2s -- "$HOPPED" '{listen}' \
		'{backend_port}' full 3>&- {TICK}<&-
	assert_output --regexp 'calls are not shown: .*ptrace\(PTRACE_SEIZE\)'
	assert_output --regexp 'gated +FAIL'
}

@test "the text names the hop as the author names a descriptor" {
	run -1 timeout 60 "$O/gracelab" proxy --only=gated --timeout=1s -- \
		"$PYTHON" -IS "$ROOT/tests/servers/proxy.py" \
		--fault drops-client-fin '{listen}' '{backend}' 3>&- {TICK}<&-
	assert_line --regexp ' client, proxy +the proxy +proxy, server'
	assert_line --regexp ' accept4\(front\)$'
	assert_line --regexp ' t2 recv\(front\) = 0 \(EOF\)$'
	assert_line --regexp ' ◀─ FIN ── +t2 close\(front\) = 0$'
	assert_line --regexp ' t2 close\(back\) = 0 +── FIN ─▶$'
	refute_output --partial 'are not shown'
}

@test "on UNIX sockets, which have no wire, it is told what was called" {
	run -1 timeout 60 "$O/gracelab" proxy --only=gated --timeout=1s -- \
		"$PYTHON" -IS "$ROOT/tests/servers/proxy.py" \
		--fault fin-when-both '{listen_unix}' '{backend_unix}' \
		3>&- {TICK}<&-
	assert_line --regexp ' accept4\(front\)$'
	assert_line --regexp ' t2 connect\(back\)$'
	assert_line --regexp ' t2 recv\(front\) = 0 \(EOF\)$'
	refute_output --partial 'may be missing'
}

@test "of a proxy that runs already nothing is said of its calls" {
	back=$("$PYTHON" -c '
import socket
print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
	start peer "$PYTHON" -IS "$ROOT/tests/servers/proxy.py" \
		--fault drops-client-fin 0 "127.0.0.1:$back"
	find_port peer
	run -1 timeout 60 "$O/gracelab" proxy --only=gated --timeout=1s \
		--format=json --front "127.0.0.1:$PORT" --back "$back" \
		3>&- {TICK}<&-
	refute_output --partial '"calls"'
	refute_output --partial 'are not shown'
	kill_it peer TERM
}

@test "whoever looks at a proxy leaves nothing behind when it is killed" {
	mark=--idle=7$BASHPID.$BATS_TEST_NUMBER
	start lab "$O/gracelab" proxy --only=idle --idle=30s -- "$HOPPED" \
		'{listen}' '{backend_port}' "$mark"
	# The lab, the program, and who serves a connection of it.
	await at_least 3 "$mark"
	keeper=$(<"/proc/${PID_OF[lab]}/task/${PID_OF[lab]}/children")
	keeper=${keeper%% *}
	mapfile -t theirs < <(lingering "$mark" | grep -v "/${PID_OF[lab]}/")
	((${#theirs[@]}))
	# Once nobody looks any more none of them stays, stopped or not.
	kill -KILL "$keeper"
	for one in "${theirs[@]}"; do
		await test ! -s "$one"
	done
	kill -KILL "${PID_OF[lab]}" || :
	await nobody_lingers "$mark"
}
