#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What `make deb` makes.

load helpers

setup_file() {
	export TREE=$BATS_FILE_TMPDIR/tree DEB=$BATS_FILE_TMPDIR/grace.deb

	# Only what was built, whatever it was built with.
	make -s -C "$BATS_TEST_DIRNAME/.." -o all O="$O" install \
		DESTDIR="$TREE" PREFIX=/usr
	(cd "$BATS_TEST_DIRNAME/.." && .github/package.sh "$TREE" 1.2.3 "$DEB")
}

@test "the package names what its programs are linked to, and its version" {
	run -0 dpkg-deb -f "$DEB" Version Depends
	assert_line "Version: 1.2.3"
	assert_output --regexp 'Depends: .*libjansson4.*libmnl0.*libpcap0'
	refute_output --partial libsystemd
}

@test "what is unpacked plays an experiment and finds its goldens" {
	dpkg-deb -x "$DEB" "$BATS_TEST_TMPDIR/root"
	run -0 "$BATS_TEST_TMPDIR/root/usr/bin/gracelab" check close-early
	assert_line "ok 1 - close-early"
}
