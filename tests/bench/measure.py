# SPDX-License-Identifier: GPL-3.0-or-later
"""What the measurements share: a private network, servers that listen before
the first client starts, interleaved rounds, and the tables."""

import contextlib
import fcntl
import os
import re
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(os.environ.get("O", "build"))
SERVER = f"{BUILD}/graceserver"
CLIENT = f"{BUILD}/graceclient"
LAB = f"{BUILD}/gracelab"
ROUNDS = int(os.environ.get("ROUNDS", "9"))
CONGESTION = "/proc/sys/net/ipv4/tcp_congestion_control"


def bare(name):
    """The path of one of the references beside this file."""
    return f"{BUILD}/bench/{name}"


def in_private_network():
    """Goes on in a network namespace of its own, with the congestion control
    that every kernel has; where that is refused, on the host's loopback."""
    unshare = ["unshare", "--net", "--map-root-user"]
    if "GRACE_STAGED" not in os.environ:
        os.environ["GRACE_STAGED"] = "no"
        if subprocess.run([*unshare, "true"], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0:
            os.environ["GRACE_STAGED"] = "yes"
            os.execvp("unshare", [*unshare, sys.executable, *sys.argv])
        print("no private network to be had: measured on the host's loopback")
    if is_private():
        with socket.socket() as s:
            request = struct.pack("16sh14x", b"lo", 0x41)  # IFF_UP | RUNNING
            fcntl.ioctl(s, 0x8914, request)  # SIOCSIFFLAGS
        with open(CONGESTION, "w", encoding="ascii") as f:
            f.write("reno")


def is_private():
    return os.environ["GRACE_STAGED"] == "yes"


def congestion():
    with open(CONGESTION, encoding="ascii") as f:
        return f.read().strip()


def have(*programs):
    return all(shutil.which(program) for program in programs)


def listeners():
    """The ports that the kernel lists as listening."""
    ports = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(FileNotFoundError):
            with open(table, encoding="ascii") as f:
                for line in f.readlines()[1:]:
                    fields = line.split()
                    if fields[3] == "0A":
                        ports.add(int(fields[1].rsplit(":", 1)[1], 16))
    return ports


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


@contextlib.contextmanager
def serving(*command):
    """A server of ours or a reference: (process, port) from its first line.
    What it prints goes to a file, which holds nobody up."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                   stdout=said)
        beginning = b""
        while b"\n" not in beginning:
            if process.poll() is not None:
                sys.exit(f"{command[0]} did not start")
            beginning = os.pread(said.fileno(), 256, 0)
        first = beginning.splitlines()[0]
        try:
            yield process, first.rsplit(b":", 1)[1].decode()
        finally:
            process.kill()
            process.wait()


@contextlib.contextmanager
def foreign(*command, stdin=subprocess.DEVNULL):
    """Somebody else's server; {port} in its words is a free one. Yields it."""
    port = free_port()
    words = [word.replace("{port}", str(port)) for word in command]
    process = subprocess.Popen(words, stdin=stdin, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL,
                               start_new_session=True)
    while port not in listeners():
        if process.poll() is not None:
            sys.exit(f"{words[0]} did not start")
        time.sleep(0.005)
    try:
        yield str(port)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()


def timed(command, stdin=None, stdout=None):
    """Seconds that a command takes."""
    with open(stdin or os.devnull, "rb") as source, \
            open(stdout or os.devnull, "wb") as sink:
        start = time.monotonic()
        subprocess.run(command, stdin=source, stdout=sink, check=True)
        return time.monotonic() - start


def interleaved(contestants, rounds=ROUNDS):
    """Calls each of a dict of functions in turn, `rounds` times over; a dict
    of the medians of what they return."""
    results = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            results[name].append(contestant())
    return {name: statistics.median(r) for name, r in results.items()}


@contextlib.contextmanager
def scratch():
    """A folder in memory, where there is room for it."""
    memory = "/dev/shm"
    usable = os.path.isdir(memory) and \
        shutil.disk_usage(memory).free > 4 << 30
    with tempfile.TemporaryDirectory(dir=memory if usable else None) as path:
        yield path


def verdict(row):
    """Whether a row's ratio, "1.08" or "3.3 times faster", keeps its bound,
    "at most 1.1" or "at least 3 times": "kept" or "missed"; "" where the bound
    is not about the ratio alone."""
    bound = re.fullmatch(r"at (most|least) ([\d.]+)(?: times)?", row[4])
    ratio = re.match(r"[\d.]+", row[3])
    if not bound or not ratio:
        return ""
    had, asked = float(ratio[0]), float(bound[2])
    return "kept" if (had <= asked if bound[1] == "most" else had >= asked) \
        else "missed"


def summary(rows):
    """What the verdicts of rows, their last column, come to, in words."""
    missed = [f"{row[0]}: {row[3]}, {row[4]} (beside {row[2]})"
              for row in rows if row[5] == "missed"]
    kept = sum(row[5] == "kept" for row in rows)
    said = f"{kept} of {kept + len(missed)} bounds on a ratio are kept"
    return "\n".join([said + (", not these:" if missed else ""), *missed])
