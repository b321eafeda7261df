#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a workflow as GitHub would, as far as that needs no network.

    workflow.py PAGE [NAME=VALUE...]

The workflow is the first ```yaml block of PAGE that has jobs. Its steps run in
the current folder, one after the other, by bash; an action of this tree is taken
from .github/actions, whatever its owner is called; those of others are left out.
NAME=VALUE gives an input of our action another value. `make` is one that only
notes what it was asked for, in the file `made`. Ends with the status of the
first step that fails."""

import os
import re
import stat
import subprocess
import sys

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STUB = '#!/bin/sh\necho "$*" >>"$MADE"\n'


def find_workflow(page):
    with open(page, encoding="utf-8") as file:
        for block in re.findall(r"^```yaml\n(.*?)^```", file.read(),
                                re.M | re.S):
            found = yaml.safe_load(block)
            if "jobs" in found:
                return found
    sys.exit(f"{page}: no workflow")


def bash(script, env):
    status = subprocess.run(["bash", "-eo", "pipefail", "-c", script],
                            env=env, check=False).returncode
    if status:
        sys.exit(status)


def fill_in(text, inputs):
    """Replaces `${{ inputs.NAME }}`; there is to be no other expression."""
    text = re.sub(r"\$\{\{ *inputs\.([a-z_-]+) *\}\}",
                  lambda found: inputs[found[1]], str(text))
    assert "${{" not in text, text
    return text


def act(name, given, env):
    """The steps of an action of ours."""
    folder = f"{ROOT}/.github/actions/{name}"
    with open(f"{folder}/action.yml", encoding="utf-8") as file:
        action = yaml.safe_load(file)
    assert action["runs"]["using"] == "composite"
    unknown = set(given) - set(action["inputs"])
    assert not unknown, f"{name} has no input {unknown}"
    inputs = {}
    for key, what in action["inputs"].items():
        assert what["description"], key
        assert key in given or not what.get("required"), f"{key} is missing"
        inputs[key] = str(given.get(key, what.get("default", "")))
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash", step
        # An input in a script would be code of whoever wrote it.
        assert "${{" not in step["run"], step
        own = {key: fill_in(value, inputs)
               for key, value in step.get("env", {}).items()}
        bash(step["run"], {**env, **own, "GITHUB_ACTION_PATH": folder})


def main():
    page, *changes = sys.argv[1:]
    os.makedirs("stub", exist_ok=True)
    with open("stub/make", "w", encoding="utf-8") as file:
        file.write(STUB)
    os.chmod("stub/make", stat.S_IRWXU)
    env = {**os.environ, "GITHUB_PATH": os.path.abspath("path"),
           "MADE": os.path.abspath("made")}
    # What the action builds is there already, at another place.
    env["PATH"] = f"{os.path.abspath('stub')}:{env['O']}:{env['PATH']}"
    for job in find_workflow(page)["jobs"].values():
        for step in job["steps"]:
            ours = re.fullmatch(r"[^/]+/[^/]+/\.github/actions/([^/@]+)@.+",
                                step.get("uses", ""))
            if ours:
                given = {**step.get("with", {}),
                         **dict(change.split("=", 1) for change in changes)}
                act(ours[1], given, env)
            elif "run" in step:
                bash(step["run"], env)


main()
