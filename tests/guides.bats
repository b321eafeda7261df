#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The guides to the transcripts, in English and in Chinese: they say the same,
# and what they have one type does what they say.

load helpers
load lab
load terminal

setup() {
	terminal_setup
}

teardown() {
	terminal_teardown
}

ENGLISH=$ROOT/transcripts/README.md
CHINESE=$ROOT/transcripts/README.zh.md

guides() {
	"$PYTHON" -I "$ROOT/tests/guides.py" "$@"
}

@test "both languages have the same claims, verdicts, questions and commands" {
	guides same "$ENGLISH" "$CHINESE"
	# One that says the contrary would be found, and one that lacks a row.
	sed 's/| 不成立：立刻得到/| 成立：立刻得到/' "$CHINESE" >wrong.md
	run -1 guides same "$ENGLISH" wrong.md
	assert_output --partial 'unix-close-early: False'
	sed '/^| \[no-eof\]/d' "$CHINESE" >short.md
	run -1 guides same "$ENGLISH" short.md
	assert_output --partial "the claims: {'no-eof'}"
	grep -qF '(README.zh.md)' "$ENGLISH"
	grep -qF '(README.md)' "$CHINESE"
}

@test "each command of the guides does what it is said to do" {
	local command ran=0

	mkdir -p transcripts/close
	cp "$ROOT"/transcripts/close/close-late.* transcripts/close/
	while read -r command; do
		case $command in
		gracelab\ *) ;;
		# The sessions; see below.
		graceserver\ *) continue ;;
		*) fail "what is this? $command" ;;
		esac
		command=${command//NAME/close-late}
		command=${command//FILE/capture.pcap}
		[[ $command != *--step* ]] || command+=' </dev/null'
		[[ $command != 'gracelab explore'* ]] || command+=' --limit 50'
		# All of them would take a minute.
		bash -c "lab() { timeout 60 '$O/gracelab' \"\$@\"; }
			${command/#gracelab/lab} --transcripts transcripts" \
			>out 2>err 3>&- || fail "$command: $(cat err)"
		# Whoever records has nothing to say.
		[[ -s out || $command == gracelab\ record* ]]
		ran=$((ran + 1))
	done < <(guides commands "$ENGLISH" "$CHINESE" | sort -u)
	((ran >= 8))
	[[ -s capture.pcap ]]
}

@test "the ladder in the Chinese guide is the golden's" {
	golden close-late >golden.txt
	run -0 "$PYTHON" -I - "$CHINESE" golden.txt <<-'END'
		import re, sys
		page, golden = (open(path, encoding="utf-8").read()
		    for path in sys.argv[1:])
		block = re.search(r"^    close-late: .*\n(?:(?:    .*)?\n)*", page, re.M)
		lines = [line[4:] for line in block.group().rstrip().split("\n")]
		assert len(lines) > 12, lines
		assert golden.startswith("\n".join(lines) + "\n"), lines
	END
}

@test "the first session of the Chinese guide goes as it says" {
	local side kind line

	server_window --delay hold
	person
	while read -r side kind line; do
		case $side/$line in
		client/shutdown)
			# A connection of its own, as the page says above it.
			enter_in client open
			enter_in client data1
			await_screen server 'received 5 bytes: data1' 2
			enter_in client data2
			enter_in client shutdown
			enter_in server reply
			await_screen server 'received 5 bytes: data2' 2
			enter_in server reply
			;;
		*)
			if [[ $kind == typed ]]; then
				enter_in "$side" "$line"
				# People type more slowly than a server reads.
				[[ $line != data1 ]] ||
					await_screen server 'bytes: data1'
			else
				# Ports are the kernel's to choose.
				await_screen "$side" "${line%%[0-9][0-9][0-9][0-9][0-9]*}"
			fi
			;;
		esac
	done < <(guides session "$CHINESE")
}
