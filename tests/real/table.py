#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits the real programs of peer.sh that are installed, and writes what was
found into the README, between its two markers. O=build is the build folder."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import readme  # noqa: E402, in the folder above
from readme import ROOT, version  # noqa: E402

LAB = os.path.join(os.environ.get("O", os.path.join(ROOT, "build")), "gracelab")
PEER = "tests/real/peer.sh"
PYTHON = "/usr/bin/python3"

# name, how its version is asked for, what it is
PROXIES = [
    ("socat", "socat -V", "socat"),
    ("socat-t10", "socat -V", "socat -t 10"),
    ("ncat", "ncat --version", "ncat --sh-exec ncat"),
    ("nginx-stream", "nginx -v", "nginx stream"),
    ("nginx-stream-half", "nginx -v", "nginx stream, proxy_half_close on"),
    ("haproxy-tcp", "haproxy -v", "haproxy, 5 ms each way"),
    ("haproxy-tcp-abort", "haproxy -v",
     "haproxy abortonclose, 5 ms each way"),
    ("node-proxy", "node --version", "node net, allowHalfOpen false"),
    ("node-proxy-half", "node --version", "node net, allowHalfOpen true"),
    ("ssh", "ssh -V", "ssh -L"),
    ("haproxy-tls-front", "haproxy -v",
     "haproxy, TLS before it, 5 ms each way"),
    ("haproxy-tls-back", "haproxy -v", "haproxy, TLS behind it, 5 ms each way"),
    ("nginx-tls-front", "nginx -v", "nginx stream, TLS before it"),
    ("nginx-tls-back", "nginx -v", "nginx stream, TLS behind it"),
    ("stunnel-front", "stunnel -version", "stunnel, TLS before it"),
    ("stunnel-back", "stunnel -version", "stunnel, TLS behind it"),
    ("socat-tls-front", "socat -V", "socat -t 10, TLS before it"),
    ("socat-tls-back", "socat -V", "socat -t 10, TLS behind it"),
]
# Where it is a race on the loopback whether a FIN comes while it connects.
ON_A_LINE = ("haproxy-tcp", "haproxy-tcp-abort", "haproxy-tls-front",
             "haproxy-tls-back")
