#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the laboratory costs: the time of each experiment, of all together,
and of starting their processes, which is the floor. Medians of interleaved
rounds; prints figures and judges nothing. O=build is the build folder."""

import os
import resource
import statistics
import subprocess
import sys
import time

ROUNDS = 9
BUILD = os.environ.get("O", "build")
LAB = f"{BUILD}/gracelab"
# It waits a second for the kernel's own timer.
TIMED = "fin-wait-2"


def run(*command):
    """Wall and CPU seconds of a command, its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return wall, cpu


def start_processes(count):
    """Starts as many clients and servers as the plays do; the same figures."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    for _ in range(count):
        running = [
            subprocess.Popen([f"{BUILD}/{name}", "--version"],
                             stdout=subprocess.DEVNULL)
            for name in ("graceserver", "graceclient")
        ]
        for process in running:
            process.wait()
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return wall, cpu


def main():
    listing = subprocess.run([LAB, "list"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    names = [line.split()[0] for line in listing.splitlines()]
    names = [name for name in names if name != TIMED]
    alone = {name: [] for name in names}
    together, floor = [], []

    for _ in range(ROUNDS):
        for name in names:
            alone[name].append(run(LAB, "play", name)[0])
        together.append(run(LAB, "check", *names))
        floor.append(start_processes(len(names)))

    print(f"{'experiment':24}  alone, ms")
    for name in names:
        print(f"{name:24}  {statistics.median(alone[name]) * 1000:9.1f}")
    wall = statistics.median(w for w, _ in together)
    cpu = statistics.median(c for _, c in together)
    floor_wall = statistics.median(w for w, _ in floor)
    floor_cpu = statistics.median(c for _, c in floor)
    print(f"\n{len(names)} experiments side by side: {wall * 1000:.0f} ms, "
          f"{cpu * 1000:.0f} ms of CPU time")
    print(f"starting their {2 * len(names)} processes, two at a time: "
          f"{floor_wall * 1000:.0f} ms, {floor_cpu * 1000:.0f} ms of CPU time")
    print(f"CPU time against that floor: {cpu / floor_cpu:.2f}; "
          f"the floor's share: {floor_cpu / cpu:.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
