# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Most of a verdict is waiting, so those of a file are made side by side in the
# background from its beginning, and each test waits for the one it is about.
#
#   begin_results COMMAND...   for setup_file; COMMAND makes them all
#   end_results                for teardown_file
#   room_for MOST              in COMMAND: fewer than so many are under way
#   try_one NAME COMMAND...    in COMMAND: NAME.json, NAME.err and NAME.status
#   await_result NAME          sets $REPORT, its JSON
#   proof REGEXP               what its last sentence says, behind OVERALL and a
#                              colon

begin_results() {
	RESULTS=$BATS_FILE_TMPDIR
	export RESULTS
	cd "$RESULTS" || return 1
	"$@" </dev/null >log 2>&1 3>&- 4>&- &
	echo $! >pids
}

end_results() {
	local pid

	while read -r pid; do
		kill -TERM "$pid" 2>/dev/null || :
	done <"$RESULTS/pids"
}

room_for() {
	while (($(jobs -rp | wc -l) >= $1)); do
		wait -n || :
	done
}

try_one() {
	local name=$1 lab status=0

	shift
	timeout 100 "$@" >"$name.json" 2>"$name.err" &
	lab=$!
	trap 'kill $lab; exit 1' TERM
	wait "$lab" || status=$?
	keep_status "$name" "$status"
}

keep_status() {
	echo "$2" >"$1.status.new"
	mv "$1.status.new" "$1.status"
}

await_result() {
	PATIENCE_S=100 await test -e "$RESULTS/$1.status"
	# shellcheck disable=SC2034 # the suites read it
	REPORT=$RESULTS/$1.json
}

proof() {
	"$PYTHON" -I - "$REPORT" "$@" <<-'END'
		import json, re, sys
		path, text = sys.argv[1:]
		report = json.load(open(path, encoding="utf-8"))
		words = report["overall"] + ": " + report["proof"]
		assert re.search(text, words), (text, words)
	END
}
