#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The book as a browser shows it: a lesson on a telephone and by a projector.
Called by `make check-book`, which makes the book before; writes TAP, and
pictures to look at into $O/book-pictures."""

import glob
import json
import os
import re
import subprocess
import sys
import traceback

import rules
from chromium import Chromium, Tab

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
O = os.path.abspath(os.environ.get("O", os.path.join(ROOT, "build")))
BOOK = os.path.join(O, "book")
PICTURES = os.path.join(O, "book-pictures")
PHONE, SMALL, PROJECTOR, BEAMER = (390, 844), (320, 640), (1920, 1080), \
    (1280, 720)


def page(name):
    return os.path.join(BOOK, name)


def ladder(name):
    """The rows of a page's record."""
    return rules.record_in(rules.check(page(name + ".html")))["ladder"]


def row_of(name, **what):
    """The number of the first row that has all this, from 1."""
    return next(number for number, row in enumerate(ladder(name), 1)
                if all(row.get(key) == value for key, value in what.items()))


def lit(tab):
    """The states that are lit, by side."""
    return tab.value("""Object.fromEntries(["client", "server"].map((side) =>
        [side, [...document.querySelectorAll(".node." + side)].map((node) =>
            node.dataset.state)]))""")


def rows(tab):
    """How many rows are shown."""
    return tab.value("document.querySelectorAll('.row:not([hidden])').length")


def equal(one, other):
    if one != other:
        raise AssertionError(f"{one!r} is not {other!r}")


def is_clean(tab, path):
    """It asked for itself alone, and nothing went wrong or was refused."""
    equal([address for address in tab.requests()
           if not address.startswith("data:") and
           address.split("#")[0] != "file://" + path], [])
    equal(tab.complaints(), [])


def keys_step_through_a_page(browser):
    path = page("close-early.html")
    tab = Tab(browser, path, *PHONE)
    equal(rows(tab), 0)
    total = len(ladder("close-early"))
    seen = [lit(tab)]
    for _ in range(total):
        tab.key("ArrowRight")
        seen.append(lit(tab))
    equal(rows(tab), total)
    equal(seen[0], {"client": [], "server": []})
    equal(seen[row_of("close-early", segment="SYN+ACK")],
          {"client": ["ESTABLISHED"], "server": []})
    equal(seen[row_of("close-early", call="close")],
          {"client": ["FIN_WAIT2"], "server": ["CLOSE_WAIT"]})
    equal(seen[row_of("close-early", segment="RST")],
          {"client": ["gone"], "server": ["gone"]})
    tab.key("ArrowRight")
    equal(rows(tab), total)
    tab.key("ArrowLeft")
    equal(rows(tab), total - 1)
    tab.key("Home")
    equal(rows(tab), 0)
    tab.key("PageDown")
    tab.key(" ", " ")
    equal(rows(tab), 2)
    tab.key("End")
    equal(rows(tab), total)
    equal(tab.value("location.hash"), f"#{total}")
    is_clean(tab, path)


def buttons_and_addresses_step_too(browser):
    tab = Tab(browser, page("close-early.html"), *PHONE)
    tab.click("#next")
    tab.click("#next")
    equal(rows(tab), 2)
    tab.click("#back")
    equal(rows(tab), 1)
    tab.click("#last")
    total = len(ladder("close-early"))
    equal(rows(tab), total)
    equal(tab.value("document.getElementById('next').disabled"), True)
    tab.click("#first")
    equal(rows(tab), 0)
    tab.value("location.hash = '#7'")
    equal(rows(tab), 7)
    tab.go(page("close-early.html#999"))
    equal(rows(tab), total)
    tab.go(page("close-early.html#nonsense"))
    equal(rows(tab), 0)


def terminals_show_what_they_showed_then(browser):
    step = row_of("close-early", call="recv")
    tab = Tab(browser, page(f"close-early.html#{step}"), *PROJECTOR)

    def shown(side):
        return tab.value(f"document.querySelector('pre[data-actor={side}]')"
                         ".textContent")
    equal(shown("client"), "now sending data1\nsend bytes: 5\n")
    equal(shown("server"), "[1] received 5 bytes: data1\n")
    tab.key("Home")
    equal(shown("client") + shown("server"), "")
    tab.key("End")
    record = rules.record_in(rules.check(page("close-early.html")))
    equal(shown("client"), record["terminals"]["client"])
    equal(shown("server"), record["terminals"]["server"])


