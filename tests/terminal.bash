# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# A terminal to type at and to look at: tmux, one server of its own for each
# test. Load it behind helpers and use:
#
#   window NAME COMMAND...      a terminal of 80 x 24 with a program in it
#   person [OPTION...]          graceclient to $PORT under_shell as "client"
#   server_window [OPTION...]   graceserver in the window "server"; sets $PORT
#   under_shell NAME COMMAND... in a window; then its status, and the terminal's
#                               modes in the file NAME.modes
#   type_in NAME TEXT           keys, without Enter; enter_in adds it
#   press NAME KEY...           tmux's names: Enter, C-c, Left
#   await_screen NAME TEXT [N]  until the screen shows the text (N times)
#   await_last NAME TEXT        until its last line is this, cut at the right
#   await_typed NAME TEXT       the same where prompt and line are wrapped
#   await_gone NAME             until the program of under_shell has ended
#   await_status NAME STATUS    the same with this status, and the modes are sane
#
# What is awaited is looked for again and again, never slept for.

terminal_setup() {
	helpers_setup
	export TMUX_TMPDIR=$BATS_TEST_TMPDIR HOME=$BATS_TEST_TMPDIR
	export INPUTRC=/dev/null LC_ALL=C.UTF-8
	unset TMUX NO_COLOR
	SESSION=
}

terminal_teardown() {
	local name sid

	if [[ -n $SESSION && -z ${BATS_TEST_COMPLETED-} ]]; then
		for name in $(tm list-windows -F '#{window_name}'); do
			echo "--- the screen of $name"
			look "$name" && echo "$screen"
		done
	fi
	if [[ -n $SESSION ]]; then
		for sid in $(tm list-panes -s -F '#{pane_pid}'); do
			kill_session "$sid"
		done
		tm kill-server || :
	fi
	helpers_teardown
}

# Ends what runs in one terminal, in the background too. A hang-up would not:
# it does not reach the background, and a leak sanitizer that is at work when
# it comes may never end.
kill_session() {
	local stat line fields

	for stat in /proc/[0-9]*/stat; do
		{ read -r line <"$stat"; } 2>/dev/null || continue
		# Behind the name in (): state, parent, group, session.
		read -ra fields <<<"${line##*) }"
		[[ ${fields[3]} != "$1" ]] ||
			kill -KILL "${line%% *}" 2>/dev/null || :
	done
}

tm() {
	tmux -u -L t -f /dev/null "$@" 3>&- 4>&- {TICK}>&-
}

window() {
	local name=$1

	shift
	if [[ -n $SESSION ]]; then
		tm new-window -d -n "$name" "$@"
		return
	fi
	SESSION=1
	tm start-server \; set-option -g remain-on-exit on \; \
		set-option -g default-shell /bin/sh \; \
		set-option -g automatic-rename off \; \
		new-session -d -x 80 -y 24 -n "$name" "$@"
}

person() {
	under_shell client "$O/graceclient" "$@" 127.0.0.1 "$PORT"
	await_last client 'ESTABLISHED>'
}

server_window() {
	window server "$O/graceserver" --port 0 "$@"
	await_port server
}

await_port() {
	await shows_port "$1"
	PORT=${BASH_REMATCH[1]}
}

shows_port() {
	look "$1" && [[ $screen$'\n' =~ 'listening on '[^$'\n']*:([0-9]+)$'\n' ]]
}

# A shell that neither edits lines nor touches the terminal's modes: what they
# are when the program is gone is the program's doing.
under_shell() {
	local name=$1

	shift
	cat >"$name.sh" <<-'END'
		trap : INT
		sh -c 'trap - INT; echo $$ >"$0.pid"; exec "$@"' "$@"
		echo "status $?"
		stty -a >"$1.modes.part"
		mv "$1.modes.part" "$1.modes"
		read -r _
	END
	window "$name" sh "$name.sh" "$name" "$@"
}

# An interactive shell of the same kind, with its prompt `$ `. bash would put
# the modes right by itself when a job stops or dies.
shell_window() {
	window "$1" env PS1='$ ' dash -i
	await_last "$1" '$'
}

# Whether nobody has the window's terminal any more. That it says so on the
# screen comes later, and sometimes not at all.
pane_has_ended() {
	[[ $(tm display-message -p -t "$1" '#{pane_dead}') == 1 ]]
}

type_in() {
	tm send-keys -t "$1" -l -- "$2"
}

enter_in() {
	tm send-keys -t "$1" -l -- "$2" \; send-keys -t "$1" Enter
}

press() {
	local name=$1

	shift
	tm send-keys -t "$name" "$@"
}

screen() {
	tm capture-pane -p -S - -t "$1"
}

# look NAME: sets $screen, without the empty lines at its end.
look() {
	screen=$(exec tmux -u -L t -f /dev/null capture-pane -p -S - -t "$1" \
		3>&- 4>&- {TICK}>&-)
}

shown() {
	look "$1" || return
	[[ $screen == *"$2"* ]] || return
	((${3:-1} == 1)) || text=$screen counts_to "$3" "$2"
}

await_screen() {
	await shown "$@"
}

last_is() {
	look "$1" && [[ ${screen##*$'\n'} == "$2" ]]
}

await_last() {
	await last_is "$@"
}

# The end of the screen, its lines joined as the terminal has wrapped them.
typed_is() {
	look "$1" && [[ ${screen//$'\n'/} == *"$2" ]]
}

await_typed() {
	await typed_is "$@"
}

cursor_is() {
	[[ $(tm display-message -p -t "$1" '#{cursor_x}') == "$2" ]]
}

# The program that under_shell started is gone.
gone() {
	! kill -0 "$(<"$1.pid")" 2>/dev/null
}

# Whoever asks tmux for a status may wait in vain: version 3.3a loses one now
# and then and leaves the process unreaped.
await_gone() {
	await gone "$1"
}

await_status() {
	await_screen "$1" "status $2"
	await test -e "$1.modes"
	assert_sane "$1.modes"
}

# What stty -a wrote has echo, whole lines, signals and translated newlines.
assert_sane() {
	local mode

	for mode in echo icanon isig icrnl opost onlcr; do
		grep -qE "(^| )$mode( |;|\$)" "$1" || {
			echo "no $mode:"
			cat "$1"
			return 1
		}
	done
}
