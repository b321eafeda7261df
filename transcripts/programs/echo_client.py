# SPDX-License-Identifier: GPL-3.0-or-later
import socket, sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    connection.sendall(b"data1")
    connection.shutdown(socket.SHUT_WR)
    while data := connection.recv(100):
        print(data.decode())
