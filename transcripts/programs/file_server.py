# SPDX-License-Identifier: GPL-3.0-or-later
# The textbook's: a file's name comes, the file goes, and EOF ends it.
import socket, sys

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    connection, _ = listener.accept()
    name = connection.recv(100).decode()
    with open(name, "rb") as file:
        connection.sendfile(file)
    connection.close()
