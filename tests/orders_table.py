#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's table of orders: close() beside shutdown(), as gracelab explore
counts them. `make orders` writes it; with --check it is only compared."""

import json
import os
import subprocess
import sys

import readme

LAB = os.path.join(os.environ["O"], "gracelab")

WAYS = [("close()", "close"), ("shutdown(SHUT_WR)", "shutdown")]
NETWORKS = [("both on one host", ""), ("with a wire between them", "-wire")]


def row(way, name, network, suffix):
    said = subprocess.run([LAB, "explore", "--format=json",
                           f"orders-{name}-2{suffix}"],
                          stdout=subprocess.PIPE, check=True)
    explored = json.loads(said.stdout)
    lost = [c for c in explored["classes"] if c["answers"] == "lost"]
    told = {"nobody": 0}
    for ending in lost:
        told[ending["told"]] = told.get(ending["told"], 0) + ending["orders"]
    all_lost = sum(told.values())
    return [f"two messages, `{way}`", network, f"{explored['orders']:,}",
            f"{all_lost:,} ({share(all_lost, explored['orders'])})",
            f"{told['nobody']:,}",
            f"{told.get('send EPIPE', 0):,}"]


def share(part, whole):
    """A percentage that is 0 or 100 only if it is that exactly."""
    shown = f"{100 * part / whole:.0f}"
    if shown in ("0", "100") and 0 < part < whole:
        shown = f"{100 * part / whole:.1f}"
    return f"{shown} %"


def table():
    heading = ["the client", "the hosts", "orders", "an answer is lost in",
               "of which nobody is told in", "EPIPE or SIGPIPE in"]
    return readme.table(heading, [row(*way, *network) for way in WAYS
                                  for network in NETWORKS])


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        with open(os.path.join(readme.ROOT, "README.md"),
                  encoding="utf-8") as page:
            sys.exit(table() not in page.read())
    readme.replace("orders", table())
