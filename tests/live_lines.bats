#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab live: what its lines say of a lesson that is saved, has a head, or is
# played over UNIX sockets or TLS.
# shellcheck disable=SC2154 # run sets output and stderr

load helpers
load lab

# typed [NAME --] LINE...: typed into a pipe, of an experiment or of none.
typed() {
	local name=()

	if [[ ${2-} == -- ]]; then
		name=("$1")
		shift 2
	fi
	lab live "${name[@]}" < <(printf '%s\n' "$@")
}

@test "what is saved under another name is the same ladder when played again" {
	run -0 typed 'c data1' 'c close' 'save t21.lab' check
	assert_line '* played again, it gives the same ladder'
}

@test "over unix and tls are head lines as others are" {
	run -0 typed 'over unix' 'c data1' 's read' 'save over.lab'
	assert_line '* played anew with: over unix'
	assert_line --partial 'CONNECTED   accept'
	run -0 head -1 over.lab
	assert_output 'over unix'
	run -2 --separate-stderr typed 'over unix' tls 'over there'
	assert_equal "$stderr" "gracelab: line 2: expected server exec and client \
exec above it: the records are those of programs of others
gracelab: line 3: expected unix, not 'there'"
	run -1 typed 'w hold' 'over unix'
	assert_output --partial 'no wire: the connection is over unix'
}

@test "a lesson of TLS can be typed from its first line on" {
	local end=$ROOT/transcripts/tls/end.py

	command -v python3 >/dev/null || skip 'there is no python3'
	run typed "server exec python3 $end server {host} {port} 1.3 read close" \
		"client exec python3 $end client {host} {port} 1.3 send:hi close" \
		tls 'c: sent application_data' 's: received "hi"'
	assert_line '* played anew with: tls'
	assert_line --partial 'handshake = TLS 1.3'
	assert_line --partial 'recv "hi" = '
	assert_equal "$status" 0
}

@test "what says of a UNIX socket nothing that TCP alone has" {
	run -0 typed unix-close-early -- what 'undo 2' what
	assert_line --partial 'EOF: the peer has closed or shut its sending half'
	assert_line --partial '(recv(2), poll(2)).'
	refute_output --regexp 'FIN|RFC|on the wire|window'
}

@test "why programs of others have no orders is said as explore says it" {
	run -1 --separate-stderr typed tls13-fin-alone -- 'undo 3' next all
	assert_equal "$(grep -c 'what TLS has refused to send stands in no call' \
		<<<"$stderr")" 2
	run -1 --separate-stderr typed python-pair -- 'undo 1' next
	[[ $stderr == *"only \`gracelab explore' and its table"* ]]
	run -2 --separate-stderr lab explore tls13-fin-alone
	[[ $stderr == *': cannot be explored: what TLS has refused to send'* ]]
}

@test "what cannot be explored is named once, by its place" {
	write_lab t9.lab explore 'server exec /bin/true' \
		'client exec /bin/true' 'client! SIGKILL'
	run -2 --separate-stderr lab explore t9.lab
	assert_equal "$stderr" \
		'gracelab: t9.lab:4: cannot be explored with exec: client! SIGKILL'
	run --separate-stderr lab play t9.lab
	assert_equal "$stderr" "gracelab: t9: t9.lab:4: cannot be explored with \
exec: client! SIGKILL"
}
