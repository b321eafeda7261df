#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# How a record is drawn: in text, ASCII, SVG and Mermaid. The records in
# tests/pictures are drawn as they are, so that what few experiments show is
# seen too; their goldens stand beside them. UPDATE_GOLDENS=1 writes those
# anew; review them like code.

load helpers
load lab

RECORDS=$ROOT/tests/pictures

draw() {
	timeout 20 "$O/draw" "$@" 3>&- {TICK}<&-
}

# same_as_golden GOLDEN: what was drawn to the file of that name here.
same_as_golden() {
	[[ -z ${UPDATE_GOLDENS-} ]] || cp "$1" "$RECORDS/$1"
	diff -u "$RECORDS/$1" "$1"
}

# Each picture's texts lie on the page, by the widths that the fonts' designers
# gave the widest letters, and so do all its lines.
check_svg() {
	"$PYTHON" -I - "$@" <<-'END'
		import re, sys, unicodedata, xml.etree.ElementTree as tree
		SVG = "{http://www.w3.org/2000/svg}"
		def width(text, style):
		    mono = "mono" in style or "label" in style
		    bold = style in ("title", "state", "head")
		    size = {"title": 19, "asks": 14, "state": 12, "foot": 12,
		        "note": 12}.get(style.split()[0], 13)
		    wide = lambda c: unicodedata.east_asian_width(c) in "WF"
		    em = lambda c: (0 if unicodedata.combining(c) else
		        1.25 if wide(c) else 0.602 if mono else
		        1.1 if c in "MWmw@%" else 0.5 if c in "ijltfrI.,:;() "
		        else (0.72 if bold else 0.66) if c.islower() or c.isdigit()
		        else 0.87)
		    return size * sum(map(em, text))
		for path in sys.argv[1:]:
		    root = tree.parse(path).getroot()
		    assert root.tag == SVG + "svg", root.tag
		    right, bottom = map(float, root.get("viewBox").split()[2:])
		    for e in root.iter(SVG + "text"):
		        x, y = float(e.get("x")), float(e.get("y"))
		        # Along an arrow, which is within.
		        if x == 0:
		            continue
		        w = width(e.text or "", e.get("class"))
		        x -= {"start": 0, "middle": w / 2, "end": w}[e.get("text-anchor")]
		        assert 0 <= x and x + w <= right, (path, e.text, x, w, right)
		        assert 0 < y < bottom, (path, e.text, y)
		    for e in root.iter(SVG + "path"):
		        for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", e.get("d")):
		            assert 0 < float(x) < right and 0 < float(y) < bottom, path
	END
}

@test "records are drawn in text, ASCII and Mermaid as their goldens show" {
	local record name drawn=0

	for record in "$RECORDS"/*.json; do
		name=${record##*/}
		name=${name%.json}
		draw text <"$record" >"$name.txt"
		draw ascii <"$record" >"$name.ascii"
		draw mermaid <"$record" >"$name.mmd"
		same_as_golden "$name.txt"
		same_as_golden "$name.mmd"
		# ASCII has the same lines, and nothing but ASCII.
		! LC_ALL=C grep -q '[^ -~]' "$name.ascii"
		[[ $(wc -l <"$name.txt") == "$(wc -l <"$name.ascii")" ]]
		drawn=$((drawn + 1))
	done
	((drawn >= 8))
}

