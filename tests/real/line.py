#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a line and puts out what comes, as the manual of Python has it:
line.py HOST PORT CA with TLS, line.py PATH by a UNIX socket"""
import socket
import ssl
import sys

if sys.argv[2:]:
    HOST, PORT, CA = sys.argv[1:]
    SOCK = ssl.create_default_context(cafile=CA).wrap_socket(
        socket.create_connection((HOST, int(PORT))), server_hostname=HOST)
else:
    SOCK = socket.socket(socket.AF_UNIX)
    SOCK.connect(sys.argv[1])
with SOCK:
    SOCK.sendall(b"a line\n")
    while DATA := SOCK.recv(65536):
        sys.stdout.buffer.write(DATA)
