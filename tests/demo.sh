#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Plays the ways to end a connection, and says what to look at. Called by
# `make demo`; by hand: O=build tests/demo.sh
set -eu

lab=${O:-build}/gracelab

show() {
	printf '%s\n\n' "$2" | fold -s -w 79 | sed 's,  *$,,'
	transcript=$("$lab" play "$1")
	# The ladder is what to look at; the terminals below it are left out.
	printf '%s\n' "$transcript" | sed '/ terminal$/,$d'
}

show close-early "1. The client closes while both answers are under way. Look \
for the RST: it meets the first answer, and the second one cannot even be sent."
show close-late "2. It closes after the first answer. The second is sent, as \
far as the server can tell (send() gives 9), and is lost."
show shutdown "3. It shuts its sending half only. Both answers arrive, and \
both sides end in order: two FINs, no RST."
echo "More: $lab list; $lab play NAME"
