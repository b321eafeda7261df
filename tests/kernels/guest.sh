#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The first and only process of a guest kernel: guest.sh ROOT BUILD WORK
# [PATTERN]. Plays the experiments below ROOT/transcripts, or those that match,
# with the programs in BUILD and leaves release, tap and status in WORK. Only
# WORK and the goldens can be written to.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=$1 build=$2 work=$3 pattern=${4-}

end() {
	sync
	echo o >/proc/sysrq-trigger
	sleep 60
}

mount -t proc proc /proc
ln -s /proc/self/fd /dev/fd
for folder in "$work" "$root/transcripts"; do
	mount -t hostfs -o "$folder" host "$folder" || end
done
uname -r >"$work/release"

# What a wire between two hosts is made of; a kernel may have it built in.
modules=/usr/lib/uml/modules/$(uname -r)/kernel/drivers/net
for module in tun veth; do
	[ ! -e "$modules/$module.ko" ] || insmod "$modules/$module.ko"
done

find "$root/transcripts" -name '*.lab' | grep -e "$pattern" |
	LC_ALL=C sort >"$work/labs"
cd "$root" || end
# A guest has one processor: of more plays at a time some are so slow that the
# kernel sends again what it has sent.
xargs -n 6 "$build/gracelab" check --confirm --patience 60s \
	<"$work/labs" >"$work/tap" 2>&1
echo $? >"$work/status"
end