# ... with a UNIX socket on either side, or on one, and such as containers'
# networks have
FROM, TO = ["{listen_unix}", "{backend}"], ["{listen}", "{backend_unix}"]
BETWEEN = ["{listen_unix}", "{backend_unix}"]
MORE_PROXIES = [
    ("socat-unix", "socat -V", "socat -t 10, UNIX to UNIX", BETWEEN),
    ("socat-unix", "socat -V", "socat -t 10, UNIX to TCP", FROM),
    ("socat-unix", "socat -V", "socat -t 10, TCP to UNIX", TO),
    ("nginx-stream-half", "nginx -v",
     "nginx stream, proxy_half_close on, UNIX to UNIX", BETWEEN),
    ("haproxy-tcp", "haproxy -v", "haproxy, mode tcp, UNIX to UNIX", BETWEEN),
    ("ssh", "ssh -V", "ssh -L, UNIX to UNIX", BETWEEN),
    ("ssh-reverse", "ssh -V", "ssh -R, UNIX to UNIX", BETWEEN),
    ("ssh-reverse", "ssh -V", "ssh -R", []),
    ("socket-proxyd", "dpkg-query -W -f =${Version} systemd",
     "systemd-socket-proxyd", []),
    ("socket-proxyd", "dpkg-query -W -f =${Version} systemd",
     "systemd-socket-proxyd, UNIX to UNIX", BETWEEN),
    ("docker-proxy", "tests/real/docker-proxy.sh --version", "docker-proxy",
     []),
    ("slirp4netns", "slirp4netns --version", "slirp4netns, in and out again",
     []),
    ("pasta", "dpkg-query -W -f =${Version} passt",
     "pasta, in and out again", []),
]
# Those need to be root in a namespace.
ROOT_IN_ONE = ("slirp4netns", "pasta")
# The files that a proxy with TLS is handed.
FILES = ["{cert}", "{key}", "{pem}", "{ca}"]
# ... and the request
SERVERS = [
    ("socat-work", "socat -V", "socat SYSTEM", ["--send", "job\\n"]),
    ("socat-t10-work", "socat -V", "socat -t 10 SYSTEM", ["--send", "job\\n"]),
    ("ncat-work", "ncat --version", "ncat --sh-exec", ["--send", "job\\n"]),
    ("node-net", "node --version", "node net, allowHalfOpen false",
     ["--send", "job\\n"]),
    ("node-net-half", "node --version", "node net, allowHalfOpen true",
     ["--send", "job\\n"]),
    ("node-http", "node --version", "node http", ["--http", "/"]),
    ("node-tls", "node --version", "node tls, allowHalfOpen false",
     ["--tls", "--insecure", "--send", "job\\n"]),
    ("node-tls-half", "node --version", "node tls, allowHalfOpen true",
     ["--tls", "--insecure", "--send", "job\\n"]),
    ("socat-tls-work", "socat -V", "socat OPENSSL-LISTEN, SYSTEM",
     ["--tls", "--insecure", "--send", "job\\n"]),
    ("openssl-rev", "openssl version", "openssl s_server -rev",
     ["--tls", "--insecure", "--send", "job\\n"]),
    ("gnutls-echo", "gnutls-serv --version", "gnutls-serv --echo",
     ["--tls", "--insecure", "--send", "job\\n"]),
    ("redis", "redis-server --version", "redis, BLPOP with a time-out",
     ["--send", "BLPOP nothing 0.4\\r\\n"]),
]
# The same at a UNIX socket.
UNIX_SERVERS = [
    ("socat-unix-work", "socat -V", "socat -t 10 UNIX-LISTEN, SYSTEM",
     ["--send", "job\\n"]),
    ("node-net", "node --version", "node net, allowHalfOpen false",
     ["--send", "job\\n"]),
    ("node-net-half", "node --version", "node net, allowHalfOpen true",
     ["--send", "job\\n"]),
    ("python-streams", "python3 --version", "Python asyncio, streams",
     ["--send", "job\\n"]),
    ("python-protocol", "python3 --version", "Python asyncio, Protocol",
     ["--send", "job\\n"]),
    ("python-socketserver", "python3 --version", "Python socketserver",
     ["--send", "job\\n"]),
    ("redis-unix", "redis-server --version", "redis, BLPOP with a time-out",
     ["--send", "BLPOP nothing 0.4\\r\\n"]),
    ("nginx-echo", "nginx -v", "nginx, a text", ["--http", "/"]),
    ("nginx-file", "nginx -v", "nginx, a file of 12 MiB", ["--http", "/file"]),
]
# name, how its version is asked for, the command, options
CLIENTS = [
    ("nc", "dpkg-query -W -f =${Version} netcat-openbsd", "nc {host} {port}",
     []),
    ("nc -N", "dpkg-query -W -f =${Version} netcat-openbsd",
     "nc -N {host} {port}", []),
    ("ncat", "ncat --version", "ncat {host} {port}", []),
    ("ncat --send-only", "ncat --version", "ncat --send-only {host} {port}",
     []),
    ("socat", "socat -V", "socat - TCP:{host}:{port}", []),
    ("socat -t 10", "socat -V", "socat -t 10 - TCP:{host}:{port}", []),
    ("curl", "curl --version", "curl -sS http://{host}:{port}/", []),
    ("wget", "wget --version", "wget -q -t 1 -O - http://{host}:{port}/", []),
    ("Node http", "node --version",
     "node tests/real/get.js http://{host}:{port}/", []),
    ("Python urllib", "python3 --version",
     "python3 tests/real/get.py http://{host}:{port}/", []),
    ("openssl s_client", "openssl version",
     "openssl s_client -brief -CAfile {ca} -connect {host}:{port}", ["--tls"]),
    ("openssl s_client -quiet", "openssl version",
     "openssl s_client -quiet -CAfile {ca} -connect {host}:{port}", ["--tls"]),
    ("gnutls-cli", "gnutls-cli --version",
     "gnutls-cli --logfile=/dev/null --x509cafile={ca} -p {port} {host}",
     ["--tls"]),
    ("ncat --ssl-verify", "ncat --version",
     "ncat --ssl-verify --ssl-trustfile {ca} {host} {port}", ["--tls"]),
    ("socat -t 10 OPENSSL", "socat -V",
     "socat -t 10 - OPENSSL:{host}:{port},cafile={ca}", ["--tls"]),
    ("curl, https", "curl --version",
     "curl -sS --cacert {ca} https://{host}:{port}/", ["--tls"]),
    ("wget, https", "wget --version",
     "wget -q -t 1 --ca-certificate={ca} -O - https://{host}:{port}/",
     ["--tls"]),
    ("Node https", "node --version",
     "node tests/real/get.js https://{host}:{port}/ {ca}", ["--tls"]),
    ("Node tls", "node --version",
     "node tests/real/line.js {host} {port} {ca}", ["--tls"]),
    ("Python urllib, https", "python3 --version",
     "python3 tests/real/get.py https://{host}:{port}/ {ca}", ["--tls"]),
    ("Python ssl", "python3 --version",
     "python3 tests/real/line.py {host} {port} {ca}", ["--tls"]),
    ("nc -N -U", "dpkg-query -W -f =${Version} netcat-openbsd",
     "nc -N -U {unix}", []),
    ("ncat -U", "ncat --version", "ncat -U {unix}", []),
    ("socat -t 10 UNIX-CONNECT", "socat -V",
     "socat -t 10 - UNIX-CONNECT:{unix}", []),
    ("curl --unix-socket", "curl --version",
     "curl -sS --unix-socket {unix} http://localhost/", []),
    ("Node net, UNIX", "node --version", "node tests/real/line.js {unix}", []),
    ("Python socket, UNIX", "python3 --version",
     "python3 tests/real/line.py {unix}", []),
]


