#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab's command line: subcommands, options, help, completion. The experiments
# themselves are in experiments.bats.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load lab

### The command line

@test "options stand before or after the subcommand" {
	lab --ascii play close-early >before
	lab play --ascii close-early >between
	lab play close-early --ascii >after
	cmp before between
	cmp before after
	LC_ALL=C grep -q -- '--- SYN --->' before
}

@test "what is no command line is a usage error" {
	local line

	while read -r line; do
		# shellcheck disable=SC2086 # its words
		run -2 lab $line
		assert_output --regexp "Try \`gracelab( play)? --help'"
	done <<-'END'

		play
		nonsense close-early
		play --nonsense close-early
		play --format=nonsense close-early
		play --format=svg close-early close-late
		play --format=mermaid close-early close-late
		play --pcap x.pcap close-early close-late
		play --patience never close-early
		play --step --format=json close-early
	END
}

@test "help and version are on standard output, with status 0" {
	run -0 --separate-stderr lab --help
	assert_output --partial --patience
	run -0 --separate-stderr lab --version
	assert_output --regexp '^grace.* [0-9]+\.[0-9]+'
}

@test "help lists the subcommands, one a line, indented, the name first" {
	run -0 lab --help
	assert_line --index 0 'Usage: gracelab [OPTION...] COMMAND [ARGUMENT...]'
	assert_equal "$(grep -cE '^  [a-z]+ +[A-Z]' <<<"$output")" \
		"$(grep -c '^  ' <(lab --help | sed -n '/^  [a-z]/p'))"
	assert_line --regexp '^  play +[A-Z]'
	assert_line --regexp '^  proxy +[A-Z]'
}

@test "help and errors of a subcommand name it" {
	local name

	for name in $(lab --help | sed -n 's/^  \([a-z]\+\) .*/\1/p'); do
		run -0 lab "$name" --help
		assert_line --index 0 --regexp "^Usage: gracelab $name "
		run -2 lab "$name" --nonsense
		assert_line --index 0 --partial "gracelab $name: "
	done
}

@test "an option's argument is no subcommand, wherever it stands" {
	mkdir audit
	cp "$ROOT"/transcripts/close/close-early.* audit
	run -0 lab --transcripts audit list
	assert_output --regexp '^close-early +close'
	run -0 lab list --transcripts audit
	assert_output --regexp '^close-early +close'
	run -0 lab --trans=audit check close-early
	run -0 lab -o play play close-early
	[[ -s play ]]
	run -0 lab -- list
	# Where nothing but an argument is there, there is no subcommand.
	run -2 lab --transcripts play
	run -2 lab -o
}

@test "a subcommand that there is not gets the one that is near" {
	run -2 lab chekc close-early
	assert_line --partial "there is no command 'chekc'; perhaps 'check'?"
	run -2 lab nonsense
	refute_output --partial perhaps
}

@test "an experiment that there is not gets those that are near, and list" {
	run -2 lab play close-erly
	assert_line --partial "perhaps close-early; \`gracelab list' shows all"
	run -2 lab play shut
	assert_line --partial 'perhaps shutdown, shutdown-held,'
	run -2 lab play quite-another
	refute_output --partial perhaps
	assert_line --partial "\`gracelab list' shows all"
	# A path is nobody's name.
	run -2 lab play ./close-erly.lab
	refute_output --partial list
}

@test "list takes no operand, and fails where the folder is not there" {
	run -2 lab list close-early
	assert_line --partial "list takes no argument, such as 'close-early'"
	run -1 lab list --transcripts nowhere
	assert_line --partial 'cannot read nowhere: ENOENT'
	mkdir broken
	cp "$ROOT/transcripts/close/close-early.lab" broken
	write_lab broken/bad.lab nonsense
	run -1 lab list --transcripts broken
	assert_line --regexp '^close-early '
	assert_line --partial 'bad.lab:1:1: expected'
}

@test "list has a line for each experiment, its name first, sorted" {
	run -0 lab list
	assert_equal "$(cut -d ' ' -f 1 <<<"$output")" \
		"$(cd "$ROOT/transcripts" && printf '%s\n' */*.lab |
			sed 's|.*/||; s/\.lab$//' | LC_ALL=C sort)"
	assert_line --regexp '^close-early +close\(\) while replies'
}

