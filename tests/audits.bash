# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Audits side by side, as results.bash has it. A file sets
#
#   AUDITS    lines of NAME: OPTIONS OF THE SERVER : OPTIONS OF THE AUDIT
#   BUSY      the names of those that are played once more as busy-NAME, beside
#             two busy loops
#   SERVER    the server, in tests/servers
#   DEFAULTS  options of every audit
#
# and calls begin_audits in setup_file, end_audits in teardown_file. Then
#
#   judged NAME STATUS [PROBE=VERDICT...]   how that audit ended; sets $REPORT
#   says PROBE REGEXP                       what stands in that probe's row
#   audit OPTION...                         one in the foreground
#   peer [OPTION...]                        a server.py; sets $PORT

load results

AUDITS='' BUSY='' SERVER=server.py DEFAULTS=''

begin_audits() {
	tick_setup
	begin_results audit_them_all
}

end_audits() {
	end_results
}

# At most twelve at a time; a signal ends those, too.
audit_them_all() {
	local loops=()

	trap 'kill $(jobs -p); exit 1' TERM
	audit_some ''
	[[ $BUSY ]] || return 0
	(while :; do :; done) &
	loops+=($!)
	(while :; do :; done) &
	loops+=($!)
	audit_some busy- "${loops[@]}"
	kill "${loops[@]}"
}

# audit_some PREFIX [PID...]: those to be played so; that are not waited for.
audit_some() {
	local name rest server_options audit_options running=() prefix=$1

	shift
	while IFS=: read -r name server_options audit_options; do
		[[ $name ]] || continue
		[[ ! $prefix || " $BUSY " == *" $name "* ]] || continue
		while (($(jobs -rp | wc -l) >= 12 + $#)); do
			wait -n "${running[@]}" || :
		done
		# shellcheck disable=SC2086 # words
		audit_one "$prefix$name" $server_options -- $audit_options &
		running+=($!)
	done <<<"$AUDITS"
	wait "${running[@]}" || :
}

# audit_one NAME SERVER-OPTION... -- AUDIT-OPTION...: NAME.json and NAME.status.
audit_one() {
	local name=$1 server_options=() server audit status=0

	shift
	while [[ $1 != -- ]]; do
		server_options+=("$1")
		shift
	done
	shift
	"$PYTHON" -IS "$ROOT/tests/servers/$SERVER" \
		"${server_options[@]}" >"$name.out" 2>"$name.err" &
	server=$!
	trap 'kill $server $audit 2>/dev/null; exit 1' TERM
	until listening "$name" "$server"; do
		tick
	done
	[[ " $* " == *' --http'* || " $* " == *' --request'* ||
		" $* " == *' --send'* ]] || set -- --send='hello\n' "$@"
	# shellcheck disable=SC2086 # words
	timeout 100 "$O/gracelab" audit --format=json $DEFAULTS \
		"$@" 127.0.0.1 "$PORT" \
		>"$name.json" 2>>"$name.err" &
	audit=$!
	wait "$audit" || status=$?
	kill "$server" 2>/dev/null || :
	keep_status "$name" "$status"
}

listening() {
	listens_at "$1" || ! kill -0 "$2"
}

# Also that the JSON says so, and that what is bad is bad.
judged() {
	local name=$1

	await_result "$name"
	if ! "$PYTHON" -I - "$REPORT" "$(<"$RESULTS/$name.status")" \
		"${@:2}" <<-'END'
			import json, sys
			path, status, expected, *verdicts = sys.argv[1:]
			assert status == expected, "status %s, not %s" % (status, expected)
			report = json.load(open(path, encoding="utf-8"))
			assert report["status"] == int(status), "JSON has another status"
			probes = {p["id"]: p for p in report["probes"]}
			for one in verdicts:
			    probe, word = one.split("=")
			    seen = probes[probe]["verdict"]
			    assert seen == word, "%s: %s, not %s" % (probe, seen, word)
			bad = [p for p in probes if probes[p]["kind"] == "bad"]
			assert bool(bad) == (expected == "1"), "bad: %s" % bad
			for p in probes.values():
			    if "outcomes" in p:
			        assert sum(p["outcomes"].values()) == p["tries"] or \
			            p["id"] in ("close", "reset"), p
			    if p["kind"] == "bad":
			        assert p["ladder"] and p["why"], p
		END
	then
		echo "--- $name"
		cat "$REPORT" "$RESULTS/$name.err"
		return 1
	fi
}

says() {
	"$PYTHON" -I - "$REPORT" "$@" <<-'END'
		import json, re, sys
		path, name, text = sys.argv[1:]
		report = json.load(open(path, encoding="utf-8"))
		probe, = (p for p in report["probes"] if p["id"] == name)
		words = " ".join(str(probe[k]) for k in ("verdict", "measured", "why"))
		assert re.search(text, words), (text, words)
	END
}

# In the foreground; nothing may hang for ever.
audit() {
	timeout 60 "$O/gracelab" audit "$@" 3>&- {TICK}<&-
}

peer() {
	start peer "$PYTHON" -IS "$ROOT/tests/servers/server.py" "$@"
	find_port peer
}
