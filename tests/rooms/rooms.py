#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may know whom: checks what the sources include against the file `table`.

A line `FOLDER: FOLDER...` of the table names a room and the rooms that its
files may include from besides their own; `lib/*` are all rooms below lib. What
is more, no modules (a .c and its .h) and no rooms include each other in a
circle, no folder (the tests' too) has more than 14 .c files, no file of a room
has more than 350 lines, and each room has a README.md whose first line ends as the table has it:
`Knows lib/base, lib/net.` or `Knows no other room.`

A line `FOLDER or FILE | REASON` excepts one from its bound; `FILE -> FOLDER |
REASON` lets one file include from a room all the same. An exception that is
not needed is an error, so that none outlives its reason; for a circle there is
none. Called by `make lint`.
"""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
TABLE = "tests/rooms/table"
TOPS = ("lib", "graceclient", "graceserver", "gracelab")
C_FILES_MAX = 14
LINES_MAX = 350

errors = []


def lines_of(path):
    """The lines of a file in the tree."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read().splitlines()


def sources(*tops):
    """The .c and .h files in these folders and below."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard",
         "--", *tops], cwd=ROOT, check=True, stdout=subprocess.PIPE,
        text=True).stdout.split("\n")
    return sorted(name for name in names if name.endswith((".c", ".h"))
                  and os.path.exists(os.path.join(ROOT, name)))


class Table:
    """What the file says; exceptions are taken out as they are needed."""

    def __init__(self, rooms):
        self.knows, self.excepted = {}, {}
        for number, line in enumerate(lines_of(TABLE), 1):
            if not line.strip() or line.startswith("#"):
                continue
            if "|" in line:
                what, reason = (part.strip() for part in line.split("|", 1))
                self.excepted[what] = number
                if not reason:
                    errors.append(f"{TABLE}:{number}: {what}: why?")
                continue
            room, _, known = line.partition(":")
            self.knows[room] = []
            for one in known.split():
                self.knows[room] += self.expand(one, number, rooms)
        for room in rooms:
            if room not in self.knows:
                errors.append(f"{TABLE}: {room} has no line")

    @staticmethod
    def expand(name, number, rooms):
        """The rooms that `name` stands for."""
        found = [room for room in rooms if room == name or
                 (name.endswith("/*") and room.startswith(name[:-1]))]
        if not found:
            errors.append(f"{TABLE}:{number}: there is no room {name}")
        return found

    def excuses(self, what):
        """Whether an exception is there, and from now on needed."""
        if what not in self.excepted:
            return False
        self.excepted[what] = None
        return True

    def check_needed(self):
        """Exceptions that nothing needed."""
        for what, number in self.excepted.items():
            if number:
                errors.append(f"{TABLE}:{number}: {what} needs no exception")


def includes(path):
    """The files of the tree that this one includes, with line numbers."""
    folder = os.path.dirname(path)
    for number, line in enumerate(lines_of(path), 1):
        found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not found:
            continue
        name = found.group(1)
        target = name if "/" in name else f"{folder}/{name}"
        if not os.path.exists(os.path.join(ROOT, target)) or ".." in name:
            errors.append(f"{path}:{number}: \"{name}\" is neither in this "
                          "folder nor the path from the root")
        elif "/" in name and os.path.dirname(name) == folder:
            errors.append(f"{path}:{number}: \"{name}\" is in this folder; "
                          "its name is enough")
        else:
            yield number, target


def find_circles(graph):
    """Circles in {node: nodes}, each as a list that ends where it begins; of
    those that share a node one."""
    done, path, circles = set(), [], []

    def visit(node):
        if node in path:
            circles.append(path[path.index(node):] + [node])
        elif node not in done:
            path.append(node)
            for one in sorted(graph.get(node, ())):
                visit(one)
            path.pop()
            done.add(node)

    for node in sorted(graph):
        visit(node)
    return circles


def check_includes(files, table):
    """Who includes whom, by the table and without circles."""
    modules, rooms = {}, {}
    for path in files:
        room, module = os.path.dirname(path), os.path.splitext(path)[0]
        for number, target in includes(path):
            other, known = os.path.dirname(target), os.path.splitext(target)[0]
            if known != module:
                modules.setdefault(module, set()).add(known)
            if other == room:
                continue
            allowed = other in table.knows.get(room, ())
            if not allowed and table.excuses(f"{path} -> {other}"):
                continue
            rooms.setdefault(room, set()).add(other)
            if not allowed:
                errors.append(f"{path}:{number}: {room} may not know {other}")
    for what, graph in ("modules", modules), ("rooms", rooms):
        for circle in find_circles(graph):
            errors.append(f"{what} in a circle: {' -> '.join(circle)}")


def check_sizes(files, table):
    """No folder and no file grows too large."""
    folders = [os.path.dirname(path) for path in files + sources("tests")
               if path.endswith(".c")]
    for folder in sorted(set(folders)):
        count = folders.count(folder)
        if count > C_FILES_MAX and not table.excuses(folder):
            errors.append(f"{folder}: {count} .c files; {C_FILES_MAX} at most")
    for path in files:
        count = len(lines_of(path))
        if count > LINES_MAX and not table.excuses(path):
            errors.append(f"{path}: {count} lines; {LINES_MAX} at most")


def check_readmes(rooms, table):
    """Each room says what it knows, as the table does."""
    for room in rooms:
        path = f"{room}/README.md"
        known = [line.split(":")[1].split() for line in lines_of(TABLE)
                 if line.startswith(f"{room}:")]
        rule = f"Knows {', '.join(known[0])}." if known and known[0] \
            else "Knows no other room."
        if not os.path.exists(os.path.join(ROOT, path)):
            errors.append(f"{path}: missing; its first line is to end: {rule}")
        elif not (lines_of(path) or [""])[0].endswith(rule):
            errors.append(f"{path}: the first line is to end: {rule}")


def main():
    files = sources(*TOPS)
    rooms = sorted({os.path.dirname(path) for path in files})
    table = Table(rooms)
    check_includes(files, table)
    check_sizes(files, table)
    check_readmes(rooms, table)
    table.check_needed()
    for error in errors:
        print(error, file=sys.stderr)
    sys.exit(1 if errors else 0)


main()
