#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP proxy with one fault, for the tests of `gracelab proxy`.

    proxy.py [--fault FAULT] LISTEN BACKEND      each PORT, HOST:PORT or /PATH

Without a fault each direction is forwarded by itself, its FIN and its RST
too. Some faults are none to a half-closed connection: see below. Prints `listening on HOST:PORT` once it does.
"""
import argparse
import fcntl
import itertools
import os
import queue
import select
import signal
import socket
import struct
import sys
import threading
import time

CHUNK = 65536
BUFFER = 262144
SIOCOUTQ = 0x5411               # <linux/sockios.h>
kept = []                       # sockets that a fault does not close
alone = threading.Lock()        # of a proxy that does one thing at a time


class Direction:
    """What goes one way: from the socket `source` to the socket `sink`."""

    def __init__(self, source, sink):
        self.source = source
        self.sink = sink
        self.buffer = bytearray()
        self.ended = False          # the source's FIN has been read
        self.closed = False         # and passed on
        self.hung_up = False        # both its halves have ended
        self.after_half_close = 0   # bytes since the other direction ended
        self.stuck_since = None
        self.ended_at = None
        self.passed = 0             # bytes


class End(Exception):
    """Of a pair; `resets` are the sockets to end by RST."""

    def __init__(self, *resets):
        super().__init__()
        self.resets = resets


class Pair:
    """A client's connection and the one to the backend for it."""

    def __init__(self, client, backend, options, number):
        self.options = options
        self.racy = options.fault == "racy" and number % 4 == 3
        self.there = Direction(client, backend)
        self.back = Direction(backend, client)
        self.heard = time.monotonic()
        for sock in (client, backend):
            if sock.family != socket.AF_UNIX:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setblocking(False)

    def run(self):
        """Forwards until both directions have ended, or one was reset."""
        resets = ()
        try:
            while not (self.there.closed and self.back.closed):
                self.turn()
        except End as end:
            resets = end.resets
        for sock in (self.there.source, self.back.source):
            if self.options.fault == "leaks":
                kept.append(sock)
                continue
            if sock in resets:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", 1, 0))
            sock.close()

    def turn(self):
        """Waits for one round of events, and moves what can be moved."""
        poll = select.poll()
        for one, other in ((self.there, self.back), (self.back, self.there)):
            wanted = 0
            if not one.ended and len(one.buffer) < BUFFER:
                wanted |= select.POLLIN
            if other.buffer:
                wanted |= select.POLLOUT
            # That both halves have ended poll(2) tells again and again.
            if wanted or not one.hung_up:
                poll.register(one.source, wanted)
        if self.options.fault == "hangs-up":
            time.sleep(0.02)    # and looks seldom
        events = dict(poll.poll(0 if self.options.fault == "spins" else 100))
        with alone if self.options.fault == "blocks" else nothing:
            self.move(events)
        self.look_at_clock()

    def move(self, events):
        """Moves what these events let move."""
        for one, other in ((self.there, self.back), (self.back, self.there)):
            event = events.get(one.source.fileno(), 0)
            if self.options.fault == "hangs-up-full" and \
                    event & select.POLLHUP and \
                    len(one.buffer) >= BUFFER:
                one.ended = True
            if self.options.fault == "hangs-up" and event & select.POLLHUP:
                one.ended = True
            if event & ~select.POLLOUT and not one.ended:
                self.read(one, other)
            elif event & select.POLLERR:
                self.on_reset(one)
            elif event & select.POLLHUP:
                one.hung_up = True
            if one.buffer:
                self.write(one, other)
            if one.ended and not one.buffer and not one.closed:
                self.pass_fin(one, other)

    def read(self, one, other):
        try:
            data = one.source.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            self.on_reset(one)
            return
        self.heard = time.monotonic()
        if data:
            one.buffer += data
            return
        one.ended = True
        one.ended_at = time.monotonic()
        fault = self.options.fault
        if fault == "toils" and not self.back.passed:
            work(0.4)
        if fault == "races-when-bare" and one is self.there and not one.passed:
            if next(bare) % 4 == 3:
                raise End
        if not other.ended and (
                fault == "drops-client-fin" and one is self.there or
                fault == "drops-server-fin" and one is self.back or
                self.racy):
            raise End

    def write(self, one, other):
        limit = len(one.buffer)
        fault = self.options.fault
        if fault == "truncates-large" and other.ended or (
                fault == "truncates-upload" and other.ended and
                one is self.there):
            limit = min(limit, self.options.limit - one.after_half_close)
            if limit <= 0:
                raise End
        if fault == "chunks":
            limit = min(limit, 512)
            if one is self.back and one.passed >= self.options.limit:
                raise End
        if fault == "drips" and one.passed <= 31:
            # In the end of the line that ends what they say first.
            limit = 31 - one.passed or limit
            time.sleep(0.05)
        if fault == "alters" and one.passed <= 100000 < one.passed + limit:
            one.buffer[100000 - one.passed] ^= 1
        if fault == "blocks":
            one.sink.setblocking(True)
            one.sink.sendall(one.buffer)
            one.sink.setblocking(False)
            one.passed += len(one.buffer)
            del one.buffer[:]
            return
        try:
            sent = one.sink.send(one.buffer[:limit])
        except BlockingIOError:
            one.stuck_since = one.stuck_since or time.monotonic()
            return
        except OSError:
            self.on_reset(other)
            return
        del one.buffer[:sent]
        one.passed += sent
        one.stuck_since = None
        if other.ended:
            one.after_half_close += sent

    def pass_fin(self, one, other):
        fault = self.options.fault
        if fault == "fin-to-rst" and one is self.there and not other.ended:
            raise End(one.sink)
        if fault == "fin-when-both" and not other.ended:
            return
        if (fault == "hides-server-fin" and one is self.back or
                fault == "hides-client-fin" and one is self.there or
                fault == "loses-fin" and self.in_flight(one)):
            one.closed = True
            return
        one.sink.shutdown(socket.SHUT_WR)
        one.closed = True

    @staticmethod
    def in_flight(one):
        """Whether the peer has yet to acknowledge what was sent."""
        answer = fcntl.ioctl(one.sink.fileno(), SIOCOUTQ, bytes(4))
        return struct.unpack("i", answer)[0] > 0

    def on_reset(self, one):
        """`one.source` was reset by its peer."""
        if self.options.fault == "dies-of-rst":
            os._exit(1)
        if self.options.fault == "rst-to-fin":
            raise End
        raise End(one.sink)

    def look_at_clock(self):
        now = time.monotonic()
        half_closed = self.there.ended != self.back.ended
        if (self.options.fault == "idle-kill" and half_closed and
                now - self.heard > self.options.idle):
            raise End
        if (self.options.fault == "hurries" and self.back.ended and
                not self.back.closed and now - self.back.ended_at > 0.3):
            raise End(self.back.sink)
        if self.options.fault == "impatient" and half_closed:
            for one in (self.there, self.back):
                if one.stuck_since and now - one.stuck_since > 0.3:
                    raise End


