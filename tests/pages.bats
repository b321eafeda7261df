#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Pages of experiments, without a browser: what holds of each whatever it shows.
# tests/book/rules.py has the rules; `make check-book` looks by a browser.

load helpers
load lab

RECORDS=$ROOT/tests/pictures
RULES=$ROOT/tests/book/rules.py

page_of() {
	timeout 20 "$O/draw" html <"$1" >"$2" 3>&- {TICK}<&-
}

rules() {
	"$PYTHON" -I "$RULES" "$@"
}

@test "a page is well-formed, asks for nothing, and has a row for each rung" {
	local record name pages=0

	for record in "$RECORDS"/*.json; do
		name=${record##*/}
		page_of "$record" "${name%.json}.html"
		pages=$((pages + 1))
	done
	((pages >= 8))
	rules ./*.html
}

@test "the rules find a script, an address, a lost row and another policy" {
	page_of "$RECORDS/simultaneous-close.json" page.html
	rules page.html
	sed 's|</header>|<script>1</script></header>|' page.html >script.html
	sed 's|</header>|<img src="https://example.org/"/></header>|' \
		page.html >image.html
	sed 's|<main>|<main onclick="1">|' page.html >act.html
	sed 's|default-src &#39;none|default-src &#39;self|' page.html >open.html
	sed 's|^"use strict";|"use strict"; |' page.html >script2.html
	sed '0,/<tr><th scope="row">1/{/<tr><th scope="row">1/d}' \
		page.html >row.html
	sed 's|</h1>||' page.html >unclosed.html
	for page in script image act open script2 row unclosed; do
		cmp -s "$page.html" page.html && return 1
		run ! rules "$page.html"
	done
}

@test "no text of a record breaks out of its page" {
	"$PYTHON" -I - "$RECORDS/simultaneous-close.json" <<-'END'
		import json, sys
		evil = ("</script><script>alert(1)</script><!--book--><!--", "]]>",
		    "</title></style></pre></td></table><img src=x onerror=alert(1)>",
		    "\uffff\ufffe", "\x1b[2J\x9b2J\x00\x07", "\u202egnp.\u2066",
		    "' \" & &lt; &#60; \\u003c \\", "\ud7ff\ue000\U0010ffff", "\r\n\t\u2028")
		play = json.load(open(sys.argv[1], encoding="utf-8"))
		for text in evil + ("".join(evil),):
		    play.update(title=text, asks=text, experiment=text, system=text,
		        failed=True, failure=text, network_why=text, wire_why=text,
		        private_network=False, observed={"wire": False, "states": False},
		        terminals={"client": text, "server": text, "client2": text})
		    for row in play["ladder"]:
		        if "call" in row:
		            row.update(call=text, text=text, result=text)
		        if "segment" in row:
		            row["segment"] = text
		        if "states" in row:
		            row["states"] = {"client": text, "server": text}
		    name = "evil%d" % evil.index(text) if text in evil else "all"
		    # NUL ends a text of ours, and jansson refuses it.
		    with open(name + ".json", "w", encoding="utf-8") as file:
		        file.write(json.dumps(play).replace("\\u0000", ""))
	END
	for record in evil*.json all.json; do
		page_of "$record" "${record%.json}.html"
	done
	rules ./*.html
	# What was in the record is in the page's, and is said on it.
	run -0 "$PYTHON" -I - "${RULES%/*}" <<-'END'
		import json, sys
		sys.path.insert(0, sys.argv[1])
		import rules
		page = rules.check("all.html")
		record = rules.record_in(page)
		with open("all.json", encoding="utf-8") as file:
		    assert record["title"] == json.load(file)["title"]
		said = "".join(page.texts)
		assert said.count("</script><script>alert(1)</script>") > 10
		assert page.comments == ["book", "claim"], page.comments
		assert r"\x1b[2J" in said and r"\xef\xbf\xbf" in said
	END
}

@test "a page of a play has the rows that its JSON has, and how terminals grew" {
	lab play --format=html -o page.html close-early
	lab play --format=json -o play.json close-early
	rules page.html
	run -0 "$PYTHON" -I - "${RULES%/*}" <<-'END'
		import json, sys
		sys.path.insert(0, sys.argv[1])
		import rules
		page = rules.check("page.html")
		record = rules.record_in(page)
		play = json.load(open("play.json", encoding="utf-8"))
		for one in record, play:
		    for row in one["ladder"]:
		        del row["t"]
		assert record == play
		assert page.rows == len(play["ladder"]) > 9
		for side in "client", "server":
		    grown = [row["lines"][side] for row in play["ladder"]
		        if side in row.get("lines", {})]
		    assert grown == sorted(set(grown)), grown
		    assert grown[-1] == play["terminals"][side].count("\n"), grown
		# A line stands at the call that it tells of.
		told = [row for row in play["ladder"] if row.get("result") == "EPIPE"]
		assert told[0]["lines"] == {"server": 4}, told
	END
}

@test "pages of several go to a folder, each of its name" {
	mkdir pages
	lab play --format=html -o pages close-early orders-close-1 python-pair
	run -0 ls pages
	assert_output $'close-early.html\norders-close-1.html\npython-pair.html'
	rules pages/*.html
	grep -q '<body class="explored">' pages/orders-close-1.html
	# The tree of its orders, and an order of each end.
	grep -q 'src="data:image/svg+xml;base64,' pages/orders-close-1.html
	grep -q '<!--order 1-->' pages/orders-close-1.html
}

@test "what makes no page is refused, and says why" {
	mkdir here pages
	run -2 lab play --format=html close-early close-late
	assert_output --partial '--format=html: one EXPERIMENT, or --output=FOLDER'
	run -2 lab play --format=html -o nowhere/x.html close-early close-late
	assert_output --partial '--output=FOLDER, which is there'
	cp "$ROOT/transcripts/close/close-early.lab" here/
	run -2 lab play --format=html -o pages here/close-early.lab close-early
	assert_output --partial 'two pages of one name'
	chmod a-w pages
	if ((EUID)); then
		run -1 lab play --format=html -o pages close-early
		assert_output --partial 'cannot write pages/close-early.html: EACCES'
	fi
	run -1 lab play --format=html -o /dev/full close-early
	assert_output --partial 'ENOSPC'
	run -2 lab play --step --format=html close-early
	assert_output --partial '--step shows text only'
}

@test "explore and watch make pages too" {
	lab explore --format=html -o all.html orders-close-1
	lab explore --format=html --find EPIPE -o one.html orders-close-2
	lab watch --format=html -o watched.html \
		--server "$PYTHON $ROOT/transcripts/programs/echo_server.py {port}" \
		--client "$PYTHON $ROOT/transcripts/programs/echo_client.py {port}"
	rules all.html one.html watched.html
	grep -q '<body class="explored">' all.html
	grep -q '<body class="played">' one.html
	grep -q 'EPIPE' one.html
	grep -q 'sends FIN' watched.html
}
