# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of all kinds with one server. Each says afterwards what it sent and
received, and whether it ended in order, so that the server's books can be
compared with it."""

import json
import os
import signal
import socket
import struct
import subprocess

CLIENT = os.path.join(os.path.abspath(os.environ.get("O", "build")),
                      "graceclient")
PATIENCE_S = 60


class Account:
    """What one session knows of itself."""

    def __init__(self, kind, name):
        self.kind = kind
        self.name = name       # what it sent first, or its address
        self.orderly = False   # it shut down, read to EOF, and closed
        self.sent = self.received = 0
        self.fault = None      # what went wrong with the session itself


def _events(path):
    """One that was killed may not have begun, or not have ended its line."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.endswith("\n")]


def _run_client(account, port, lines, folder, kill_after_s=None):
    """Runs graceclient; its books are its events."""
    stem = f"{folder}/{account.name.replace(' ', '-')}"
    with open(f"{stem}.lines", "w", encoding="ascii") as f:
        f.writelines(f"{line}\n"
                     for line in [account.name, "wait reply", *lines])
    with subprocess.Popen([CLIENT, "--quiet", "--events", f"{stem}.events",
                           "-f", f"{stem}.lines", "127.0.0.1", str(port)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, cwd=folder) as client:
        try:
            said = client.communicate(timeout=kill_after_s or PATIENCE_S)[1]
        except subprocess.TimeoutExpired:
            client.kill()
            said = client.communicate()[1]
            if not kill_after_s:
                account.fault = "hangs"
    seen = _events(f"{stem}.events")
    account.sent = sum(e["bytes"] for e in seen if e["event"] == "send")
    account.received = sum(e["bytes"] for e in seen if e["event"] == "recv")
    names = [e["event"] for e in seen]
    account.orderly = "eof" in names and "shutdown" in names and \
        "error" not in names and client.returncode == 0 and \
        "shutdown rdwr" not in lines
    expected = (0, 3, -signal.SIGKILL if kill_after_s else 0)
    if client.returncode not in expected:
        account.fault = f"status {client.returncode}: {said.decode()}"
    for path in (f"{stem}.events", f"{stem}.lines"):
        if os.path.exists(path):
            os.unlink(path)


def _some_lines(rng):
    lines = []
    for _ in range(rng.randrange(6)):
        size = rng.choice([1, 5, 100, 1400, 70000, 300000])
        lines.append("send " + "x" * rng.randint(1, size))
        lines += rng.choice([[], [], ["state"], ["sleep 2ms"], ["wait reply"],
                             ["pause", "sleep 1ms", "resume"], ["hold",
                                                                "release"]])
    return lines


def talk(account, rng, port, folder):
    _run_client(account, port, _some_lines(rng) +
                rng.choice([[], ["shutdown"], ["shutdown", "wait eof"]]),
                folder)


def file_and_save(account, rng, port, folder):
    given = f"{account.name.replace(' ', '-')}.given"
    saved = f"{account.name.replace(' ', '-')}.saved"
    with open(f"{folder}/{given}", "wb") as f:
        f.write(rng.randbytes(rng.randrange(2_000_000)))
    _run_client(account, port, [f"save {saved}", f"sendfile {given}",
                                "shutdown"], folder)
    # The answer to its name came before the file was there to save it.
    expected = account.received - len("Hi, " + account.name)
    if account.orderly and \
            os.path.getsize(f"{folder}/{saved}") != expected:
        account.fault = "what was saved is not what arrived"
    os.unlink(f"{folder}/{given}")
    os.unlink(f"{folder}/{saved}")


def leave(account, rng, port, folder):
    _run_client(account, port, _some_lines(rng) + [
        rng.choice(["close", "reset", "quit", "shutdown rdwr"])], folder)


def die(account, rng, port, folder):
    _run_client(account, port, _some_lines(rng) + ["sleep 10s"], folder,
                kill_after_s=rng.uniform(0.01, 0.2))


def _connect(account, port, receive_bytes=None):
    s = socket.socket()
    if receive_bytes:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    s.settimeout(PATIENCE_S)
    s.connect(("127.0.0.1", port))
    account.name = "%s:%d" % s.getsockname()
    return s


def _send(account, s, data):
    s.sendall(data)
    account.sent += len(data)


def _read_to_eof(account, s, piece):
    while True:
        data = s.recv(piece)
        if not data:
            return
        account.received += len(data)


def _reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


HOSTILE = [b"\0" * 100, b"\x1b]0;title\x07\x1b[2J", b"%s%n%x", b"\xff\xfe\xc0",
           b"quit\nclose\nsave x\n"]


def half_close(account, rng, port, _):
    """A peer that reads little by little, with a small window or not."""
    with _connect(account, port, rng.choice([None, 4096])) as s:
        for _ in range(rng.randrange(4)):
            _send(account, s, rng.choice(HOSTILE) * rng.randrange(1, 200))
        s.shutdown(socket.SHUT_WR)
        _read_to_eof(account, s, rng.choice([1000, 65536]))
        account.orderly = True


def vanish(account, rng, port, _):
    """A peer that resets, or closes with the answers unread or to come."""
    s = _connect(account, port)
    if rng.randrange(3):
        _send(account, s, rng.choice(HOSTILE))
    if rng.randrange(2):
        _reset(s)
    else:
        s.close()


def stall(account, rng, port, _):
    """A peer that sends what is taken, reads nothing and resets."""
    s = _connect(account, port, 4096)
    s.setblocking(False)
    try:
        for _ in range(rng.randrange(1, 200)):
            account.sent += s.send(b"y" * 10000)
    except BlockingIOError:
        pass
    _reset(s)


KINDS = [talk, talk, talk, file_and_save, leave, die, half_close, half_close,
         vanish, stall]


def play(kind, name, rng, port, folder):
    account = Account(kind.__name__, name)
    try:
        kind(account, rng, port, folder)
    except (ConnectionResetError, BrokenPipeError):
        account.orderly = False
    except Exception as error:  # pylint: disable=broad-except
        account.fault = repr(error)
    return account
