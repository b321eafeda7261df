#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds a Debian package of what `make install` installs. Called by
# `make deb`; by hand: .github/package.sh TREE VERSION FILE, where TREE is what
# was installed with DESTDIR=TREE PREFIX=/usr.
set -eu

tree=$1 version=$2 file=$3

# The packages that own the libraries which the programs themselves ask for.
needed() {
	for program in graceclient graceserver gracelab; do
		readelf -d "$tree/usr/bin/$program" |
			sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort >"$tree/needed"
		ldd "$tree/usr/bin/$program" | awk '{ print $1, $3 }' | sort |
			join "$tree/needed" -
	done | sort -u | while read -r _ library; do
		real=$(readlink -f "$library")
		# Since /usr was merged a file may be known by either name.
		dpkg-query -S "$real" "${real#/usr}" 2>/dev/null | cut -d: -f1
	done | sort -u | paste -s -d, - | sed 's/,/, /g'
	rm "$tree/needed"
}

find "$tree/usr/share/man" -name '*.[15]' -exec gzip -9nf '{}' +
install -d "$tree/usr/share/doc/grace" "$tree/DEBIAN"
install -m 644 LICENSE "$tree/usr/share/doc/grace/copyright"
cat >"$tree/DEBIAN/control" <<EOT
Package: grace
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: the grace developers <grace@localhost>
Installed-Size: $(du -sk "$tree/usr" | cut -f1)
Depends: $(needed)
Section: net
Priority: optional
Description: laboratory for the end of a TCP connection
 Shows in one reproducible transcript what each side called, what state each
 kernel was in and what went over the wire when a connection ends by close(),
 by shutdown() or by accident; and gives verdicts on servers and proxies.
EOT
dpkg-deb --root-owner-group --build "$tree" "$file" >/dev/null
