#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with one fault, for the tests of `gracelab audit`.

It reads a request (a line; with --http a head), thinks, sends a reply of
--size bytes in two parts with --pause between them, and closes. What it does
about a FIN that comes while it is at work is the fault; without a fault it
does not look for one. Thinking is done in poll(2), which tells of a FIN at
once, whether or not what was sent before it has been read.
"""
import argparse
import fcntl
import os
import random
import select
import socket
import struct
import sys
import termios
import threading
import time


class Connection:
    """One accepted connection."""

    def __init__(self, sock, options):
        self.sock = sock
        self.options = options
        self.input = b""

    def until(self, end):
        """Reads up to and with `end`; what there is if EOF comes first."""
        while end not in self.input:
            more = self.sock.recv(65536)
            if not more:
                found, self.input = self.input, b""
                return found
            self.input += more
        found, _, self.input = self.input.partition(end)
        return found + end

    def request(self):
        """True once a whole request is here, or half of one is executed."""
        end = b"\r\n\r\n" if self.options.http else b"\n"
        if self.options.preamble:
            self.until(b"\r\n\r\n")
            self.sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        text = self.until(end)
        if text.endswith(end):
            return True
        if not text or self.options.half == "rejects":
            if text:
                self.sock.sendall(refusal(400) if self.options.http
                                  else b"what?\n")
            return False
        if self.options.half == "silent":
            hang()
        return True

    def fin_within(self, seconds):
        """Waits that long, or until the peer has sent a FIN or a RST."""
        poll = select.poll()
        poll.register(self.sock, select.POLLRDHUP)  # and HUP and ERR
        return bool(poll.poll(seconds * 1000))

    def think(self):
        time.sleep(self.options.think)

    def fin_while_thinking(self):
        return self.fin_within(self.options.think)

    def text(self):
        """The whole reply."""
        size = self.options.size
        body = (b"all work and no play makes a dull reply\n" *
                (size // 40 + 1))[:size]
        if not self.options.http:
            return body
        head = "HTTP/1.1 200 OK\r\n"
        if self.options.varying:
            head += "X-Request: %s\r\n" % ("7" * random.randint(1, 12))
        if not self.options.keep:
            head += "Connection: close\r\n"
        return b"%sContent-Length: %d\r\n\r\n" % (head.encode(), size) + body

    def first(self, text):
        """Sends the first part of a reply, and returns the rest."""
        part = max(1, min(len(text) // 4, 4096))
        self.sock.sendall(text[:part])
        return text[part:]

    def reply(self, careless=True):
        """The reply; one that takes care ends it when a FIN comes."""
        rest = self.first(self.text())
        if careless:
            time.sleep(self.options.pause)
        elif self.fin_within(self.options.pause):
            return
        self.sock.sendall(rest)

    def drain(self):
        """Waits until the peer has acknowledged all."""
        for _ in range(3000):
            left = fcntl.ioctl(self.sock, termios.TIOCOUTQ, b"\0" * 4)
            if struct.unpack("i", left) == (0,):
                break
            time.sleep(0.01)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()


def refusal(status):
    body = b"I take your FIN for a farewell\n"
    return (b"HTTP/1.1 %d No\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
            % (status, len(body)) + body)


def hang():
    threading.Event().wait()


def good(c):
    """honours every FIN"""
    c.think()
    c.reply()


def closes(c):
    """a FIN ends the connection: close(2) at once"""
    if not c.fin_while_thinking():
        c.reply(careless=False)


def resets(c):
    """a FIN ends the connection: RST at once"""
    if c.fin_while_thinking():
        c.reset()
        return
    rest = c.first(c.text())
    if c.fin_within(c.options.pause):
        c.reset()
        return
    c.sock.sendall(rest)


def gives_up(c):
    """closes --patience after a FIN, as socat does"""
    begun = time.monotonic()
    if c.fin_while_thinking():
        left = begun + c.options.think - time.monotonic()
        time.sleep(min(left, c.options.patience))
        if left > c.options.patience:
            return
    c.reply()


def drops(c):
    """does the work, and drops the reply if a FIN has come"""
    c.think()
    if not c.fin_within(0):
        c.reply(careless=False)


def hangs(c):
    """falls silent for ever when a FIN has come"""
    if c.fin_while_thinking():
        hang()
    rest = c.first(c.text())
    if c.fin_within(c.options.pause):
        hang()
    c.sock.sendall(rest)


def truncates(c):
    """sends the first part of the reply if a FIN has come, and closes"""
    c.think()
    rest = c.first(c.text())
    if not c.fin_within(c.options.pause):
        c.sock.sendall(rest)


def truncates_by_rst(c):
    """the same, but resets"""
    c.think()
    rest = c.first(c.text())
    if c.fin_within(c.options.pause):
        c.drain()
        c.reset()
        return
    c.sock.sendall(rest)


def substitutes(c):
    """sends an error page instead of the reply when a FIN comes"""
    if c.fin_while_thinking():
        c.sock.sendall(refusal(499) if c.options.http
                       else b"I take your FIN for a farewell\n")
        return
    c.reply()


def never_closes(c):
    """the whole reply, but never a FIN of its own"""
    c.think()
    c.reply()
    hang()


def late_reset(c):
    """the whole reply, then RST instead of FIN"""
    c.think()
    c.reply()
    c.drain()
    c.reset()


def dies(c):
    """the whole server exits when a FIN comes"""
    if c.fin_while_thinking():
        os._exit(0)
    c.reply()


def half_the_time(c):
    """every second time that a FIN comes it closes"""
    if c.fin_while_thinking():
        with Server.lock:
            Server.fins += 1
            if Server.fins % 2:
                return
    c.reply()


def one_in_six(c):
    """every sixth time that a FIN comes it closes"""
    if c.fin_while_thinking():
        with Server.lock:
            Server.fins += 1
            if Server.fins % 6 == 0:
                return
    c.reply()


def stalled(c):
    """after a FIN it waits 0.3 s for a slow reader, then closes"""
    c.think()
    rest = c.first(c.text())
    time.sleep(c.options.pause)
    rest = memoryview(rest)
    while rest:
        c.sock.settimeout(0.3 if c.fin_within(0) else None)
        try:
            rest = rest[c.sock.send(rest[:262144]):]
        except TimeoutError:
            return


def late_only(c):
    """honours a late FIN, but closes on one that comes with the request"""
    if c.fin_within(0):
        return
    c.think()
    c.reply()


def glued_only(c):
    """closes on a FIN that comes after the reply has begun"""
    fin = c.fin_while_thinking()
    if fin:
        c.think()
    c.reply(careless=fin)


def not_late(c):
    """closes on a FIN that comes after the request, before the reply"""
    if c.fin_within(0):
        c.think()
    elif c.fin_while_thinking():
        return
    c.reply()


def no_reply(c):
    """never answers, and never closes"""
    hang()


def closes_at_once(c):
    """closes without an answer"""


def gated(c):
    """answers only when a FIN has come"""
    while c.sock.recv(65536):
        pass
    good(c)


def busy(c):
    """never closes, and says a line every 0.1 s for ever"""
    while True:
        c.sock.sendall(b"tick\n")
        time.sleep(0.1)


def dies_of_reset(c):
    """the whole server exits when a connection is reset or closed early"""
    try:
        c.think()
        c.reply()
        time.sleep(0.02)
        c.sock.sendall(b"")
        if c.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            os._exit(1)
    except OSError:
        os._exit(1)


def jams_on_reset(c):
    """answers nobody any more after a connection was reset"""
    try:
        if Server.jammed:
            hang()
        c.think()
        c.reply()
    except OSError:
        Server.jammed = True
        raise


FAULTS = {f.__name__.replace("_", "-"): f for f in (
    good, closes, resets, gives_up, drops, hangs, truncates,
    truncates_by_rst, substitutes, never_closes, late_reset, dies,
    half_the_time, one_in_six, stalled, late_only, glued_only, not_late,
    no_reply, closes_at_once, gated, busy, dies_of_reset, jams_on_reset)}


class Server:
    """What all connections share."""

    lock = threading.Lock()
    fins = 0
    jammed = False


def serve(sock, options):
    connection = Connection(sock, options)
    try:
        while connection.request():
            FAULTS[options.fault](connection)
            if not options.keep or options.fault != "good":
                break
        if options.bare == "reset":
            connection.reset()
    except OSError:
        pass
    finally:
        sock.close()


def main():
    parser = argparse.ArgumentParser(
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join("%-18s%s" % (name, f.__doc__)
                         for name, f in FAULTS.items()))
    parser.add_argument("--fault", choices=FAULTS, default="good",
                        metavar="FAULT", help="see below")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--unix", metavar="PATH", help="instead of a port")
    parser.add_argument("--think", type=float, default=0.3, help="seconds")
    parser.add_argument("--pause", type=float, default=0.05,
                        help="seconds between the two parts of a reply")
    parser.add_argument("--patience", type=float, default=0.5,
                        help="seconds, for gives-up")
    parser.add_argument("--size", type=int, default=1000,
                        help="of the reply, or of its body")
    parser.add_argument("--http", action="store_true")
    parser.add_argument("--varying", action="store_true",
                        help="a header of varying length")
    parser.add_argument("--keep", action="store_true",
                        help="goes on to the next request, closes at EOF")
    parser.add_argument("--preamble", action="store_true",
                        help="wants a CONNECT first, and answers it")
    parser.add_argument("--half", default="rejects",
                        choices=("rejects", "executes", "silent"),
                        help="what it does with half a request")
    parser.add_argument("--bare", default="close", choices=("close", "reset"),
                        help="how it ends what is no request")
    options = parser.parse_args()

    if options.unix:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(options.unix)
        listener.listen(128)
        print("listening on unix:" + options.unix, flush=True)
    else:
        listener = socket.create_server(("127.0.0.1", options.port),
                                        backlog=128)
        print("listening on 127.0.0.1:%d" % listener.getsockname()[1],
              flush=True)
    while True:
        sock = listener.accept()[0]
        if not options.unix:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(sock, options),
                         daemon=True).start()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
