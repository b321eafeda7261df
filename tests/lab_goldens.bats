#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab check and record: plays against goldens.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load lab

@test "a wrong golden makes check fail with a diff that names it" {
	mkdir 'my lab'
	cp "$ROOT"/transcripts/close/close-{early,late}.* 'my lab'
	sed -i 's/data 9/data 8/' 'my lab/close-early.txt'
	run -1 lab check 'my lab/close-early.lab' 'my lab/close-late.lab'
	assert_line 'not ok 1 - close-early'
	assert_line 'ok 2 - close-late'
	assert_line '# --- my lab/close-early.txt'
	assert_line --regexp '^# -.*◀─ data 8 ──'
	assert_line --regexp '^# \+.*◀─ data 9 ──'
}

@test "each part of a golden counts: title, state, terminal, a line's end" {
	local change

	cp "$ROOT/transcripts/close/close-early.lab" .
	for change in '1s/close()/cl0se()/' 's/FIN_WAIT2/TIME_WAIT/' \
		's/send bytes: 9/send bytes: 8/' '/RST/d' '/Linux/d' \
		's/EPIPE (/EPIPE  (/'; do
		sed "$change" "$ROOT/transcripts/close/close-early.txt" \
			>close-early.txt
		run -1 lab check close-early.lab
		assert_line 'not ok 1 - close-early'
	done
}

@test "a missing golden makes check fail and is named" {
	cp "$ROOT/transcripts/close/close-early.lab" .
	run -1 lab check close-early.lab
	assert_line 'not ok 1 - close-early'
	assert_line --regexp '^# .*close-early\.txt: ENOENT'
	assert_line --partial "\`gracelab record close-early.lab' writes one"
	: >close-early.txt
	run -1 lab check close-early.lab
	assert_line 'not ok 1 - close-early'
}

@test "a golden from another kernel series is told" {
	cp "$ROOT"/transcripts/close/close-early.* .
	sed -i '$s/Linux .*/Linux 4.4/' close-early.txt
	run -0 lab check close-early.lab
	assert_line 'ok 1 - close-early'
	sed -i 's/RST/FIN/' close-early.txt
	run -1 lab check close-early.lab
	assert_line --partial 'Linux 4.4'
	assert_line --partial "Linux $(uname -r | grep -oE '^[0-9]+\.[0-9]+')"
}

@test "check --confirm writes the kernel that agrees to a golden's foot" {
	cp "$ROOT"/transcripts/close/close-early.* .
	sed -i '$s/Linux .*/Linux 4.4/' close-early.txt
	run -0 lab check --confirm close-early.lab
	assert_line --regexp '^# confirmed on Linux [0-9]+\.[0-9]+$'
	assert_equal "$(tail -n 1 close-early.txt)" "  Linux 4.4, confirmed on $(
		uname -r | grep -oE '^[0-9]+\.[0-9]+')"
	cp close-early.txt confirmed.txt
	run -0 lab check --confirm close-early.lab
	refute_line --partial confirmed
	cmp close-early.txt confirmed.txt
}

@test "check --confirm leaves a golden that differs, or was seen in part" {
	cp "$ROOT"/transcripts/close/close-early.* .
	sed -i '$s/Linux .*/Linux 4.4/' close-early.txt
	cp close-early.txt before.txt
	run -0 lab check --confirm --host close-early.lab
	cmp close-early.txt before.txt
	sed -i 's/RST/FIN/' close-early.txt
	cp close-early.txt before.txt
	run -1 lab check --confirm close-early.lab
	cmp close-early.txt before.txt
	run -2 lab play --confirm close-early.lab
}

@test "check is TAP, and a failed play is not ok with the reason" {
	write_lab broken.lab 'client> x' 'server: received "y"'
	run -1 lab check close-early broken.lab
	assert_line --index 0 'TAP version 13'
	assert_line 1..2
	assert_line 'ok 1 - close-early'
	assert_line 'not ok 2 - broken'
	assert_line --partial 'broken.lab:2: server: received "y": awaited'
	refute_line --regexp '^[^#onT1]'
}

@test "record writes what check accepts, and what play shows" {
	cp "$ROOT/transcripts/close/close-early.lab" .
	run -0 lab record close-early.lab
	assert_output ''
	diff <(golden close-early) close-early.txt
	run -0 lab check close-early.lab
	run -0 ls
	refute_line --partial .new
}

@test "record refuses where plays disagree, and leaves the old golden" {
	cp "$ROOT"/transcripts/close/close-early.* .
	write_lab varies.lab 'client> sendfile /proc/sys/kernel/random/uuid' \
		'server> read'
	echo old >varies.txt
	rm close-early.txt
	run -1 lab record varies.lab close-early.lab
	assert_line --partial 'varies: not recorded: two plays disagree'
	assert_line '--- one play'
	assert_line '+++ another'
	# A diff, not two transcripts.
	assert_equal "$(grep -c 'now sending' <<<"$output")" 0
	assert_equal "$(<varies.txt)" old
	run -1 lab record varies.lab
	assert_equal "$(<varies.txt)" old
}

@test "record refuses what fails" {
	write_lab broken.lab 'client> x' 'server: eof'
	echo old >broken.txt
	run -1 lab record broken.lab
	assert_line --partial 'broken.lab:2: server: eof: awaited eof'
	assert_equal "$(<broken.txt)" old
}

@test "record refuses where not everything is observed" {
	cp "$ROOT/transcripts/close/close-early.lab" .
	run -1 lab record --host close-early.lab
	assert_line --partial 'close-early: not recorded'
	[[ ! -e close-early.txt ]]
}

@test "a folder that cannot be written to is an error that names the file" {
	mkdir "$PLACE/closed"
	cp "$ROOT"/transcripts/close/close-early.* "$PLACE/closed"
	chmod -R a+rX,a-w "$PLACE/closed"
	run -1 as_nobody "$PLACE/bin/gracelab" record \
		--transcripts "$PLACE/closed"
	assert_line "gracelab: cannot write $PLACE/closed/close-early.txt: EACCES (Permission denied)"
	cmp "$PLACE/closed/close-early.txt" "$ROOT/transcripts/close/close-early.txt"
}
