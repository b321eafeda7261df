#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server in Python, as its manual has it, that works for a while before it
answers: work.py PORT|PATH SECONDS streams|protocol|socketserver"""

import asyncio
import socketserver
import sys
import time

ANSWER = b"a reply that took its time\n"
WHERE, SECONDS, KIND = sys.argv[1], float(sys.argv[2]), sys.argv[3]
IS_PATH = WHERE.startswith("/")


class Protocol(asyncio.Protocol):
    """Answers a line later; what eof_received() gives by default closes."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        asyncio.get_running_loop().call_later(SECONDS, self.answer)

    def answer(self):
        self.transport.write(ANSWER)
        self.transport.close()


async def by_streams(reader, writer):
    """Answers a line later."""
    if await reader.readline():
        await asyncio.sleep(SECONDS)
        writer.write(ANSWER)
    writer.close()


class Handler(socketserver.StreamRequestHandler):
    """The same, a thread each."""

    def handle(self):
        if self.rfile.readline():
            time.sleep(SECONDS)
            self.wfile.write(ANSWER)


async def serve():
    """With asyncio."""
    loop = asyncio.get_running_loop()
    if KIND == "streams" and IS_PATH:
        server = await asyncio.start_unix_server(by_streams, WHERE)
    elif KIND == "streams":
        server = await asyncio.start_server(by_streams, "127.0.0.1", WHERE)
    elif IS_PATH:
        server = await loop.create_unix_server(Protocol, WHERE)
    else:
        server = await loop.create_server(Protocol, "127.0.0.1", int(WHERE))
    await server.serve_forever()


if KIND == "socketserver":
    KINDS = (socketserver.ThreadingUnixStreamServer, WHERE) if IS_PATH else \
        (socketserver.ThreadingTCPServer, ("127.0.0.1", int(WHERE)))
    KINDS[0].request_queue_size = 128
    KINDS[0].daemon_threads = True
    with KINDS[0](KINDS[1], Handler) as server:
        server.serve_forever()
else:
    asyncio.run(serve())
