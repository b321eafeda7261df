#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaks the rules of the sources one by one and sees that a test fails.

    mutate.py [REGEX...]      all mutants of the file `list`, or those whose
                              line has one of these

A line of the list is a mutant, in columns that a TAB divides: the file, the
text it has once, the text put there instead, and the suites that should catch
that: `terminal` is tests/terminal.bats, `terminal:WORDS` those of its tests
whose name has the words (a regex of bats). The unit tests run before them.

Each mutant is applied to a copy of the tree, never to the tree itself, built
there, and tested. It is caught if a test fails or does not end; it survives if
all pass. What the list names must pass on a copy that nobody broke, or it would
prove nothing. Called by `make mutate`; MUTANTS= chooses there.
"""

import os
import queue
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
LIST = os.path.join(ROOT, "tests", "mutate", "list")
WORK = os.path.join(os.environ.get("O", os.path.join(ROOT, "build")), "mutate")
TEST_S = 90             # a run of tests that takes longer does not end
UNIT_S = 20             # nor do the unit tests
BUILD_S = 300
MEMORY_BYTES = 4 << 30  # a broken bound must not take the machine along


class Mutant:
    """One line of the list."""

    def __init__(self, number, columns):
        self.number = number
        self.file, self.old, self.new = columns[:3]
        self.suites = columns[3:]

    def __str__(self):
        return f"{self.file}: {self.old} -> {self.new or 'nothing'}"


def read_list(wanted):
    """The mutants, and what is wrong with the list."""
    mutants, wrong = [], []
    with open(LIST, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            columns = line.split("\t")
            if len(columns) < 3 or columns[1] == columns[2]:
                wrong.append(f"list:{number}: expected FILE, FROM, TO, with a "
                             "TAB between them")
                continue
            mutant = Mutant(number, columns)
            wrong += [f"list:{number}: {why}: {mutant}"
                      for why in look_for(mutant)]
            if not wanted or any(re.search(one, line) for one in wanted):
                mutants.append(mutant)
    return mutants, wrong


def look_for(mutant):
    """Why the mutant cannot be made, if so."""
    try:
        with open(os.path.join(ROOT, mutant.file), encoding="utf-8") as source:
            found = source.read().count(mutant.old)
    except FileNotFoundError:
        yield "stale: there is no such file"
        return
    if not found:
        yield "stale: the file does not have this text"
    if found > 1:
        yield f"ambiguous: the file has this text {found} times"
    for suite in mutant.suites:
        name = suite.split(":")[0]
        if not os.path.exists(f"{ROOT}/tests/{name}.bats"):
            yield f"there is no suite {name}"


class Tree:
    """A copy of the sources, to be broken."""

    def __init__(self, number):
        self.path = os.path.join(WORK, str(number))
        self.log = os.path.join(WORK, f"{number}.log")
        names = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"], cwd=ROOT, check=True,
            stdout=subprocess.PIPE).stdout.decode().split("\0")
        self.copy([name for name in names
                   if name and os.path.isfile(os.path.join(ROOT, name))])

    def copy(self, names):
        """Brings the copy up to date; what is built there stays."""
        for folder, folders, files in os.walk(self.path):
            inside = os.path.relpath(folder, self.path)
            if inside == ".":
                folders[:] = [one for one in folders if one != "build"]
            for file in files:
                if os.path.normpath(os.path.join(inside, file)) not in names:
                    os.unlink(os.path.join(folder, file))
        for name in names:
            source, copy = (os.path.join(top, name)
                            for top in (ROOT, self.path))
            if not os.path.exists(copy) or read(source) != read(copy):
                os.makedirs(os.path.dirname(copy), exist_ok=True)
                shutil.copyfile(source, copy)
            shutil.copymode(source, copy)

    def run(self, limit_s, *command):
        """Runs a command there; how it ended: 0, its status, or None."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("MAKE", "BATS"))
                       and name != "MFLAGS"}
        environment["O"] = os.path.join(self.path, "build")
        with open(self.log, "wb") as log, subprocess.Popen(
                command, cwd=self.path, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, env=environment,
                start_new_session=True, preexec_fn=bound) as process:
            try:
                return process.wait(limit_s)
            except subprocess.TimeoutExpired:
                return None
            finally:
                end(process)

    def build(self, *what):
        """Whether it compiles."""
        return self.run(BUILD_S, "make", "-s", "O=build", *what) == 0

    def test(self, suite):
        """The first test that fails, or None."""
        limit_s = TEST_S
        if suite == "unit":
            command, limit_s = ["build/unit"], UNIT_S
        else:
            name, _, words = suite.partition(":")
            command = ["bats", "--formatter", "tap", f"tests/{name}.bats"]
            command += ["--filter", words] if words else []
        status = self.run(limit_s, *command)
        with open(self.log, encoding="utf-8", errors="replace") as log:
            lines = log.read().splitlines()
        bad = [line for line in lines if line.startswith("not ok")]
        if bad:
            return re.sub(r"^not ok \d+ (- )?", "", bad[0])
        if status is None:
            return f"{suite} did not end in {limit_s} s"
        if status:
            return f"{suite} broke off with status {status}"
        if not any(line.startswith("ok") for line in lines):
            return f"{suite} has no such test"
        return None

    def write(self, mutant, old, new):
        """Puts `new` where the file of the mutant has `old`."""
        path = os.path.join(self.path, mutant.file)
        text = read(path).decode()
        with open(path, "w", encoding="utf-8") as source:
            source.write(text.replace(old, new, 1))


