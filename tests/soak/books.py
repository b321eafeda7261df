# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's books, from its events, beside what the sessions say."""

import json

GREETING_BYTES = len("Hi, ")


class Entry:
    """One connection as the server saw it."""

    def __init__(self, address):
        self.address = address
        self.first = None   # the text of its first message
        self.messages = self.received = self.sent = 0
        self.eof = self.error = self.ended = False
        self.reset = False  # by a line that was typed


def read(path, start):
    """The connections of the events behind byte `start`, by number, the rest
    of the events (by name, how many), and where the events end."""
    entries, others = {}, {}
    with open(path, "rb") as f:
        f.seek(start)
        for line in f:
            event = json.loads(line)
            entry = entries.get(event.get("conn"))
            name = event["event"]
            if name == "accept":
                entries[event["conn"]] = Entry(event["detail"])
            elif not entry:
                others[name] = others.get(name, 0) + 1
            elif name == "recv":
                entry.messages += 1
                entry.received += event["bytes"]
                entry.first = entry.first or event["text"]
            elif name == "send":
                entry.sent += event["bytes"]
            elif name in ("eof", "error"):
                setattr(entry, name, True)
            elif name in ("close", "reset"):
                entry.ended = True
                entry.reset |= name == "reset"
        return entries, others, f.tell()


def _entry_of(account, entries):
    for entry in entries.values():
        if entry.address == account.name or (
                entry.first and (entry.first == account.name or
                                 entry.first.startswith(account.name + "x"))):
            return entry
    return None


def compare(accounts, entries):
    """Yields each thing that does not agree."""
    for number, entry in entries.items():
        if not entry.ended:
            yield f"connection {number} was never closed"
        in_order = entry.eof and not entry.error and not entry.reset
        if in_order and entry.sent != \
                entry.received + GREETING_BYTES * entry.messages:
            yield (f"connection {number} ended in order, but of "
                   f"{entry.received} bytes in {entry.messages} messages "
                   f"{entry.sent} were answered")
    for account in accounts:
        who = f"{account.kind} ({account.name})"
        entry = _entry_of(account, entries)
        if account.fault:
            yield f"{who}: {account.fault}"
        if not entry:
            if account.received or account.orderly:
                yield f"{who}: the server does not know it"
            continue
        books = (f"sent {account.sent}, of which {entry.received} arrived; "
                 f"was sent {entry.sent}, of which {account.received} arrived")
        # One that is killed may not have told of its last call.
        if (entry.received > account.sent and account.kind != "die") or \
                account.received > entry.sent:
            yield f"{who}: more than there was: {books}"
        if account.orderly and (entry.received != account.sent or
                                account.received != entry.sent):
            yield f"{who}: ended in order, but {books}"
