# SPDX-License-Identifier: GPL-3.0-or-later
# Reads the request's first line, answers, and closes: the rest stays unread.
import socket, sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    connection, _ = listener.accept()
    connection.recv(16)
    connection.sendall(b"answer")
    connection.close()
