# SPDX-License-Identifier: GPL-3.0-or-later
# Reads once, and has enough.
import socket, sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    connection, _ = listener.accept()
    connection.recv(100)
    connection.close()