def the_way_through_passing_states_lights_up(browser):
    step = row_of("close-early", call="close")
    tab = Tab(browser, page(f"close-early.html#{step}"), *PROJECTOR)
    ways = """[...document.querySelectorAll(".edge.client")].map((edge) =>
        edge.dataset.from + ">" + edge.dataset.to)"""
    equal(tab.value(ways), ["ESTABLISHED>FIN_WAIT1", "FIN_WAIT1>FIN_WAIT2"])
    # A RST takes no way of the diagram.
    step = row_of("close-early", segment="RST")
    tab.go(page(f"close-early.html#{step}"))
    equal(tab.value(ways), [])


def segments_cross_by_steps_alone(browser):
    step = row_of("simultaneous-close", call="close", side="server")
    tab = Tab(browser, page(f"simultaneous-close.html#{step}"), *PROJECTOR)
    fates = """[...document.querySelectorAll("#wires .segment")].map((one) =>
        [Number(one.dataset.row), one.dataset.fate])"""
    line = """(() => { const line = document.querySelector(
        '#wires .segment[data-row="%d"] line');
        return ["x1", "y1", "x2", "y2"].map((name) =>
            Number(line.getAttribute(name))); })()"""
    def under_way():
        return [one for one in tab.value(fates) if one[1] != "at-once"]
    # The client's FIN left in the row before, both arrive in those behind.
    client, server = step - 2, step - 1
    equal(under_way(), [[client, "sent"], [server, "sent"]])
    first = tab.value(line % client)
    middle = first[2]
    assert first[3] > first[1], first
    equal(tab.value(line % server)[2], middle)
    tab.key("ArrowRight")
    equal(under_way(), [[server, "sent"], [step, "arrived"]])
    x1, y1, x2, y2 = tab.value(line % step)
    assert x2 > middle > x1 and y2 > y1 and y1 == first[1]
    tab.key("ArrowRight")
    equal(under_way(), [[step, "arrived"], [step + 1, "arrived"]])
    back = tab.value(line % (step + 1))
    assert back[2] < middle < back[0] and back[3] > back[1], back
    equal(tab.value("document.getAnimations().length"), 0)


def a_lost_segment_ends_at_a_cross(browser):
    step = row_of("last-ack-lost", event="lost") - 1
    tab = Tab(browser, page(f"last-ack-lost.html#{step}"), *PHONE)
    crosses = "document.querySelectorAll('#wires .cross').length"
    equal(tab.value(crosses), 0)
    tab.key("ArrowRight")
    equal(tab.value(crosses), 2)


def who_guesses_sees_after_that(browser):
    step = row_of("crossing-close", call="close")
    tab = Tab(browser, page(f"crossing-close.html#{step - 1}"), *PHONE)
    tab.key("g", "g")
    equal(rows(tab), step - 1)
    assert tab.value("document.getElementById('guess').innerText") \
        .startswith("The client calls close.")
    # Nothing of the row is to be seen, nor heard.
    assert "FIN_WAIT1" not in tab.value(
        "document.getElementById('now').textContent")
    tab.value("""[...document.querySelectorAll("#guess input")].find((one) =>
        one.value === "FIN from the client").click()""")
    tab.value("""[...document.querySelectorAll("#guess input")].find((one) =>
        one.value === "FIN_WAIT2").click()""")
    tab.click("#next")
    equal(rows(tab), step)
    equal(tab.value("document.querySelectorAll('#guess .right').length"), 4)
    equal(tab.value("document.querySelectorAll('#guess .wrong').length"), 1)
    assert "1 of 2 right so far" in tab.value(
        "document.getElementById('guess').innerText")
    # The next press asks again, and g ends it.
    tab.key("ArrowRight")
    equal(rows(tab), step)
    tab.key("g", "g")
    equal(tab.value("document.getElementById('guess').hidden"), True)
    tab.key("ArrowRight")
    equal(rows(tab), step + 1)


