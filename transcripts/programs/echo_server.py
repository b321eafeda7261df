# SPDX-License-Identifier: GPL-3.0-or-later
import socket, sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    connection, _ = listener.accept()
    while data := connection.recv(100):
        connection.sendall(b"Hi, " + data)
    connection.close()
