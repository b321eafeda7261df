# SPDX-License-Identifier: GPL-3.0-or-later
"""Work by the connection, the event and the start."""

import contextlib
import os
import resource
import socket
import statistics
import subprocess
import tempfile
import time

from memory import own_bytes  # in the folder above
from measure import (BUILD, CLIENT, LAB, ROUNDS, SERVER, bare, foreign, have,
                     interleaved, serving, timed)


def load(port, cycles, at_once):
    """Cycles a second, and how many replies were lost."""
    done = subprocess.run([bare("load"), port, str(cycles), str(at_once)],
                          stdout=subprocess.PIPE, text=True, check=False)
    seconds, lost, _ = done.stdout.split("\n")[-2].split()
    return cycles / float(seconds), int(lost)


def cycles():
    lost = {}

    def contestant(name, port, count, at_once):
        def run():
            rate, more = load(port, count, at_once)
            lost[name] = lost.get(name, 0) + more
            return rate
        return run

    with contextlib.ExitStack() as stack:
        _, port = stack.enter_context(serving(
            SERVER, "--quiet", "--port", "0", "--delay", "0"))
        _, bare_port = stack.enter_context(serving(bare("echo_server")))
        runs = {"grace": contestant("grace", port, 5000, 50),
                "bare epoll server": contestant("bare epoll server", bare_port,
                                                5000, 50)}
        if have("socat"):
            for what, count in (("PIPE", 300), ("EXEC:cat", 100)):
                name = f"socat fork {what}"
                runs[name] = contestant(
                    name, stack.enter_context(foreign(
                        "socat", "TCP-LISTEN:{port},reuseaddr,fork,"
                        "backlog=1024", what)), count, 20)
        medians = interleaved(runs)

    goals = {"bare epoll server": "at least 0.8",
             "socat fork PIPE": "at least 4",
             "socat fork EXEC:cat": "at least 15"}
    for other, goal in goals.items():
        if other in medians:
            yield ["full cycles a second: connect, 5 bytes, SHUT_WR, reply, "
                   "EOF, close",
                   f"{medians['grace']:.0f}, {lost['grace']} replies lost",
                   f"{medians[other]:.0f}, {lost[other]} lost ({other})",
                   f"{medians['grace'] / medians[other]:.2f}",
                   f"{goal}, none lost"]


CROWD = 10000
DELAY_S = 2