@test "ladders keep to 80 columns, wide and combining characters and all" {
	local record

	for record in "$RECORDS"/*.json; do
		draw text <"$record" >>all.txt
		draw ascii <"$record" >>all.ascii
	done
	run -0 "$PYTHON" -I - all.txt all.ascii <<-'END'
		import sys, unicodedata
		def columns(line):
		    return sum(0 if unicodedata.combining(c) else
		        # What is no character is drawn as one replacement.
		        2 if unicodedata.east_asian_width(c) in "WF"
		        and c != "\uffff" else 1 for c in line)
		for lines in zip(*(open(path, encoding="utf-8") for path in sys.argv[1:])):
		    text, ascii = (line.rstrip("\n") for line in lines)
		    assert columns(text) <= 80, text
		    # What stands in a column stands there in ASCII too.
		    assert columns(text) == len(ascii), (text, ascii)
	END
}

@test "nothing is clipped in a picture: long, Chinese, emoji" {
	local record

	for record in "$RECORDS"/*.json; do
		draw svg <"$record" >"${record##*/}.svg"
	done
	"$PYTHON" -I - "$RECORDS/simultaneous-close.json" <<-'END'
		import json, sys
		for name, text in {"broad": "W", "mails": "@", "wide": "\u5bbd",
		    "emoji": "\U0001f30d", "words": "MWMW words and WORDS ",
		    "markup": "\"<&>",
		    "low": "b", "mixed": "Was ist das? "}.items():
		    play = json.load(open(sys.argv[1], encoding="utf-8"))
		    play.update(title=text * 200, asks=text * 300, failed=True,
		        failure=text * 400, experiment=text * 100)
		    play["ladder"][0].update(call=text * 50, text=text * 200,
		        result="ECONNRESET")
		    play["ladder"][1].update(text=text * 200, result=text * 50)
		    play["ladder"][2]["segment"] = "data 1073725440+FIN"
		    json.dump(play, open(name, "w"))
	END
	for record in broad mails wide emoji words markup low mixed; do
		draw svg <"$record" >"$record.svg"
	done
	check_svg ./*.svg
}

@test "all pictures name TLS records whole, and say what is noted below" {
	local format

	for format in text svg mermaid html; do
		draw "$format" <"$RECORDS/records.json" >"records.$format"
	done
	"$PYTHON" -I - records.* <<-'END'
		import html, re, sys
		names = """server_hello change_cipher_spec encrypted_extensions
		certificate_request certificate_verify finished
		bad_certificate_status_response partofaheader
		headerofarecord(16401bytes) partofarecord(1000of16401bytes)""".split()
		remarks = """Played on the host's own loopback: EPERM
		The wire was not observed: EPERM
		python3 (process 7) uses io_uring(7)
		No secrets were logged to keys & <more>""".split("\n")
		for path in sys.argv[1:]:
		    text = open(path, encoding="utf-8").read()
		    if path.endswith("html"):
		        # The page's own record is no picture.
		        text = text[:text.index("application/json")]
		    if path.endswith("mermaid"):
		        text = re.sub("#([0-9]+);", r"&#\1;", text.replace("<br/>", ""))
		    if not path.endswith("text"):
		        text = html.unescape(re.sub("<[^>]*>", "", text))
		    assert "…" not in text.replace("that …", "").replace(
		        "server…", ""), (path, text)
		    bare = re.sub(r"\s", "", text)
		    for name in names:
		        assert name in bare, (path, name, text)
		    for remark in remarks:
		        assert remark in text, (path, remark, text)
	END
}

@test "a picture is the same whatever the locale is" {
	local locale format

	for format in text ascii svg mermaid; do
		draw "$format" <"$RECORDS/wide.json" >expected
		for locale in C POSIX C.UTF-8 nonsense; do
			LC_ALL=$locale draw "$format" \
				<"$RECORDS/wide.json" >drawn
			cmp expected drawn
		done
		env -i "$O/draw" "$format" <"$RECORDS/wide.json" >drawn
		cmp expected drawn
	done
}

@test "a record that is read and written again is the same" {
	local record

	for record in "$RECORDS"/*.json; do
		draw json <"$record" >again.json
		"$PYTHON" -Ic 'import json, sys
a, b = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
b = {key: b[key] for key in b}
a = {key: a[key] for key in a if a[key] is not None}
assert a == b, (a, b)' "$record" again.json
	done
}

@test "what is no record is not drawn" {
	run -2 draw svg <<<'{}'
	assert_output 'draw: no record on standard input'
	run -2 draw nonsense <"$RECORDS/wide.json"
}

### What was played

@test "a failed play marks its row and says why last, in every format" {
	local why='failing.lab:3: server: received "other": awaited received'

	why+=' "other", saw received "你好"'
	write_lab failing.lab 'title Failing' 'client> 你好' \
		'server: received "other"'
	lab play failing.lab >out 2>err && return 1
	grep -q '^!  .* recv "你好" = 6$' out
	[[ $(tail -n 1 out) == '    received "你好"' ]]
	[[ $(<err) == "gracelab: failing: $why" ]]

	# Where both are seen together, once is enough.
	run -1 lab play failing.lab
	assert_equal "${lines[-1]}" "gracelab: failing: $why"
	assert_equal "$(grep -c 'awaited received' <<<"$output")" 1

	lab play --ascii --step failing.lab >out 2>err <<<$'\n\n\n' && return 1
	grep -q '^!  .* recv "????" = 6$' out

	lab play --format=mermaid failing.lab >out 2>err && return 1
	tail -n 1 out | grep -q 'failing.lab:3: server: received #34;other#34;'
	grep -q '! the play failed here' out

	lab play --format=svg failing.lab >out.svg 2>err && return 1
	check_svg out.svg
	[[ $(tail -n 2 out.svg) == *'saw received &quot;你好&quot;'* ]]
	grep -q 'class="failed"' out.svg

	lab play --format=json failing.lab >out.json 2>err && return 1
	run -0 "$PYTHON" -I - out.json "$why" <<-'END'
		import json, sys
		play = json.load(open(sys.argv[1], encoding="utf-8"))
		assert play["failed"] is True and play["failure"] == sys.argv[2]
		assert [i for i, rung in enumerate(play["ladder"])
		    if "failed" in rung] == [len(play["ladder"]) - 1]
	END
}

@test "a step that fails without a row of its own gets one" {
	write_lab between.lab 'client> data1' 'client: state CLOSE_WAIT'
	run -1 lab play --patience 1s between.lab
	assert_line '! the play failed here'
}

@test "a failed play fails whatever bytes say why" {
	local long name

	printf -v long 'ö%.0s' {1..150}
	printf 'title x\nserver --bogus\xff\nclient> hello\n' >bogus.lab
	printf 'server --%s\nclient> hello\n' "$long" >cut.lab
	printf 'server "--bogus\\e[31mRED\\e]0;owned\\a"\nclient> x\n' >esc.lab
	cp bogus.lab $'name\xff.lab'
	for name in bogus cut esc $'name\xff'; do
		lab play "$name.lab" >out 2>err && return 1
		grep -aq 'did not start' err
		! LC_ALL=C grep -aq $'[\x1b\x07\xff]' err
		lab check "$name.lab" >out 2>err && return 1
		grep -aq '^not ok 1' out
		! LC_ALL=C grep -aq $'[\x1b\x07]' out
		lab play --format=json "$name.lab" >out.json 2>err && return 1
		run -0 "$PYTHON" -Ic 'import json, sys
play = json.load(open("out.json", encoding="utf-8"))
print(play["failed"], "did not start" in play["failure"])'
		assert_output 'True True'
	done
}

@test "a text that XML excludes is drawn, and the picture is XML" {
	write_lab nonch.lab 'title Noncharacter' \
		'client> send "\xef\xbf\xbf\xed\xa0\x80\x01"' \
		'server: received "\xef\xbf\xbf\xed\xa0\x80\x01"'
	lab play --format=svg nonch.lab >nonch.svg
	check_svg nonch.svg
	grep -qF 'send &quot;\xef\xbf\xbf' nonch.svg
	lab play --format=mermaid nonch.lab >nonch.mmd
	grep -qF 'send #34;#92;xef#92;xbf#92;xbf' nonch.mmd
	lab play --format=json nonch.lab | "$PYTHON" -Im json.tool >/dev/null
}
