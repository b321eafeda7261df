#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random valid sessions from many clients against one server, with random
faults: clients that are killed, peers that reset, stall and vanish, a server
without descriptors, or that is stopped for a while. After each round the
server must know every byte that the sessions do, and have as many descriptors
and as much memory as after the first. SOAK_SECONDS=300, SEED, O=build.
A run of five minutes or more writes its result into the README."""

import atexit
import concurrent.futures
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import readme  # noqa: E402, in the folder above
from memory import own_bytes  # noqa: E402, there too
import books  # noqa: E402
import sessions  # noqa: E402

WHOLE_S = 300
SECONDS = float(os.environ.get("SOAK_SECONDS", WHOLE_S))
SEED = int(os.environ.get("SEED", str(random.randrange(1 << 32))))
SERVER = os.path.join(os.path.abspath(os.environ.get("O", "build")),
                      "graceserver")
SESSIONS_A_ROUND = 60
AT_ONCE = 16
# What the allocator may keep for itself of what was freed: it would raise its
# thresholds with what it has seen, and so they are fixed (mallopt(3)).
SLACK_BYTES = 256 * 1024
TUNABLES = ("glibc.malloc.trim_threshold=131072:"
            "glibc.malloc.mmap_threshold=131072")


class Server:
    def __init__(self, folder):
        self.events = f"{folder}/server.events"
        self.out = open(f"{folder}/server.out", "w+b", buffering=0)
        self.process = subprocess.Popen(
            [SERVER, "--quiet", "--port", "0", "--delay", "2ms", "--events",
             self.events], stdin=subprocess.PIPE, stdout=self.out,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "GLIBC_TUNABLES": TUNABLES})
        self.await_output(b"\n", 0)
        self.port = int(self.said(0).splitlines()[0].rsplit(b":", 1)[1])
        self.read_to = 0

    def said(self, start):
        size = os.fstat(self.out.fileno()).st_size
        return os.pread(self.out.fileno(), size, start)

    def await_output(self, text, start):
        end = time.monotonic() + sessions.PATIENCE_S
        while text not in self.said(start):
            if time.monotonic() > end or self.process.poll() is not None:
                sys.exit(f"the server never said {text}")
            time.sleep(0.005)

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def settle(self):
        """Until no connection is left."""
        end = time.monotonic() + sessions.PATIENCE_S
        while True:
            start = os.fstat(self.out.fileno()).st_size
            self.type("list")
            self.await_output(b"\n", start)
            time.sleep(0.02)  # until the next look
            if b"no connections\n" in self.said(start):
                return
            if time.monotonic() > end:
                sys.exit(f"connections are left:\n{self.said(start).decode()}")

    def size(self):
        """Descriptors, and bytes of its own."""
        pid = self.process.pid
        return len(os.listdir(f"/proc/{pid}/fd")), own_bytes(pid)


def disturb(server, rng, over, counts):
    """Faults of the server's own, until the round is over."""
    pid = server.process.pid
    limit = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    while not over.wait(rng.uniform(0.05, 0.3)):
        fault = rng.choice(["descriptors", "stop", "commands"])
        counts[fault] = counts.get(fault, 0) + 1
        if fault == "descriptors":
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (8, limit[1]))
            over.wait(0.05)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limit)
        elif fault == "stop":
            os.kill(pid, signal.SIGSTOP)
            over.wait(rng.uniform(0, 0.05))
            os.kill(pid, signal.SIGCONT)
        else:
            for line in ("list", "state", "help"):
                server.type(line)


def play_round(server, number, folder, pool, counts):
    rng = random.Random(f"{SEED} {number}")
    over = threading.Event()
    disturber = threading.Thread(target=disturb, args=(
        server, random.Random(f"{SEED} {number} faults"), over, counts))
    disturber.start()
    under_way = []
    for i in range(SESSIONS_A_ROUND):
        kind = rng.choice(sessions.KINDS)
        counts[kind.__name__] = counts.get(kind.__name__, 0) + 1
        under_way.append(pool.submit(
            sessions.play, kind, f"session {number} {i} ",
            random.Random(rng.random()), server.port, folder))
    accounts = [future.result() for future in under_way]
    over.set()
    disturber.join()
    server.settle()
    entries, _, server.read_to = books.read(server.events, server.read_to)
    trouble = list(books.compare(accounts, entries))
    for line in trouble:
        print(f"round {number}: {line}")
    return (sum(e.received + e.sent for e in entries.values()),
            sum(e.messages for e in entries.values()),
            sum(a.orderly for a in accounts), bool(trouble))


def end(server, messages):
    """Its own count of messages, when it is told to end."""
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(sessions.PATIENCE_S)
    last = server.said(0).splitlines()[-1].decode()
    if last != f"received {messages} datagrams":
        print(f"the events hold {messages} messages, but the server {last}")
        return False
    return True


def main():
    print(f"seed {SEED}, {SECONDS:g} s", flush=True)
    counts = {}
    rounds = moved = messages = orderly = 0
    bad = False
    until = time.monotonic() + SECONDS
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        server = Server(folder)
        atexit.register(server.process.kill)
        while time.monotonic() < until or rounds < 2:
            done = play_round(server, rounds, folder, pool, counts)
            moved, messages = moved + done[0], messages + done[1]
            orderly, bad = orderly + done[2], bad or done[3]
            rounds += 1
            if rounds == 1:
                began = server.size()
        ended = server.size()
        bad |= not end(server, messages)
    if ended[0] != began[0] or ended[1] > began[1] + SLACK_BYTES:
        print("descriptors or memory have grown")
        bad = True
    kinds = ", ".join(f"{counts[name]} {name.replace('_', ' ')}"
                      for name in sorted(counts))
    text = (f"{SECONDS:g} s, seed {SEED}: {rounds * SESSIONS_A_ROUND} sessions "
            f"({kinds}), of which {orderly} ended in order; {messages} "
            f"messages, {moved} bytes. The server had {began[0]} descriptors "
            f"and {began[1] // 1024} KiB of its own after the first round, "
            f"{ended[0]} and {ended[1] // 1024} KiB in the end. "
            + ("Not every byte is accounted for." if bad else
               "Every byte is accounted for."))
    print(text)
    if not bad and SECONDS >= WHOLE_S:
        readme.replace("soaked", f"{readme.machine()}. {text}")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
