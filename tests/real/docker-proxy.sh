#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# docker-proxy alone, out of Debian's package of Docker, whose daemons nobody
# needs here:
#
#   docker-proxy.sh FOLDER      gets it, unless there is one
#   docker-proxy.sh --version   that of the package
set -eu

if [[ $1 == --version ]]; then
	folder=${O:-${0%/*}/../../build}/real
	if [[ -e $folder/docker-proxy.version ]]; then
		cat "$folder/docker-proxy.version"
	else
		dpkg-query -W -f '${Version}\n' docker.io
	fi
	exit
fi
PATH=$PATH:/usr/sbin:$1
! command -v docker-proxy >/dev/null || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# apt-get checks who has signed it; as root it is fetched by another user.
chmod 777 "$work"
(
	cd "$work"
	apt-get download -qq docker.io
	dpkg-deb -f docker.io_*.deb Version >docker-proxy.version
	dpkg-deb --fsys-tarfile docker.io_*.deb |
		tar -x --strip-components=3 ./usr/sbin/docker-proxy
)
mkdir -p "$1"
cp "$work/docker-proxy.version" "$work/docker-proxy" "$1"
