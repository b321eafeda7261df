# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# A network that can go away. Load it behind helpers and use:
#
#   lay_cable                   two networks, 10.0.0.1 and 10.0.0.2; skips where
#                               they cannot be had
#   "${NEAR[@]}" COMMAND...     in the first; "${FAR[@]}" in the second
#   lose_patience               the near kernel gives a silent peer up early
#   serve_far [OPTION...]       graceserver as "far_server"; sets $PORT
#   cut_cable                   nothing arrives any more

lay_cable() {
	unshare -rn true 2>/dev/null || skip "this host has no user namespaces"
	start near unshare -rn sleep 600
	await is_in_own_network near
	NEAR=(nsenter --preserve-credentials -U -n -t "${PID_OF[near]}")
	start far "${NEAR[@]}" unshare -n sleep 600
	await is_in_own_network far
	FAR=(nsenter --preserve-credentials -U -n -t "${PID_OF[far]}")
	"${NEAR[@]}" ip link add near type veth peer name far \
		netns "${PID_OF[far]}" || skip "no cable can be laid here"
	"${NEAR[@]}" ip address add 10.0.0.1/24 dev near
	"${NEAR[@]}" ip link set near up
	"${FAR[@]}" ip address add 10.0.0.2/24 dev far
	"${FAR[@]}" ip link set far up
}

# The kernel gives a silent peer up after a second, not 15 minutes.
lose_patience() {
	"${NEAR[@]}" sh -c 'echo 2 >/proc/sys/net/ipv4/tcp_retries2'
}

is_in_own_network() {
	local own theirs

	own=$(readlink /proc/self/ns/net)
	theirs=$(readlink "/proc/${PID_OF[$1]}/ns/net")
	[[ $theirs && $theirs != "$own" ]] &&
		{ [[ $1 == near ]] || [[ $theirs != "$(readlink \
			"/proc/${PID_OF[near]}/ns/net")" ]]; }
}

# Nobody is told: what is sent is lost from now on.
cut_cable() {
	"${FAR[@]}" ip link set far down
}

serve_far() {
	start far_server "${FAR[@]}" "$O/graceserver" --port 0 --quiet \
		--listen 10.0.0.2 --delay 0 "$@"
	find_port far_server
}
