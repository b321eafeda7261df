#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program of tests/scripted.c, as strace and the loopback itself saw it, and
as gracelab watch did: each thread's calls and results, each segment.

    witness.py GRACELAB SCRIPTED SERVER CLIENT

In a network namespace of its own, with the privilege to listen there. Says what
differs, and fails then."""

import json
import re
import socket
import struct
import subprocess
import sys

CALLS = ("socket,bind,listen,connect,accept,read,readv,preadv2,recvfrom,"
         "recvmsg,recvmmsg,write,writev,pwritev2,sendto,sendmsg,sendmmsg,"
         "sendfile,splice,shutdown,close,dup,dup2,fcntl,clone,clone3")
# What gives a descriptor, or a connection, has no result but an errno.
GIVES = ("socket", "connect", "accept", "dup", "dup2", "fcntl")
READS = ("recv", "recvfrom", "recvmsg", "read", "readv", "preadv2")
FLAGS = ((0x02, "SYN"), (0x01, "FIN"), (0x04, "RST"))


def whole_lines(path):
    """The lines of strace, each with what it had to say of a call later."""
    begun = {}
    for line in open(path, errors="replace"):
        thread, text = re.match(r"(\d+) +(.*)", line).groups()
        if text.endswith("<unfinished ...>"):
            begun[thread] = text[:-len("<unfinished ...>")].rstrip()
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", text)
        if resumed:
            text = begun.pop(thread) + resumed[1]
        yield thread, text.replace("<unfinished ...>) = ?", ") = ?")


def result_of(name, arguments, result):
    if result.startswith("-1 "):
        return result.split()[1]
    if result.startswith("?"):
        return "?"
    number = re.match(r"\d+", result)[0]
    if name in GIVES:
        return ""
    asked = re.search(r", (\d+)(, 0x|, MSG|, 0|$)", arguments)
    if name in READS and number == "0" and not (asked and asked[1] == "0"):
        return "0 (EOF)"
    return number


def call_of(text):
    """A line of strace as watch has it, or None: not of TCP."""
    match = re.match(r"\+\+\+ exited with (\d+)", text)
    if match:
        return f"exit({match[1]})"
    match = re.match(r"\+\+\+ killed by (\w+)", text)
    if match:
        return "killed by " + match[1]
    if text.startswith("--- SIGPIPE"):
        return "SIGPIPE"
    match = re.match(r"(\w+)\((.*)\) += (.*)", text)
    if not match or match[1].startswith("clone"):
        return None
    name, arguments, result = match.groups()
    first = arguments if name in ("dup2", "splice") else \
        arguments.split(", ")[0]
    if "<TCP:" not in first + result or \
            name == "fcntl" and "F_DUPFD" not in arguments:
        return None
    result = result_of(name, arguments, result)
    if name == "sendto" and "sa_family" not in arguments:
        name = "send"
    if name == "recvfrom":
        name = "recv"
    if name == "shutdown":
        how = arguments.split(", ")[1].split()[0]
        name += f"({int(how, 16) if how[0] == '0' else how})"
    if "MSG_PEEK" in arguments:
        name += "(MSG_PEEK)"
    return f"{name} {result}".strip()


def by_strace(command):
    """Each thread's calls, and the status."""
    status = subprocess.run(
        ["strace", "-f", "-q", "-yy", "-o", "trace", "-e", "trace=" + CALLS,
         *command], check=False, stdin=subprocess.DEVNULL).returncode
    threads, lesser = {}, set()
    for thread, text in whole_lines("trace"):
        started = re.match(r"clone.*CLONE_THREAD.* = (\d+)$", text)
        if started:
            lesser.add(started[1])
        call = call_of(text)
        # Only a process ends in a row.
        if call and not (thread in lesser and call.startswith("exit(")):
            threads.setdefault(thread, []).append(call)
    # Who has called nothing is nobody's matter.
    return {thread: calls for thread, calls in threads.items()
            if not re.match("exit|killed", calls[0])}, status


