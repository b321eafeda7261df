# SPDX-License-Identifier: GPL-3.0-or-later
import socket, sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    connection.sendall(sys.argv[2].encode())
    while data := connection.recv(16):
        sys.stdout.write(data.decode())
