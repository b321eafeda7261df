#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that speak TLS, one KIND each, for the tests of `gracelab audit
--tls`: what they do with a close_notify, and how they end.

tls.py KIND --cert FILE --key FILE [--version 1.2|1.3] [--think S]. Each reads a
line, thinks 0.3 s, answers, and ends with close_notify and FIN; but for what
its docstring says.
"""
import argparse
import itertools
import os
import select
import socket
import ssl
import struct
import sys
import threading
import time

REPLY = b"the reply\n"
LONG = b"0123456789abcdef" * 65536
LENGTHS = itertools.count(1)


class Client:
    def __init__(self, sock, think):
        self.sock, self.think = sock, think
        sock.suppress_ragged_eofs = False
        self.data, self.end = b"", None

    def read(self, seconds=None):
        """One read; sets end to "notify", "fin" or "reset" where that came."""
        self.sock.settimeout(seconds)
        try:
            more = self.sock.recv(65536)
            self.data += more
            if not more:
                self.end = "notify"
        except TimeoutError:
            return
        except ssl.SSLEOFError:
            self.end = "fin"
        except OSError:
            self.end = "reset"
        finally:
            if self.sock.fileno() >= 0:
                self.sock.settimeout(None)

    def line(self):
        while b"\n" not in self.data and not self.end:
            self.read()
        return self.data

    def ends_within(self, seconds):
        until = time.monotonic() + seconds
        while not self.end and time.monotonic() < until:
            self.read(max(0.001, until - time.monotonic()))
        return self.end

    def tcp_ends_within(self, seconds):
        poll = select.poll()
        poll.register(self.sock, select.POLLRDHUP)
        return bool(poll.poll(seconds * 1000))

    def work(self):
        time.sleep(self.think)

    def notify(self, patience=1):
        """Sends close_notify, and reads on until the other's has come."""
        self.sock.settimeout(patience)
        try:
            self.sock.unwrap()
        except OSError:
            pass

    def finish(self, data=REPLY, patience=1):
        self.sock.sendall(data)
        self.notify(patience)


def both(client):
    """Keeps the other half, whichever way it was told."""
    if client.line():
        client.work()
        client.finish()


def big(client):
    """So does this one, with a reply of 1 MiB."""
    if client.line():
        client.work()
        client.finish(LONG)


def hasty(client):
    """Closes at once, with what it has not read: a RST cuts the reply."""
    if client.line():
        client.work()
        client.finish(LONG, 0)


def bare(client):
    """Ends by FIN alone."""
    if client.line():
        client.work()
        client.sock.sendall(REPLY)


def drops(client):
    """A close_notify costs the reply; the end is in order."""
    if client.line() and client.ends_within(client.think) != "notify":
        client.finish()
    else:
        client.notify()


def drops_bare(client):
    """So it does here, and the end is FIN alone."""
    if client.line() and client.ends_within(client.think) != "notify":
        client.finish()


def drops_fin(client):
    """A close_notify alone is honoured, a FIN costs the reply."""
    if client.line() and not client.tcp_ends_within(client.think):
        client.finish()
    else:
        client.notify()


def drops_notify(client):
    """A close_notify without FIN costs the reply, and with one it does not."""
    if not client.line():
        return
    if client.ends_within(client.think) == "notify" and \
            not client.tcp_ends_within(0.05):
        client.notify()
    else:
        client.finish()


def truncates(client):
    """A close_notify cuts the reply, and the end is FIN alone."""
    if not client.line():
        return
    if client.ends_within(client.think):
        client.sock.sendall(LONG[:100000])
    else:
        client.finish(LONG)


def truncates_notified(client):
    """... and the end looks like that of a whole one."""
    if not client.line():
        return
    client.finish(LONG[:100000] if client.ends_within(client.think) else LONG)


def until_close(client):
    """HTTP whose body ends with the connection, and is of any length; a cut
    one by FIN alone."""
    if not client.line():
        return
    cut = client.ends_within(client.think)
    client.sock.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 500)
    if not cut:
        client.sock.sendall(b"x" * next(LENGTHS))
        client.notify()


def resets(client):
    """A close_notify is met with RST."""
    if client.line() and client.ends_within(client.think):
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
        client.sock.close()
    else:
        client.finish()


def break_off(client):
    """Sends a record that nobody can read, and FIN."""
    os.write(client.sock.fileno(), b"\x17\x03\x03\x00\x20" + b"z" * 32)
    raw = socket.socket(fileno=os.dup(client.sock.fileno()))
    raw.shutdown(socket.SHUT_WR)
    while raw.recv(1000):
        pass
    raw.close()


def garbles(client):
    """A close_notify is met with what is no TLS, and FIN."""
    if client.line() and client.ends_within(client.think):
        break_off(client)
    else:
        client.finish()


def garbles_always(client):
    """So is every request."""
    if client.line():
        break_off(client)


def keeps(client):
    """Says close_notify behind the reply, and never closes."""
    if client.line():
        client.work()
        client.finish(REPLY, 0)
        threading.Event().wait()


def gated(client):
    """Answers only at the end."""
    while not client.end:
        client.read()
    if client.data:
        client.work()
        client.finish()


def greets(client):
    """Speaks first."""
    client.sock.sendall(b"hello\n")
    both(client)


def plain(sock):
    """Is no TLS: says what it thinks of that."""
    sock.recv(1000)
    sock.sendall(b"what do you want?\n")


def mute(sock):
    """Takes connections, and says nothing."""
    threading.Event().wait()


def hangs_up(sock):
    """Closes at once."""
    sock.recv(1000)


def starttls(sock):
    """Speaks TLS once it is asked to."""
    sock.sendall(b"220 ready\r\n")
    if b"STARTTLS" in sock.recv(1000):
        sock.sendall(b"220 go on\r\n")
        return True


def serve(sock, kind, context, think):
    with sock:
        if kind in (plain, mute, hangs_up):
            kind(sock)
            return
        if kind is starttls:
            if not starttls(sock):
                return
            kind = both
        try:
            with context.wrap_socket(sock, server_side=True) as safe:
                kind(Client(safe, think))
        except OSError as error:
            print(error, file=sys.stderr)


def main():
    kinds = {name.replace("_", "-"): one for name, one in globals().items()
             if callable(one) and getattr(one, "__module__", "") == __name__}
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=sorted(kinds))
    parser.add_argument("--cert", default="cert.pem")
    parser.add_argument("--key", default="key.pem")
    parser.add_argument("--version")
    parser.add_argument("--serial", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--think", type=float, default=0.3)
    options = parser.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.cert, options.key)
    if options.version:
        version = ssl.TLSVersion["TLSv" + options.version.replace(".", "_")]
        context.minimum_version = context.maximum_version = version
    listener = socket.create_server(("127.0.0.1", options.port), backlog=64)
    print("listening on 127.0.0.1:%d" % listener.getsockname()[1], flush=True)
    while True:
        sock, _ = listener.accept()
        one = (sock, kinds[options.kind], context, options.think)
        if options.serial:
            serve(*one)
        else:
            threading.Thread(target=serve, args=one, daemon=True).start()


if __name__ == "__main__":
    main()
