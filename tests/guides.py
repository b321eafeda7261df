# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guides to the transcripts say, as data: guides.py commands FILE...
prints the commands, `same` compares the two languages, `session FILE` prints a
first session as `SIDE typed LINE` and `SIDE shown LINE`."""

import re
import sys

VERDICTS = {"True": "成立", "False": "不成立", "Half": "部分成立",
            "Only": "除非"}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def commands(text):
    """In code, and in blocks up to what is said of them."""
    found = re.findall(r"`(gracelab [^`]*)`", text)
    for line in re.findall(r"^    (?:\$ (?:build/)?)?(grace\w+ .*)$", text,
                           re.M):
        found.append(re.split(r"\s{2,}", line)[0])
    return list(dict.fromkeys(found))


def rows(text):
    """The claims: name, what a verdict says first, whether Linux is named."""
    found = {}
    for name, verdict in re.findall(
            r"^\| \[([\w-]+)\]\([^)]*\) \| .* \| (.*) \|$", text, re.M):
        # The map of ends has links too, but no verdict before them.
        found.setdefault(name, (verdict, "**Linux**" in verdict))
    return found


def claims(path):
    """The rows of the tables of claims."""
    text = read(path)
    return rows(text[:text.rindex("\n## ")])


def links(path, heading):
    """The transcripts that a section names, in their order."""
    section = read(path).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"\]\(([\w/-]+\.txt)\)", section)


def same(english, chinese):
    """Complaints about what one says and the other does not."""
    bad = []
    one, other = claims(english), claims(chinese)
    if list(one) != list(other) or len(one) < 60:
        bad.append(f"the claims: {set(one) ^ set(other)}")
    for name in set(one) & set(other):
        word = VERDICTS[re.match(r"\w+", one[name][0]).group()]
        if not re.match(f"(在此)?{word}", other[name][0]):
            bad.append(f"{name}: {one[name][0]} / {other[name][0]}")
        here = one[name][0].startswith("False here")
        if here != other[name][0].startswith("在此"):
            bad.append(f"{name}: here, or not")
        if one[name][1] != other[name][1]:
            bad.append(f"{name}: Linux, or not")
    for pair in (("Questions that learners ask", "学习者常问的问题"),
                 ("Where to begin", "从哪里开始")):
        if links(english, pair[0]) != links(chinese, pair[1]):
            bad.append(f"{pair[0]} leads elsewhere")
    missing = set(commands(read(english))) - set(commands(read(chinese)))
    if missing:
        bad.append(f"commands: {missing}")
    return bad


def session(path):
    """The blocks of the first session, in their order."""
    text = read(path).split("$ build/graceserver")[1]
    side = "server"
    for line in text.split("\n")[1:]:
        if not line.startswith("    "):
            continue
        line = line[4:]
        if line.startswith("$ build/gracelab"):
            break
        if line.startswith("$ build/graceclient"):
            side = "client"
            continue
        # A block of the server's begins with its connection.
        if line.startswith("* [1] connection"):
            side = "server"
        if line.startswith("ESTABLISHED>"):
            side = "client"
        typed = re.match(r"(?:\[1\]|[A-Z_0-9]+)> (.*)", line)
        print(side, "typed" if typed else "shown",
              typed.group(1) if typed else line)


def main():
    if sys.argv[1] == "commands":
        for path in sys.argv[2:]:
            print("\n".join(commands(read(path))))
    elif sys.argv[1] == "session":
        session(sys.argv[2])
    else:
        bad = same(*sys.argv[2:])
        print("\n".join(bad))
        sys.exit(1 if bad else 0)


main()
