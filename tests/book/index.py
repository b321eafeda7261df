# SPDX-License-Identifier: GPL-3.0-or-later
"""The index of the book, from transcripts/README.md and the pages' records;
and the page about every order, from transcripts/orders.md."""

import base64
import collections
import hashlib
import html
import os
import re

import markdown

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "gracelab", "page")

Claim = collections.namedtuple("Claim", "theme claim verdict kind")


def read(*path):
    """A file's text."""
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def kind_of(verdict):
    """A verdict's first words, as a class."""
    for kind, word in ("half", "Half true"), ("half", "Only if"), \
            ("true", "True"), ("false", "False"):
        if verdict.startswith(word):
            return kind
    raise SystemExit(f"a verdict is none: {verdict}")


class Texts:
    """What transcripts/README.md and orders.md say."""

    def __init__(self, folder, names):
        self.folder, self.names = folder, set(names)
        page = read(folder, "README.md")
        self.sections = dict(re.findall(r"^## (.*)\n((?:(?!## ).*\n?)*)", page,
                                        re.M))
        self.claims = {}
        for theme, text in re.findall(
                r"^### (.*)\n((?:(?!###? ).*\n?)*)",
                self.sections["Claims and verdicts"], re.M):
            for line in text.splitlines():
                if line.startswith("| ["):
                    self.add_claim(theme, markdown.cells(line))
        where = self.sections["Where to begin"]
        first = re.findall(r"\]\([a-z]+/([\w-]+)\.txt\)", where)
        self.order = [name for name in dict.fromkeys(
            first + list(self.claims)) if name in self.names]

    def add_claim(self, theme, cells):
        name = re.match(r"\[([\w-]+)\]", cells[0]).group(1)
        self.claims[name] = Claim(
            theme, self.inline(cells[1]), self.inline(cells[2]),
            kind_of(cells[2]))

    def link(self, address):
        """Where a link of the page leads in the book."""
        name = os.path.splitext(os.path.basename(address))[0]
        if address == "orders.md":
            return "orders.html"
        return name + ".html" if name in self.names else None

    def inline(self, text):
        return markdown.inline(text, self.link)

    def image(self, alt, path):
        """A picture, as a part of the page."""
        data = base64.b64encode(read(self.folder, path).encode()).decode()
        return (f'<p class="graph"><img alt="{html.escape(alt)}" '
                f'src="data:image/svg+xml;base64,{data}"/></p>')

    def convert(self, text):
        return markdown.convert(text, self.link, self.image)


STATES = {"FIN_WAIT1": "active", "FIN_WAIT2": "active", "CLOSING": "active",
          "CLOSE_WAIT": "passive", "LAST_ACK": "passive", "TIME_WAIT": "wait",
          "SYN_SENT": "begin", "SYN_RECV": "begin", "SHUT_WR": "active",
          "SHUT_RD": "passive", "SHUT_RDWR": "wait", "gone": "", "CLOSE": ""}


def arrow(rows, at, y):
    """A row's segment in a small picture, or nothing."""
    row = rows[at]
    fate = row.get("event")
    if "segment" not in row or fate == "sent":
        return ""
    left = at
    if "segment_id" in row:
        left = next((i for i, one in enumerate(rows) if one.get("event") ==
                     "sent" and one.get("segment_id") == row["segment_id"]),
                    at)
    start, end = (30, 90) if row["from"] == "client" else (90, 30)
    if fate == "lost":
        end = 60
    kind = "rst" if "RST" in row["segment"] else "forged" \
        if fate == "forged" else "segment"
    cross = f'<path class="cross" d="M56 {y(at) - 4}l8 8m0 -8l-8 8"/>' \
        if fate == "lost" else f'<circle class="{kind}" cx="{end}" ' \
        f'cy="{y(at)}" r="2.5"/>'
    return f'<path class="{kind}" d="M{start} {y(left)}L{end} {y(at)}"/>{cross}'


def thumbnail(record):
    """A ladder in small: states and segments, without words."""
    rows = record["ladder"]

    def y(at):
        return 6 + 9 * at
    height = y(len(rows)) + 2
    drawn = [f'<svg class="small" viewBox="0 0 120 {height}" '
             f'width="120" height="{height}" aria-hidden="true">']
    for side, x in ("client", 12), ("server", 90):
        changes = [(i, row["states"][side]) for i, row in enumerate(rows)
                   if side in row.get("states", {})]
        for (i, state), (end, _) in zip(
                changes, changes[1:] + [(len(rows), "")]):
            kind = STATES.get(state, "open")
            if kind:
                drawn.append(f'<rect class="{kind}" x="{x}" y="{y(i) - 4}" '
                             f'width="18" height="{9 * (end - i) - 1}"/>')
    drawn += [arrow(rows, i, y) for i in range(len(rows))]
    return "".join(drawn) + "</svg>"


def share(record):
    """What part of the orders loses an answer, as a bar."""
    lost = sum(one["orders"] for one in record["classes"]
               if one["answers"] == "lost")
    width = 120 * lost / max(record["orders"], 1)
    return ('<svg class="small" viewBox="0 0 120 30" width="120" height="30" '
            'aria-hidden="true"><rect class="kept" width="120" height="30"/>'
            f'<rect class="gone" width="{width:.1f}" height="30"/></svg>',
            f"An answer is lost in {lost:,} of {record['orders']:,} orders.")


