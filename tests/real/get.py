#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gets an address as the manual of Python has it, and puts the body out."""
import sys
import urllib.request

with urllib.request.urlopen(sys.argv[1]) as response:
    sys.stdout.buffer.write(response.read())
