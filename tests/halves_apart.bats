#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# gracelab proxy in two halves with a cable between them, which is cut, and an
# address on the way that is changed.

load helpers
load cable

setup() {
	helpers_setup
	lay_cable
	"${FAR[@]}" ip link set lo up
	"${NEAR[@]}" ip link set lo up
}

# far_half [ADDRESS]: where the proxy connects to; it awaits the near one.
far_half() {
	start far_half "${FAR[@]}" "$O/gracelab" proxy --half=server \
		--back="${1-10.0.0.2}:7000" --at=10.0.0.2:7001
	await_text far_half 'the other half connects to 10.0.0.2:7001'
}

# proxy_at SIDE FRONT BACK [OPTION...]: one of proxy.py, in that network.
proxy_at() {
	local -n side=$1

	start proxy "${side[@]}" "$PYTHON" -IS "$ROOT/tests/servers/proxy.py" \
		"${@:4}" "$2" "$3"
	await_text proxy 'listening on'
}

# near_half FRONT OPTION...: in the foreground.
near_half() {
	timeout 60 "${NEAR[@]}" "$O/gracelab" proxy --half=client \
		--front="$1" "${@:2}" "${AT-10.0.0.2}:7001" 3>&- {TICK}<&-
}

CHECKS=--only=gated,server-fin,bare-fin,reset-forward,reset-back

@test "a proxy on either machine passes, and RST crosses as RST" {
	far_half
	proxy_at NEAR 127.0.0.1:7100 10.0.0.2:7000
	run -0 near_half 127.0.0.1:7100 --strict "$CHECKS"
	assert_line --partial 'PASS: '
	kill_it far_half TERM
	finish far_half 0
	far_half 127.0.0.1
	proxy_at FAR 10.0.0.2:7101 127.0.0.1:7000
	run -0 near_half 10.0.0.2:7101 --strict "$CHECKS"
}

@test "what a proxy on the far machine loses is found, and no more" {
	far_half 127.0.0.1
	proxy_at FAR 10.0.0.2:7101 127.0.0.1:7000 --fault drops-client-fin
	run -1 near_half 10.0.0.2:7101 --only=gated,server-fin
	assert_line --regexp '^! gated +FAIL'
	assert_line --regexp '^  server-fin +pass'
}

@test "where addresses are changed on the way it passes, too" {
	command -v nft >/dev/null || skip 'nft is not installed'
	"${NEAR[@]}" ip route add 192.0.2.9 dev near
	"${NEAR[@]}" nft -f - <<-'END'
		table ip t {
			chain out {
				type nat hook output priority -100
				ip daddr 192.0.2.9 dnat to 10.0.0.2
			}
		}
	END
	far_half 127.0.0.1
	proxy_at FAR 10.0.0.2:7101 127.0.0.1:7000
	AT=192.0.2.9 run -0 near_half 192.0.2.9:7101 --only=gated,server-fin
}

@test "a path that falls silent ends it without a verdict, and the next finds the far half as new" {
	far_half 127.0.0.1
	proxy_at FAR 10.0.0.2:7101 127.0.0.1:7000
	start near_half "${NEAR[@]}" "$O/gracelab" proxy --half=client \
		--front=10.0.0.2:7101 --only=gated,idle --idle=60s 10.0.0.2:7001
	await_text near_half gated
	cut_cable
	finish near_half 3
	assert_line --regexp '^  idle +not asked +interrupted'
	assert_output --partial 'NO-VERDICT: the other half was lost meanwhile'
	# That half has gone without a word: what it had left there is dead.
	"${FAR[@]}" ip link set far up
	run -0 near_half 10.0.0.2:7101 --only=gated
}

@test "a near machine that is gone without a word blocks nobody who comes next" {
	far_half 127.0.0.1
	proxy_at FAR 10.0.0.2:7101 127.0.0.1:7000
	start near_half "${NEAR[@]}" "$O/gracelab" proxy --half=client \
		--front=10.0.0.2:7101 --only=gated,idle --idle=60s 10.0.0.2:7001
	await_text near_half gated
	# Nothing can be sent from there any more, nor arrive.
	"${NEAR[@]}" ip address del 10.0.0.1/24 dev near
	kill_it near_half KILL
	"${NEAR[@]}" ip address add 10.0.0.3/24 dev near
	run -0 near_half 10.0.0.2:7101 --only=gated
}

@test "a firewall between proxy and far half is no verdict, and blocks nobody" {
	command -v nft >/dev/null || skip 'nft is not installed'
	"${FAR[@]}" nft -f - <<-'END'
		table ip t {
			chain in {
				type filter hook input priority 0
				iif lo tcp dport 7000 drop
			}
		}
	END
	far_half 127.0.0.1
	proxy_at FAR 10.0.0.2:7101 127.0.0.1:7000
	run -3 near_half 10.0.0.2:7101 --only=gated
	assert_line --regexp '^  plain +NO-PLAIN'
	"${FAR[@]}" nft flush ruleset
	run -0 near_half 10.0.0.2:7101 --only=gated
	kill_it far_half TERM
	finish far_half 0
}
