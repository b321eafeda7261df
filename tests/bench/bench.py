#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What grace costs, as ratios against references and peers that are measured
in the same run: medians of interleaved rounds, in a private network. Says of
each bound on a ratio whether it was kept, and ends with status 1 if one was
missed; a run of everything writes the figures into the README.

    bench.py [WORK...]      safe, echo, file, cycles, thinking, fin, start, lab,
                            orders, watch

O=build is the build folder, ROUNDS=9 how many rounds."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import bulk  # noqa: E402
import explored  # noqa: E402
import measure  # noqa: E402
import readme  # noqa: E402, in the folder above
import short  # noqa: E402
import watched  # noqa: E402

WORKS = {
    "safe": bulk.safe,
    "echo": bulk.echo,
    "file": bulk.file,
    "cycles": short.cycles,
    "thinking": short.thinking,
    "fin": short.fin,
    "start": short.start,
    "lab": short.lab,
    "orders": explored.orders,
    "watch": watched.watch,
}
HEADING = ["work", "grace", "beside it", "ratio", "to reach", ""]
PEERS = {"nc": "dpkg-query -W -f=v${Version} netcat-openbsd",
         "socat": "socat -V", "ncat": "ncat --version"}


def main():
    names = sys.argv[1:] or list(WORKS)
    for name in names:
        if name not in WORKS:
            sys.exit(f"bench: no work is named {name}: {' '.join(WORKS)}")
    measure.in_private_network()
    peers = [f"{name} {readme.version(ask)}" for name, ask in PEERS.items()
             if measure.have(name)]
    where = (f"{readme.machine()}; {', '.join(peers)}; congestion control "
             f"{measure.congestion()}")
    rows = []

    print(where)
    for name in names:
        for row in WORKS[name]():
            row = [*row, measure.verdict(row)]
            print(readme.table(row, [])
                  .splitlines()[0], flush=True)
            rows.append(row)
    if names == list(WORKS):
        readme.replace("measured",
                       f"{where}.\n\n{readme.table(HEADING, rows)}")
        print("the table is in README.md")
    print(measure.summary(rows))
    sys.exit(any(row[5] == "missed" for row in rows))


if __name__ == "__main__":
    main()
