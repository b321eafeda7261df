#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the fuzzers of O, one at a time and SECONDS_EACH long, from the corpus
# and what earlier runs have found; a line each says what came of it. With
# --keep: adds to the corpus what reaches code that it does not reach.
# Called by `make fuzz` and `make corpus`.
# shellcheck disable=SC2317 # fuzz and keep are called by their names
set -u

here=$(cd "${0%/*}" && pwd)
O=$(cd "$O" && pwd) || exit 1

# What reads experiments begins with the real ones too.
more_seeds() {
	[[ $1 != experiment ]] || echo "$here/../../transcripts"
}

# What the sanitizer keeps grows with the runs, to more than a gibibyte in ten
# minutes; what one input asks for at once is bounded.
#
# fuzz NAME: its new inputs go to $O/NAME, what fails to $O/failed/NAME.
fuzz() {
	local name=$1 log=$O/$1.log seeds runs covered before
	mapfile -t seeds < <(more_seeds "$name")
	mkdir -p "$O/$name" "$O/failed/$name"
	before=$(find "$O/$name" -type f | wc -l)
	if ! "$O/fuzz-$name" -max_total_time="${SECONDS_EACH:-60}" \
		-timeout=10 -rss_limit_mb=4096 -malloc_limit_mb=512 \
		-print_final_stats=1 \
		-artifact_prefix="$O/failed/$name/" "$O/$name" \
		"$here/corpus/$name" ${seeds[@]+"${seeds[@]}"} \
		>"$log" 2>&1; then
		grep -a -m 3 -e '^# ' -e 'ERROR: ' -e 'runtime error' "$log"
		report_failed "$name" "$log"
		return 1
	fi
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	covered=$(grep -ao 'cov: [0-9]*' "$log" | tail -n 1)
	echo "$name: $runs runs, edges covered: ${covered#cov: }," \
		"new inputs: $(($(find "$O/$name" -type f | wc -l) - before))"
}

report_failed() {
	local name=$1 log=$2 input
	input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
	echo "$name: FAILED, see $log"
	[[ $input ]] || return
	echo "  the input:      $input"
	echo "  to repeat it:   $O/fuzz-$name $input"
	echo "  to make it small: $O/fuzz-$name -minimize_crash=1" \
		"-max_total_time=60 $input"
	echo "  to keep it:     cp $input $here/corpus/$name/WHAT-IT-IS"
}

# keep NAME: merges into a copy with all seeds, so that no seed comes twice.
keep() {
	local name=$1 all seeds kept=0 input
	mapfile -t seeds < <(more_seeds "$name")
	[[ -d $O/$name ]] || return 0
	all=$(mktemp -d) || return 1
	cp "$here/corpus/$name"/* "$all"
	((!${#seeds[@]})) || cp "${seeds[0]}"/*.lab "$all"
	# Edges alone: that one is taken more often makes no new input.
	if ! "$O/fuzz-$name" -set_cover_merge=1 -use_counters=0 -max_len=512 \
		"$all" "$O/$name" >"$O/$name.log" 2>&1; then
		report_failed "$name" "$O/$name.log"
		rm -rf "$all"
		return 1
	fi
	for input in "$all"/*; do
		[[ ${input##*/} =~ ^[0-9a-f]{40}$ ]] || continue
		[[ ! -e $here/corpus/$name/${input##*/} ]] || continue
		cp "$input" "$here/corpus/$name/" && kept=$((kept + 1))
	done
	rm -rf "$all"
	echo "$name: $kept inputs added to tests/fuzz/corpus/$name"
}

act=fuzz status=0
if [[ ${1-} == --keep ]]; then
	act=keep
	shift
fi
for target; do
	"$act" "$target" || status=1
done
exit "$status"
