# SPDX-License-Identifier: GPL-3.0-or-later
# Takes one recv() for the whole answer: it mostly is, on a quick network.
import socket, sys

connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.sendall(b"data1")
print(connection.recv(100).decode())
