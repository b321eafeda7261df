# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium without a window, driven by its DevTools protocol over two pipes
(--remote-debugging-pipe: JSON messages, each with a NUL behind it)."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE_S = 30

# Nothing of the browser's own goes out either.
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
           "--disable-background-networking", "--disable-sync",
           "--disable-component-update", "--disable-dev-shm-usage",
           "--hide-scrollbars", "--remote-debugging-pipe", "about:blank"]


class Failed(Exception):
    """The page, or the browser, did not do what was asked."""


class Chromium:
    """A browser; used by `with`."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="grace-chromium-")
        ours_read, self.reads = os.pipe()
        self.writes, ours_write = os.pipe()
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if not program:
            raise Failed("there is no chromium: make deps-book installs it")

        # It reads from descriptor 3 and writes to 4.
        def arrange():
            high_in = os.dup2(ours_read, 100)
            high_out = os.dup2(ours_write, 101)
            os.dup2(high_in, 3)
            os.dup2(high_out, 4)
        self.process = subprocess.Popen(
            [program, f"--user-data-dir={self.profile}", *OPTIONS],
            close_fds=False, preexec_fn=arrange, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(ours_read)
        os.close(ours_write)
        self.to, self.of = self.reads, self.writes
        self.buffer, self.number, self.events = b"", 0, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self.process.wait(10)
        except (Failed, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.of)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _receive(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.of], [], [], left)[0]:
                raise Failed("chromium says nothing")
            some = os.read(self.of, 65536)
            if not some:
                raise Failed("chromium has ended")
            self.buffer += some
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **params):
        """Calls a method of the protocol; its result."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            answer = self._receive(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Failed(f"{method}: {answer['error']['message']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def await_event(self, method, session):
        """Waits for an event of a session; its parameters."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            for event in self.events:
                if event["method"] == method and \
                        event.get("sessionId") == session:
                    self.events.remove(event)
                    return event["params"]
            message = self._receive(deadline)
            if "method" in message:
                self.events.append(message)


class Tab:
    """A page of a browser, with what it asked for and complained of."""

    def __init__(self, browser, path, width=1280, height=800, dark=False,
                 scale=1, scripts=True):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")
        self.target = target["targetId"]
        self.session = browser.call("Target.attachToTarget", flatten=True,
                                    targetId=self.target)["sessionId"]
        for domain in "Page", "Runtime", "Network", "Log":
            self.call(f"{domain}.enable")
        self.resize(width, height, scale)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if dark else "light"}])
        if not scripts:
            self.call("Emulation.setScriptExecutionDisabled", value=True)
        if path:
            self.go(path)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def resize(self, width, height, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=scale, mobile=width < 600)

    def go(self, path):
        """Opens a file, anew, and waits until it is there."""
        self._open("about:blank")
        self._open(f"file://{path}")

    def _open(self, address):
        self.call("Page.navigate", url=address)
        self.browser.await_event("Page.loadEventFired", self.session)

    def value(self, expression):
        """What a script in the page gives."""
        result = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True)
        if "exceptionDetails" in result:
            raise Failed(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def key(self, key, text=""):
        """Presses a key, as a keyboard does."""
        for kind in "keyDown", "keyUp":
            self.call("Input.dispatchKeyEvent", type=kind, key=key,
                      text=text if kind == "keyDown" else "")

    def click(self, selector):
        """Presses the mouse in the middle of an element."""
        x, y = self.value(
            f"(() => {{ const e = document.querySelector({selector!r});"
            "e.scrollIntoView({block: 'nearest'});"
            "const r = e.getBoundingClientRect();"
            "return [r.left + r.width / 2, r.top + r.height / 2]; })()")
        for kind in "mousePressed", "mouseReleased":
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y,
                      button="left", clickCount=1)

    def picture(self, path, whole=False):
        """Writes what is seen as PNG."""
        data = self.call("Page.captureScreenshot",
                         captureBeyondViewport=whole)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def pdf(self, path):
        """Prints."""
        data = self.call("Page.printToPDF", printBackground=False)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def requests(self):
        """What it has asked for, by address."""
        return [event["params"]["request"]["url"]
                for event in self.browser.events
                if event.get("sessionId") == self.session and
                event["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        """Errors of scripts, and what the policy has refused."""
        return [json.dumps(event["params"])
                for event in self.browser.events
                if event.get("sessionId") == self.session and (
                    event["method"] == "Runtime.exceptionThrown" or
                    event["method"] == "Log.entryAdded")]

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
