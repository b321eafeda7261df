# SPDX-License-Identifier: GPL-3.0-or-later
# The textbook's: it ends at EOF of its input, whatever is still to come.
import os, select, socket, sys

connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True:
    ready, _, _ = select.select([0, connection], [], [])
    if connection in ready:
        print(connection.recv(100).decode())
    if 0 in ready:
        line = os.read(0, 100)
        if line == b"quit\n":
            break
        connection.sendall(line)
connection.close()
