#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab in others' CI: --baseline, --junit, the action and its example, the
# container file. What needs a network is not tried.

load helpers

CLIENT=("$PYTHON" -IS "$ROOT/tests/servers/client.py" '{host}' '{port}')
PAGE=$ROOT/.github/actions/half-close/README.md

# client_of OPTION... KIND: one try of how that client ends.
client_of() {
	timeout 60 "$O/gracelab" client --tries=1 --only=ends "${@:1:$#-1}" \
		-- "${CLIENT[@]}" "${!#}" 3>&- {TICK}<&-
}

# in_network COMMAND...: in one of its own, where every port is free.
in_network() {
	unshare -rnpf true 2>/dev/null || skip "this host has no user namespaces"
	unshare -rnpf --kill-child sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

# found CODE: that Python finds it true of the report in $output, `r`.
found() {
	"$PYTHON" -I -c 'import json, sys
r = json.loads(sys.argv[1])
assert eval(sys.argv[2]), r' "$output" "$1"
}

@test "what a baseline names does not fail, and is marked as known" {
	printf '%s\n' '# since ever' '' 'ends close # never mind' >known
	run -0 client_of --baseline=known close
	assert_line --regexp '^~ ends +close'
	assert_line --partial 'KNOWN: its end loses the reply'
	assert_line 'Known: ends close'
	run -0 client_of --baseline=known --format=json close
	found 'r["overall"] == "KNOWN" and r["status"] == 0'
	found 'r["baseline"] == {"known": ["ends"], "new": [], "no_longer_fails": []}'
	found '[p["kind"] for p in r["probes"] if p["id"] == "ends"] == ["known"]'
	run -0 client_of --baseline=known --format=junit close
	assert_output --partial 'failures="0"'
	assert_output --partial '<skipped message="known: close: its FIN comes'
}

@test "what a baseline does not name fails as before" {
	echo ends close >known
	run -1 client_of --baseline=known reset
	assert_line --regexp '^! ends +reset'
	assert_line 'New: ends reset'
	echo cut >known
	run -1 client_of --baseline=known close
	: >known
	run -1 client_of --baseline=known close
}

@test "what a baseline names and no longer fails is said, and fails nothing" {
	printf '\nends\ncut\n' >known
	run -0 client_of --baseline=known half-close
	assert_line 'known:2: ends no longer fails'
	# What was not asked is not known to be mended.
	refute_output --partial 'cut no longer'
	run -0 client_of --baseline=known --format=json half-close
	found 'r["baseline"]["no_longer_fails"] == ["ends"]'
	found 'r["overall"] == "PASS"'
}

@test "a baseline's line that names nothing is an error, and is named" {
	printf 'ends\nhalf-closed\n' >known
	run -2 client_of --baseline=known close
	assert_output --partial "--baseline: known:2: there is no 'half-closed'"
	echo 'fin-glued LOTS' >known
	run -2 "$O/gracelab" audit --baseline=known --http / 127.0.0.1 80
	assert_output --partial "known:1: there is no verdict 'LOTS'"
	echo 'fin-glued LOST today' >known
	run -2 "$O/gracelab" audit --baseline=known --http / 127.0.0.1 80
	assert_output --partial "known:1: expected ID or ID VERDICT, not 'today'"
	echo 'gated PASS' >known
	run -2 "$O/gracelab" proxy --baseline=known -- x
	assert_output --partial "known:1: there is no verdict 'PASS'"
	run -2 "$O/gracelab" proxy --baseline=nowhere -- x
	assert_output --partial 'cannot read nowhere'
}

@test "audit and proxy take a baseline too" {
	echo fin-glued >known
	start peer "$PYTHON" -IS "$ROOT/tests/servers/server.py" --fault closes \
		--think 0.15
	find_port peer
	run -0 "$O/gracelab" audit --baseline=known --only=fin-glued --tries=1 \
		--send 'hello\n' 127.0.0.1 "$PORT"
	assert_line --partial 'KNOWN: '
	echo gated FAIL >known
	run -0 "$O/gracelab" proxy --baseline=known --only=gated --timeout=1s -- \
		"$PYTHON" -IS "$ROOT/tests/servers/proxy.py" \
		--fault drops-client-fin '{listen}' '{backend}'
	assert_line --partial 'KNOWN: '
}

@test "--junit writes that besides, and what cannot be written is an error" {
	run -1 client_of --junit=report.xml close
	assert_line --partial 'FAIL: '
	"$PYTHON" -I -c 'import xml.etree.ElementTree as tree
suite = tree.parse("report.xml").getroot()
assert suite.get("failures") == "1"
assert suite.find("testcase/failure").get("type") == "close"'
	# Before anything is judged.
	run -2 client_of --junit=no/where close
	assert_output 'gracelab: cannot write no/where: ENOENT (No such file or directory)'
	run -2 client_of -o no/where close
	assert_output 'gracelab: cannot write no/where: ENOENT (No such file or directory)'
}

@test "the example of a workflow runs, with our action, to its verdict" {
	local server="exec $PYTHON -IS $ROOT/tests/servers/server.py --port"

	"$PYTHON" -I -c 'import yaml' 2>/dev/null ||
		skip 'python3-yaml is not installed'
	echo '# nothing' >half-close.known
	# shellcheck disable=SC2016 # the server's own
	printf '%s\n' '#!/bin/sh' "$server"' "$1" --http --think 0.15' >my-server
	chmod +x my-server
	run -0 in_network "$PYTHON" -I "$ROOT/tests/workflow.py" "$PAGE"
	assert_line --partial 'HONOURS: '
	grep -q 'testsuite name="gracelab audit' half-close.xml
	# It asks for what it needs, and for no more.
	run -0 cut -d ' ' -f 4- made
	assert_line deps-build
	assert_line 'O=build gracelab'
	assert_file path "$ROOT/build"
}

@test "what fails in the action fails the step, unless it is known" {
	"$PYTHON" -I -c 'import yaml' 2>/dev/null ||
		skip 'python3-yaml is not installed'
	printf '#!/bin/sh\n' >my-server
	chmod +x my-server
	: >half-close.known
	local run="client --tries=1 --only=ends -- ${CLIENT[*]} close"

	run -1 in_network "$PYTHON" -I "$ROOT/tests/workflow.py" "$PAGE" "run=$run"
	assert_line --partial 'FAIL: '
	echo ends >half-close.known
	run -0 in_network "$PYTHON" -I "$ROOT/tests/workflow.py" "$PAGE" "run=$run"
	assert_line --partial 'KNOWN: '
}

@test "the container file asks make for what it has, and starts what it installs" {
	local file=$ROOT/.github/Containerfile target

	grep -q 'podman build -t grace -f .github/Containerfile .' "$PAGE"
	for target in deps-build deb; do
		grep -qE "make -s (O=/build )?$target" "$file"
		make -s -n -C "$ROOT" "$target" >/dev/null
	done
	grep -qF 'ENTRYPOINT ["gracelab"]' "$file"
	make -s -n -C "$ROOT" install DESTDIR=/x PREFIX=/usr | grep -q gracelab
}
