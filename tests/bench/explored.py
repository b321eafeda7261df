# SPDX-License-Identifier: GPL-3.0-or-later
"""What an explored order costs, beside a bare-socket explorer."""

import contextlib
import os
import re
import statistics
import subprocess
import tempfile

from measure import LAB, ROUNDS, bare

# Messages, then shutdown(SHUT_WR): 6673 orders.
MESSAGES = 4
WIRED = "orders-shutdown-2-wire"


@contextlib.contextmanager
def experiment():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "many.lab")
        with open(path, "w", encoding="ascii") as lab:
            lab.writelines(f"client> data{i}\n" for i in range(MESSAGES))
            lab.write("client> shutdown\n")
        yield path


def timed(*command):
    """Orders and seconds, by what it says and by the processor."""
    before = os.times()
    said = subprocess.run(command, check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    after = os.times()
    cpu_s = (after.children_user + after.children_system -
             before.children_user - before.children_system)
    wall_s = after.elapsed - before.elapsed
    return int(re.search(r"(\d+) orders", said).group(1)), wall_s, cpu_s


def orders():
    ours, theirs, first, wired = [], [], [], []
    with experiment() as path:
        for _ in range(ROUNDS):
            ours.append(timed(LAB, "explore", path))
            theirs.append(timed(bare("orders"), str(MESSAGES)))
            first.append(timed(LAB, "explore", "--limit", "1000", path))
            wired.append(timed(LAB, "explore", WIRED))
    cost, reference = (statistics.median(cpu_s / n for n, _, cpu_s in runs)
                       for runs in (ours, theirs))
    assert ours[0][0] == theirs[0][0], "both play the same orders"
    yield [f"an explored order on the loopback, of {ours[0][0]}, CPU time",
           f"{cost * 1e3:.3f} ms", f"{reference * 1e3:.3f} ms (bare sockets)",
           f"{cost / reference:.2f}", ""]
    yield ["1000 orders on the loopback",
           f"{statistics.median(wall_s for _, wall_s, _ in first):.2f} s", "",
           "", "under 1 s"]
    cost = statistics.median(cpu_s / n for n, _, cpu_s in wired)
    yield [f"{wired[0][0]} orders with the wire",
           f"{statistics.median(wall_s for _, wall_s, _ in wired):.2f} s, "
           f"{cost * 1e3:.3f} ms of CPU time each", "", "", "under 10 s"]
