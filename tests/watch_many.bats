#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab watch: what it costs stays the same, however long it watches.

load helpers

@test "10,000 short connections neither leak nor slow down with time" {
	cc -O1 -pthread -D_GNU_SOURCE -o watched \
		"${BATS_TEST_FILENAME%/*}/watched.c"
	run -0 timeout 120 "$O/gracelab" watch -o ladder \
		--server "$PWD/watched serve {port}" \
		--client "$PWD/watched many {port} 10000" 3>&- {TICK}<&-
	grep -q '\[10000\] connect' ladder
	# Of each thousand: nanoseconds of the watch's processor time in all,
	# and KiB of its memory.
	# shellcheck disable=SC2154 # run sets output
	OUTPUT=$output "$PYTHON" - <<'END'
import os
told = [tuple(map(int, line.split()))
        for line in os.environ["OUTPUT"].splitlines()]
assert len(told) == 11, told
took = [b[0] - a[0] for a, b in zip(told, told[1:])]
# Whoever else is busy adds some; what piles up would add it to each.
assert min(took[-3:]) <= 1.5 * max(took[:3]), took
END
	skip_if_sanitized "its processor time holds; a sanitizer keeps what was freed"
	OUTPUT=$output "$PYTHON" - <<'END'
import os
kib = [int(line.split()[1]) for line in os.environ["OUTPUT"].splitlines()]
assert kib[-1] - kib[1] < 1024, kib
END
}
