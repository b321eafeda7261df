#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The manuals say what they mean when they are rendered: a macro's words that
# are too few or too many are no error to mandoc's lint.

load helpers

setup_file() {
	local page

	cd "${BATS_TEST_FILENAME%/*}/.." || return 1
	for page in "$O"/*.1 gracelab/grace-lab.5; do
		mandoc -Tutf8 -Owidth=1000 "$page" | sed $'s/.\b//g' \
			>"$BATS_FILE_TMPDIR/${page##*/}.txt"
	done
}

# faults EXPRESSION...: the lines in which such a thing is rendered.
faults() {
	"$PYTHON" -I - "$BATS_FILE_TMPDIR" "$@" <<-'END'
		import pathlib, re, sys
		pages = sorted(pathlib.Path(sys.argv[1]).glob("*.txt"))
		assert len(pages) == 4, pages
		for page in pages:
		    for line in page.read_text(encoding="utf-8").splitlines():
		        if any(re.search(e, line) for e in sys.argv[2:]):
		            print("%s: %s" % (page.name, line.strip()))
	END
}

@test "each bracket of a synopsis is closed, and was opened" {
	"$PYTHON" -I - "$BATS_FILE_TMPDIR" <<-'END'
		import pathlib, re, sys
		for page in pathlib.Path(sys.argv[1]).glob("*.1.txt"):
		    text = page.read_text(encoding="utf-8")
		    synopsis = text.split("SYNOPSIS\n")[1].split("DESCRIPTION\n")[0]
		    for line in synopsis.splitlines():
		        deep = [0]
		        for c in re.sub("[^][]", "", line):
		            deep.append(deep[-1] + (1 if c == "[" else -1))
		        assert min(deep) == 0 == deep[-1], (page.name, line)
	END
	run -0 grep -c -- '--half=server --back ADDR:PORT \[--at ADDR:PORT\]$' \
		"$BATS_FILE_TMPDIR/gracelab.1.txt"
	assert_output 1
}

@test "no quotation has another in it, and no option's argument an option" {
	run -0 faults '\u2018[^\u2019]*\u2018' '\[=[^]]*\['
	assert_output ''
}

@test "of a list each word is quoted by itself" {
	# One of several words: `.Ql a , b` has one pair of quotes for all.
	cd "$BATS_TEST_DIRNAME/.."
	run -1 grep -nE '^\..*\<Ql ([^ A-Z][^ ]* )+[,;] (No |[^A-Z])' \
		./*/*.1 ./*/*.5
	assert_output ''
}

@test "grace-lab(5) has the names of all records that can be awaited" {
	cd "$BATS_TEST_DIRNAME/.."
	"$PYTHON" -I - <<-'END'
		import pathlib, re
		table = pathlib.Path("lib/net/tls_record.c").read_text()
		manual = pathlib.Path("gracelab/grace-lab.5").read_text()
		for names, ends in ("alerts", "no_application_protocol"), \
		        ("messages", "key_update"):
		    body = table.split("struct name %s[]" % names)[1].split("};")[0]
		    names = re.findall('"(\\w+)"', body)
		    told = re.search(r"\.Cm %s ,\n((?:\.Cm .*\n|and\n)*)" % names[0],
		                     manual)
		    told = [names[0]] + re.findall(r"\.Cm (\w+)", told[1])
		    assert told == names and told[-1] == ends, (told, names)
	END
}
