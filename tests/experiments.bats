#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Each experiment, played, gives its golden. All are played once, side by side;
# a test shows its own line of that, and what differs. bats 1.8 cannot make its
# tests from a list, so each stands here; a test sees that none is forgotten.

load helpers

setup_file() {
	"$O/gracelab" check "${PLAYED[@]}" "$ROOT"/transcripts/orders/*.lab \
		>"$BATS_FILE_TMPDIR/tap" 2>"$BATS_FILE_TMPDIR/errors" || :
}

# The golden of the experiment that is this test's first word.
gives_its_golden() {
	local name=${BATS_TEST_DESCRIPTION%% *} line mine="" ours=""

	echo "$(<"$BATS_FILE_TMPDIR/errors")"
	# Its line, and the comments below it.
	while IFS= read -r line; do
		if [[ $line =~ ^(not\ )?ok\  ]]; then
			ours=
			[[ "$line " != *" - $name "* ]] || ours=1
		fi
		[[ ! $ours ]] || mine+=$line$'\n'
	done <"$BATS_FILE_TMPDIR/tap"
	echo "$mine"
	if [[ $mine == 'ok '*' # SKIP '* ]]; then
		line=${mine%%$'\n'*}
		skip "${line#* # SKIP }"
	fi
	[[ $mine == 'ok '* ]]
}

@test "ack-of-fin-with-fin gives its golden" { gives_its_golden; }
@test "blind-rst gives its golden" { gives_its_golden; }
@test "blind-syn gives its golden" { gives_its_golden; }
@test "both-shutdown gives its golden" { gives_its_golden; }
@test "challenge-ack gives its golden" { gives_its_golden; }
@test "close-early gives its golden" { gives_its_golden; }
@test "close-handled gives its golden" { gives_its_golden; }
@test "close-held gives its golden" { gives_its_golden; }
@test "close-held-by-child gives its golden" { gives_its_golden; }
@test "close-in-thread gives its golden" { gives_its_golden; }
@test "close-killed gives its golden" { gives_its_golden; }
@test "close-late gives its golden" { gives_its_golden; }
@test "close-nosignal gives its golden" { gives_its_golden; }
@test "close-unread gives its golden" { gives_its_golden; }
@test "close-unread-both gives its golden" { gives_its_golden; }
@test "close-wait-port-reuse gives its golden" { gives_its_golden; }
@test "connect-close gives its golden" { gives_its_golden; }
@test "crossing-close gives its golden" { gives_its_golden; }
@test "crossing-shutdown gives its golden" { gives_its_golden; }
@test "data-lost-fin-arrives gives its golden" { gives_its_golden; }
@test "defer-accept gives its golden" { gives_its_golden; }
@test "delimiter gives its golden" { gives_its_golden; }
@test "eof-drop gives its golden" { gives_its_golden; }
@test "eof-full gives its golden" { gives_its_golden; }
@test "eof-half gives its golden" { gives_its_golden; }
@test "exit gives its golden" { gives_its_golden; }
@test "exit-unread gives its golden" { gives_its_golden; }
@test "file-close gives its golden" { gives_its_golden; }
@test "file-shutdown gives its golden" { gives_its_golden; }
@test "fin-before-accept gives its golden" { gives_its_golden; }
@test "fin-data-one-segment gives its golden" { gives_its_golden; }
@test "fin-lost gives its golden" { gives_its_golden; }
@test "fin-twice gives its golden" { gives_its_golden; }
@test "fin-wait-2 gives its golden" { gives_its_golden; }
@test "forged-fin gives its golden" { gives_its_golden; }
@test "half-open-rebooted gives its golden" { gives_its_golden; }
@test "ignored-inherited gives its golden" { gives_its_golden; }
@test "keepalive-finds gives its golden" { gives_its_golden; }
@test "kill gives its golden" { gives_its_golden; }
@test "last-ack-lost gives its golden" { gives_its_golden; }
@test "linger-acked gives its golden" { gives_its_golden; }
@test "linger-expires gives its golden" { gives_its_golden; }
@test "linger-nonblocking gives its golden" { gives_its_golden; }
@test "linger2 gives its golden" { gives_its_golden; }
@test "listener-closes gives its golden" { gives_its_golden; }
@test "listener-shutdown gives its golden" { gives_its_golden; }
@test "manual-shutdown-discards gives its golden" { gives_its_golden; }
@test "no-eof gives its golden" { gives_its_golden; }
@test "peer-vanishes gives its golden" { gives_its_golden; }
@test "poll-flags gives its golden" { gives_its_golden; }
@test "reset gives its golden" { gives_its_golden; }
@test "reset-then-send gives its golden" { gives_its_golden; }
@test "reset-with-queue gives its golden" { gives_its_golden; }
@test "rst-after-data gives its golden" { gives_its_golden; }
@test "rst-before-accept gives its golden" { gives_its_golden; }
@test "rst-lost gives its golden" { gives_its_golden; }
@test "rst-past-hole gives its golden" { gives_its_golden; }
@test "server-closes gives its golden" { gives_its_golden; }
@test "server-half-closes gives its golden" { gives_its_golden; }
@test "shutdown gives its golden" { gives_its_golden; }
@test "shutdown-held gives its golden" { gives_its_golden; }
@test "shutdown-in-thread gives its golden" { gives_its_golden; }
@test "shutdown-rd gives its golden" { gives_its_golden; }
@test "shutdown-rd-close gives its golden" { gives_its_golden; }
@test "shutdown-rd-queued gives its golden" { gives_its_golden; }
@test "shutdown-rd-wr gives its golden" { gives_its_golden; }
@test "shutdown-rdwr gives its golden" { gives_its_golden; }
@test "shutdown-twice gives its golden" { gives_its_golden; }
@test "shutdown-write-again gives its golden" { gives_its_golden; }
@test "simultaneous-close gives its golden" { gives_its_golden; }
@test "simultaneous-shutdown gives its golden" { gives_its_golden; }
@test "siocinq-fin gives its golden" { gives_its_golden; }
@test "so-error-once gives its golden" { gives_its_golden; }
@test "syn-recv-fin gives its golden" { gives_its_golden; }
@test "time-wait gives its golden" { gives_its_golden; }
@test "time-wait-assassination gives its golden" { gives_its_golden; }
@test "time-wait-kept gives its golden" { gives_its_golden; }
@test "time-wait-old-fin gives its golden" { gives_its_golden; }
@test "time-wait-reuse gives its golden" { gives_its_golden; }
@test "unix-close-early gives its golden" { gives_its_golden; }
@test "unix-close-killed gives its golden" { gives_its_golden; }
@test "unix-close-unread gives its golden" { gives_its_golden; }
@test "unix-close-unread-both gives its golden" { gives_its_golden; }
@test "unix-eof-full gives its golden" { gives_its_golden; }
@test "unix-eof-half gives its golden" { gives_its_golden; }
@test "unix-kill gives its golden" { gives_its_golden; }
@test "unix-kill-unread gives its golden" { gives_its_golden; }
@test "unix-listener-closes gives its golden" { gives_its_golden; }
@test "unix-rebind gives its golden" { gives_its_golden; }
@test "unix-reset gives its golden" { gives_its_golden; }
@test "unix-shutdown gives its golden" { gives_its_golden; }
@test "unix-shutdown-rd gives its golden" { gives_its_golden; }
@test "unix-stale gives its golden" { gives_its_golden; }
@test "unread-then-shutdown gives its golden" { gives_its_golden; }
@test "user-timeout gives its golden" { gives_its_golden; }
@test "zero-window-close gives its golden" { gives_its_golden; }
@test "zero-window-fin gives its golden" { gives_its_golden; }

# lab_of NAME: the path of the experiment; false where there is none, or two.
lab_of() {
	local -a found=("$ROOT"/transcripts/*/"$1.lab")

	[[ -s ${found[0]} && ${#found[@]} == 1 ]] && echo "${found[0]}"
}

@test "every experiment of the contract is there" {
	local name

	for name in close-early close-killed close-handled close-nosignal \
		close-late shutdown shutdown-write-again shutdown-twice \
		shutdown-rd shutdown-rd-queued shutdown-rd-close \
		shutdown-rdwr close-held close-held-by-child shutdown-held \
		close-unread close-unread-both reset reset-then-send exit \
		exit-unread kill server-half-closes server-closes eof-half \
		eof-full file-shutdown file-close delimiter eof-drop no-eof \
		both-shutdown time-wait fin-wait-2 ignored-inherited \
		simultaneous-close simultaneous-shutdown crossing-close crossing-shutdown \
		fin-lost fin-twice data-lost-fin-arrives last-ack-lost \
		time-wait-old-fin rst-lost half-open-rebooted peer-vanishes \
		keepalive-finds user-timeout zero-window-fin zero-window-close \
		fin-data-one-segment ack-of-fin-with-fin linger-acked linger-expires \
		linger-nonblocking linger2 blind-rst challenge-ack \
		blind-syn forged-fin time-wait-assassination time-wait-kept \
		time-wait-reuse close-wait-port-reuse reset-with-queue rst-after-data \
		rst-past-hole syn-recv-fin fin-before-accept rst-before-accept \
		listener-closes listener-shutdown close-in-thread shutdown-in-thread \
		connect-close so-error-once poll-flags siocinq-fin \
		defer-accept manual-shutdown-discards unread-then-shutdown; do
		lab_of "$name" >/dev/null || echo "$name"
	done | tee missing
	[[ ! -s missing ]]
}

@test "every order that is explored gives its golden" {
	local lab line

	for lab in "$ROOT"/transcripts/orders/*.lab; do
		lab=${lab##*/}
		lab=${lab%.lab}
		line=$(grep -E "^(not )?ok [0-9]+ - $lab( |$)" \
			"$BATS_FILE_TMPDIR/tap") || line="$lab was not checked"
		[[ $line == 'ok '* ]] || echo "$line"
	done | tee wrong
	[[ ! -s wrong ]]
}

@test "every experiment has a test, a golden and a row in the index" {
	local lab name

	for lab in "${PLAYED[@]}"; do
		name=${lab##*/}
		name=${name%.lab}
		grep -q "^@test \"$name gives" "$BATS_TEST_FILENAME" ||
			echo "$name has no test here"
		[[ -s ${lab%.lab}.txt ]] || echo "$name has no golden"
		[[ $lab == "$(lab_of "$name")" ]] ||
			echo "$name is there twice"
		grep -qE "^\| \[$name\]\([a-z]+/$name.txt\) \|" \
			"$ROOT/transcripts/README.md" ||
			echo "$name has no row in transcripts/README.md"
	done | tee missing
	[[ ! -s missing ]]
}

@test "every golden and every test here has its experiment" {
	local name

	{
		for name in "$ROOT"/transcripts/*/*.txt; do
			name=${name##*/}
			echo "${name%.txt}"
		done
		sed -n 's/^@test "\([^ ]*\) gives its golden".*/\1/p' \
			"$BATS_TEST_FILENAME"
	} | while read -r name; do
		lab_of "$name" >/dev/null || echo "$name"
	done | tee missing
	[[ ! -s missing ]]
}

@test "every link in the index leads to a file" {
	local target

	grep -o ']([^)#]*)' "$ROOT/transcripts/README.md" | tr -d '()]' |
		grep -v '^[a-z]*:' | sort -u >targets
	[[ -s targets ]]
	while read -r target; do
		[[ -e $ROOT/transcripts/$target ]] || echo "$target"
	done <targets | tee missing
	[[ ! -s missing ]]
}

@test "every golden fits 80 columns" {
	run -0 "$PYTHON" -I - "${PLAYED[@]/%.lab/.txt}" <<-'END'
		import sys
		for path in sys.argv[1:]:
		    for line in open(path, encoding="utf-8"):
		        if len(line.rstrip("\n")) > 80: print(path, line)
	END
	assert_output ''
}

@test "a golden holds no port, time, process or trailing space" {
	run grep -nE '43211|:[0-9]{4,5}\b|\bpid\b|[[:space:]]$' \
		"$ROOT"/transcripts/*/*.txt
	assert_output ''
}

@test "each experiment asks its question and has a title" {
	local key

	for key in title asks; do
		run grep -L "^$key  *[^ ]" "$ROOT"/transcripts/*/*.lab
		assert_output ''
	done
}

@test "played again and again, each experiment gives its golden" {
	local lab plays i
	local -a names=()

	# Those of one name side by side: the one that waits for a timer would
	# hold up the others each time.
	for lab in "${PLAYED[@]}"; do
		plays=${PLAYS:-10}
		# Its seconds say little anew, and a play has gone before.
		! waits_for_timer "$lab" || plays=${PLAYS:-2}
		for ((i = 0; i < plays; i++)); do
			names+=("$lab")
		done
	done
	run -0 "$O/gracelab" check --patience 60s "${names[@]}" 3>&- {TICK}<&-
	assert_equal "$(grep -c '^ok ' <<<"$output")" "${#names[@]}"
}
