# SPDX-License-Identifier: GPL-3.0-or-later
# Compiles a program in C into the folder that it may write in, and becomes it:
# compiled.py SOURCE ARGUMENT...
import os, subprocess, sys

source, *arguments = sys.argv[1:]
program = "./" + os.path.basename(source).removesuffix(".c")
try:
    subprocess.run(["cc", "-o", program, source], check=True,
                   env={**os.environ, "TMPDIR": "."})
except FileNotFoundError:
    print("there is no cc here", flush=True)
    sys.exit(127)
os.execv(program, [program, *arguments])
