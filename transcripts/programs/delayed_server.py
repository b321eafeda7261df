# SPDX-License-Identifier: GPL-3.0-or-later
# The textbook's: an echo server that takes its time.
import socket, sys, time

with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    connection, _ = listener.accept()
    try:
        while data := connection.recv(100):
            time.sleep(0.05)
            connection.sendall(data)
    except OSError as error:
        sys.exit(error.strerror)
