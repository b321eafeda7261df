# SPDX-License-Identifier: GPL-3.0-or-later
# One end of a TLS connection, which does what it is told, in that order:
#
#     end.py client|server HOST PORT 1.2|1.3 WHAT...
#
#     send:TEXT      SSL_write(3)
#     read           SSL_read(3), and recv(2) for as long as that wants more
#     close_notify   SSL_shutdown(3), once, and send(2) of what it has made
#     fin            shutdown(2) of the sending half, which tells TLS nothing
#     close          close(2)
#     reset          close(2) with SO_LINGER at 0
#     python         nothing; but OpenSSL is left as Python sets it up
#
# TLS and the socket are apart here (ssl.MemoryBIO), so that each is asked by
# itself. Whatever TLS says of a reading is shown.
import errno, os, socket, struct, sys

try:
    import ssl
except ImportError:
    sys.exit(127)
# Before that, OpenSSL says other things of an end without close_notify.
if ssl.OPENSSL_VERSION_INFO < (3,) or sys.version_info < (3, 10):
    sys.exit(127)

role, host, port, version, *orders = sys.argv[1:]
versions = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}

if role == "client":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = socket.create_connection((host, int(port)))
else:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(
        os.path.join(os.path.dirname(sys.argv[0]), "certificate.pem"))
    context.num_tickets = 0
    with socket.create_server((host, int(port))) as listener:
        connection, _ = listener.accept()
context.minimum_version = context.maximum_version = versions[version]
context.options |= ssl.OP_NO_TICKET
context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
if "python" in orders:
    orders.remove("python")
else:
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
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


def say(call, error):
    """What TLS or the kernel says, in words that all versions have."""
    reason = getattr(error, "reason", None) or ""
    if isinstance(error, ssl.SSLError):
        why = [why for word, why in (("EOF", ", unexpected EOF"),
                                     ("ALERT", ", an alert"),
                                     ("SHUTDOWN", ", after close_notify"))
               if word in reason]
        print(call + ": ERROR_SSL" + "".join(why))
    else:
        print(call + ": " + errno.errorcode[error.errno])


def read():
    try:
        data = until_done(lambda: tls.read(1000))
        print("SSL_read:", data.decode() if data else "ERROR_ZERO_RETURN")
    except ssl.SSLZeroReturnError:
        print("SSL_read: ERROR_ZERO_RETURN")
    except OSError as error:
        say("SSL_read", error)


def close_notify():
    try:
        tls.unwrap()
    except ssl.SSLWantReadError:
        pass
    except OSError as error:
        say("SSL_shutdown", error)
    flush()


def write(text):
    try:
        tls.write(text.encode())
    except OSError as error:
        say("SSL_write", error)
    flush()


until_done(tls.do_handshake)
for order in orders:
    verb, _, text = order.partition(":")
    try:
        if verb == "send":
            write(text)
        elif verb == "read":
            read()
        elif verb == "close_notify":
            close_notify()
        elif verb == "fin":
            connection.shutdown(socket.SHUT_WR)
        elif verb == "close":
            connection.close()
        elif verb == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                  struct.pack("ii", 1, 0))
            connection.close()
        else:
            sys.exit("what is " + order + "?")
    except OSError as error:
        say(verb, error)
sys.stdout.flush()