def read(path):
    """What is in a file."""
    with open(path, "rb") as file:
        return file.read()


def bound():
    """In a child: no more memory than this, unless a test wants more."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard == resource.RLIM_INFINITY or hard > MEMORY_BYTES:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, hard))


def end(process):
    """Ends the process, and all that it started and left."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def caught(tree, mutant):
    """What caught the mutant, or None; ValueError if it is no mutant."""
    original = read(os.path.join(tree.path, mutant.file))
    tree.write(mutant, mutant.old, mutant.new)
    try:
        # Most are caught before the programs are linked.
        if not tree.build("build/unit"):
            raise ValueError("does not compile")
        why = tree.test("unit")
        if not why and mutant.suites and not tree.build("all", "tests"):
            raise ValueError("does not compile")
        for suite in mutant.suites:
            why = why or tree.test(suite)
        return why
    finally:
        with open(os.path.join(tree.path, mutant.file), "wb") as source:
            source.write(original)


def share(trees, tasks, work):
    """Does work(tree, task) for all tasks, in each tree one at a time."""
    waiting = queue.Queue()
    for task in tasks:
        waiting.put(task)

    def take(tree):
        while True:
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            work(tree, task)

    threads = [threading.Thread(target=take, args=(tree,)) for tree in trees]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def fails_unbroken(trees, suites):
    """What fails of these on copies that nobody broke."""
    wrong = []

    def look(tree, suite):
        why = tree.test(suite)
        if why:
            wrong.append(f"{suite} fails unbroken: {why}")

    share(trees, suites, look)
    return wrong


def main():
    begun = time.monotonic()
    mutants, wrong = read_list(sys.argv[1:])
    if wrong or not mutants:
        sys.exit("\n".join(wrong) or "no mutant has this")
    os.makedirs(WORK, exist_ok=True)
    trees = [Tree(i) for i in range(min(len(os.sched_getaffinity(0)), 4))]
    for tree in trees:
        if not tree.build("all", "tests"):
            sys.exit(read(tree.log).decode(errors="replace"))
    wrong = fails_unbroken(
        trees, sorted({suite for mutant in mutants
                       for suite in ["unit", *mutant.suites]}))
    if wrong:
        sys.exit("\n".join(wrong))
    survivors, bad = [], []
    done = 0
    lock = threading.Lock()

    def try_one(tree, mutant):
        nonlocal done
        try:
            why = caught(tree, mutant)
            if not why:
                survivors.append(mutant)
        except ValueError as error:
            why = None
            bad.append(f"list:{mutant.number}: {error}: {mutant}")
        with lock:
            done += 1
            print(f"{'ok' if why else 'not ok'} {done} - {mutant}"
                  f"\n#   {why or 'survived'}", flush=True)

    print(f"1..{len(mutants)}")
    share(trees, mutants, try_one)
    for line in bad + [f"list:{mutant.number}: survived: {mutant}"
                       for mutant in survivors]:
        print(line)
    print(f"# {time.monotonic() - begun:.0f} s")
    failed = len(survivors) + len(bad)
    print(f"{len(mutants) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