class Nothing:
    """In place of a lock."""

    def __enter__(self):
        pass

    def __exit__(self, *_):
        pass


nothing = Nothing()
bare = itertools.count()
ready = queue.Queue()           # connections to the backend, made in advance


def receive(sock, count):
    """So many bytes."""
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise OSError("the client has ended")
        data += more
    return data


def socks(client):
    """Connects where a client of SOCKS5 asks for (RFC 1928): IPv4, names."""
    client.sendall(b"\5\0" if receive(client, 3) == b"\5\1\0" else b"\5\xff")
    kind = receive(client, 4)[3]
    if kind == 1:
        host = socket.inet_ntoa(receive(client, 4))
    else:
        host = receive(client, receive(client, 1)[0]).decode()
    port = struct.unpack(">H", receive(client, 2))[0]
    backend = socket.create_connection((host, port))
    client.sendall(b"\5\0\0\1" + bytes(6))
    return backend


def tunnel(client):
    """Connects where a CONNECT asks for."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += receive(client, 1)
    backend = socket.create_connection(address(head.split()[1].decode()))
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    return backend


def connect(client, options):
    """A connection to the backend for a client."""
    if options.fault == "socks":
        return socks(client)
    if options.fault == "tunnels":
        return tunnel(client)
    if options.fault == "pools":
        ready.put(reach(options.backend))
        return ready.get()
    backend = reach(options.backend)
    if options.fault == "introduces":
        backend.sendall(b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n")
    return backend


def work(seconds):
    """Has a processor for so long."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def forward(client, options, number):
    if number < options.narrow:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
    try:
        if options.fault == "lazy":
            client.recv(1, socket.MSG_PEEK)
        if options.fault == "ponders":
            time.sleep(0.05)
        if options.fault == "probes-first":
            look_after(options)
            time.sleep(0.03)
        if options.fault == "toils-once" and number == 2:
            work(0.35)
        ended = has_ended(client)
        backend = connect(client, options)
        if options.fault == "gives-up" and has_ended(client) > ended:
            backend.close()
            raise OSError("the client has gone")
    except OSError:
        client.close()
        return
    try:
        Pair(client, backend, options, number).run()
    except OSError:
        client.close()
        backend.close()
    if options.fault == "one-shot":
        os._exit(0)


def has_ended(client):
    """Whether its end is there, and nothing before it."""
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except OSError:
        return False


def look_after(options):
    """Looks after the backend's health, and resets that connection."""
    try:
        with reach(options.backend) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
    except OSError:
        pass


def probe(options):
    while True:
        look_after(options)
        time.sleep(0.02)


def mutter(options):
    """Says less than a line, with a FIN behind it or without."""
    for ends in (True, False):
        sock = reach(options.backend)
        sock.sendall(b"HE")
        if ends:
            sock.shutdown(socket.SHUT_WR)
        kept.append(sock)