def each_question_has_its_answer_among_few(browser):
    tab = Tab(browser, page("close-early.html"), *PHONE)
    for name in "close-early", "crossing-close", "last-ack-lost", \
            "python-pair", "forged-fin", "sigpipe-death", "time-wait", \
            "unix-close-early":
        tab.go(page(name + ".html"))
        tab.key("g", "g")
        total = tab.value("record.ladder.length")
        for at in range(total):
            bad = tab.value("""[...document.querySelectorAll(
                "#guess fieldset")].filter((set) => {
                    const values = [...set.querySelectorAll("input")]
                        .map((one) => one.value);
                    return values.filter((one) =>
                        one === set.dataset.answer).length !== 1 ||
                        values.length < 2 || values.length > 9;
                }).map((set) => set.innerText)""")
            equal((name, at, bad), (name, at, []))
            equal(rows(tab), at)
            tab.key("ArrowRight")
            tab.key("ArrowRight")
        equal(rows(tab), total)


def everything_fits_small_and_large(browser):
    for name in "close-early", "simultaneous-close", "two", "index", \
            "orders-close-2", "orders", "python-pair":
        path = page(name + ".html") if name != "two" else \
            drawn("two-connections")
        for size in SMALL, PHONE, BEAMER, PROJECTOR:
            tab = Tab(browser, path, *size)
            tab.key("End")
            wide = tab.value("document.documentElement.scrollWidth")
            assert wide <= size[0], (name, size, wide)
            tab.close()


def the_current_row_and_the_controls_are_in_sight(browser):
    for size in PHONE, BEAMER, PROJECTOR:
        tab = Tab(browser, page("crossing-close.html"), *size)
        for _ in ladder("crossing-close"):
            tab.key("ArrowRight")
            seen = tab.value("""(() => {
                const row = document.querySelector(".row.now")
                    .getBoundingClientRect();
                const next = document.getElementById("next")
                    .getBoundingClientRect();
                const at = document.elementFromPoint(row.left + 4,
                    row.top + row.height / 2);
                return [at && !!at.closest(".row.now"), next.height,
                    next.bottom <= innerHeight]; })()""")
            assert seen[0] and seen[1] >= 40 and seen[2], (size, seen)