def card(name, record, texts, title):
    """An experiment's entry."""
    claim = texts.claims.get(name)
    said = f"<p>{html.escape(record.get('asks') or '')}</p>"
    badge, note = "", ""
    if "classes" in record:
        picture, note = share(record)
    else:
        picture = thumbnail(record)
    if claim:
        words = {"true": "true", "half": "half true", "false": "false"}
        badge = f' <span class="badge {claim.kind}">{words[claim.kind]}</span>'
        if "<strong>Linux</strong>" in claim.verdict:
            badge += ' <span class="badge linux">Linux</span>'
        said = f"<p>{claim.claim}</p>"
        note = claim.verdict
    number = f'<span class="number">{texts.order.index(name) + 1}</span> ' \
        if name in texts.order else ""
    return (f'<li class="card"><a class="picture" href="{name}.html" '
            f'tabindex="-1" aria-hidden="true">{picture}</a><div>'
            f'<h4>{number}<a href="{name}.html">{name}</a>{badge}</h4>'
            f'<p class="title">{html.escape(title)}</p>{said}'
            f'<p class="verdict">{note}</p></div></li>\n')


def cards(names, records, titles, texts):
    return '<ul class="cards">' + "".join(
        card(name, records[name], texts, titles[name])
        for name in names) + "</ul>\n"


def questions(texts):
    """Each question with its answer behind it."""
    out = []
    for part in markdown.blocks(
            texts.sections["Questions that learners ask"]):
        asks, answer = re.match(r"\*\*(.*?)\*\*\s*(.*)", part, re.S).groups()
        out.append(f"<details class=\"card\"><summary>{texts.inline(asks)}"
                   f"</summary><p>{texts.inline(answer)}</p></details>\n")
    return "".join(out)


def hashed(text):
    """As a Content-Security-Policy has it."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def page(title, body):
    """A whole page; it asks for nothing, as the others."""
    style = read(PAGE, "page.css") + read(HERE, "book.css")
    script = read(HERE, "book.js")
    policy = html.escape(
        f"default-src 'none'; script-src {hashed(script)}; style-src "
        f"{hashed(style)}; img-src data:; base-uri 'none'; form-action 'none'")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="{policy}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta name="referrer" content="no-referrer"/>
<title>{title}</title>
<style>{style}</style>
</head>
<body class="book">
{body}
<script>{script}</script>
</body>
</html>
"""


def titles_of(records, folder):
    """The titles, of explored ones too, whose record has none."""
    titles = {}
    for name, record in records.items():
        title = record.get("title")
        if title is None:
            head = re.search(r"^title\s+(.*)$", read(lab_of(folder, name)),
                             re.M)
            title = head.group(1) if head else ""
        titles[name] = title
    return titles


def lab_of(folder, name):
    """The experiment's file."""
    for theme in os.listdir(folder):
        path = os.path.join(folder, theme, name + ".lab")
        if os.path.exists(path):
            return path
    raise SystemExit(f"there is no {name}.lab")


def write(book, records, texts):
    """Writes index.html and orders.html."""
    titles = titles_of(records, texts.folder)
    themes = dict.fromkeys(claim.theme for claim in texts.claims.values())
    found = "".join(
        f"<section><h3>{html.escape(theme)}</h3>" + cards(
            [name for name, claim in texts.claims.items()
             if claim.theme == theme and name in records],
            records, titles, texts) + "</section>\n" for theme in themes)
    other = [name for name in records if name not in texts.claims]
    if other:
        found += ("<section><h3>Every order</h3><p>An experiment is one "
                  "order of many. These play all of them: "
                  '<a href="orders.html">what they show</a>.</p>' +
                  cards(other, records, titles, texts) + "</section>\n")
    body = f"""<header><h1>The end of a TCP connection</h1>
<p>What textbooks claim, and what happens: {len(records)} experiments, each a
page to step through. Guess before you look.</p>
<p><label for="search">Search</label> <input id="search" type="search"
placeholder="EPIPE, TIME_WAIT, half-close &#8230;"/>
<output id="found" aria-live="polite"></output></p>
<nav class="trail" aria-label="parts"><a href="#begin">where to begin</a>
<a href="#questions">questions</a> <a href="#claims">claims and verdicts</a>
<a href="#map">the map of ends</a> <a href="orders.html">every order</a></nav>
</header>
<main>
<section id="begin"><h2>Where to begin</h2>
{texts.convert(texts.sections["Where to begin"])}
<p>The numbers below are that order; each page leads to the next.</p>
<details><summary>How to read a ladder</summary>
{texts.convert(texts.sections["How to read a ladder"])}</details></section>
<section id="questions"><h2>Questions that learners ask</h2>
{questions(texts)}</section>
<section id="claims"><h2>Claims and verdicts</h2>
{found}</section>
<section id="map"><h2>The map of ends</h2>
{texts.convert(texts.sections["The map of ends"])}</section>
</main>"""
    with open(os.path.join(book, "index.html"), "w",
              encoding="utf-8") as file:
        file.write(page("The end of a TCP connection", body))
    orders = texts.convert(read(texts.folder, "orders.md"))
    with open(os.path.join(book, "orders.html"), "w",
              encoding="utf-8") as file:
        file.write(page("Every order",
                        '<header><nav class="trail" aria-label="book">'
                        '<a href="index.html">all experiments</a></nav>'
                        f"</header><main>{orders}</main>"))