def reach(goal):
    """A connection to a path or an address."""
    if isinstance(goal, str):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(goal)
        return sock
    return socket.create_connection(goal)


def listen(place, renames=False):
    """A listener at a path or an address, and how that is written."""
    if isinstance(place, str):
        sock = socket.socket(socket.AF_UNIX)
        bound = place + ".new" if renames else place
        sock.bind(bound)
        sock.listen(128)
        if renames:
            os.rename(bound, place)
        return sock, "unix:" + place
    sock = socket.create_server(place, backlog=128)
    return sock, "%s:%d" % sock.getsockname()[:2]


def address(text):
    if text.startswith("/"):
        return text
    host, _, port = text.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


FAULTS = {
    "good": "forwards all",
    "drops-client-fin": "a FIN of the client ends both connections",
    "drops-server-fin": "a FIN of the server ends both connections",
    "fin-when-both": "forwards a FIN only when both have come",
    "fin-to-rst": "a FIN of the client becomes a RST",
    "truncates-large": "at most --limit bytes after a half-close",
    "impatient": "after a half-close it waits 0.3 s for a slow reader",
    "racy": "every fourth connection: a FIN ends both connections",
    "rst-to-fin": "a RST becomes a FIN",
    "idle-kill": "ends a half-closed connection idle for --idle seconds",
    "one-shot": "exits after one connection",
    "jams": "accepts, but forwards nothing, after --limit connections",
    "hides-server-fin": "never tells the client of the server's FIN",
    "loses-fin": "forgets a FIN behind bytes that are in flight",
    "hurries": "0.3 s after the server's FIN what is left is cut off",
    "truncates-upload": "at most --limit bytes to a server that has ended",
    "chunks": "512 bytes at a time, at most --limit of a reply, FIN or not",
    "drips": "no fault: 31 bytes first, and all else 50 ms later",
    "alters": "changes byte 100000",
    "races-when-bare": "every fourth FIN with nothing sent ends both",
    "toils": "no fault: works for 0.4 s on a FIN before the reply",
    "toils-once": "no fault: works for 0.35 s before it connects, once",
    "ponders": "no fault: takes its time before it connects to the backend",
    "gives-up": "a FIN that comes while it connects to the backend ends both",
    "hides-client-fin": "never tells the server of the client's FIN",
    "hangs-up-full": "the same where it holds as much as it can",
    "hangs-up": "once a peer has closed, what it has left to be read is lost",
    "dies-of-rst": "exits with status 1 when a peer resets",
    "leaks": "no fault: forwards all, but keeps its sockets",
    "lazy": "no fault: connects when the client has said something",
    "pools": "no fault: keeps a connection to the backend ready",
    "introduces": "no fault: says who the client is, by the PROXY protocol",
    "probes": "no fault: looks after the backend's health all the time",
    "probes-first": "no fault: does that each time before it connects",
    "mutters": "no fault: says to the backend, twice, less than a line",
    "socks": "no fault: SOCKS5",
    "tunnels": "no fault: CONNECT",
    "serial": "no fault: one connection after the other",
    "blocks": "no fault: does one thing at a time, and waits for it",
    "spins": "no fault: asks what there is to do again and again",
    "never-listens": "runs, but does not listen",
    "renames": "binds its UNIX socket elsewhere, and renames it: no fault",
    "exits": "exits at once with status 1",
    "stubborn": "ignores SIGTERM and SIGINT and has a child that does",
}


def main():
    parser = argparse.ArgumentParser(
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join("%-18s%s" % item for item in FAULTS.items()))
    parser.add_argument("--fault", choices=FAULTS, default="good",
                        metavar="FAULT", help="see below")
    parser.add_argument("--limit", type=int, default=4 << 20)
    parser.add_argument("--narrow", type=int, default=0, metavar="N",
                        help="the first N connections send with little room")
    parser.add_argument("--idle", type=float, default=0.5, help="seconds")
    parser.add_argument("--start-after", type=float, default=0,
                        help="seconds before it listens")
    parser.add_argument("listen", type=address)
    parser.add_argument("backend", type=address)
    options = parser.parse_args()

    if options.fault == "exits":
        print("proxy.py: no disk, no memory, no hope", file=sys.stderr)
        sys.exit(1)
    if options.fault == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)
    time.sleep(options.start_after)
    if options.fault == "never-listens":
        time.sleep(600)
    listener, where = listen(options.listen, options.fault == "renames")
    print("listening on", where, flush=True)
    if options.fault == "probes":
        threading.Thread(target=probe, args=(options,), daemon=True).start()
    if options.fault == "pools":
        ready.put(reach(options.backend))
    if options.fault == "mutters":
        mutter(options)
    jammed = []
    for number in itertools.count():
        client = listener.accept()[0]
        if options.fault == "jams" and number >= options.limit:
            jammed.append(client)
            continue
        if options.fault == "serial":
            forward(client, options, number)
            continue
        threading.Thread(target=forward, args=(client, options, number),
                         daemon=True).start()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
