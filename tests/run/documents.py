#!/usr/bin/env python3
"""The documents are true: every command in them gives the output that they show, every example its stated verdicts.

    documents.py [--program build/gradus] [--record]

In README.md and docs/*.md
- a block fenced as ```console run holds commands (`$ gradus …`) each followed by its output; a line `…` stands for any
  lines. The commands run at the root of the project.
- a block fenced as ````sheet holds a document; each of its claims has its verdict in a comment after it:
  `<!-- proved -->`. The verdicts must come in this order.
Every example of `gradus explain SLUG` brings the slug about, and mended it does not. Every examples/*.md has its verdicts in its last line, `<!-- verdicts: proved wrong … -->`.
`--record` writes the output of console blocks anew (not those with …).
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
CONSOLE = re.compile(r"^```console run\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHEET = re.compile(r"^````sheet\n(.*?)^````$", re.MULTILINE | re.DOTALL)
VERDICT = re.compile(r"<!-- (proved|confirmed|conditional|wrong|ill-typed|undecided|unread) -->")
EXAMPLE = re.compile(r"<!-- verdicts: ([a-z -]+) -->\s*$")
HOLDS = {"proved", "confirmed"}


def verdicts_of(program, text):
    with tempfile.NamedTemporaryFile("w", suffix=".md", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([program, "check", file.name, "--format", "json"], capture_output=True, text=True,
                              timeout=60)
    try:
        return [claim["verdict"] for claim in json.loads(done.stdout)["claims"]]
    except ValueError:
        return [f"no JSON: {done.stderr.strip()}"]


def run(command, program):
    environment = dict(os.environ, PATH=os.path.dirname(program) + ":" + os.environ["PATH"], NO_COLOR="1")
    done = subprocess.run(["bash", "-c", command.replace("./gradus", "gradus")], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, env=environment, stdin=subprocess.DEVNULL)
    return done.stdout.decode("utf-8", "replace")


def matches(expected, got):
    """Line by line; a line … matches any number of lines."""
    pattern = "".join(r"(?:.*\n)*" if line.strip() == "…" else re.escape(line.rstrip()) + r" *\n"
                      for line in expected.strip("\n").split("\n"))
    return re.fullmatch(pattern, got.strip("\n") + "\n") is not None


def console_parts(body):
    """[(command, output)] of a console block."""
    parts = []
    for line in body.splitlines():
        if line.startswith("$ "):
            parts.append([line[2:], ""])
        elif parts:
            parts[-1][1] += line + "\n"
    return parts


def check_console(path, text, program, record):
    failures = 0

    def again(match):
        nonlocal failures
        new = ""
        for command, expected in console_parts(match.group(1)):
            got = run(command, program)
            if record and "…" not in expected.split("\n"):
                expected = got if got.endswith("\n") or not got else got + "\n"
            elif not matches(expected, got):
                failures += 1
                print(f"{path}: $ {command}\n--- in the document\n{expected}--- now\n{got}")
            new += f"$ {command}\n{expected}"
        return f"```console run\n{new}```"

    changed = CONSOLE.sub(again, text)
    if record and changed != text:
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)
    return failures


def check_explanations(program):
    failures = 0
    slugs = run("gradus explain --list", program).split()
    for slug in slugs:
        text = run(f"gradus explain {slug}", program)
        for title, shown in (("Brought about by", True), ("Mended", False)):
            found = re.search(rf"^{title}\n\n((?:  .*\n)+)", text, re.MULTILINE)
            if not found:
                continue
            sheet = re.sub(r"^  ", "", found.group(1), flags=re.MULTILINE)
            done = subprocess.run([program, "check", "-"], input=sheet, capture_output=True, text=True, timeout=60)
            if (f"[{slug}]" in done.stdout) != shown:
                failures += 1
                print(f"explain {slug}: {title}: {'not ' if shown else ''}told\n{sheet}{done.stdout}")
    return failures, len(slugs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/gradus")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    os.chdir(ROOT)
    failures = blocks = 0
    for path in ["README.md"] + sorted(glob.glob("docs/**/*.md", recursive=True)):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        blocks += len(CONSOLE.findall(text))
        failures += check_console(path, text, program, options.record)
        for match in SHEET.finditer(text):
            blocks += 1
            wanted = VERDICT.findall(match.group(1))
            got = verdicts_of(program, match.group(1))
            if got != wanted:
                failures += 1
                line = text.count("\n", 0, match.start()) + 1
                print(f"{path}:{line}: stated {wanted}, got {got}\n{match.group(1)}")
    told, slugs = check_explanations(program)
    failures += told
    blocks += slugs
    for path in sorted(glob.glob("examples/*.md")):
        blocks += 1
        with open(path, encoding="utf-8") as file:
            text = file.read()
        stated = EXAMPLE.search(text)
        wanted = stated.group(1).split() if stated else []
        got = verdicts_of(program, text)
        if got != wanted:
            failures += 1
            print(f"{path}: stated {' '.join(wanted)}\n{' ' * len(path)}  got    {' '.join(got)}")
        elif all(verdict in HOLDS for verdict in got):
            failures += 1
            print(f"{path}: no planted mistake is found")
    print(f"{blocks} blocks, explanations and examples, {failures} not as stated")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
