#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TLS client of known behaviour, for the tests of `gracelab client --tls`.

    tls_client.py HOST PORT CA KIND
    tls_client.py unix PATH CA KIND

It says `job` and does what its KIND, a function below, says. TLS is spoken in
memory, so that each of its two ends is sent by itself."""
import os
import select
import signal
import socket
import ssl
import struct
import sys
import time

KINDS, RAW = {}, {}


def kind(function):
    KINDS[function.__name__.replace("_", "-")] = function
    return function


def raw(function):
    """One that speaks no TLS, or not as it should."""
    RAW[function.__name__.replace("_", "-")] = function
    return function


class Cut(Exception):
    """The end of TCP came without a close_notify."""


class Link:
    """TLS on a socket, one call at a time."""

    def __init__(self, sock, host, ca):
        self.sock, self.ended = sock, False
        self.inner, self.outer = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=ca)
        # The default of later versions of Python.
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        self.tls = context.wrap_bio(self.inner, self.outer,
                                    server_hostname=host)
        self.call(self.tls.do_handshake)

    def flush(self):
        if self.outer.pending:
            self.sock.sendall(self.outer.read())

    def call(self, function, *arguments):
        while True:
            try:
                result = function(*arguments)
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                data = self.sock.recv(65536)
                if not data:
                    raise Cut("the connection ends without close_notify")
                self.inner.write(data)

    def send(self, data):
        self.call(self.tls.write, data)

    def notify(self):
        """Sends close_notify, and waits for none."""
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self.flush()

    def recv(self):
        try:
            return self.call(self.tls.read, 65536)
        except (ssl.SSLZeroReturnError, ssl.SSLSyscallError):
            return b""

    def read_all(self):
        data = b""
        while more := self.recv():
            data += more
        return data


def put(data):
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


@kind
def both(link):
    """Ends its half in both layers, one soon behind the other, and reads on."""
    link.send(b"job\n")
    link.notify()
    time.sleep(0.05)
    link.sock.shutdown(socket.SHUT_WR)
    put(link.read_all())


@kind
def notifies(link):
    """Sends close_notify, and its FIN only with the end of all."""
    link.send(b"job\n")
    link.notify()
    put(link.read_all())


@kind
def bare(link):
    """Knows FIN alone; any end of the server's will do."""
    link.send(b"job\n")
    link.sock.shutdown(socket.SHUT_WR)
    try:
        while more := link.recv():
            put(more)
    except Cut:
        pass


@kind
def drops(link):
    """Is gone with its close_notify."""
    link.send(b"job\n")
    link.notify()
    link.sock.close()


@kind
def discards(link):
    """Takes what comes in 0.2 s; what comes behind its close_notify is read
    and thrown away, as SSL_shutdown(3) does."""
    link.send(b"job\n")
    if select.select([link.sock], [], [], 0.2)[0]:
        put(link.recv())
    link.notify()
    while link.sock.recv(65536):
        pass


@kind
def unwraps(link):
    """Takes the first record behind its close_notify for an error, as Python's
    unwrap() does, and says nothing of it; or it fails."""
    link.send(b"job\n")
    link.notify()
    link.sock.recv(16384)
    link.sock.close()
    sys.exit(1)


@kind
def gives_up(link):
    """Waits 0.4 s for a reply, after its close_notify."""
    link.send(b"job\n")
    link.notify()
    link.sock.settimeout(0.4)
    try:
        put(link.read_all())
    except socket.timeout:
        sys.exit(1)


@kind
def stays(link):
    """Takes the first record behind its close_notify for an error, too, and
    neither reads on nor closes."""
    link.send(b"job\n")
    link.notify()
    link.sock.recv(16384)
    time.sleep(1000)


@kind
def reads(link):
    """Waits for the server's end, and ends properly; a cut is an error."""
    link.send(b"job\n")
    put(link.read_all())
    link.notify()


@kind
def resets(link):
    """Aborts its connection at once."""
    link.send(b"job\n")
    link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         struct.pack("ii", 1, 0))
    link.sock.close()


@kind
def silent(link):
    """Puts out nothing, and ends as if all were well."""
    link.send(b"job\n")
    link.notify()
    link.read_all()


@kind
def counts(link):
    """Puts out nothing; without a reply it fails."""
    link.send(b"job\n")
    link.notify()
    sys.exit(0 if link.read_all() else 7)


@kind
def sends_on(link):
    """Sends on after the server's close_notify, and dies of SIGPIPE."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    link.send(b"job\n")
    put(link.read_all())
    for _ in range(100):
        link.send(b"more\n")
        time.sleep(0.02)


@kind
def garbles(link):
    """What it sends behind its request is no record."""
    link.send(b"job\n")
    link.sock.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
    while link.sock.recv(65536):
        pass


@kind
def crumbs(link):
    """Sends its request a byte at a time, and each record in bytes."""
    for byte in b"job\n":
        link.tls.write(bytes([byte]))
        for one in link.outer.read():
            link.sock.sendall(bytes([one]))
    link.notify()
    put(link.read_all())


@kind
def mistrusts(link):
    """Does not like whom it speaks to, once it has met him."""
    sys.exit("I do not know you")


@kind
def floods(link):
    """Never stops, and never reads."""
    while True:
        link.send(b"x" * 16384)
        time.sleep(0.01)


@raw
def plain(sock):
    """Speaks no TLS at all."""
    sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
    sock.recv(65536)


@raw
def half_hello(sock):
    """Begins, and never goes on."""
    sock.sendall(bytes.fromhex("16030102000100"))
    sock.recv(65536)


@raw
def hangs_up(sock):
    """Ends in the middle of its first record."""
    sock.sendall(bytes.fromhex("16030102000100"))
    sock.close()


def main():
    host, port, ca, name = sys.argv[1:]
    if host == "unix":
        host, sock = "localhost", socket.socket(socket.AF_UNIX)
        sock.connect(port)
    else:
        sock = socket.create_connection((host, int(port)))
    if name in RAW:
        RAW[name](sock)
    else:
        KINDS[name](Link(sock, host, ca))


main()