def by_watch(gracelab, command):
    status = subprocess.run(
        [gracelab, "watch", "--format=json", "-o", "ladder", "--", *command],
        check=False, stdin=subprocess.DEVNULL).returncode
    rows = json.load(open("ladder"))["ladder"]
    threads, segments, last = {}, [], {}
    for row in rows:
        if "segment" in row:
            segments.append((row["from"], row["segment"]))
        # One call may have several rows, one for each connection.
        if "call" not in row or last.get(row["thread"]) == row["call"] and \
                row["call"].startswith(("exit", "killed")):
            continue
        last[row["thread"]] = row["call"]
        if row["call"].split("(")[0] in ("setsockopt", "close_range"):
            continue
        name = re.sub("^SIGPIPE.*", "SIGPIPE", row["call"])
        threads.setdefault(row["thread"], []).append(
            f"{name} {row.get('result', '')}".strip())
    return rows, threads, segments, status


def by_wire(listening):
    """The segments that were sent since, but for bare ACKs."""
    clients, segments = set(), []
    while True:
        try:
            packet = listening.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return segments
        if packet[9] != 6:
            continue
        header = (packet[0] & 15) * 4
        ports = struct.unpack_from("!HH", packet, header)
        flags = packet[header + 13]
        data = struct.unpack_from("!H", packet, 2)[0] - header - \
            (packet[header + 12] >> 4) * 4
        if flags & 0x12 == 0x02:
            clients.add(ports)
        names = [name for bit, name in FLAGS if flags & bit]
        if "SYN" in names and flags & 0x10:
            names.append("ACK")
        names = ([f"data {data}"] if data else []) + names
        if names:
            segments.append(("client" if ports in clients else "server",
                             "+".join(names)))


def causes(rows):
    """What stands before what it came of; nothing, where all is right."""
    sent, ended, sides = {}, set(), {}
    for row in rows:
        if "call" in row and "connection" in row:
            sides[row["pid"]] = row["side"]
        if re.match("exit|killed|SIGPIPE", row.get("call", "")) and \
                row["side"] != sides.get(row["pid"], row["side"]):
            yield f"at the other side: {row}"
        way = row.get("connection"), row.get("from")
        data = re.match(r"data (\d+)", row.get("segment", ""))
        if data:
            sent[way] = sent.get(way, 0) + int(data[1])
        if re.search("FIN|RST", row.get("segment", "")):
            ended.add(way)
        if "call" in row and "segment" in row and row["from"] != row["side"]:
            yield f"a segment of the other side: {row}"
        name = row.get("call", "").split("(")[0]
        result = row.get("result", "")
        if name in READS + ("accept",) and "connection" not in row:
            yield f"of no connection: {row}"
            continue
        if name not in READS or "PEEK" in row["call"]:
            continue
        way = (row["connection"],
               "server" if row["side"] == "client" else "client")
        if result.isdigit():
            sent[way] = sent.get(way, 0) - int(result)
            if sent[way] < 0:
                yield f"received before it was sent: {row}"
        if "EOF" in result and way not in ended and \
                not any(re.match(r"shutdown\(SHUT_RD", r.get("call", ""))
                        for r in rows):
            yield f"EOF before there was a FIN: {row}"


def listen():
    # Of this protocol alone: what is about to leave is not met, but received.
    listening = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                              socket.htons(0x0800))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    return listening


def main():
    gracelab, *command = sys.argv[1:]
    traced, status = by_strace(command)
    listening = listen()
    rows, watched, segments, watched_status = by_watch(gracelab, command)
    problems = [f"not watch's: {calls}" for calls in traced.values()
                if calls not in watched.values()]
    problems += [f"not strace's: {calls}" for calls in watched.values()
                 if calls not in traced.values()]
    if status != watched_status:
        problems.append(f"status {status} and {watched_status}")
    wired = by_wire(listening)
    if wired != segments:
        problems.append(f"the wire had {wired}, the ladder {segments}")
    problems += causes(rows)
    if len(traced) < 2 or not wired:
        problems.append("nothing was seen")
    print(*problems, sep="\n")
    return bool(problems)


sys.exit(main())
