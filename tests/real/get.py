#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gets an address as the manual of Python has it, and puts the body out:
get.py URL [CA]"""
import ssl
import sys
import urllib.request

TRUST = ssl.create_default_context(cafile=sys.argv[2]) if sys.argv[2:] else None
with urllib.request.urlopen(sys.argv[1], context=TRUST) as response:
    sys.stdout.buffer.write(response.read())
