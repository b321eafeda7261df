#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays an order of every class of explored experiments in the lab, with the
real programs, and compares what became of the data and who was told.

orders.py GRACELAB [OPTION...] EXPERIMENT...: says nothing if all agree."""

import json
import subprocess
import sys

OTHER = {"client": "server", "server": "client"}


def lab(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.stderr}")
    return json.loads(done.stdout)


def bytes_of(row):
    """How long a text is that stands escaped in a row."""
    return len(row.get("text", "").encode().decode("unicode_escape"))


class Seen:
    """What the rows of a ladder show of an order."""

    def __init__(self, ladder, answers):
        self.sent = {"client": 0, "server": 0}
        self.received = {"client": 0, "server": 0}
        self.shut = set()
        self.told = "nobody"
        self.owed = 0
        for row in ladder:
            if "call" in row:
                self.see(row, row["side"], answers)

    def tell(self, told):
        if self.told == "nobody":
            self.told = told

    def see(self, row, side, answers):
        call, result = row["call"], row.get("result", "")
        if call == "sendfile":
            call = "send"
        if call == "send" and result.isdigit():
            self.sent[side] += int(result)
        elif call == "send" and result in ("EPIPE", "ECONNRESET"):
            if result == "ECONNRESET" or side not in self.shut:
                self.sent[side] += bytes_of(row)
                self.tell(f"send {result}")
        elif call == "recv" and result.isdigit():
            self.received[side] += int(result)
            if side == "server" and answers is not None:
                self.owed = int(result) + len(answers)
        elif call == "recv" and result == "ECONNRESET":
            self.tell("recv ECONNRESET")
        elif call in ("shutdown wr", "shutdown rdwr") and result == "0":
            self.shut.add(side)
        elif "SIGPIPE" in call:
            self.tell("send SIGPIPE")
        if call == "send" and side == "server":
            self.owed = 0
        # Who dies owes what it has not sent.
        if side == "server" and call.startswith(("killed", "quit", "exit")):
            self.sent[side] += self.owed
            self.owed = 0

    def what(self, sender):
        whole = self.sent[sender] <= self.received[OTHER[sender]]
        return "whole" if whole else "lost"


def check(gracelab, options, experiment):
    with open(experiment, encoding="utf-8") as file:
        text = file.read()
    answers = None if "--delay never" in text else "Hi, "
    # The same classes, each with the same order, but sooner.
    table = lab(gracelab, "explore", *options, "--merge", "--format=json",
                experiment)
    agreed = True
    for k, known in enumerate(table["classes"], 1):
        play = lab(gracelab, "explore", *options, "--format=json",
                   "--order", ",".join(known["order"]), experiment)
        seen = Seen(play["ladder"], answers)
        found = {"answers": seen.what("server"),
                 "request": seen.what("client"), "told": seen.told}
        if any(found[key] != known[key] for key in found):
            agreed = False
            print(f"{experiment}, class {k}: explored {known}, "
                  f"played {found}")
    return agreed


def main():
    gracelab, *rest = sys.argv[1:]
    options = [a for a in rest if a.startswith("--")]
    names = [a for a in rest if not a.startswith("--")]
    results = [check(gracelab, options, name) for name in names]
    sys.exit(not all(results))


main()
