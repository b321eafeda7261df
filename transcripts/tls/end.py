# SPDX-License-Identifier: GPL-3.0-or-later
# One end of a TLS connection, which does what it is told, in that order:
#
#     end.py client|server PORT 1.2|1.3 WHAT...
#
#     send:TEXT      SSL_write(3)
#     read           SSL_read(3), and recv(2) for as long as that wants more
#     close_notify   SSL_shutdown(3), once, and send(2) of what it has made
#     fin            shutdown(2) of the sending half, which tells TLS nothing
#     close          close(2)
#     reset          close(2) with SO_LINGER at 0
#
# TLS and the socket are apart here (ssl.MemoryBIO), so that each is asked by
# itself. Whatever TLS says of a reading is shown.
import os, socket, ssl, struct, sys

role, port, version, *orders = sys.argv[1:]
versions = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}

if role == "client":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = socket.create_connection(("127.0.0.1", int(port)))
else:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(
        os.path.join(os.path.dirname(sys.argv[0]), "certificate.pem"))
    context.num_tickets = 0
    with socket.create_server(("127.0.0.1", int(port))) as listener:
        connection, _ = listener.accept()
context.minimum_version = context.maximum_version = versions[version]
context.options |= ssl.OP_NO_TICKET
context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
context.keylog_filename = os.environ.get("SSLKEYLOGFILE")

incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(incoming, outgoing, server_side=role == "server")


def flush():
    if outgoing.pending:
        connection.sendall(outgoing.read())


def until_done(call):
    """Does it, with all that it wants from the network and gives to it."""
    while True:
        try:
            return call()
        except ssl.SSLWantReadError:
            flush()
            data = connection.recv(20000)
            if data:
                incoming.write(data)
            else:
                incoming.write_eof()
        finally:
            flush()


def read():
    try:
        data = until_done(lambda: tls.read(1000))
        print("SSL_read:", data.decode() if data else "close_notify")
    except ssl.SSLZeroReturnError:
        print("SSL_read: close_notify")
    except ssl.SSLEOFError:
        print("SSL_read: unexpected eof")
    except ssl.SSLError as error:
        print("SSL_read:", error.reason)
    except OSError as error:
        print("recv:", error.strerror)


def close_notify():
    try:
        tls.unwrap()
    except ssl.SSLWantReadError:
        pass
    except ssl.SSLError as error:
        print("SSL_shutdown:", error.reason)
    flush()


until_done(tls.do_handshake)
for order in orders:
    try:
        if order.startswith("send:"):
            tls.write(order[5:].encode())
            flush()
        elif order == "read":
            read()
        elif order == "close_notify":
            close_notify()
        elif order == "fin":
            connection.shutdown(socket.SHUT_WR)
        elif order == "close":
            connection.close()
        elif order == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                  struct.pack("ii", 1, 0))
            connection.close()
    except ssl.SSLError as error:
        print(order + ":", error.reason)
    except OSError as error:
        print(order + ":", error.strerror)
sys.stdout.flush()