def contrast(one, other):
    """WCAG's ratio of two colours, rgb(...)."""
    def light(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = [part / 12.92 if part <= 0.03928 else
                            ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXTS = """(() => {
    const found = [];
    for (const element of document.querySelectorAll("body *")) {
        const style = getComputedStyle(element);
        const own = [...element.childNodes].some((node) =>
            node.nodeType === 3 && node.data.trim());
        if (!own || element.closest("svg, script, style, [hidden]") ||
            style.fontSize === "0px" || !element.offsetParent ||
            element.disabled)
            continue;
        let behind = element;
        while (behind && getComputedStyle(behind).backgroundColor ===
            "rgba(0, 0, 0, 0)")
            behind = behind.parentElement;
        found.push([element.className + " " + element.textContent.slice(0, 30),
            style.color, behind ? getComputedStyle(behind).backgroundColor :
                "rgb(255, 255, 255)", parseFloat(style.fontSize)]);
    }
    return found; })()"""


def texts_can_be_read_in_light_and_dark(browser):
    backgrounds = set()
    for dark in False, True:
        for name in "close-early.html#10", "index.html", \
                "orders-close-2.html", "sigpipe-death.html#9":
            tab = Tab(browser, page(name), *PHONE, dark=dark)
            backgrounds.add(tab.value(
                "getComputedStyle(document.body).backgroundColor"))
            found = tab.value(TEXTS)
            assert len(found) > 5, found
            for text, colour, behind, size in found:
                ratio = contrast(colour, behind)
                assert ratio >= 4.5, (name, dark, text, colour, behind, ratio)
                assert size >= 10.5, (name, text, size)
            tab.close()
    equal(len(backgrounds), 2)


def a_key_changes_dark_and_light(browser):
    tab = Tab(browser, page("close-early.html"), *PHONE)
    colour = "getComputedStyle(document.body).backgroundColor"
    light = tab.value(colour)
    tab.key("d", "d")
    dark = tab.value(colour)
    assert dark != light, dark
    tab.click("#shade")
    equal(tab.value(colour), light)


def paper_has_every_step(browser):
    tab = Tab(browser, page("last-ack-lost.html#2"), *BEAMER)
    tab.value("""addEventListener("beforeprint", () => { window.printed =
        document.querySelectorAll(".row:not([hidden])").length; })""")
    tab.pdf(os.path.join(PICTURES, "last-ack-lost.pdf"))
    equal(tab.value("window.printed"), len(ladder("last-ack-lost")))
    equal(rows(tab), 2)


def without_scripts_the_words_are_there(browser):
    tab = Tab(browser, page("close-early.html"), *PHONE, scripts=False)
    tree = tab.call("Accessibility.getFullAXTree")["nodes"]
    said = [node.get("name", {}).get("value") or "" for node in tree
            if not node["ignored"]]
    roles = [node.get("role", {}).get("value") for node in tree
             if not node["ignored"]]
    assert "the client sends RST" in said, said
    assert "button" not in roles, roles
    # One more for the head.
    equal(roles.count("row"), len(ladder("close-early")) + 1)


def who_hears_the_page_has_rows_and_words(browser):
    step = row_of("close-early", call="close")
    tab = Tab(browser, page(f"close-early.html#{step}"), *PHONE)
    equal(tab.value("document.getElementById('now').textContent"),
          f"Row {step}: the client: close = 0; the client sends FIN; the client is "
          "FIN_WAIT2 now; the server is CLOSE_WAIT now.")
    equal(tab.value("document.getElementById('now').ariaLive"), "polite")
    tree = tab.call("Accessibility.getFullAXTree")["nodes"]
    buttons = [node["name"]["value"] for node in tree if not node["ignored"]
               and node.get("role", {}).get("value") == "button"]
    equal(buttons, ["start", "back", "next", "all", "what will happen?",
                    "dark or light"])
    # The drawn ladder is not read out: the table says it all.
    equal(tab.value("document.getElementById('ladder').ariaHidden"), "true")
    tab.value("document.getElementById('in-words').open = true")
    tree = tab.call("Accessibility.getFullAXTree")["nodes"]
    equal(len([1 for node in tree if not node["ignored"] and
               node.get("role", {}).get("value") == "row"]),
          len(ladder("close-early")) + 1)


def drawn(name, change=None):
    """A page of a record in tests/pictures, as $O/draw gives it."""
    with open(os.path.join(ROOT, "tests", "pictures", name + ".json"),
              encoding="utf-8") as file:
        record = json.load(file)
    if change:
        change(record)
    path = os.path.join(PICTURES, name + ".html")
    with open(path, "wb") as file:
        subprocess.run([os.path.join(O, "draw"), "html"], check=True,
                       input=json.dumps(record).encode(), stdout=file)
    return path


EVIL = "</script></pre></title><script>window.broken = 1</script>" \
    "<img src=x onerror='window.broken = 2'><!--]]>\u001b[2J\uffff\u202e"


def spoil(record):
    record.update(title=EVIL, asks=EVIL, failed=True, failure=EVIL,
                  terminals={"client": EVIL, "server": EVIL})
    for row in record["ladder"]:
        for key in "call", "text", "result", "segment":
            if key in row:
                row[key] = EVIL
        if "states" in row:
            row["states"] = {"client": EVIL, "server": EVIL}


def hostile_texts_stay_texts(browser):
    path = drawn("simultaneous-close", spoil)
    rules.check(path)
    tab = Tab(browser, path, *PHONE)
    tab.key("g", "g")
    for _ in range(20):
        tab.key("ArrowRight")
    tab.key("End")
    equal(tab.value("window.broken === undefined"), True)
    equal(tab.value("document.images.length"), 0)
    equal(tab.value("document.scripts.length"), 2)
    equal(rows(tab), tab.value("record.ladder.length"))
    assert "window.broken = 1" in tab.value(
        "document.getElementById('ladder').textContent")
    assert not tab.value("/[\\x1b\\uffff\\u202e]/.test("
                         "document.body.innerText)")
    is_clean(tab, path)


def the_policy_stops_what_is_not_the_pages_own(browser):
    with open(drawn("forged"), encoding="utf-8") as file:
        text = file.read()
    path = os.path.join(PICTURES, "broken.html")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(
            "<main>", "<main><script>window.broken = 1</script>"
            "<img src=\"https://192.0.2.1/x.png\" onerror=\"broken = 2\"/>",
            1))
    tab = Tab(browser, path, *PHONE)
    equal(tab.value("window.broken === undefined"), True)
    refused = tab.complaints()
    assert any("script" in one for one in refused), refused
    assert any("192.0.2.1" in one for one in refused), refused


def every_page_of_the_book_runs(browser):
    paths = sorted(glob.glob(os.path.join(BOOK, "*.html")))
    assert len(paths) > 100, len(paths)
    tab = Tab(browser, None, *PHONE)
    for path in paths:
        rules.check(path)
        tab.go(path)
        tab.key("End")
        shown = tab.value("""document.body.className !== "played" ||
            record.ladder.length === document.querySelectorAll(
                ".row:not([hidden])").length""")
        equal((path, shown), (path, True))
        equal((path, tab.complaints()), (path, []))
    equal([address for address in tab.requests() if not
           address.startswith(("data:", "file://" + BOOK, "about:"))], [])


def links_of_the_book_lead_somewhere(browser):
    tab = Tab(browser, None, *PHONE)
    for name in "index", "orders", "close-early", "orders-close-2", \
            "orders-close-2-1":
        tab.go(page(name + ".html"))
        links = tab.value("[...document.querySelectorAll('a')].map((one) =>"
                          "one.getAttribute('href'))")
        assert links, name
        for link in links:
            target = link.split("#")[0]
            assert not target or os.path.exists(page(target)), (name, link)
            assert target or tab.value(
                f"!!document.getElementById({link[1:]!r})"), (name, link)
    tab.go(page("index.html"))
    linked = set(tab.value("[...document.querySelectorAll('.card h4 a')].map("
                           "(one) => one.getAttribute('href'))"))
    listed = subprocess.run([os.path.join(O, "gracelab"), "list"], text=True,
                            check=True, stdout=subprocess.PIPE).stdout
    equal(linked, {line.split()[0] + ".html"
                   for line in listed.splitlines()})


def the_search_finds_claims_and_questions(browser):
    tab = Tab(browser, page("index.html"), *PHONE)
    shown = """[...document.querySelectorAll(".card:not([hidden])")].map(
        (card) => (card.querySelector("h4 a, summary").textContent))"""
    everything = len(tab.value(shown))
    tab.key("/", "/")
    for letter in "time_wait rfc 1337":
        tab.key(letter, letter)
    found = tab.value(shown)
    assert "time-wait-kept" in found and 0 < len(found) < 6, found
    equal(tab.value("document.getElementById('found').textContent"),
          f"{len(found)} found")
    tab.value("search.value = 'exit(0)'; find()")
    assert any("exit(0)" in one for one in tab.value(shown))
    tab.value("search.value = ''; find()")
    equal(len(tab.value(shown)), everything)


def pictures_to_look_at(browser):
    for name, step in ("close-early", 10), ("simultaneous-close", 6), \
            ("last-ack-lost", 9), ("python-pair", 9), ("unix-close-early", 8), \
            ("orders-close-2", 0), ("index", 0):
        for size, what in (PHONE, "phone"), (PROJECTOR, "projector"):
            for dark in False, True:
                tab = Tab(browser, page(f"{name}.html#{step}"), *size,
                          dark=dark)
                tab.picture(os.path.join(
                    PICTURES, f"{name}-{what}{'-dark' if dark else ''}.png"))
                tab.close()
    assert len(glob.glob(os.path.join(PICTURES, "*.png"))) >= 28


CHECKS = [
    keys_step_through_a_page, buttons_and_addresses_step_too,
    terminals_show_what_they_showed_then,
    the_way_through_passing_states_lights_up, segments_cross_by_steps_alone,
    a_lost_segment_ends_at_a_cross, who_guesses_sees_after_that,
    each_question_has_its_answer_among_few, everything_fits_small_and_large,
    the_current_row_and_the_controls_are_in_sight,
    texts_can_be_read_in_light_and_dark, a_key_changes_dark_and_light,
    paper_has_every_step, without_scripts_the_words_are_there,
    who_hears_the_page_has_rows_and_words, hostile_texts_stay_texts,
    the_policy_stops_what_is_not_the_pages_own, every_page_of_the_book_runs,
    links_of_the_book_lead_somewhere, the_search_finds_claims_and_questions,
    pictures_to_look_at,
]


def main():
    os.makedirs(PICTURES, exist_ok=True)
    chosen = [check for check in CHECKS if not sys.argv[1:] or
              any(part in check.__name__ for part in sys.argv[1:])]
    print(f"1..{len(chosen)}")
    bad = 0
    for number, check in enumerate(chosen, 1):
        name = check.__name__.replace("_", " ")
        try:
            with Chromium() as browser:
                check(browser)
            print(f"ok {number} {name}", flush=True)
        except Exception:  # pylint: disable=broad-except
            bad += 1
            print(f"not ok {number} {name}", flush=True)
            print("# " + traceback.format_exc().replace("\n", "\n# "))
    print(f"# the pictures are in {os.path.relpath(PICTURES)}")
    sys.exit(1 if bad else 0)


main()
