# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Clients that are judged side by side, as results.bash has it. A file sets
#
#   CLIENTS          lines of NAME: KIND : OPTIONS, besides --tries=1
#   DEFAULTS         options of every run
#   client_command   a function that sets COMMAND to the words for a KIND
#
# and calls begin_clients in setup_file, end_results in teardown_file. Then
#
#   judged NAME STATUS ENDS [PROBE=VERDICT...]   how that one ended; sets $REPORT
#   says PROBE REGEXP...    what stands in that probe's row
#   fact NAME VALUE         ... in the report itself
#   client_of OPTION...     one in the foreground; nothing may hang for ever
#   real STATUS ENDS OPTION... -- COMMAND...     a real one in the foreground

# shellcheck source=tests/results.bash
source "${BASH_SOURCE[0]%/*}/results.bash"

DEFAULTS=

begin_clients() {
	begin_results try_them_all
}

try_them_all() {
	local name kind options COMMAND

	trap 'kill $(jobs -p); exit 1' TERM
	while IFS=: read -r name kind options; do
		[[ $name ]] || continue
		room_for 8
		client_command "${kind// /}"
		# shellcheck disable=SC2086 # words
		try_one "$name" "$O/gracelab" client --format=json --tries=1 \
			$DEFAULTS $options -- "${COMMAND[@]}" &
	done <<<"$CLIENTS"
	wait
}

# Also that its JSON says so too, and that what is bad has a ladder.
judged() {
	local name=$1

	await_result "$name"
	head -c 3000 "$REPORT" "$RESULTS/$name.err"
	"$PYTHON" -I - "$REPORT" "$(<"$RESULTS/$name.status")" "${@:2}" <<-'END'
		import json, sys
		path, status, expected, ends, *verdicts = sys.argv[1:]
		assert status == expected, "status %s, not %s" % (status, expected)
		report = json.load(open(path, encoding="utf-8"))
		assert report["status"] == int(status), "JSON has another status"
		assert str(report["ends"]) == ends, report["ends"]
		probes = {p["id"]: p for p in report["probes"]}
		for one in verdicts:
		    probe, word = one.split("=")
		    seen = probes[probe]["verdict"]
		    assert seen == word, "%s: %s, not %s" % (probe, seen, word)
		bad = [p for p in probes.values() if p["kind"] == "bad"]
		assert bool(bad) == (expected == "1"), bad
		for p in bad:
		    assert p["ladder"] and p["why"], p
		for p in probes.values():
		    assert sum(p.get("outcomes", {}).values()) == p.get("tries", 0), p
	END
}

says() {
	"$PYTHON" -I - "$REPORT" "$@" <<-'END'
		import json, re, sys
		report = json.load(open(sys.argv[1], encoding="utf-8"))
		row = next(r for r in report["probes"] if r["id"] == sys.argv[2])
		said = " ".join((row["kind"], row["verdict"], row["measured"], row["why"]))
		for text in sys.argv[3:]:
		    assert re.search(text, said), "%r does not say %r" % (said, text)
	END
}

fact() {
	"$PYTHON" -I -c 'import json, sys
value = json.load(open(sys.argv[1], encoding="utf-8"))[sys.argv[2]]
assert json.dumps(value) == sys.argv[3], value' "$REPORT" "$@"
}

client_of() {
	timeout 60 "$O/gracelab" client "$@" 3>&- {TICK}<&-
}

real() {
	local status=$1 ends=$2

	shift 2
	run client_of --format=json --tries=1 "$@"
	echo "$output" >real.json
	REPORT=real.json
	fact ends "\"$ends\""
	fact status "$status"
}
