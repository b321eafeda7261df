# SPDX-License-Identifier: GPL-3.0-or-later
# Answers in two parts, as who writes a head and then a body does.
import socket, sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    connection, _ = listener.accept()
    data = connection.recv(100)
    try:
        connection.sendall(b"Hi, ")
        connection.sendall(data)
    except OSError as error:
        sys.exit(error.strerror)
