#!/usr/bin/env python3
"""The sheets whose verdicts are known, tests/sheets/NAME.md with NAME.expect.json: nothing unsound, most of it right.

    sheets.py [--program build/gradus] [--verbose] [NAME...]

A true step may be proved or confirmed, a false one wrong or ill-typed, a conditional one conditional. Anything that
contradicts this is unsound and fails; `undecided` and `unread` are misses, of which only so many are allowed. Every
correction that is printed is put in place of the right side and must hold there.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
AT_LEAST = 0.9
RIGHT = {"true": {"proved", "confirmed"}, "false": {"wrong", "ill-typed"}, "conditional": {"conditional"}}
UNSOUND = {"true": {"wrong", "ill-typed", "conditional"}, "false": {"proved", "confirmed"},
           "conditional": {"proved", "confirmed"}}


class Failure(Exception):
    """The program gave no report."""


def check(program, path):
    try:
        done = subprocess.run([program, "check", path, "--format", "json"], capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        raise Failure("no answer in 60 s") from None
    if done.returncode not in (0, 1):
        raise Failure(f"exit {done.returncode} {done.stderr.strip()}")
    return json.loads(done.stdout)["claims"]


def corrections(program, path, claims):
    """Corrections that do not hold when they stand in place of the right side."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = text.split("\n")
    bad = []
    for claim in claims:
        if not claim["correction"]:
            continue
        start = sum(len(line) + 1 for line in lines[: claim["line"] - 1]) + claim["column"] - 1
        # A first row is placed where its left side stands, a later row where its right side does.
        at = text.find(claim["rhs"], start + len(claim["lhs"])) if text.startswith(claim["lhs"], start) else start
        changed = text[:at] + claim["correction"] + " " + text[at + len(claim["rhs"]):]
        with tempfile.NamedTemporaryFile("w", suffix=".md", encoding="utf-8") as file:
            file.write(changed)
            file.flush()
            again = check(program, file.name)
        if len(again) != len(claims) or again[claim["n"] - 1]["verdict"] not in RIGHT["true"]:
            got = again[claim["n"] - 1]["verdict"] if len(again) == len(claims) else "another count of claims"
            bad.append(f"claim {claim['n']}: correction {claim['correction']}: {got}")
    return bad


def judge(program, expect):
    stem = expect[: -len(".expect.json")]
    with open(expect, encoding="utf-8") as file:
        wanted = json.load(file)["claims"]
    lines, counts = [], {"right": 0, "unsound": 0, "total": 0, "bad corrections": 0, "failed": 0}
    counts["total"] = sum("skip" not in w for w in wanted)
    try:
        claims = check(program, stem + ".md")
    except Failure as failure:
        counts["failed"] = 1
        return stem, [str(failure)], counts
    if len(claims) != len(wanted):
        lines.append(f"misaligned: {len(claims)} claims read, {len(wanted)} expected")
        return stem, lines, counts
    for want, got in zip(wanted, claims):
        if "skip" in want:
            continue
        kinds = want.get("accept", [want["verdict"]])
        if any(got["verdict"] in RIGHT[kind] for kind in kinds):
            counts["right"] += 1
            continue
        unsound = all(got["verdict"] in UNSOUND[kind] for kind in kinds)
        counts["unsound"] += unsound
        lines.append(f"{got['line']}: claim {got['n']} {'UNSOUND' if unsound else 'miss'}: expected {want['verdict']}, "
                     f"got {got['verdict']}: {want.get('step', '')[:90]}")
    try:
        bad = corrections(program, stem + ".md", claims)
    except Failure as failure:
        bad = [f"a correction: {failure}"]
    counts["bad corrections"] = len(bad)
    return stem, lines + bad, counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--program", default="build/gradus")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    os.chdir(ROOT)
    expects = [f"tests/sheets/{n}.expect.json" for n in options.names] or sorted(glob.glob("tests/sheets/*.expect.json"))
    total = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for stem, lines, counts in pool.map(lambda expect: judge(program, expect), expects):
            for key, count in counts.items():
                total[key] = total.get(key, 0) + count
            if lines and (options.verbose or counts["unsound"] or counts["bad corrections"] or counts["failed"]):
                print(f"{stem}.md\n  " + "\n  ".join(lines))
    share = total["right"] / total["total"]
    print(f"{total['right']}/{total['total']} claims right ({100 * share:.1f} %), {total['unsound']} unsound, "
          f"{total['bad corrections']} corrections that do not hold, {total['failed']} sheets without a report")
    bad = total["unsound"] + total["bad corrections"] + total["failed"]
    return 1 if bad or share < AT_LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
