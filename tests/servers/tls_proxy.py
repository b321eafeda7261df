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
"""
import argparse
import select
import socket
import ssl
import struct
import threading


class End:
    """One side of a connection: bytes in either direction, and two ends."""

    def __init__(self, sock, context=None, server=False):
        self.sock, self.context = sock, context
        self.out, self.ended, self.shut = b"", None, False
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
            self.tls.write(data)
            data = self.outof.read()
        self.out += data

    def notify(self):
        if not self.context:
            return
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            pass
        self.out += self.outof.read()

    def flush(self):
        """False once the other end takes no more."""
        try:
            while self.out:
                self.out = self.out[self.sock.send(self.out):]
        except BlockingIOError:
            pass
        except OSError:
            return False
        if self.shut and not self.out:
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
    if mode == "softens" and from_server:
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
    sink.shut = True
    if mode == "closes":
        sink.flush()
        return False
    return True


def relay(front, back, mode):
    told = set()
    # Behind the handshake something may have come already.
    if front.context:
        back.write(front.decrypt())
    while len(told) < 2 or front.out or back.out or front.shut or back.shut:
        wants = select.poll()
        for one, other in ((front, back), (back, front)):
            events = (select.POLLIN if one not in told and
                      len(other.out) < 65536 else 0)
            events |= select.POLLOUT if one.out or one.shut else 0
            if events:
                wants.register(one.sock, events)
        wants.poll()
        for one, other in ((front, back), (back, front)):
            if one not in told and len(other.out) < 65536:
                other.write(one.read())
            if one not in told:
                if one.ended:
                    told.add(one)
                    if not pass_end(one, other, mode, one is back):
                        return
        if not front.flush() or not back.flush():
            return


def serve(sock, options, contexts):
    with sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            front = End(sock, contexts[0], True)
            with socket.create_connection(
                    ("127.0.0.1", options.backend)) as other:
                other.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                relay(front, End(other, contexts[1]), options.mode)
        except OSError:
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode")
    parser.add_argument("listen", type=int)
    parser.add_argument("backend", type=int)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--ca")
    options = parser.parse_args()
    contexts = [None, None]
    if options.cert:
        contexts[0] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts[0].load_cert_chain(options.cert, options.key)
    if options.ca:
        contexts[1] = ssl.create_default_context(cafile=options.ca)
    listener = socket.create_server(("127.0.0.1", options.listen), backlog=64)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(sock, options, contexts),
                         daemon=True).start()


if __name__ == "__main__":
    main()
