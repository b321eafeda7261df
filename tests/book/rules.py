#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds of every page of the book, whatever was played: rules.py FILE...

It is well-formed; it asks for nothing but what it brings; its policy allows
its own script and style alone, and nothing else would run by it; and the table
of words has a row for each of the record's."""

import base64
import hashlib
import html.parser
import json
import re
import sys

VOID = {"meta", "input", "br", "img"}
# What could run, or fetch; scripts and styles are looked at by themselves.
BARRED = {"iframe", "object", "embed", "link", "base", "applet", "frame",
          "audio", "video", "source", "portal", "use", "image", "animate",
          "set", "foreignobject", "noscript", "template", "math"}
ADDRESSES = {"src", "href", "action", "formaction", "data", "poster",
             "srcset", "ping", "background", "manifest", "xlink:href"}


class Wrong(Exception):
    """A rule that does not hold."""


class Page(html.parser.HTMLParser):
    """Reads a page and complains of what no page of ours has."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.rows = [], set(), 0
        self.scripts, self.styles, self.policies = [], [], []
        self.texts, self.comments, self.doctypes = [], [], 0
        self.feed(text)
        self.close()
        if self.open:
            raise Wrong(f"not closed: {self.open}")

    def handle_decl(self, decl):
        self.doctypes += 1

    def unknown_decl(self, data):
        raise Wrong(f"a declaration: {data}")

    def handle_pi(self, data):
        raise Wrong(f"an instruction: {data}")

    def handle_comment(self, data):
        if not re.fullmatch(r"book|claim|order \d+", data):
            raise Wrong(f"a comment: {data}")
        self.comments.append(data)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            raise Wrong(f"<{tag}> has an attribute twice: {names}")
        if tag in BARRED:
            raise Wrong(f"<{tag}> is on no page")
        for name, value in attrs:
            self.check_attribute(tag, name, value)
        if tag == "meta" and dict(attrs).get("http-equiv"):
            if self.scripts or self.styles:
                raise Wrong("the policy comes too late")
            self.policies.append(dict(attrs)["content"])
        if tag == "script":
            self.scripts.append([dict(attrs).get("type"), ""])
        if tag == "style":
            self.styles.append("")
        if tag == "tr" and "words" in self.open and "tbody" in self.open:
            self.rows += 1
        if tag not in VOID:
            self.open.append("words" if dict(attrs).get("id") == "words" and
                             tag == "table" else tag)

    def check_attribute(self, tag, name, value):
        """No attribute acts, or fetches."""
        if value is None:
            raise Wrong(f"<{tag} {name}> has no value")
        if name.startswith("on") or name == "style":
            raise Wrong(f"<{tag} {name}> acts")
        if name == "id":
            if value in self.ids:
                raise Wrong(f"{value} is two elements' id")
            self.ids.add(value)
        if name in ADDRESSES and not re.fullmatch(
                r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]*" if tag == "img"
                else r"#[\w-]+|[\w.-]+\.html", value):
            raise Wrong(f"<{tag} {name}={value[:60]!r}> leads outside")

    def handle_endtag(self, tag):
        top = self.open.pop() if self.open else None
        if tag != ("table" if top == "words" else top):
            raise Wrong(f"</{tag}> ends <{top}>")

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1][1] += data
        elif self.open and self.open[-1] == "style":
            self.styles[-1] += data
        else:
            self.texts.append(data)


def hashed(text):
    """As a Content-Security-Policy has it."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def check_policy(page):
    """One policy, which allows this script and this style."""
    run = [text for kind, text in page.scripts if kind != "application/json"]
    if len(page.policies) != 1 or len(run) != 1 or len(page.styles) != 1:
        raise Wrong(f"{len(page.policies)} policies, {len(run)} scripts, "
                    f"{len(page.styles)} styles")
    parts = dict(part.strip().split(" ", 1)
                 for part in page.policies[0].split(";"))
    if parts != {"default-src": "'none'", "script-src": hashed(run[0]),
                 "style-src": hashed(page.styles[0]), "img-src": "data:",
                 "base-uri": "'none'", "form-action": "'none'"}:
        raise Wrong(f"the policy is {parts}")
    for text in run + page.styles:
        for address in re.findall(r"https?:[^\s\"')]*|url\(|@import|"
                                  r"\bimport\b|\bfetch\b|XMLHttp|WebSocket|"
                                  r"innerHTML|\beval\b|document\.write|"
                                  r"setTimeout|setInterval|"
                                  r"requestAnimationFrame", text):
            # A namespace is a name.
            if address != "http://www.w3.org/2000/svg":
                raise Wrong(f"script or style has {address}")


def record_in(page):
    """The record in the page, or None in one that has none."""
    records = [text for kind, text in page.scripts
               if kind == "application/json"]
    if len(records) > 1:
        raise Wrong("two records")
    return json.loads(records[0]) if records else None


def check(path):
    """The page, if all holds of it."""
    with open(path, "rb") as file:
        text = file.read().decode("utf-8")
    bad = re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
                    r"\ufffe\uffff]", text)
    if bad:
        raise Wrong(f"it has U+{ord(bad.group()):04X}")
    page = Page(text)
    if page.doctypes != 1 or not text.startswith("<!DOCTYPE html>\n"):
        raise Wrong("no doctype")
    check_policy(page)
    record = record_in(page)
    if record and "ladder" in record and page.rows != len(record["ladder"]):
        raise Wrong(f"{page.rows} rows of {len(record['ladder'])}")
    return page


def main():
    bad = 0
    for path in sys.argv[1:]:
        try:
            check(path)
        except (Wrong, AssertionError, ValueError) as why:
            print(f"{path}: {why}", file=sys.stderr)
            bad = 1
    sys.exit(bad)


if __name__ == "__main__":
    main()
