#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# TLS records beside segments: the experiments, and what is watched.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr

load helpers
load lab

TLS=$ROOT/transcripts/tls

# ends STEP...: an experiment of two ends that say goodbye, with these steps.
ends() {
	cp "$TLS"/end.py "$TLS"/certificate.pem .
	write_lab ends.lab \
		"server exec $PYTHON -I {here}/end.py server {port} ${VERSION:-1.3} \
		read read send:answer close_notify close" \
		"client exec $PYTHON -I {here}/end.py client {port} ${VERSION:-1.3} \
		send:request close_notify read read close" tls "$@"
}

# watched [OPTION...]: the same two, watched; the ladder is in `ladder`.
watched() {
	local side

	for side in server client; do
		printf '%s\n' "import os, sys" \
			"os.environ.setdefault('PYTHONHASHSEED', '0')" >/dev/null
	done
	lab watch -o ladder "$@" \
		--server "$PYTHON -I $TLS/end.py server {port} ${VERSION:-1.3} \
			read read send:answer close_notify close" \
		--client "$PYTHON -I $TLS/end.py client {port} ${VERSION:-1.3} \
			send:request close_notify read read close"
}
