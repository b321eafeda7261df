#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the unit tests and all suites, several at a time, shows their TAP and
# counts it. A suite that breaks off is a failure, whatever it had to say.
# Called by `make check`; by hand: O=build tests/run.sh [FILE...]
set -u

here=$(cd "${0%/*}" && pwd)
O=$(cd "${O:-$here/../build}" && pwd) || exit 1
export O
logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT

# run_one FILE LOGS: a suite's TAP and status, shown whole when it has ended.
run_one() {
	local file=$1 log
	log=$2/${file##*/}
	SECONDS=0

	case $file in
	*.bats) timeout -k 5 600 bats --formatter tap "$file" ;;
	*) timeout -k 5 600 "$file" ;;
	esac >"$log" 2>&1 3>&- </dev/null
	echo $? >"$log.status"
	flock "$2" sed "1i # ${file##*/}, $SECONDS s" "$log"
}
export -f run_one

if (($#)); then
	suites=("$@")
else
	# The longest first, so that none is left alone at the end.
	suites=("$here"/{audit_kinds,audit,proxy,paths,judged,calls,lab_plays,server_answers,stalls}.bats)
	for suite in "$here"/*.bats; do
		[[ " ${suites[*]} " == *" $suite "* ]] || suites+=("$suite")
	done
	[[ ! -e $O/unit ]] || suites=("$O/unit" "${suites[@]}")
fi

# Most of a test's time is waiting, so more run side by side than there are
# processors.
printf '%s\0' "${suites[@]}" |
	xargs -0 -P "${JOBS:-4}" -I '{}' bash -c 'run_one "$@"' - '{}' "$logs"

passed=0 failed=0 skipped=0
for suite in "${suites[@]}"; do
	name=${suite##*/}
	counts=$(awk '
		/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0; planned = 1 }
		/^not ok/ { bad++; next }
		/^ok [0-9]+.* # (skip|SKIP)/ { skip++; next }
		/^ok/ { good++ }
		END {
			whole = planned && plan == good + bad + skip
			print good + 0, bad + 0, skip + 0, whole + 0
		}' "$logs/$name" 2>/dev/null)
	read -r good bad skip whole <<<"${counts:-0 0 0 0}"
	status=$(cat "$logs/$name.status" 2>/dev/null || echo none)
	passed=$((passed + good)) failed=$((failed + bad))
	skipped=$((skipped + skip))
	if ((!whole)) || { [[ $status != 0 ]] && ((!bad)); }; then
		echo "not ok - $name broke off (status $status)"
		failed=$((failed + 1))
	fi
done

((!skipped)) || also=", $skipped skipped"
echo "$passed passed, $failed failed${also-}"
((!failed))
