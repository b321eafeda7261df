#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Plays every experiment on other kernels, as they come in Debian's package
# user-mode-linux: each is a program that boots on the files of this machine,
# read-only, without privilege. Goldens that agree say so at their foot.
# Called by `make check-kernels`; by hand: O=build tests/kernels/check.sh
# [KERNEL...]. LABS, a basic regular expression, chooses some.
set -u

here=$(cd "${0%/*}" && pwd) || exit 1
root=${here%/tests/kernels}
O=$(cd "${O:-$root/build}" && pwd) || exit 1
(($#)) || set -- linux.uml

# The kernel wants a folder of its own, and a home is not always one.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export HOME=$work

# The guest finds here what it is to do: the path is its only argument.
for path in "$root" "$O" "$work"; do
	[[ $path != *[[:space:]]* ]] || {
		echo "check-kernels: a kernel's arguments take no space: $path" >&2
		exit 1
	}
done

# boot KERNEL: sets $release and $status, and leaves the guest's TAP in
# $work/tap. The bound is for a guest that hangs; one boots in two seconds.
boot() {
	rm -f "$work"/{tap,release,status}
	timeout --foreground -k 5 "${SECONDS_EACH:-600}" "$1" mem=1G \
		root=/dev/root rootfstype=hostfs rootflags=/ ro quiet \
		con=null con0=null,fd:2 "init=$here/guest.sh" \
		-- "$root" "$O" "$work" "${LABS-}" </dev/null >"$work/console" 2>&1
	release=$(cat "$work/release" 2>/dev/null)
	status=$(cat "$work/status" 2>/dev/null)
}

bad=0
for kernel; do
	if ! command -v "$kernel" >/dev/null; then
		echo "check-kernels: there is no $kernel;" \
			'make deps-kernels installs one' >&2
		exit 1
	fi
	SECONDS=0
	boot "$kernel"
	if [[ ! $status ]]; then
		echo "check-kernels: $kernel did not come to its end:" >&2
		cat "$work/console" "$work/tap" >&2 2>/dev/null
		bad=1
		continue
	fi
	grep -vE '^(ok [^#]*|TAP version .*|1\.\..*)$' "$work/tap"
	echo "# Linux $release: $(grep -c '^ok [^#]*$' "$work/tap") agree," \
		"$(grep -c '^not ok' "$work/tap") do not," \
		"$(grep -c '^ok .*# SKIP' "$work/tap") skipped; $SECONDS s"
	[[ $status == 0 ]] || bad=1
done
exit "$bad"
