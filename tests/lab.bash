# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What the suites of gracelab share, besides helpers.bash.

# A place that any user can read, with programs and transcripts as installed.
setup_file() {
	PLACE=$(mktemp -d /tmp/gracelab-test-XXXXXX)
	export PLACE
	install_lab "$PLACE"
	chmod a+rx "$PLACE"
}

teardown_file() {
	rm -rf "$PLACE"
}

# In the foreground; nothing may hang for ever.
lab() {
	timeout 60 "$O/gracelab" "$@" 3>&- {TICK}<&-
}

# as_nobody COMMAND...: as an ordinary user, in a folder of theirs.
as_nobody() {
	if ((EUID == 0)); then
		mkdir -p "$PLACE/home"
		chown 65534:65534 "$PLACE/home"
		(cd "$PLACE/home" && timeout 60 setpriv --reuid 65534 \
			--regid 65534 --clear-groups "$@" 3>&- {TICK}<&-)
	else
		timeout 60 "$@" 3>&- {TICK}<&-
	fi
}

# without_namespaces COMMAND...: where unshare(2) of a network is refused by a
# limit, and with it every right over the host's network.
without_namespaces() {
	unshare -r true 2>/dev/null || skip "this host has no user namespaces"
	# shellcheck disable=SC2016 # for the inner shell
	timeout 60 unshare -r sh -c '
		echo 0 >/proc/sys/user/max_net_namespaces && exec "$@"' - \
		"$@" 3>&- {TICK}<&-
}

# write_lab FILE [LINE...]: its lines.
write_lab() {
	printf '%s\n' "${@:2}" >"$1"
}

# A play that waits for half a minute, with a mark on each of its processes:
# the lab's own by the path, the actors' by an option.
write_long_lab() {
	MARK=7$BASHPID$BATS_TEST_NUMBER
	write_lab "long-$MARK.lab" "client --connect-timeout=${MARK}ms" \
		"server --greeting=$MARK" 'client> data1' \
		'client> hold child' 'client> sleep 30s'
}

# lab, its child, server, client, and the child that holds the socket.
start_long_lab() {
	write_long_lab
	start long env --default-signal=INT "$O/gracelab" play \
		--patience 60s "long-$MARK.lab"
	await at_least 5 "$MARK"
}
