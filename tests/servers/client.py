#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of known behaviour, for the tests of `gracelab client`.

    client.py HOST PORT KIND
    client.py unix PATH KIND

It says `job` and does what its KIND, a function below, says."""
import os
import signal
import socket
import struct
import sys
import time

KINDS = {}


def kind(function):
    KINDS[function.__name__.replace("_", "-")] = function
    return function


def read_all(sock):
    data = b""
    while True:
        more = sock.recv(65536)
        if not more:
            return data
        data += more


def put(data):
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


def abort(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.close()


@kind
def half_close(sock):
    """Shuts its sending half, reads to EOF; a reset is an error."""
    sock.sendall(b"job\n")
    sock.shutdown(socket.SHUT_WR)
    put(read_all(sock))


@kind
def silent_half_close(sock):
    """The same, and nothing is said before the FIN, nor put out."""
    sock.shutdown(socket.SHUT_WR)
    read_all(sock)


@kind
def close(sock):
    """Is gone at once."""
    sock.sendall(b"job\n")
    sock.close()


@kind
def close_late(sock):
    """Closes while a reply that came meanwhile is not read: that sends RST."""
    sock.sendall(b"job\n")
    time.sleep(1.5)
    sock.close()


@kind
def leaves(sock):
    """Shuts its sending half, and is gone before it reads."""
    sock.sendall(b"job\n")
    sock.shutdown(socket.SHUT_WR)
    time.sleep(1)
    sock.close()


@kind
def reset(sock):
    """Aborts its connection at once."""
    sock.sendall(b"job\n")
    abort(sock)


@kind
def reset_late(sock):
    """Aborts it after a while, whatever has come."""
    sock.sendall(b"job\n")
    time.sleep(1.3)
    abort(sock)


@kind
def reset_after(sock):
    """Aborts it once it has the reply."""
    sock.sendall(b"job\n")
    put(sock.recv(65536))
    abort(sock)


@kind
def never(sock):
    """Never ends, and never reads."""
    sock.sendall(b"job\n")
    time.sleep(600)


@kind
def reads_to_eof(sock):
    """Ends when the server has."""
    sock.sendall(b"job\n")
    put(read_all(sock))


@kind
def reads_once(sock):
    """Takes what comes first for all of it, and closes."""
    sock.sendall(b"job\n")
    put(sock.recv(65536))
    sock.close()


@kind
def reads_half_open(sock):
    """Shuts its sending half once it has the reply, and reads on."""
    sock.sendall(b"job\n")
    sock.recv(65536)
    sock.shutdown(socket.SHUT_WR)
    read_all(sock)


@kind
def gives_up(sock):
    """Waits 0.4 s for a reply, after its FIN."""
    sock.sendall(b"job\n")
    sock.shutdown(socket.SHUT_WR)
    sock.settimeout(0.4)
    try:
        put(read_all(sock))
    except socket.timeout:
        sys.exit(1)


@kind
def pipes(sock):
    """What stands at standard input is sent; gives up 0.4 s after the last
    thing that happened, with or without a FIN."""
    sock.settimeout(0.4)
    if os.read(0, 65536):
        sock.sendall(b"job\n")
    try:
        sock.shutdown(socket.SHUT_WR)
        put(read_all(sock))
    except socket.timeout:
        sys.exit(1)


@kind
def swallows(sock):
    """Whatever ends the reply, it is content."""
    sock.sendall(b"job\n")
    sock.shutdown(socket.SHUT_WR)
    try:
        while True:
            more = sock.recv(65536)
            if not more:
                break
            put(more)
    except OSError:
        pass


@kind
def warns(sock):
    """A reset is no failure, but it says so."""
    try:
        half_close(sock)
    except OSError as error:
        print(error, file=sys.stderr)


@kind
def murmurs(sock):
    """The same on standard output."""
    try:
        half_close(sock)
    except OSError as error:
        print(error)


@kind
def strict(sock):
    """Knows that a reply ends with a line of `end`."""
    sock.sendall(b"job\n")
    if not read_all(sock).endswith(b"end\n"):
        sys.exit("the reply is cut")


@kind
def goes_on(sock):
    """Sends on after the server's FIN."""
    sock.sendall(b"job\n")
    read_all(sock)
    for _ in range(10):
        sock.sendall(b"more\n")
        time.sleep(0.05)


@kind
def sigpipe(sock):
    """The same for ever, and dies of SIGPIPE."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    while True:
        sock.sendall(b"tick\n")
        time.sleep(0.05)


@kind
def fails(sock):
    """Fails, whatever the reply is."""
    half_close(sock)
    sys.exit(3)


@kind
def greeted(sock):
    """Says nothing before it was greeted."""
    if sock.recv(5) != b"hello":
        sys.exit("no greeting")
    half_close(sock)


@kind
def in_two(sock):
    """Pauses amid its request, and takes no reply before the end of that."""
    sock.sendall(b"jo")
    sock.settimeout(0.6)
    try:
        sys.exit("too soon: %r" % sock.recv(100))
    except socket.timeout:
        sock.settimeout(None)
    sock.sendall(b"b\n")
    put(read_all(sock))


@kind
def listens(sock):
    """Says nothing, and ends when the server has."""
    put(read_all(sock))


@kind
def http_naive(sock):
    """Takes whatever comes for a body, whatever its header says."""
    sock.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    try:
        put(read_all(sock).partition(b"\r\n\r\n")[2])
    except OSError:
        pass


def main():
    host, port, name = sys.argv[1:]
    if name == "stays-away":
        sys.exit("I would rather not")
    if host == "unix":
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(port)
    else:
        sock = socket.create_connection((host, int(port)))
    KINDS[name](sock)


main()
