#!/usr/bin/env python3
"""Times of the main paths, as ratios to a unit measured in the same run.

    bench.py [--program build/gradus]

The unit is reading: `gradus show` of the same sheet, which reads and elaborates but judges nothing. A ratio says what
the judging costs on top, whatever the machine. The last two rows are ratios of growth: four times the steps, four times
the time. Each figure is the best of several runs.
"""
import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from golden import MADE  # noqa: E402  (the sheets are made in one place)

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def best(command, runs):
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/gradus")
    program = os.path.abspath(parser.parse_args().program)
    with tempfile.TemporaryDirectory() as folder:
        def made(name, text):
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(text)
            return path

        thousand = MADE["thousand-steps.md"]()
        quarter = b"\n\n".join(thousand.split(b"\n\n")[:251]) + b"\n"
        sheets = [("the exercise", os.path.join(ROOT, "examples", "exercise-3.md"), 5),
                  ("a sheet of 1,000 steps", made("thousand.md", thousand), 3),
                  ("the same, 250 steps", made("quarter.md", quarter), 3),
                  ("a tower of 60 definitions", made("tower.md", MADE["tower.md"]()), 3)]
        seconds = {}
        print(f"{'':28}{'show':>9}{'check':>9}{'check / show':>15}")
        for title, path, runs in sheets:
            read, judged = best([program, "show", path], runs), best([program, "check", path], runs)
            seconds[title] = (read, judged)
            print(f"{title:28}{read:8.3f}s{judged:8.3f}s{judged / read:15.2f}")
        four = [a / b for a, b in zip(seconds["a sheet of 1,000 steps"], seconds["the same, 250 steps"])]
        print(f"{'growth of 250 → 1,000 steps':28}{four[0]:9.2f}{four[1]:9.2f}")
        print(f"largest process: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
