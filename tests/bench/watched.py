# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs programs to be watched, beside strace and beside none."""

import os
import subprocess
import tempfile

from measure import LAB, bare, free_port, have, interleaved

PAIR = bare("pair")
# What gracelab looks at.
CALLS = ("%network,read,write,readv,writev,sendfile,splice,close,dup,dup2,dup3,"
         "close_range,execve")


def alone(server, client, count, before=()):
    """By itself, or with a tracer before it; the client's seconds."""
    port = free_port()
    both = f"{PAIR} {server} {port} {count} & {PAIR} {client} {port} {count}"
    said = subprocess.run([*before, "sh", "-c", both], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    return float(said)


def by_strace(*pair):
    with tempfile.NamedTemporaryFile() as trace:
        return alone(*pair, ("strace", "--seccomp-bpf", "-f", "-qq", "-e",
                             f"trace={CALLS}", "-o", trace.name))


def watched(*pair):
    """On the same network as the others: that decides how fast bulk is."""
    return alone(*pair, (LAB, "watch", "-o", os.devnull, "--"))


def row(work, ours, theirs, whose, bound):
    return [work, f"{ours:.3f} s", f"{theirs:.3f} s ({whose})",
            f"{ours / theirs:.2f}", f"at most {bound}"]


def watch():
    for work, server, client, count in (
            ("1 GiB from one watched program to another", "serve", "take",
             1024),
            ("20,000 messages there and back between watched programs", "echo",
             "ask", 20000),
            ("2000 short connections between watched programs", "accept",
             "short", 2000)):
        pair = server, client, count
        contestants = {"none": lambda pair=pair: alone(*pair),
                       "ours": lambda pair=pair: watched(*pair)}
        if have("strace"):
            contestants["strace"] = lambda pair=pair: by_strace(*pair)
        took = interleaved(contestants)
        if server == "serve":
            yield row(work, took["ours"], took["none"], "nobody looks", 1.1)
        if "strace" in took:
            yield row(work, took["ours"], took["strace"],
                      "strace --seccomp-bpf -f", 1)
