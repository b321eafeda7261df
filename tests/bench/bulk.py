# SPDX-License-Identifier: GPL-3.0-or-later
"""Work by the gigabyte, and whether all of it arrives."""

import concurrent.futures
import filecmp
import os
import subprocess

from measure import (CLIENT, SERVER, bare, foreign, have, interleaved, scratch,
                     serving, timed)

MIB = 1 << 20
ECHO = [SERVER, "--quiet", "--port", "0", "--delay", "0", "--greeting", ""]


def make_file(path, size):
    block = os.urandom(MIB)
    with open(path, "wb") as f:
        for start in range(0, size, MIB):
            f.write(block[:min(MIB, size - start)])
    return path


def grace_client(port, given, taken):
    return [CLIENT, "--quiet", "-e", f'save "{taken}"',
            "-e", f'sendfile "{given}"', "-e", "shutdown", "127.0.0.1", port]


def naive_client(port, given, taken):
    """Writes all, then reads: it stands still where the echo comes at once."""
    program = ("import shutil, socket, sys\n"
               "s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
               "shutil.copyfileobj(open(sys.argv[2], 'rb'), s.makefile('wb'))\n"
               "s.shutdown(socket.SHUT_WR)\n"
               "shutil.copyfileobj(s.makefile('rb'), open(sys.argv[3], 'wb'))\n")
    return ["python3", "-c", program, port, given, taken]


