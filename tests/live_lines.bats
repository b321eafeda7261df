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
