# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Real software, each in a configuration of peer.sh. A suite that starts one
# itself starts it as "real", with setsid: its children are ended with it.

# shellcheck disable=SC2034 # for the suites
HERE=$ROOT/tests/real

# need PROGRAM...: skips where one is not installed.
need() {
	local program

	PATH=$PATH:/usr/sbin:$O/real
	for program; do
		command -v "$program" >/dev/null ||
			skip "$program is not installed"
	done
}

free_port() {
	"$PYTHON" -IS -c 'import socket
print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])'
}

# Asks the kernel: a connection would be one that the peer must serve.
listens_on() {
	awk -v port="$(printf ':%04X' "$1")" '
		$4 == "0A" && $2 ~ port "$" { found = 1 }
		END { exit !found }' /proc/net/tcp
}

# said TEXT: it stands in the report, however its rows are wrapped.
said() {
	local words

	read -ra words -d '' <<<"$output" || :
	[[ " ${words[*]} " == *" $1"* ]] || {
		echo "nobody said: $1"
		return 1
	}
}

teardown() {
	# ssh's and socat's children are of the group that setsid made.
	[[ -z ${PID_OF[real]-} ]] || {
		kill -TERM -- "-${PID_OF[real]}" || :
		await ended real || :
		kill -KILL -- "-${PID_OF[real]}" || :
	} 2>/dev/null
	helpers_teardown
}
