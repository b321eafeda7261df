#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a page about orders with the goldens of the experiments that it
speaks of.

orders_page.py PAGE FOLDER: each block that begins with `$ gracelab explore
NAME` must be what the golden in FOLDER says, and each `N of M orders`, `N of
these M`, `in any of N orders` and `in all of the N` in the text must be a count
that one of them has. Says what is wrong; says nothing if all is right."""

import pathlib
import re
import sys

CLASS = re.compile(r"^ +(\d+) +[\d.]+ % +(whole|lost) +(whole|lost) +(.+)$")
PREFIX = "    $ gracelab explore "


def shown(golden):
    """What the command shows: the golden without its foot."""
    return golden.read_text(encoding="utf-8").rsplit("\n\n", 1)[0].splitlines()


def facts(lines):
    """The pairs (part, whole) that a table tells of, and its total."""
    classes = [m.groups() for m in map(CLASS.match, lines) if m]
    classes = [(int(n), *rest) for n, *rest in classes]
    total = sum(n for n, *_ in classes)
    pairs = {(n, total) for n, *_ in classes}
    for which in (1, 2):
        lost = sum(c[0] for c in classes if c[which] == "lost")
        untold = sum(c[0] for c in classes
                     if c[which] == "lost" and c[3] == "nobody")
        pairs |= {(lost, total), (untold, lost)}
    reset = sum(c[0] for c in classes if "ECONNRESET" in c[3])
    return pairs | {(reset, total)}, total


def check_blocks(page, goldens):
    blocks = [block.strip("\n").splitlines() for block in
              re.findall(r"(?:^    .*\n|^\n(?=    ))+", page, re.M)]
    blocks = [block for block in blocks if block[0].startswith(PREFIX)]
    if not blocks:
        yield "the page has no table"
    for first, *lines in blocks:
        name = first[len(PREFIX):]
        if [line[4:] for line in lines] != goldens.get(name):
            yield f"the table of {name} is not that of its golden"


def check_text(page, goldens):
    text = re.sub(r"^    .*$", "", page, flags=re.M)
    known = [facts(lines) for lines in goldens.values()]
    pairs = set().union(*(p for p, _ in known))
    totals = {total for _, total in known}
    found = re.findall(r"(\d+) of (?:these )?(\d+)", text)
    if not found:
        yield "the text has no numbers"
    for part, whole in found:
        if (int(part), int(whole)) not in pairs:
            yield f"no table has {part} of {whole}"
    for total in re.findall(r"(?:any of|all of the|of the) (\d+)\b", text):
        if int(total) not in totals:
            yield f"no table has {total} orders"


def main():
    page = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    goldens = {golden.stem: shown(golden)
               for golden in pathlib.Path(sys.argv[2]).glob("*.txt")}
    wrong = [*check_blocks(page, goldens), *check_text(page, goldens)]
    print("\n".join(wrong), end="\n" if wrong else "")
    sys.exit(bool(wrong))


main()
