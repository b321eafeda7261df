# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the pages that programs write: what stands between two markers,
with where and when it was measured."""

import datetime
import os
import platform
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Where the part of each name stands.
PAGES = {
    "audited": "README.md",
    "audited-more": "tests/real/README.md",
    "audited-networks": "tests/real/README.md",
    "orders": "README.md",
    "measured": "tests/bench/README.md",
    "soaked": "tests/soak/README.md",
}


def replace(name, text):
    """Writes `text` between the two markers of that name on its page."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    path = os.path.join(ROOT, PAGES[name])
    with open(path, encoding="utf-8") as readme:
        head, rest = readme.read().split(begin)
    tail = rest.split(end)[1]
    with open(path, "w", encoding="utf-8") as readme:
        readme.write(f"{head}{begin}\n\n{text}\n\n{end}{tail}")


def table(heading, rows):
    """The lines of a table, which a terminal shows well enough too."""
    return "\n".join(f"| {' | '.join(row)} |"
                     for row in [heading, ["---"] * len(heading), *rows])


def version(command):
    """The first number with a dot that the program says; None without it."""
    try:
        said = subprocess.run(command.split(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
    except FileNotFoundError:
        return None
    # socat says the version of its licence's text first.
    found = re.search(r"(?:^|version |[ /_v=])(\d+\.\d+[\w.~]*)", said.stdout)
    # dpkg-query knows of no such package.
    return found.group(1) if found else None if said.returncode else "?"


def _processor():
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        for line in cpuinfo:
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    return platform.machine()


def machine():
    """Date, processors and kernel, in a few words."""
    kernel = ".".join(platform.release().split(".")[:2])
    return (f"{datetime.date.today()}, {os.cpu_count()} processors "
            f"({_processor()}), Linux {kernel}")
