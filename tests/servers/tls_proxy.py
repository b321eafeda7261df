#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy with TLS on either side, for the tests of `gracelab proxy --tls-front
--tls-back`. MODE says what it does with the ends:

good      a FIN becomes close_notify and FIN, and back; a cut stays one
bare      a FIN becomes FIN alone
closes    the first end ends both halves
forgets   a FIN alone of the backend becomes close_notify, a RST does not
softens   whatever ends the backend, the client gets close_notify
swallows  a close_notify is not passed on
answers   of a backend that is lost it says so itself, and ends as it should
echoes    the client's close_notify is answered by one at once, which ends the
          backend's half too
late      what ends the backend is passed on --delay seconds later
alone     a FIN becomes close_notify alone; FIN follows when both have ended

and these, which end as `good` does, send records more to their client, once its
half has ended and once behind --after bytes; in TLS 1.2 one who has ended
his half cannot answer:

tickets   a session ticket
rekeys    a KeyUpdate that asks for one
renegotiates  a HelloRequest

and this one does so where nothing has come for --delay seconds; from then on it
reads nothing of that connection, and says no more than it must to look alive:

deserts   a HelloRequest, and a record that comes byte by byte
"""
import argparse
import ctypes
import itertools
import select
import socket
import ssl
import struct
import threading
import time

import _ssl

LIBSSL = ctypes.CDLL(_ssl.__file__)
SAY_MORE = ("tickets", "rekeys", "renegotiates")


class End:
    """One side of a connection: bytes in either direction, and two ends."""

    def __init__(self, sock, context=None, server=False):
        self.sock, self.context = sock, context
        self.out, self.ended, self.shut = b"", None, False
        self.end_at, self.moved, self.notified = None, 0, False
        if context:
            self.into, self.outof = ssl.MemoryBIO(), ssl.MemoryBIO()
            self.tls = context.wrap_bio(
                self.into, self.outof, server_side=server,
                server_hostname=None if server else "localhost")
            self.shake_hands()
        sock.setblocking(False)

    def shake_hands(self):
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self.sock.sendall(self.outof.read())
                data = self.sock.recv(65536)
                if not data:
                    raise ConnectionError("no handshake") from None
                self.into.write(data)
                continue
            self.sock.sendall(self.outof.read())
            return

    def read(self):
        """What has come; sets `ended` to "eof", "cut" or "reset"."""
        try:
            data = self.sock.recv(65536)
        except BlockingIOError:
            return b""
        except OSError:
            self.ended = "reset"
            return b""
        if not self.context:
            self.ended = None if data else "eof"
            return data
        self.into.write(data)
        if not data:
            self.ended = "cut"
        return self.decrypt()

    def decrypt(self):
        result = b""
        while True:
            try:
                data = self.tls.read(65536)
            except ssl.SSLWantReadError:
                return result
            except ssl.SSLZeroReturnError:
                data = b""
            except ssl.SSLError:
                self.ended = "reset"
                return result
            if not data:
                self.ended = "eof"
                return result
            result += data

    def write(self, data):
        if self.context and data:
            try:
                self.tls.write(data)
            except ssl.SSLWantReadError:
                raise ConnectionError("no handshake once more") from None
            data = self.outof.read()
        self.out += data

    def say_more(self, mode):
        """Sends a record that is neither data nor an end."""
        if not self.context or self.notified:
            return
        # CPython's object of the connection: after its head, and the socket.
        pointer = ctypes.c_void_p.from_address(
            id(self.tls._sslobj) + object.__basicsize__ + 8).value
        call = {"tickets": LIBSSL.SSL_new_session_ticket,
                "rekeys": LIBSSL.SSL_key_update,
                "renegotiates": LIBSSL.SSL_renegotiate,
                "deserts": LIBSSL.SSL_renegotiate}[mode]
        LIBSSL.SSL_do_handshake.argtypes = [ctypes.c_void_p]
        # What asks for an update in return is 1.
        if not call(ctypes.c_void_p(pointer), 1):
            raise ConnectionError(mode)
        LIBSSL.SSL_do_handshake(pointer)
        self.out += self.outof.read()

    def notify(self):
        if not self.context:
            return
        self.notified = True
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            pass
        self.out += self.outof.read()

    def flush(self, waits=()):
        """False once the other end takes no more; those in `waits` keep their
        FIN."""
        try:
            while self.out:
                self.out = self.out[self.sock.send(self.out):]
        except BlockingIOError:
            pass
        except OSError:
            return False
        if self.shut and not self.out and self not in waits:
            self.shut = None
            try:
                self.sock.shutdown(socket.SHUT_WR)
            except OSError:
                return False
        return True

    def abort(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))


def pass_end(source, sink, mode, from_server):
    """Tells `sink` how `source` has ended; False where that ends all."""
    lost = source.ended in ("reset", "cut")
    if mode == "softens" and from_server:
        sink.notify()
    elif mode == "answers" and from_server and lost:
        sink.write(b"502: the backend is lost\r\n")
        sink.notify()
    elif source.ended == "reset":
        sink.abort()
        return False
    elif source.ended == "cut" and sink.context and mode != "forgets":
        pass
    elif mode == "swallows" and source.context:
        return True
    elif mode != "bare":
        sink.notify()
    if mode == "echoes" and source.context and not from_server and \
            not sink.ended:
        source.notify()
        source.shut = True
    sink.shut = True
    if mode == "closes":
        sink.flush()
        return False
    return True


def pass_ends(ends, told, options):
    """Tells either end of the other's, once that is due; False: that is all."""
    for one, other in (ends, ends[::-1]):
        if not one.ended or one in told:
            continue
        from_server = one is ends[1]
        if options.mode == "late" and from_server and not one.end_at:
            one.end_at = time.monotonic() + options.delay
        if one.end_at and time.monotonic() < one.end_at:
            continue
        told.add(one)
        if not pass_end(one, other, options.mode, from_server):
            return False
        if options.mode in SAY_MORE and not other.ended:
            one.say_more(options.mode)
    return True


def desert(front):
    front.say_more("deserts")
    front.flush()
    for byte in itertools.chain(b"\x16\x03\x03\x40\x00", itertools.repeat(0)):
        front.sock.send(bytes([byte]))
        time.sleep(0.05)


def relay(front, back, options):
    told = set()
    mode = options.mode
    # Behind the handshake something may have come already.
    if front.context:
        back.write(front.decrypt())
    while True:
        if not pass_ends((front, back), told, options):
            return
        waits = [one for one in (front, back)
                 if mode == "alone" and one.context and len(told) < 2]
        for one in (front, back):
            if not one.flush(waits):
                return
        if len(told) == 2 and not any(
                (front.out, back.out, front.shut, back.shut)):
            return
        wants = select.poll()
        for one, other in ((front, back), (back, front)):
            events = (select.POLLIN if not one.ended and
                      len(other.out) < 65536 else 0)
            if one.out or one.shut and one not in waits:
                events |= select.POLLOUT
            if events:
                wants.register(one.sock, events)
        patience_ms = (20 if back.end_at else
                       1000 * options.delay if mode == "deserts" else None)
        if not wants.poll(patience_ms) and mode == "deserts":
            desert(front)
        for one, other in ((front, back), (back, front)):
            if not one.ended and len(other.out) < 65536:
                data = one.read()
                other.write(data)
                for end in (one, other):
                    end.moved += len(data)
                    if mode in SAY_MORE and \
                            end.moved - len(data) < options.after <= end.moved:
                        end.say_more(mode)


def socket_for(text):
    """A socket for a path, or for a port of this host, and the address."""
    if text.startswith("/"):
        return socket.socket(socket.AF_UNIX), text
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock, ("127.0.0.1", int(text))


def serve(sock, options, contexts):
    with sock:
        try:
            front = End(sock, contexts[0], True)
            other, address = socket_for(options.backend)
            with other:
                other.connect(address)
                relay(front, End(other, contexts[1]), options)
        except OSError:
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode")
    parser.add_argument("listen", help="a port, or a path")
    parser.add_argument("backend")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--ca")
    parser.add_argument("--after", type=int, default=30000)
    parser.add_argument("--delay", type=float, default=0.6, help="seconds")
    options = parser.parse_args()
    contexts = [None, None]
    if options.cert:
        contexts[0] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts[0].load_cert_chain(options.cert, options.key)
    if options.ca:
        contexts[1] = ssl.create_default_context(cafile=options.ca)
    listener, address = socket_for(options.listen)
    listener.bind(address)
    listener.listen(64)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(sock, options, contexts),
                         daemon=True).start()


if __name__ == "__main__":
    main()
