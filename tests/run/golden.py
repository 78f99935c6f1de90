#!/usr/bin/env python3
"""Golden tests: tests/golden/NAME.md holds a command, its input and what the program says to it.

    golden.py [--program build/gradus] [--record] [NAME...]

A golden file is Markdown: any words, then blocks in this order.

    ```console            the command lines; `gradus` is the program, run in a folder that holds the inputs alone
    $ gradus check input.md
    ```
    ````input.md          each input file, if there are any (four backticks: sheets may hold fences)
    ...
    ````
    ````output            what came out, standard output and standard error together
    ...
    ````
    exit 1                the exit code of the last command

An input too large or too odd to stand in a file is made by this script: see MADE. `--record` writes the output anew.
"""
import argparse
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import tempfile

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")
SECONDS = 60

# Inputs made on the spot: file name -> bytes.
MADE = {
    "fifty-megabytes.md": lambda: b"$$x = x$$\n\nwords\n" * (50 * 1024 * 1024 // 17 + 1),
    "deep.md": lambda: b"For $x \\in \\mathbb{R}$: $$x = " + b"(" * 100000 + b"x" + b")" * 100000 + b"$$\n",
    "binary.md": lambda: b"\x7fELF\x02\x01\x00\x00\x00$$x = x$$" + bytes(range(256)),
    "invalid-utf8.md": lambda: b"For $x \\in \\mathbb{R}$:\n\n$$x + x\xff\xfe = 2x$$\n\n$$x + x = 2x$$\n",
    "empty.md": lambda: b"",
    "digits.md": lambda: b"For $x \\in \\mathbb{R}$: $$x + " + b"1" * 2001 + b" = x$$\n",
    "faults.md": lambda: b"$$x^{2 = x$$\n\n$$x + = \\foobar{2}$$\n\n" * 1000,
    "thousand-steps.md": lambda: ("For $x \\in \\mathbb{R}$.\n\n" + "".join(
        f"$$\\frac{{d}}{{dx}} {k} x^2 = {2 * k} x$$\n\n" for k in range(1, 1001))).encode(),
    "tower.md": lambda: ("For $x_0 \\in \\mathbb{R}$.\n\n" + "".join(
        f"$$x_{{{k + 1}}} = x_{{{k}}} \\cdot x_{{{k}}} + x_{{{k}}}$$\n\n" for k in range(60)) +
        "$$\\frac{d x_{60}}{d x_{0}} = (2 x_{59} + 1) \\frac{d x_{59}}{d x_{0}}$$\n").encode(),
}

FENCE = re.compile(r"^(`{3,})(\S+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


class Golden:
    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path)[:-3]
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        blocks = [(m.group(2), m.group(3), m.span(3)) for m in FENCE.finditer(self.text)]
        self.commands = [line[2:] for kind, body, _ in blocks if kind == "console" for line in body.splitlines()
                         if line.startswith("$ ")]
        self.inputs = {kind: body for kind, body, _ in blocks if kind not in ("console", "output")}
        self.output = next(((body, span) for kind, body, span in blocks if kind == "output"), None)
        self.exit = re.search(r"^exit (\d+)$", self.text, re.MULTILINE)

    def run(self, program):
        with tempfile.TemporaryDirectory() as folder:
            for name, body in self.inputs.items():
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(body)
            for name, make in MADE.items():
                if any(name in command for command in self.commands):
                    with open(os.path.join(folder, name), "wb") as file:
                        file.write(make())
            out, code = "", 0
            environment = dict(os.environ, PATH=os.path.dirname(program) + ":" + os.environ["PATH"], NO_COLOR="1")
            if not self.commands:
                sys.exit(f"{self.path}: no command")
            for command in self.commands:
                shell = subprocess.Popen(["bash", "-c", command], cwd=folder, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, env=environment, stdin=subprocess.DEVNULL,
                                         start_new_session=True)
                try:
                    said = shell.communicate(timeout=SECONDS)[0]
                except subprocess.TimeoutExpired:
                    os.killpg(shell.pid, signal.SIGKILL)
                    shell.communicate()
                    return f"no answer in {SECONDS} s\n", 124
                out += said.decode("utf-8", "replace")
                code = shell.returncode
            return out, code

    def record(self, out, code):
        if out and not out.endswith("\n"):
            out += "\n"
        head = self.text[: self.output[1][0]].rsplit("````output", 1)[0].rstrip() if self.output else self.text.rstrip()
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(f"{head}\n\n````output\n{out}````\n\nexit {code}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--program", default="build/gradus")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    names = options.names or sorted(f[:-3] for f in os.listdir(FOLDER) if f.endswith(".md"))
    goldens = [Golden(os.path.join(FOLDER, name + ".md")) for name in names]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for golden, (out, code) in zip(goldens, pool.map(lambda golden: golden.run(program), goldens)):
            if options.record:
                golden.record(out, code)
                continue
            expected = golden.output[0] if golden.output else ""
            wanted = int(golden.exit.group(1)) if golden.exit else 0
            if out.rstrip("\n") != expected.rstrip("\n") or code != wanted:
                failed += 1
                print(f"--- {golden.name}: exit {code}, expected {wanted}")
                show_difference(expected, out)
    if options.record:
        print(f"recorded {len(names)}")
        return 0
    print(f"{len(names) - failed} golden files as recorded, {failed} different")
    return 1 if failed else 0


def show_difference(expected, got):
    import difflib
    for line in difflib.unified_diff(expected.splitlines(), got.splitlines(), "recorded", "now", lineterm="", n=2):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