def wait_bytes():
    """Bytes for a connection that has been accepted and waits."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    with serving(SERVER, "--port", "0") as (server, port), \
            contextlib.ExitStack() as stack:
        before = own_bytes(server.pid)
        for i in range(CROWD):
            s = socket.create_connection(("127.0.0.1", int(port)),
                                         source_address=(f"127.0.0.{1 + i % 8}",
                                                         0))
            stack.enter_context(s)
        descriptors = f"/proc/{server.pid}/fd"
        while len(os.listdir(descriptors)) < CROWD:
            time.sleep(0.01)
        return (own_bytes(server.pid) - before) / CROWD


def thinking():
    with serving(SERVER, "--quiet", "--port", "0", "--delay",
                 f"{DELAY_S}s") as (server, port):
        before = own_bytes(server.pid)
        with subprocess.Popen([bare("load"), port, str(CROWD), str(CROWD)],
                              stdout=subprocess.PIPE, text=True) as crowd:
            crowd.stdout.readline()
            # The last messages are still to be read.
            time.sleep(DELAY_S / 4)
            think_bytes = (own_bytes(server.pid) - before) / CROWD
            _, lost, slowest_s = crowd.stdout.readline().split()
    yield [f"{CROWD} connections thinking at once, --delay {DELAY_S}s",
           f"{CROWD - int(lost)} answered, the slowest after {slowest_s} s",
           f"{DELAY_S} s (the delay)", f"{float(slowest_s) / DELAY_S:.2f}",
           "all, at most 1.25"]
    for what, size in (("thinks", think_bytes), ("waits", wait_bytes())):
        yield [f"the server's own memory for a connection that {what}",
               f"{size:.0f} bytes", "", "", "at most 256 bytes"]


FIN_ROUNDS = 2000


def fins_to_server(command, events_apart):
    """Microseconds from each FIN to the line that tells of it."""
    reader, writer = os.pipe()
    with tempfile.TemporaryFile() as said:
        if events_apart:
            process = subprocess.Popen(
                [*command, "--events", f"/dev/fd/{writer}"], pass_fds=[writer],
                stdin=subprocess.DEVNULL, stdout=said)
        else:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                       stdout=writer)
        os.close(writer)
        beginning = b""
        while b"\n" not in beginning:
            beginning = os.pread(said.fileno(), 256, 0) if events_apart else \
                beginning + os.read(reader, 1)
        port = beginning.splitlines()[0].rsplit(b":", 1)[1].decode()
        done = subprocess.run([bare("fin"), "connect", str(FIN_ROUNDS), port],
                              stdin=reader, stdout=subprocess.PIPE, text=True,
                              check=True)
        process.kill()
        process.wait()
        os.close(reader)
    return [float(line) for line in done.stdout.split()]


def fins_to_client():
    """The same for the client, which connects again and again."""
    with tempfile.NamedTemporaryFile("w") as script, \
            subprocess.Popen([bare("fin"), "listen", str(FIN_ROUNDS)],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True) as fin:
        port = fin.stdout.readline().strip().rsplit(":", 1)[1]
        script.write("wait eof\nclose\nopen\n" * FIN_ROUNDS)
        script.flush()
        events = fin.stdin.fileno()
        client = subprocess.Popen(
            [CLIENT, "--quiet", "-f", script.name, "--events",
             f"/dev/fd/{events}", "127.0.0.1", port], pass_fds=[events],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        fin.stdin.close()
        lines = fin.stdout.read().split()
        client.kill()
        client.wait()
    return [float(line) for line in lines]


def fin():
    def median_and_p99(samples):
        ordered = sorted(samples)
        return statistics.median(ordered), ordered[len(ordered) * 99 // 100]

    contestants = {
        "bare": lambda: fins_to_server([bare("fin_server")], False),
        "server": lambda: fins_to_server(
            [SERVER, "--quiet", "--port", "0", "--delay", "0"], True),
        "client": fins_to_client,
    }
    rounds = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, contestant in contestants.items():
            rounds[name].append(median_and_p99(contestant()))
    medians = {name: [statistics.median(column) for column in zip(*results)]
               for name, results in rounds.items()}
    for side in ("server", "client"):
        for i, what, goal in ((0, "median", 1.5), (1, "99th percentile", 3)):
            ours, theirs = medians[side][i], medians["bare"][i]
            yield [f"from the peer's FIN to the event line, {side}, {what}",
                   f"{ours:.0f} µs", f"{theirs:.0f} µs (bare select(), read())",
                   f"{ours / theirs:.2f}", f"at most {goal}"]


def to_first_line(command):
    """Seconds from a start to the first line, or to the end without one."""
    reader, writer = os.pipe()
    with open(os.devnull, "rb") as nothing:
        start = time.perf_counter()
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, nothing.fileno(), 0),
            (os.POSIX_SPAWN_DUP2, writer, 1),
            (os.POSIX_SPAWN_CLOSE, reader)])
        os.close(writer)
        os.read(reader, 256)
        seconds = time.perf_counter() - start
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    os.close(reader)
    return seconds


def start():
    """The reference is linked as ours are, readline in it or beside it."""
    with serving(bare("echo_server")) as (_, port):
        medians = interleaved({
            "empty": lambda: to_first_line([bare("empty")]),
            "server": lambda: to_first_line(
                [SERVER, "--quiet", "--port", "0"]),
            "empty, to its end": lambda: timed([bare("empty")]),
            "client": lambda: timed([CLIENT, "--quiet", "-e", "quit",
                                     "127.0.0.1", port]),
        }, rounds=25 * ROUNDS)
    for side, empty, what, goal in (
            ("server", "empty", "to `listening on`", 1.1),
            ("client", "empty, to its end", "connect, quit", 1.5)):
        yield [f"start without a terminal, {side}, {what}",
               f"{medians[side] * 1000:.2f} ms",
               f"{medians[empty] * 1000:.2f} ms (empty program, linked "
               "alike)",
               f"{medians[side] / medians[empty]:.2f}", f"at most {goal}"]


# This one waits a second for the kernel's own timer.
TIMED = "fin-wait-2"


def with_cpu_time(run):
    """Wall and CPU seconds of what `run` starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start_s = time.monotonic()
    run()
    wall = time.monotonic() - start_s
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, (after.ru_utime + after.ru_stime -
                  before.ru_utime - before.ru_stime)


def lab():
    listing = subprocess.run([LAB, "list"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    names = [line.split()[0] for line in listing.splitlines()]
    names = [name for name in names
             if name != TIMED and not name.startswith("orders-")]

    def all_together():
        subprocess.run([LAB, "check", *names], check=True,
                       stdout=subprocess.DEVNULL)

    def their_processes():
        for _ in names:
            pair = [subprocess.Popen([f"{BUILD}/{name}", "--version"],
                                     stdout=subprocess.DEVNULL)
                    for name in ("graceserver", "graceclient")]
            for process in pair:
                process.wait()

    played, started = [], []
    for _ in range(ROUNDS):
        played.append(with_cpu_time(all_together))
        started.append(with_cpu_time(their_processes))
    wall_s, cpu_s = (statistics.median(column) for column in zip(*played))
    _, floor_s = (statistics.median(column) for column in zip(*started))
    yield [f"the laboratory: {len(names)} experiments side by side",
           f"{wall_s:.2f} s", "", "", "under 0.5 s"]
    yield ["... their CPU time", f"{cpu_s:.2f} s",
           f"{floor_s:.2f} s (starting their {2 * len(names)} processes)",
           f"{cpu_s / floor_s:.2f}", "at most 3"]
