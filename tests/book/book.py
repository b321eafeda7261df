#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the book: a page of each experiment, a ladder for each end of those
that are explored, and an index of all, into $O/book. Called by `make book`;
by hand: O=build tests/book/book.py [EXPERIMENT...]"""

import concurrent.futures
import html
import json
import os
import re
import shutil
import subprocess
import sys

import index

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
O = os.path.abspath(os.environ.get("O", os.path.join(ROOT, "build")))
BOOK = os.path.join(O, "book")
LAB = os.path.join(O, "gracelab")
RECORD = re.compile(r'<script type="application/json" id="record">(.*?)'
                    r'</script>', re.S)


def record_of(name):
    """What a page was written from."""
    with open(os.path.join(BOOK, name + ".html"), encoding="utf-8") as file:
        return json.loads(RECORD.search(file.read()).group(1))


def names_of_all():
    """The experiments, in the order of the list."""
    listed = subprocess.run([LAB, "list"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    return [line.split()[0] for line in listed.splitlines()]


def play(*arguments):
    """Plays; what fails is said by gracelab, and by the page."""
    subprocess.run([LAB, "play", "--format=html", *arguments], check=False)


def play_ends(names):
    """A ladder of an order of each end, NAME-K.html, for those explored."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name in names:
            for k, end in enumerate(record_of(name).get("classes", []), 1):
                pool.submit(play, "--order", ",".join(end["order"]), "-o",
                            os.path.join(BOOK, f"{name}-{k}.html"), name)


def fill(name, links):
    """Puts links, HTML, where a page has room for them."""
    path = os.path.join(BOOK, name + ".html")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for room, link in links.items():
        text = text.replace(f"<!--{room}-->", link, 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def trail(name, order):
    """The way on from a page, in the reading order."""
    links = ['<a href="index.html">all experiments</a>']
    if name in order:
        at = order.index(name)
        for step, word in (at - 1, "before"), (at + 1, "after"):
            if 0 <= step < len(order):
                links.append(f'{word} this: <a href="{order[step]}.html">'
                             f'{order[step]}</a>')
    return f'<nav class="trail" aria-label="book">{" ".join(links)}</nav>'


def fill_pages(names, texts):
    """What the book knows of each page: claim, verdict, its neighbours."""
    for name in names:
        claim = texts.claims.get(name)
        said = ('<p class="claim"><b>Claim:</b> '
                f'{claim.claim}</p><details class="claim"><summary>Is it so?'
                f'</summary><p>{claim.verdict}</p></details>') if claim else ""
        links = {"book": trail(name, texts.order), "claim": said}
        for k, _ in enumerate(record_of(name).get("classes", []), 1):
            if os.path.exists(os.path.join(BOOK, f"{name}-{k}.html")):
                links[f"order {k}"] = \
                    f'<a href="{name}-{k}.html">its ladder</a>'
                fill(f"{name}-{k}", {
                    "book": '<nav class="trail" aria-label="book">'
                    '<a href="index.html">all experiments</a> '
                    f'<a href="{name}.html">every order of '
                    f'{html.escape(name)}</a></nav>'})
        fill(name, links)


def main():
    names = sys.argv[1:] or names_of_all()
    shutil.rmtree(BOOK, ignore_errors=True)
    os.makedirs(BOOK)
    play("-o", BOOK, *names)
    play_ends(names)
    records = {name: record_of(name) for name in names}
    texts = index.Texts(os.path.join(ROOT, "transcripts"), names)
    fill_pages(names, texts)
    index.write(BOOK, records, texts)
    bad = [name for name, record in records.items()
           if record.get("failed") and not record.get("unplayable")]
    print(f"{len(names)} experiments are in {os.path.relpath(BOOK)}/"
          "index.html")
    if bad:
        sys.exit(f"these failed: {', '.join(bad)}")


main()
