#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes what parts.h declares, as C, to standard output: embed.sh FOLDER.
set -eu
cd "$1"

# array NAME FILE...
array() {
	name=$1
	shift
	echo "const char ${name}[] = {"
	cat "$@" | od -An -v -to1 | sed 's/ \([0-7]*\)/(char)0\1,/g'
	echo "0 };"
}

# hash NAME FILE...: as the policy has it; coreutils' printf knows \x.
hash() {
	name=$1
	shift
	sum=$(cat "$@" | sha256sum | cut -c 1-64 | sed 's/../\\x&/g')
	# shellcheck disable=SC2059 # the format is the sum
	echo "const char ${name}[] = \"sha256-$(env printf "$sum" | base64)\";"
}

scripts="ladder.js states.js guess.js page.js"

echo '#include "gracelab/page/parts.h"'
array page_style page.css
hash page_style_hash page.css
# shellcheck disable=SC2086 # one word a script
array page_script $scripts
# shellcheck disable=SC2086
hash page_script_hash $scripts
array page_tcp tcp.svg
array page_unix unix.svg