def arrives(command, given, taken, patience_s, piped=False):
    """Whether a client brings back all that the file `given` holds."""
    with open(given if piped else os.devnull, "rb") as source, \
            open(taken, "wb") as sink:
        try:
            subprocess.run(command, stdin=source, timeout=patience_s,
                           stdout=sink if piped else subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            return False
    return filecmp.cmp(given, taken, shallow=False)


def echoes(folder):
    """20 echoes of 256 MiB; those who stand still are asked but thrice, and
    given more than ten times what ours takes."""
    given = make_file(f"{folder}/given", 256 * MIB)
    taken = f"{folder}/taken"

    def count(command, tries, **how):
        whole = sum(arrives(command, given, taken, 10, **how)
                    for _ in range(tries))
        return f"{whole} of {tries}"

    with serving(*ECHO) as (_, port):
        ours = count(grace_client(port, given, taken), 20)
        naive = count(naive_client(port, given, taken), 3)
        yield "a client that first writes all", ours, naive
        if have("socat"):
            yield "socat - TCP:...", ours, count(
                ["socat", "-", f"TCP:127.0.0.1:{port}"], 20, piped=True)
    if have("ncat"):
        with foreign("ncat", "-lk", "--exec", "/bin/cat", "127.0.0.1",
                     "{port}") as port:
            yield "ncat --exec cat", ours, count(
                grace_client(port, given, taken), 3)


SIZES = [5, 1000, 65536, MIB]
DELAYS_S = [0, 0.2, 1, 3]


def replies(folder):
    """Of 5 bytes to 1 MiB, 0 to 3 s after the FIN; all of them side by side."""
    request = make_file(f"{folder}/request", 5)
    files = {size: make_file(f"{folder}/{size}", size) for size in SIZES}

    def late_server(size, delay_s):
        return serving(SERVER, "--quiet", "--port", "0", "--delay",
                       f"{delay_s}", "--greeting", "", "--on-eof",
                       f'sendfile "{files[size]}"', "--on-eof", "close")

    def late_ncat(size, delay_s):
        return foreign("ncat", "-l", "--sh-exec",
                       f"cat; sleep {delay_s}; cat '{files[size]}'",
                       "127.0.0.1", "{port}")

    def one(server, client, piped, size, delay_s):
        taken = f"{folder}/{client.__name__}-{size}-{delay_s}"
        expected = f"{taken}-expected"
        with open(expected, "wb") as f:
            for part in (request, files[size]):
                with open(part, "rb") as p:
                    f.write(p.read())
        with server(size, delay_s) as started:
            port = started[1] if isinstance(started, tuple) else started
            with open(request if piped else os.devnull, "rb") as source, \
                    open(taken, "wb") as sink:
                subprocess.run(client(port, request, taken),
                               stdin=source, timeout=60, check=False,
                               stdout=sink if piped else subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        return filecmp.cmp(expected, taken, shallow=False)

    def count(server, client, piped=False):
        cases = [(size, delay_s) for size in SIZES for delay_s in DELAYS_S]
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            whole = sum(pool.map(
                lambda case: one(server, client, piped, *case), cases))
        return f"{whole} of {len(cases)}"

    ours = count(late_server, grace_client)
    if have("socat"):
        yield "socat - TCP:...", ours, count(
            late_server, lambda port, _, __: ["socat", "-",
                                              f"TCP:127.0.0.1:{port}"], True)
    if have("ncat"):
        yield "ncat --sh-exec", ours, count(late_ncat, grace_client)


def safe():
    with scratch() as folder:
        for other, ours, theirs in echoes(folder):
            yield ["20 echoes of 256 MiB with half-close, those that arrive "
                   "whole", ours, f"{theirs} ({other})", "", "20 of 20"]
        for other, ours, theirs in replies(folder):
            yield ["replies of 5 bytes to 1 MiB, 0 to 3 s after the FIN, those "
                   "that arrive whole", ours, f"{theirs} ({other})", "",
                   "all"]


def compared(work, medians, goals):
    """Rows of a work: ours against each other, with what is to be reached."""
    ours = medians["grace"]
    for other, theirs in medians.items():
        if other not in goals:
            continue
        most, times = goals[other]
        if most:
            ratio, goal = f"{ours / theirs:.2f}", f"at most {most}"
        else:
            ratio = f"{theirs / ours:.1f} times faster"
            goal = f"at least {times} times"
        yield [work, f"{ours:.2f} s", f"{theirs:.2f} s ({other})", ratio, goal]


def echo():
    with scratch() as folder:
        given = make_file(f"{folder}/given", 1024 * MIB)
        taken = f"{folder}/taken"

        def client(command, piped=False):
            def run():
                seconds = timed(command, given if piped else None,
                                taken if piped else None)
                assert os.path.getsize(taken) == 1024 * MIB, command
                return seconds
            return run

        with serving(*ECHO) as (_, port):
            runs = {
                "grace": client(grace_client(port, given, taken)),
                "bare select() client": client(
                    [bare("select_client"), port, given, taken]),
            }
            if have("nc"):
                runs["nc -N"] = client(["nc", "-N", "127.0.0.1", port], True)
            if not have("socat"):
                medians = interleaved(runs)
            else:
                with foreign("socat", "TCP-LISTEN:{port},reuseaddr,fork",
                             "EXEC:cat") as their_port:
                    runs["socat, EXEC:cat"] = client(
                        ["socat", "-t", "60", "-",
                         f"TCP:127.0.0.1:{their_port}"], True)
                    medians = interleaved(runs)
        assert filecmp.cmp(given, taken, shallow=False)
    yield from compared("echo of 1 GiB with half-close, file to file", medians,
                        {"bare select() client": (1.25, None),
                         "nc -N": (None, 1.2), "socat, EXEC:cat": (None, 3)})


def file():
    with scratch() as folder:
        given = make_file(f"{folder}/given", 1024 * MIB)
        taken = f"{folder}/taken"

        def grace():
            with serving(SERVER, "--quiet", "--port", "0", "--once",
                         "--on-accept", f'sendfile "{given}"', "--on-accept",
                         "shutdown wr") as (_, port):
                return timed([CLIENT, "--quiet", "-e", f'save "{taken}"', "-e",
                              "wait eof", "-e", "Thank you", "127.0.0.1",
                              port])

        def nc():
            with open(given, "rb") as source, \
                    foreign("nc", "-N", "-l", "127.0.0.1", "{port}",
                            stdin=source) as port:
                return timed(["nc", "127.0.0.1", port], None, taken)

        def socat():
            with foreign("socat", "-u", f"FILE:{given}",
                         "TCP-LISTEN:{port},reuseaddr") as port:
                return timed(["socat", "-u", f"TCP:127.0.0.1:{port}",
                              f"CREATE:{taken}"])

        def whole(run):
            def checked():
                seconds = run()
                assert os.path.getsize(taken) == 1024 * MIB
                return seconds
            return checked

        with serving(bare("sendfile_server"), given) as (_, port):
            runs = {"grace": whole(grace),
                    "bare sendfile() pair": whole(lambda: timed(
                        [bare("select_client"), port, "-", taken,
                         "Thank you"]))}
            if have("nc"):
                runs["nc -N"] = whole(nc)
            if have("socat"):
                runs["socat"] = whole(socat)
            medians = interleaved(runs)
        assert filecmp.cmp(given, taken, shallow=False)
    yield from compared("file of 1 GiB from the server, SHUT_WR, thanks",
                        medians, {"bare sendfile() pair": (1.2, None),
                                  "nc -N": (None, 1.3), "socat": (None, 2.2)})
