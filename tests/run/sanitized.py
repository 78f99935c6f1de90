#!/usr/bin/env python3
"""Emitted kernels under AddressSanitizer and UndefinedBehaviorSanitizer.

    sanitized.py [--program build/gradus]

Each sheet's gradient is emitted as C++ and C with its own check (`--main`), compiled with every finding fatal, and run.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FLAGS = ["-O1", "-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Wpedantic"]

# Sheet, quantity, what it is derived by, sizes: sums, layers, triangles, recurrences, functions; one sample; primes.
CASES = [
    ("examples/exercise-3.md", "E(w)", "w", ["L=37"]),
    ("examples/exercise-3.md", "E(w)", "w", ["L=1"]),
    ("examples/softmax-cross-entropy.md", "L", "z", ["K=7"]),
    ("examples/least-squares.md", "f(x)", "x", ["m=13", "n=5"]),
    ("bench/problems/gmm.md", "E", "ℓ", ["D=5", "K=3", "N=71"]),
    ("bench/problems/gmm.md", "E", "μ", ["D=2", "K=1", "N=1"]),
    ("bench/problems/lstm.md", "E", "M", ["L=2", "T=9", "B=3"]),
    ("bench/problems/logistic.md", "E(w)", "w", ["N=131", "P=3"]),
    ("bench/problems/network.md", "E", "W", ["L=67"]),
]


def run(case, folder, number, program):
    """What went wrong, or nothing."""
    sheet, quantity, by, sizes = case
    said = []
    for language, suffix, compiler in (("c++", "cpp", ["g++", "-std=c++17"]), ("c", "c", ["gcc", "-std=c99"])):
        name = f"{sheet} {quantity} by {by} {' '.join(sizes)} as {language}"
        source = os.path.join(folder, f"{number}.{suffix}")
        binary = os.path.join(folder, f"{number}-{suffix}")
        for command in (
            [program, "emit", sheet, quantity, "--grad", by, "--lang", language, "--main", "-o", source]
            + [word for size in sizes for word in ("--set", size)],
            compiler + FLAGS + [source, "-lm", "-o", binary],
            [binary],
        ):
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if done.returncode != 0 or (command[0] == compiler[0] and done.stderr):
                said.append(f"{name}: {' '.join(command[:2])} … ended with {done.returncode}\n{done.stdout}{done.stderr}")
                break
    return "\n".join(said)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/gradus")
    program = os.path.abspath(parser.parse_args().program)
    for compiler in ("g++", "gcc"):
        if not shutil.which(compiler):
            print(f"sanitized: no {compiler}")
            return 1
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda job: run(job[1], folder, job[0], program), enumerate(CASES)))
    failures = [result for result in results if result]
    print("\n".join(failures + [f"sanitized: {len(CASES) - len(failures)} of {len(CASES)} clean"]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
