#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# docker-proxy alone, out of Debian's package of Docker, whose daemons nobody
# needs here: docker-proxy.sh FOLDER. Silent where it can be had already.
set -eu

folder=$1
PATH=$PATH:/usr/sbin:$folder
! command -v docker-proxy >/dev/null || exit 0
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# apt-get checks who has signed it; as root it is fetched by another user.
chmod 777 "$work"
cd "$work"
apt-get download -qq docker.io
dpkg-deb -f docker.io_*.deb Version >version
dpkg-deb --fsys-tarfile docker.io_*.deb |
	tar -x --strip-components=3 ./usr/sbin/docker-proxy
cd "$OLDPWD"
cp "$work/version" "$folder/docker-proxy.version"
cp "$work/docker-proxy" "$folder"
