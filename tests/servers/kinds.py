#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that are hard to judge, one KIND each, for the tests of `gracelab
audit`: replies that vary, come in pieces, end in no way or by another; servers
that fail without a FIN too, or only at other times; and paths that are slow.

kinds.py KIND [--port N] [--think S]. Most read a line (those of HTTP a head),
think 0.3 s, and close after the reply. `abort` in a docstring: a FIN that comes
meanwhile ends the connection, and the reply is lost.
"""
import argparse
import itertools
import os
import random
import secrets
import select
import socket
import struct
import sys
import threading
import time

BIG = 12 << 20
LOCK = threading.Lock()
COUNT = itertools.count(1)
SERVED = 0


class Client:
    """One connection, and what the kinds do with it."""

    def __init__(self, sock, think):
        self.sock, self.think = sock, think

    def line(self, end=b"\n"):
        """A request; b"" if there is none, or what came of it before EOF."""
        data = b""
        while end not in data:
            more = self.sock.recv(4096)
            if not more:
                break
            data += more
        return data

    def head(self):
        data = self.line(b"\r\n\r\n")
        return data if b"\r\n\r\n" in data else b""

    def send(self, data):
        self.sock.sendall(data)

    def fin_within(self, seconds):
        """Waits, or until the peer has sent FIN or RST."""
        poll = select.poll()
        poll.register(self.sock, select.POLLRDHUP)
        return bool(poll.poll(seconds * 1000))

    def work(self):
        time.sleep(self.think)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()


def http(body, more="", status="200 OK"):
    return ("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n"
            % (status, more, len(body))).encode() + body


def chunks(body, *cuts):
    """`body` in chunks that end at these places."""
    out = b""
    for begin, end in zip((0,) + cuts, cuts + (len(body),)):
        if end > begin:
            out += b"%x;a=b\r\n%s\r\n" % (end - begin, body[begin:end])
    return out + b"0\r\nX: y\r\n\r\n"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


# Replies that vary.

def nonce(c):
    """20 bytes, of which some differ each time"""
    if c.line():
        c.work()
        c.send(b"OK id=%s\n" % secrets.token_hex(6).encode())


def nonce_aborts(c):
    """the same; abort"""
    if c.line() and not c.fin_within(c.think):
        c.send(b"OK id=%s\n" % secrets.token_hex(6).encode())


def lengths(c):
    """no HTTP, and of another length each time"""
    if c.line():
        c.work()
        c.send(b"x" * random.randint(100, 300) + b"\n")


def lengths_abort(c):
    """the same; abort"""
    if c.line() and not c.fin_within(c.think):
        c.send(b"x" * random.randint(100, 300) + b"\n")


def date(c):
    """HTTP, Content-Length, a body of another length each time"""
    if c.head():
        c.work()
        c.send(http(b"x" * random.randint(60, 190)))


def date_aborts(c):
    """the same; abort"""
    if c.head() and not c.fin_within(c.think):
        c.send(http(b"x" * random.randint(60, 190)))


def clock(c):
    """the reply says which tenth of a second it is: two may agree by chance"""
    if c.line():
        c.work()
        c.send(b"it is %010d now\n" % (time.time() * 10))


# Where a reply ends.

def until_close(c):
    """HTTP without a length; the body ends by close, of any length"""
    if c.head():
        c.work()
        c.send(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * random.randint(60, 90))


def until_close_cut(c):
    """the same, but a FIN cuts the body away"""
    if c.head():
        c.send(b"HTTP/1.0 200 OK\r\n\r\n")
        if not c.fin_within(c.think):
            c.send(b"x" * random.randint(60, 90))


def chunked(c):
    """chunked, with other borders each time"""
    body = b"all of it, whatever the borders\n" * 9
    if c.head():
        c.work()
        cuts = sorted(random.sample(range(1, len(body)), 3))
        c.send(CHUNKED + chunks(body, *cuts))


def chunked_cut(c):
    """chunked, and without its last chunk if a FIN comes"""
    body = b"all of it, whatever the borders\n" * 9
    if c.head():
        c.work()
        text = CHUNKED + chunks(body, 100)
        c.send(text[:200])
        if not c.fin_within(0.05):
            c.send(text[200:])


def interim(c):
    """100, 103, and then the reply"""
    if c.head():
        c.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        c.send(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n")
        c.work()
        c.send(http(b"hello\n"))


def head(c):
    """a HEAD's reply, which has a length and no body"""
    if c.head().startswith(b"HEAD "):
        c.work()
        c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n")
        c.sock.recv(1)


def nothing(c):
    """204, which has no body, and keeps the connection"""
    while c.head():
        c.work()
        c.send(b"HTTP/1.1 204 No Content\r\n\r\n")


def keep(c):
    """HTTP, keeps the connection whatever it is asked to"""
    while c.head():
        c.work()
        c.send(http(b"hello"))


def status(c):
    """404"""
    if c.head():
        c.work()
        c.send(http(b"no such thing\n", status="404 Not Found"))


def dead_backend(c):
    """503"""
    if c.head():
        c.work()
        c.send(http(b"", status="503 Service Unavailable"))


def pieces(c):
    """two pieces, 1.3 s apart, and EOF"""
    if c.line():
        c.work()
        c.send(b"working\n")
        time.sleep(1.3)
        c.send(b"done\n")


def pieces_abort(c):
    """the same; between the pieces a FIN ends it"""
    if c.line():
        c.work()
        c.send(b"working\n")
        if not c.fin_within(1.3):
            c.send(b"done\n")


def stream(c):
    """HTTP's header at once, the body 1 s later"""
    if c.line():
        c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
        time.sleep(1)
        c.send(b"hello\n")


def tokens(c):
    """a few bytes at a time, 50 of them in 1 s, without a length"""
    if c.head():
        c.send(b"HTTP/1.0 200 OK\r\n\r\n")
        for i in range(50):
            time.sleep(0.02)
            c.send(b"token %d\n" % i)


def tokens_abort(c):
    """the same; abort"""
    if c.head():
        c.send(b"HTTP/1.0 200 OK\r\n\r\n")
        for i in range(50):
            if c.fin_within(0.02):
                return
            c.send(b"token %d\n" % i)


def keeps_open(c):
    """the whole reply, but it never closes"""
    if c.line():
        c.work()
        c.send(http(b"hello\n"))
        threading.Event().wait()


def prompt(c):
    """a line protocol that keeps the connection, and closes at EOF"""
    while c.line():
        c.work()
        c.send(b"+OK\n")


def pipelined(c):
    """a greeting, an answer, and a second answer at EOF"""
    while c.line():
        c.work()
        c.send(b"one\n")
    c.send(b"bye\n")


# What comes before.

def greets(c):
    """greets first"""
    c.send(b"220 ready\r\n")
    if c.line():
        c.work()
        c.send(b"ok\n")


def greets_late(c):
    """greets after 0.05 s, two lines"""
    time.sleep(0.05)
    c.send(b"220-hello\r\n220 ready\r\n")
    if c.line() and not c.fin_within(c.think):
        c.send(b"ok\n")


def socks(c):
    """strict SOCKS5, a message for each recv(2); then closes on FIN"""
    if c.sock.recv(4096) != b"\5\1\0":
        return
    c.send(b"\5\0")
    if c.sock.recv(4096)[:3] != b"\5\1\0":
        return
    c.send(b"\5\0\0\1\0\0\0\0\0\0")
    if c.line() and not c.fin_within(c.think):
        c.send(b"R" * 60000)


def socks_refuses(c):
    """SOCKS5: connection refused"""
    c.sock.recv(4096)
    c.send(b"\5\0")
    c.sock.recv(4096)
    c.send(b"\5\5\0\1\0\0\0\0\0\0")


def refuses(c):
    """a CONNECT proxy that says 403, and 400 to any later line"""
    c.head()
    c.send(http(b"", status="403 Forbidden"))
    if c.line():
        c.work()
        c.send(http(b"", status="400 Bad Request"))


def starttls(c):
    """a greeting, a command in clear, and then the protocol"""
    c.send(b"220 mail\r\n")
    if c.line() == b"STARTTLS\r\n":
        c.send(b"220 go ahead\r\n")
        if c.line():
            c.work()
            c.send(b"250 fine\r\n")


# When the FIN counts.

def cached(c):
    """the first two replies take 0.4 s, later ones none; abort"""
    if not c.line():
        return
    with LOCK:
        slow = next(COUNT) <= 2
    if not slow or not c.fin_within(0.4):
        c.send(b"answer\n")


def warming(c):
    """the first two replies take 0.6 s, later ones 0.25 s"""
    if c.line():
        with LOCK:
            think = 0.6 if next(COUNT) <= 2 else 0.25
        time.sleep(think)
        c.send(b"answer\n")


def gated(c):
    """answers only at EOF"""
    size = len(c.line(b"\0"))
    c.work()
    c.send(b"OK %d\n" % size)


def gated_lost(c):
    """never answers, and closes at EOF"""
    c.line(b"\0")


def impostor(c):
    """takes 1.6 s; a FIN brings another answer, at once"""
    if c.line():
        if c.fin_within(1.6):
            time.sleep(0.2)
            c.send(b"gone already?\n")
        else:
            c.send(b"the answer\n")


def late_drop(c):
    """gives up 0.5 s after FIN, when the reply is due too"""
    if c.line():
        begun = time.monotonic()
        fin = c.fin_within(c.think)
        left = begun + c.think - time.monotonic()
        if fin and left > 0:
            time.sleep(min(left, 0.5))
        if not fin or left < 0.49:
            c.send(b"answer\n")


def mixed(c):
    """of eight FINs five lose the reply, one cuts it"""
    if c.line():
        if not c.fin_within(c.think):
            c.send(b"the whole answer\n")
            return
        with LOCK:
            turn = next(COUNT) % 8
        if turn == 0:
            c.send(b"the who")
        if turn in (3, 6):
            time.sleep(c.think)
            c.send(b"the whole answer\n")


# Not the FIN's doing.

def write_timeout(c):
    """12 MiB; drops any reader that takes nothing for 0.3 s, FIN or not"""
    if c.line():
        c.work()
        c.sock.settimeout(0.3)
        left = memoryview(bytes(BIG))
        while left:
            left = left[c.sock.send(left[:65536]):]


def flaky(c):
    """every second reply is lost, FIN or not"""
    if c.line():
        with LOCK:
            turn = next(COUNT)
            good = turn <= 2 or turn % 2
        c.work()
        if good:
            c.send(b"answer\n")


def limited(c):
    """after four requests all others are refused, FIN or not"""
    if c.line():
        with LOCK:
            turn = next(COUNT)
        if turn <= 4:
            c.work()
            c.send(b"answer\n")
        else:
            c.send(b"slow down\n")


def few(c):
    """serves three at a time; others it sends away"""
    global SERVED
    with LOCK:
        SERVED += 1
        full = SERVED > 3
    try:
        if not full and c.line():
            c.work()
            c.send(b"answer\n")
    finally:
        with LOCK:
            SERVED -= 1


WORKERS = threading.Semaphore(2)


def workers(c):
    """has two workers; others wait"""
    if c.line():
        with WORKERS:
            c.work()
            c.send(b"answer\n")


# Who is served, and for how long.

def serial(c):
    """one connection after the other"""
    if c.line():
        c.work()
        c.send(b"answer\n")


serial.in_turn = True


def serial_aborts(c):
    """the same; abort"""
    if c.line() and not c.fin_within(c.think):
        c.send(b"answer\n")


serial_aborts.in_turn = True


def serial_gated(c):
    """the same; answers only at EOF"""
    gated(c)


serial_gated.in_turn = True


def serial_keeps(c):
    """the same; goes on until EOF"""
    prompt(c)


serial_keeps.in_turn = True


def jams(c):
    """one after the other, and for ever at the first FIN"""
    if c.line() and c.fin_within(c.think):
        threading.Event().wait()
    c.send(b"answer\n")


jams.in_turn = True


def dies_of_nothing(c):
    """dies of a FIN before which nothing came"""
    if not c.line():
        os._exit(1)
    c.work()
    c.send(b"answer\n")


def early(c):
    """answers after 100 bytes, and closes with the rest unread"""
    c.sock.recv(100)
    c.send(http(b"", status="413 Too Large"))


def early_lingers(c):
    """the same, but shuts down and reads on"""
    c.sock.recv(100)
    c.send(http(b"", status="413 Too Large"))
    c.sock.shutdown(socket.SHUT_WR)
    while c.sock.recv(65536):
        pass


def cut_closes(c):
    """closes when a part of a request is all there is"""
    if c.line().endswith(b"\n"):
        c.work()
        c.send(b"answer\n")


def cut_hangs(c):
    """is silent for ever then"""
    if not c.line().endswith(b"\n"):
        threading.Event().wait()
    c.work()
    c.send(b"answer\n")


def endless(c):
    """a line every 0.1 s, for ever"""
    if c.line():
        while True:
            c.send(b"tick\n")
            time.sleep(0.1)


def silent(c):
    """never answers"""
    threading.Event().wait()


def tls(c):
    """wants TLS, and says so with an alert"""
    c.sock.recv(5)
    c.send(b"\x15\x03\x01\x00\x02\x02\x16")


def slow_path(c):
    """12 MiB at 6 MiB/s, as over a long way"""
    if c.line():
        c.work()
        left = memoryview(bytes(BIG))
        while left:
            c.sock.sendall(left[:65536])
            left = left[65536:]
            time.sleep(0.01)


def hostile(c):
    """bytes that drive terminals and are in no XML or JSON"""
    if c.line():
        if c.fin_within(c.think):
            c.send(b"\x1b]0;owned\x07<&\"'\0\xff\xfe]]>\xef\xbf\xbf")
        else:
            c.send(b"answer\n")


KINDS = {name.replace("_", "-"): kind for name, kind in list(globals().items())
         if callable(kind) and getattr(kind, "__code__", None) and
         kind.__code__.co_varnames[:1] == ("c",)}


def serve(sock, kind, think):
    try:
        kind(Client(sock, think))
    except OSError:
        pass
    finally:
        sock.close()


def main():
    parser = argparse.ArgumentParser(
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join("%-16s%s" % (name, f.__doc__)
                         for name, f in KINDS.items()))
    parser.add_argument("kind", choices=KINDS, metavar="KIND")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--think", type=float, default=0.3, help="seconds")
    options = parser.parse_args()
    kind = KINDS[options.kind]

    listener = socket.create_server(("127.0.0.1", options.port), backlog=128)
    print("listening on 127.0.0.1:%d" % listener.getsockname()[1], flush=True)
    while True:
        sock = listener.accept()[0]
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if getattr(kind, "in_turn", False):
            serve(sock, kind, options.think)
        else:
            threading.Thread(target=serve, args=(sock, kind, options.think),
                             daemon=True).start()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