def inspect(command):
    """The verdict, and what failed or was proved, from gracelab's JSON."""
    in_one = ["unshare", "-r"] if set(ROOT_IN_ONE) & set(command) else []
    done = subprocess.run([*in_one, LAB, *command], cwd=ROOT, stdout=subprocess.PIPE,
                          check=False)
    found = json.loads(done.stdout or b"{}")
    bad = [f"{probe['id']} {probe['verdict']}"
           for probe in found.get("probes", []) if probe["kind"] == "bad"]
    bad = [text.replace(" FAIL", "") for text in bad]
    proof = found.get("proof", "").split(";")[0].removeprefix("proved for ")
    proof = re.sub(r"a think time of |( to a stalled reader| \(.*\))", "", proof)
    proof = proof.removeprefix("proved: ").replace(" and ", ", ")
    ends = ", ".join(filter(None, [found.get("ends"), found.get("tls_end")]))
    return (found.get("overall", "no result"), ", ".join(bad) or proof, ends)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def serves(where):
    """Whether somebody listens at a port or a path."""
    family = socket.AF_INET if isinstance(where, tuple) else socket.AF_UNIX
    with socket.socket(family) as probe:
        return not probe.connect_ex(where)


def audit(name, request, path=None):
    """Starts a server, at a UNIX socket if there is a path, audits it, ends
    it."""
    port = free_port()
    where = path or ("127.0.0.1", port)
    said = [f"unix:{path}"] if path else ["127.0.0.1", str(port)]
    with subprocess.Popen([f"{ROOT}/{PEER}", name, path or str(port)],
                          start_new_session=True, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL,
                          env={**os.environ, "SIZE": "12582912"}) as peer:
        try:
            for _ in range(500):
                if serves(where):
                    break
                time.sleep(0.02)
            return inspect(["audit", "--format=json", "--timeout=3s", *request,
                            *said])
        finally:
            os.killpg(peer.pid, 15)


HEADING = ["version", "verdict", "what fails, or was proved"]


def speaks_tls(name):
    return name.endswith(("-front", "-back")) or "tls" in name or \
        name == "openssl-rev"


def proxies(tls):
    for name, ask, title in PROXIES:
        number = version(ask)
        if not number or speaks_tls(name) != tls:
            continue
        print(name, file=sys.stderr)
        side = ["--tls-front"] if name.endswith("-front") else \
            ["--tls-back"] if name.endswith("-back") else []
        line = ["--delay=5ms"] if name in ON_A_LINE else []
        verdict, bad, _ = inspect(["proxy", "--format=json", *side, *line, "--",
                                   PEER, name, "{listen}", "{backend}",
                                   *(FILES if side else [])])
        yield [title, number, verdict, bad]


def servers(tls):
    for name, ask, title, request in SERVERS:
        number = version(ask)
        if not number or speaks_tls(name) != tls:
            continue
        print(name, file=sys.stderr)
        verdict, bad, _ = audit(name, request)
        yield [title, number, verdict, bad]


def more_proxies():
    for name, ask, title, sides in MORE_PROXIES:
        number = version(ask)
        if not number:
            continue
        print(name, *sides, file=sys.stderr)
        verdict, bad, _ = inspect(["proxy", "--format=json", "--", PEER, name,
                                   *(sides or ["{listen}", "{backend}"])])
        yield [title, number, verdict, bad]


def unix_servers():
    for name, ask, title, request in UNIX_SERVERS:
        number = version(ask)
        if not number:
            continue
        print(name, "at a UNIX socket", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            # nginx without privileges leaves the folder to others.
            os.chmod(folder, 0o711)
            verdict, bad, _ = audit(name, request, f"{folder}/socket")
        yield [title, number, verdict, bad]


def clients():
    for name, ask, command, options in CLIENTS:
        number = version(ask)
        if not number:
            continue
        print(name, file=sys.stderr)
        verdict, bad, ends = inspect(["client", "--format=json", *options,
                                      "--", *command.split()])
        yield [name, number, ends or "unknown", verdict, bad]


if __name__ == "__main__":
    def judged(tls):
        """The table of proxies and that of servers, with TLS or without."""
        return readme.table(["proxy", *HEADING], proxies(tls)) + "\n\n" + \
            readme.table(["server", *HEADING], servers(tls))

    readme.replace("audited", judged(False))
    readme.replace("audited-networks", readme.table(
        ["proxy", *HEADING], more_proxies()) + "\n\n" + readme.table(
            ["server at a UNIX socket", *HEADING], unix_servers()))
    readme.replace("audited-more", judged(True) + "\n\n" + readme.table(
        ["client", "version", "ends", *HEADING[1:]], clients()))
