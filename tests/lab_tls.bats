#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab play of programs with TLS: what is folded, and what is said where
# something is not as an experiment has it.
# shellcheck disable=SC2154 # run sets output and stderr

load helpers
load lab

END=$ROOT/transcripts/tls/end.py

need_python() {
	[[ -x /usr/bin/python3 ]] || skip 'there is no /usr/bin/python3'
}

@test "the ACKs of a handshake are folded with it, the others are shown" {
	need_python
	lab play --wire tls13-close-notify-alone >/dev/null 2>why ||
		skip "there is no wire here: $(<why)"
	lab play --acks tls13-close-notify-alone >ladder
	run -0 sed -n '/SYN+ACK/,/handshake/p' ladder
	assert_equal "$(grep -c -- '─ ACK ─' <<<"$output")" 1
	assert_line --partial '─── ACK ───▶ ESTABLISHED'
	run -0 sed -n '/application_data/,/recv "request"/p' ladder
	assert_line --partial '◀─── ACK ───'
}
