#!/usr/bin/env python3
"""The shape of the source: no include goes down the flow, no file is over 600 lines, every slug is explained and shown, no two
types have one name.

The layers stand in docs/architecture.md, in the block fenced as ```layers, from the first to the last; a file includes
only its own layer and those before it.
"""
import argparse
import glob
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MOST_LINES = 600
INCLUDE = re.compile(r'^\s*#\s*include\s+"([a-z_]+)/')
SLUG = re.compile(r'\bEXPLAIN\("([a-z0-9-]+)"')
EXAMPLE = re.compile(r'\bEXPLAIN\("([a-z0-9-]+)"(?:(?!EXPLAIN).)*?R"\(', re.DOTALL)
# How a slug is written where a diagnostic is made.
USED = re.compile(r'(?:\b(?:report|bad|not_read|refuse)\(|Severity::\w+,|\bslug =)\s*"([a-z0-9-]+)"')


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read().split("\n")


def types_of(path):
    """Types that a file defines, by namespace; those of unnamed namespaces are its own."""
    found, namespaces = [], []
    for line in lines_of(path):
        opened = re.match(r"(?:inline )?namespace ?([\w: ]*?) ?\{", line)
        if opened:
            namespaces.append(opened.group(1))
            continue
        if namespaces and re.match(r"\}  // (?:inline )?namespace", line):
            namespaces.pop()
            continue
        type_ = re.match(r"(?:struct|class|enum class) (\w+)\b(?!::)[^;]*\{", line)
        if type_ and all(namespaces):
            found.append("::".join(namespaces + [type_.group(1)]))
    return found


def main():
    argparse.ArgumentParser(description=__doc__).parse_known_args()
    os.chdir(ROOT)
    problems = []
    block = re.search(r"^```layers\n(.*?)^```", open("docs/architecture.md", encoding="utf-8").read(), re.M | re.S)
    layers = [line.split()[0] for line in block.group(1).splitlines() if line and not line.startswith(" ")]
    sources = [p for top in ("src", "tools", "tests") for end in ("h", "cpp", "def", "py")
               for p in glob.glob(f"{top}/**/*.{end}", recursive=True)] + ["dev"]
    for path in sources:
        lines = lines_of(path)
        if len(lines) > MOST_LINES:
            problems.append(f"{path}: {len(lines)} lines; split it by idea")
        if not path.startswith("src/"):
            continue
        layer = path.split("/")[1]
        if layer not in layers:
            problems.append(f"{path}: {layer} is no layer of docs/architecture.md")
            continue
        for number, line in enumerate(lines, 1):
            included = INCLUDE.match(line)
            if included and included.group(1) in layers and layers.index(included.group(1)) > layers.index(layer):
                problems.append(f"{path}:{number}: {layer} includes {included.group(1)}, which comes after it")
    slugs = SLUG.findall("\n".join(lines_of("src/app/explanations.def")))
    for path in sources:
        if path.startswith("src/") and path.endswith(".cpp"):
            for slug in USED.findall("\n".join(lines_of(path))):
                if slug not in slugs:
                    problems.append(f"{path}: slug {slug} is not in src/app/explanations.def")
    if slugs != sorted(slugs):
        problems.append("src/app/explanations.def is not sorted")
    recorded = "".join("\n".join(lines_of(p)) for p in glob.glob("tests/golden/*.md"))
    for slug in EXAMPLE.findall("\n".join(lines_of("src/app/explanations.def"))):
        if f"[{slug}]" not in recorded:
            problems.append(f"slug {slug}: no golden file shows it")
    defined = {}
    for path in sources:
        for name in types_of(path):
            if defined.setdefault(name, path) != path and path.startswith("src/"):
                problems.append(f"{path}: {name} is another type in {defined[name]} (one definition rule)")
    frozen = "../shared/bench/units.h"
    if os.path.exists(frozen) and open(frozen, "rb").read() != open("bench/units.h", "rb").read():
        problems.append("bench/units.h is not the frozen copy: a ratio means nothing if its unit moves")
    print("\n".join(problems))
    print(f"{len(sources)} files, {len(slugs)} slugs, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
