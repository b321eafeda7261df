# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs programs to be watched, beside strace and beside none: how long
the client takes by its own clock, and the processor's time of all together,
which does not depend on who else is busy."""

import itertools
import random
import resource
import statistics
import subprocess
import tempfile

from measure import LAB, ROUNDS, bare, have

PAIR = bare("pair")
# What gracelab looks at.
CALLS = ("%network,read,write,readv,writev,sendfile,splice,close,dup,dup2,dup3,"
         "close_range,execve")
# Whoever connects to a port that the kernel chooses for clients, before the
# server listens, may meet itself.
PORTS = itertools.count(20000)


def cpu_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def alone(server, client, count, before=()):
    """By itself, or with a tracer before it; the client's seconds, and the
    processor's."""
    port = next(PORTS)
    both = (f"{PAIR} {server} {port} {count} & "
            f"{PAIR} {client} {port} {count}; wait")
    before_s = cpu_s()
    said = subprocess.run([*before, "sh", "-c", both], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    return float(said), cpu_s() - before_s


def by_strace(*pair):
    with tempfile.NamedTemporaryFile() as trace:
        return alone(*pair, ("strace", "--seccomp-bpf", "-f", "-qq", "-e",
                             f"trace={CALLS}", "-o", trace.name))


def watched(*pair):
    """On the same network as the others: that decides how fast bulk is."""
    with tempfile.NamedTemporaryFile() as ladder:
        return alone(*pair, (LAB, "watch", "-o", ladder.name, "--"))


def rows(work, ours, theirs, whose, bound):
    """Of the time, and of the processor's."""
    for name, a, b in zip((work, "... their CPU time"), ours, theirs):
        yield [name, f"{a:.3f} s", f"{b:.3f} s ({whose})", f"{a / b:.2f}",
               f"at most {bound}"]


def watch():
    for work, server, client, count in (
            ("1 GiB from one watched program to another", "serve", "take",
             1024),
            ("20,000 messages there and back between watched programs", "echo",
             "ask", 20000),
            ("2000 short connections between watched programs", "accept",
             "short", 2000)):
        pair = server, client, count
        bulk = server == "serve"
        contestants = {"ours": watched}
        if bulk:
            contestants["none"] = alone
        if have("strace"):
            contestants["strace"] = by_strace
        took = {name: [] for name in contestants}
        for _ in range(ROUNDS):
            # Who comes behind the longest is the slower for it.
            for name in random.sample(sorted(contestants), len(contestants)):
                took[name].append(contestants[name](*pair))
        medians = {name: [statistics.median(column) for column in zip(*runs)]
                   for name, runs in took.items()}
        if bulk:
            yield from rows(work, medians["ours"], medians["none"],
                            "nobody looks", 1.1)
        if "strace" in medians:
            yield from rows(work, medians["ours"], medians["strace"],
                            "strace --seccomp-bpf -f", 1)
