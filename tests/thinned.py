# SPDX-License-Identifier: GPL-3.0-or-later
"""
thinned.py serve|take MODE PORT: so much goes from one to the other that not each
segment is looked at.
"""
import os
import select
import signal
import socket
import subprocess
import sys

TOTAL = 64 << 20
PIECE = b"x" * (256 << 10)
# More than the buffer of who takes it slowly, and less than of who sends it.
TAKEN, UNREAD, SENT = 16 << 10, 150 << 10, 400 << 10
# Less than a sender's buffer grows to, and more than its peer's has room for.
QUEUED, ROOM = 1 << 20, 100 << 10


def read(connection, wanted):
    got = 0
    while got < wanted:
        piece = connection.recv(min(len(PIECE), wanted - got))
        if not piece:
            break
        got += len(piece)


def fill(connection):
    """Until the other takes no more."""
    connection.setblocking(False)
    while select.select([], [connection], [], 0.2)[1]:
        connection.send(PIECE)


def send(connection, total=TOTAL):
    for _ in range(total // len(PIECE)):
        connection.sendall(PIECE)


def serve(connection, mode):
    if mode == "stall":
        fill(connection)
        connection.setblocking(True)
        read(connection, 1)
    elif mode == "reset":
        try:
            send(connection, 4 * TOTAL)
        except ConnectionError:
            pass
    elif mode in ("again", "refused"):
        for _ in range(2):
            send(connection)
            read(connection, 5)
            connection.sendall(b"small")
    else:
        send(connection)
    if mode == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    connection.close()


def take(connection, mode):
    if mode in ("stall", "reset"):
        read(connection, 48 << 20)
    elif mode in ("again", "refused"):
        for _ in range(2):
            read(connection, TOTAL)
            connection.sendall(b"hello")
            read(connection, 5)
    elif mode == "slow":
        # The other has closed by then, and sends on.
        read(connection, TOTAL - UNREAD)
        select.select([], [], [], 0.1)
        connection.recv(100)
    elif mode in ("left", "killed"):
        read(connection, TOTAL - QUEUED)
        select.select([], [], [], 0.1)
        # The row of this stands behind all that has come.
        connection.shutdown(socket.SHUT_WR)
        read(connection, 400 << 10)
        select.select([], [], [], 0.1)
    if mode == "stall":
        select.select([], [], [], 0.5)
        connection.sendall(b"!")
    if mode not in ("reset", "left"):
        read(connection, sys.maxsize)
    connection.close()


def main():
    side, mode, port = sys.argv[1:]
    family = socket.AF_INET6 if mode == "ipv6" else socket.AF_INET
    place = ("::1" if mode == "ipv6" else "127.0.0.1"), int(port)
    with socket.socket(family) as own:
        if mode == "slow":
            own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT)
        if mode == "slow" and side == "take":
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TAKEN)
        if mode in ("left", "killed") and side == "take":
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        if side == "take":
            own.connect(place)
            take(own, mode)
            return
        if mode == "refused":
            # A queue that is often full.
            subprocess.run("tc qdisc add dev lo root tbf rate 4gbit "
                           "burst 200kb limit 300kb".split(), check=True)
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind(place)
        own.listen()
        serve(own.accept()[0], mode)


main()
