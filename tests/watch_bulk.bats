#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab watch: what moves in bulk goes on without a stop, and is counted as
# exactly as if it did not.

# shellcheck disable=SC2154 # run sets output

load helpers

setup_file() {
	export FLOOD=$BATS_FILE_TMPDIR/flood
	cc -O1 -pthread -D_GNU_SOURCE -o "$FLOOD" \
		"${BATS_TEST_FILENAME%/*}/flood.c"
}

# watch SERVER CLIENT: modes of tests/flood.c; the ladder is in `ladder`.
watch() {
	timeout 60 "$O/gracelab" watch -o ladder --format=json \
		--server "$FLOOD $1 {port}" --client "$FLOOD $2 {port}" \
		3>&- {TICK}<&-
}

# counted: the ladder and the programs, by what they printed, agree.
counted() {
	OUTPUT=$output "$PYTHON" - <<'EOF'
import json, os, re
rows = json.load(open("ladder"))["ladder"]
sums = 0
for side, name, verb in (("server", "send|writev", "sent"),
                         ("client", "recv", "got")):
    told = [tuple(map(int, m)) for m in
            re.findall(verb + r" (\d+) (\d+)", os.environ["OUTPUT"])]
    calls = moved = 0
    for row in rows:
        if row.get("side") != side or not re.match(name, row["call"]):
            continue
        many = re.fullmatch(rf"({name}), (\d+) times.*", row["call"])
        if many or (row["result"].isdigit()):
            calls += int(many[2]) if many else 1
            moved += int(row["result"])
            sums += bool(many)
    told = sum(t[0] for t in told), sum(t[1] for t in told)
    assert (calls, moved) == told, (side, calls, moved, told)
assert sums and len(rows) < 2000, (sums, len(rows))
EOF
}

# has_row CALL TEXT RESULT: that the server has one of its own.
has_row() {
	"$PYTHON" - "$@" <<-'EOF'
		import json, sys
		rows = json.load(open("ladder"))["ladder"]
		assert sys.argv[1:] in [[r.get("call"), r.get("text"), r.get("result")]
		                        for r in rows if r.get("side") == "server"]
	EOF
}

@test "calls in bulk are counted exactly, of threads and under signals" {
	run -0 watch send take
	counted
	# What is no bulk stands by itself, amid it too.
	has_row send end 3
	run -0 watch send peek
	counted
	grep -q 'times EAGAIN' ladder
}

@test "what a vector gives is bulk, or has its row, by its result" {
	run -0 watch lines take
	counted
	has_row writev end 3
}

@test "bulk on a descriptor ends where another takes its number" {
	run -0 watch send swap
	counted
}

@test "who starts a program in bulk, in the same memory, is counted on" {
	run -0 watch spawn take
	counted
}

@test "bulk in a signal's handler changes nothing where that returns to" {
	run -0 watch long handle
	counted
	# What is no bulk stands by itself behind it.
	has_row send end 3
}

@test "what a handler calls in bulk ends no call that goes on behind it" {
	[[ $(uname -m) == x86_64 ]] || skip "on this machine each call stops"
	run -0 watch sink amid
	"$PYTHON" - <<'EOF'
import json
rows = [(r.get("call"), r.get("result"))
        for r in json.load(open("ladder"))["ladder"]
        if r.get("side") == "client"]
assert ("send", "EPIPE") in rows, rows
assert "EINTR" not in [result for _, result in rows], rows
assert ("recv", "0 (EOF)") in rows, rows
EOF
}

@test "who forks in bulk goes on to be counted, parent and child" {
	run -0 watch fork take
	OUTPUT=$output "$PYTHON" - <<'EOF'
import json, os, re
rows = json.load(open("ladder"))["ladder"]
by_pid = {}
for row in rows:
    if row.get("side") == "server" and row["call"].startswith("send"):
        by_pid[row["pid"]] = by_pid.get(row["pid"], 0) + int(row["result"])
# The child tells of what its parent had sent too, "end" apart; what a signal
# cut short was sent on top of the halves.
told = int(re.search(r"sent \d+ (\d+)", os.environ["OUTPUT"])[1])
assert sum(by_pid.values()) == told + 3, (by_pid, told)
assert len(by_pid) == 2 and min(by_pid.values()) >= 4 << 20, by_pid
EOF
}

@test "who dies of SIGPIPE in bulk is seen to" {
	# More than any buffer holds.
	run -141 watch long leave
	"$PYTHON" - <<'EOF'
import json
rows = [(r.get("call"), r.get("result"))
        for r in json.load(open("ladder"))["ladder"]
        if r.get("side") == "server"]
assert [c for c, _ in rows[-2:]] == ["SIGPIPE", "killed by SIGPIPE"], rows
assert rows[-3] == ("send", "EPIPE"), rows[-5:]
EOF
}

@test "a program's own filter does not kill it for what watch has it call" {
	run -0 watch filter take
	counted
	grep -q 'filter of its own' ladder
	# An end, which is told of as no other call is, behind the filter.
	run -0 watch send guard
	counted
	# One that was there before allows nothing to be put into the program.
	run -0 watch send jail
}

@test "bulk does not stop at each call" {
	[[ $(uname -m) == x86_64 ]] || skip "on this machine it does"
	run -0 watch long take
	counted
	# Each stop is a wait: there would be two a call.
	read -r _ calls _ waits < <(grep sent <<<"$output")
	[[ $waits -lt $calls ]] || fail "$calls calls, $waits waits"
}

@test "who copies a file beside its connection does not stop for each piece" {
	[[ $(uname -m) == x86_64 ]] || skip "on this machine it does"
	run -0 watch send copy
	counted
	read -r _ _ _ waits < <(grep copied <<<"$output")
	[[ $waits -lt 2000 ]] || fail "4000 calls, $waits waits"
}
