# SPDX-License-Identifier: GPL-3.0-or-later
# Sends line after line, as `yes | nc` would, and has SIGPIPE as C programs do.
import signal, socket, sys

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True:
    connection.sendall(b"more")