@test "at a terminal list has the themes as headings" {
	"$PYTHON" -I - "$O/gracelab" >screen <<-'END'
		import os, pty, sys
		pid, fd = pty.fork()
		if not pid:
		    os.execv(sys.argv[1], ["gracelab", "list"])
		seen = b""
		while True:
		    try: more = os.read(fd, 65536)
		    except OSError: break
		    if not more: break
		    seen += more
		assert os.waitpid(pid, 0)[1] == 0
		print(seen.decode().replace("\r", ""), end="")
	END
	# Each theme once, and what the folder has below it.
	assert_equal "$(grep -v ' ' screen | grep .)" \
		"$(cd "$ROOT/transcripts" && printf '%s\n' */ | tr -d /)"
	assert_equal "$(sed -n '/^eof$/,/^$/p' screen | cut -d ' ' -f 1 | tr '\n' ' ')" \
		"eof $(cd "$ROOT/transcripts/eof" && printf '%s ' *.lab |
			sed 's/\.lab//g') "
	# In a pipe there are names only.
	run -0 lab list
	assert_equal "${#lines[@]}" "$(grep -c ' ' screen)"
}

@test "an experiment that is not there is said so, with what is near, or its path" {
	run ! lab play nosuch
	assert_output "gracelab: there is no experiment 'nosuch'; \`gracelab \
list' shows all"
	run ! lab play close-erly
	assert_output "gracelab: there is no experiment 'close-erly'; perhaps \
close-early; \`gracelab list' shows all"
	# What is here has to be said to be here.
	: >nosuch.lab
	run ! lab play nosuch
	assert_output --partial "'nosuch'; perhaps ./nosuch.lab; "
	rm nosuch.lab
	run ! lab play ./nosuch.lab
	assert_output --partial './nosuch.lab: ENOENT'
	run ! lab play --transcripts ./nowhere close-early
	assert_output --partial './nowhere/close-early.lab: ENOENT'
}

@test "play takes a path from any folder, also one with spaces" {
	mkdir 'a folder'
	cp "$ROOT/transcripts/close/close-early.lab" 'a folder/my own.lab'
	run -0 lab play 'a folder/my own.lab'
	assert_line --index 0 \
		'my own: close() while replies are under way'
	assert_line --partial '─── RST ───▶'
	cd 'a folder'
	run -0 lab play 'my own.lab'
	assert_line --partial '─── RST ───▶'
}

@test "--transcripts names another folder, and all in it are checked" {
	mkdir mine
	cp "$ROOT"/transcripts/close/close-{early,late}.* mine
	run -0 lab check --transcripts mine
	assert_line 1..2
	assert_line 'ok 1 - close-early'
	assert_line 'ok 2 - close-late'
}

### Completion

# completes WORD...: what the last word, which may be empty, is completed to.
completes() {
	bash --norc -c 'source "$1"; compopt() { :; }
		COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2))
		_gracelab; printf "%s\n" "${COMPREPLY[@]}"' - \
		"$ROOT/gracelab/completion.bash" "$O/gracelab" "$@"
}

@test "completion knows the subcommands, options and names that the program has" {
	run -0 completes ''
	assert_output "$(lab --help | sed -n 's/^  \([a-z]\+\) .*/\1/p')"
	run -0 completes play --for
	assert_output --format=
	run -0 completes check --con
	assert_output --confirm
	run -0 completes list --con
	assert_output ''
	run -0 completes audit --time
	assert_output --timeout=
	run -0 completes play close-h
	assert_output "$(printf '%s\n' close-handled close-held close-held-by-child)"
	run -0 completes --transcripts play ch
	assert_output check
	run -0 completes play --format ''
	assert_line svg
	refute_line junit
	run -0 completes audit --format = j
	assert_output "$(printf '%s\n' json junit)"
}

@test "behind a -- a command is completed, and files" {
	mkdir bin
	printf '#!/bin/sh\n' >bin/a-proxy-of-mine
	chmod +x bin/a-proxy-of-mine
	PATH=$PWD/bin:$PATH run -0 completes proxy --delay=1ms -- a-proxy-
	assert_output a-proxy-of-mine
	run -0 completes watch -- bin/a
	assert_output bin/a-proxy-of-mine
	# Its options are not ours.
	run -0 completes watch -- ls --al
	assert_output ''
	run -0 completes play -- close-h
	assert_line close-handled
}
