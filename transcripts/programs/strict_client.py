# SPDX-License-Identifier: GPL-3.0-or-later
# Takes EOF for an error, though the answer is whole.
import socket, sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    connection.sendall(b"data1")
    connection.shutdown(socket.SHUT_WR)
    while True:
        if not connection.recv(100):
            sys.exit("error: recv gave 0")
