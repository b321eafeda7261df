# SPDX-License-Identifier: GPL-3.0-or-later
"""What memory a process holds."""


def own_bytes(pid):
    """What it has written to of its own: heap, and mappings without a file
    (smaps, proc(5))."""
    total, own = 0, False
    with open(f"/proc/{pid}/smaps", encoding="ascii") as smaps:
        for line in smaps:
            fields = line.split()
            if "-" in fields[0] and not fields[0].endswith(":"):
                own = len(fields) < 6 or fields[5] == "[heap]"
            elif fields[0] == "Private_Dirty:" and own:
                total += int(fields[1]) * 1024
    return total
