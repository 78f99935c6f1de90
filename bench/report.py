#!/usr/bin/env python3
"""The figures of a benchmark run as a page and a plot: docs/benchmarks.md and docs/benchmarks.svg.

    report.py RESULTS.json
"""
import datetime
import json
import math
import os
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def version(package):
    shown = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True)
    return shown.stdout if shown.returncode == 0 else "not installed"


def better(row):
    """How far beyond what must be reached: 1 is just reached."""
    if row["value"] is None:
        return None
    return row["must"] / row["value"] if row["figure"] == "ratio" else row["value"] / row["must"]


def plot(rows):
    left, width, height = 220, 420, 22
    most = max([better(row) for row in rows] + [row["aim"] / row["must"] if row["figure"] == "speedup" else row["must"] / row["aim"] for row in rows])
    top = math.log10(max(most, 10))

    def at(value):
        return left + width * max(0.0, math.log10(max(value, 0.1)) + 1) / (top + 1)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 90}" height="{height * (len(rows) + 2)}" font-family="sans-serif" font-size="12">',
           f'<text x="{left}" y="14">times better than what must be reached (logarithmic); the mark is the aim</text>']
    for i, row in enumerate(rows):
        y = height * (i + 1)
        value = better(row)
        aim = row["aim"] / row["must"] if row["figure"] == "speedup" else row["must"] / row["aim"]
        colour = "#2a7" if value >= 1 else "#c33"
        out.append(f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{row["problem"]}</text>')
        out.append(f'<rect x="{left}" y="{y + 4}" width="{at(value) - left:.1f}" height="{height - 8}" fill="{colour}"/>')
        out.append(f'<rect x="{at(aim) - 1:.1f}" y="{y + 1}" width="2" height="{height - 2}" fill="#333"/>')
        out.append(f'<text x="{at(value) + 6:.1f}" y="{y + 15}">{value:.2g}</text>')
    out.append(f'<rect x="{at(1):.1f}" y="{height}" width="1" height="{height * len(rows)}" fill="#888"/>')
    return "\n".join(out + ["</svg>"]) + "\n"


def page(data, rows):
    lines = ["# Benchmarks", "",
             "Derivatives of published problems and of three of our own, every problem a sheet in `bench/problems`. A *ratio* is the time for the",
             "derivatives over that of the plain scalar objective in C++ (`bench/units.h`, g++ -O3 -march=native), smaller is better; a *speedup* is",
             "libtorch's best time (1 or 2 threads) over gradus's, greater is better. One thread, double precision. Both are timed in one process,",
             "in turn, the best of seven repetitions each; the timed call takes the arrays as a user holds them. Before anything is timed, derivatives",
             "are compared to 1e-8 with the published ones or closed forms (the network's: differences of the plain objective), and with the peers'.", "",
             f"{data['machine']}; g++ {version('g++')}, LLVM {version('llvm-19-dev')}, libtorch {version('libtorch-dev')}, ADOL-C {version('libadolc-dev')}, Sacado {version('libtrilinos-sacado-dev')}, Ceres {version('libceres-dev')}; {datetime.date.today().isoformat()}. The",
             "machine was shared: ratios moved by about a fifth between quiet runs, and by up to a half on a busy one.", "",
             "| problem | figure | value | must | aim | gradus | against | derivatives / own objective | largest error |",
             "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        torch = [time for peer, time in row["peers"].items() if peer.startswith("libtorch")]
        against = row["unit_ms"] if row["figure"] == "ratio" else min(torch, default=None)
        lines.append("| `{}` | {} | {} | {} | {} | {:.4g} ms | {} | {:.2f} | {:.0e} |".format(
            row["problem"], row["figure"], "–" if row["value"] is None else f"{row['value']:.3g}", row["must"], row["aim"], row["gradus_ms"],
            "–" if against is None else f"{against:.4g} ms", row["gradus_ms"] / row["objective_ms"], row["max_error"]))
    columns = sorted({peer for row in rows for peer in row["peers"] if not peer.startswith("libtorch")})
    if columns:
        lines += ["", "The same derivatives by other tools, in times of gradus's (tapes are recorded outside the timed call where the tool can",
                  "use one again; forward modes and differences stand where there are few parameters):", "",
                  "| problem | libtorch | " + " | ".join(columns) + " |", "|---|---" + "|---" * len(columns) + "|"]
        for row in rows:
            torch = [time for peer, time in row["peers"].items() if peer.startswith("libtorch")]
            times = [min(torch, default=None)] + [row["peers"].get(column) for column in columns]
            if any(time is not None for time in times):
                lines.append(f"| `{row['problem']}` | " + " | ".join("–" if time is None else f"{time / row['gradus_ms']:.3g}" for time in times) + " |")
    lines += ["", "![how far beyond what must be reached](benchmarks.svg)", "", "Run it again:", "",
              "    ./dev bench                        # all",
              "    ./dev bench --only gmm             # those with a name like this",
              "    ./dev bench --json results.json    # for bench/report.py, which writes this page", "",
              "The published data are those of the ADBench suite; their folder is given by `--data`.", "",
              open(os.path.join(ROOT, "bench", "where.md"), encoding="utf-8").read().rstrip()]
    return "\n".join(lines) + "\n"


def main():
    data = json.load(open(sys.argv[1], encoding="utf-8"))
    rows = data["results"]
    with open(os.path.join(ROOT, "docs", "benchmarks.md"), "w", encoding="utf-8") as file:
        file.write(page(data, rows))
    with open(os.path.join(ROOT, "docs", "benchmarks.svg"), "w", encoding="utf-8") as file:
        file.write(plot([row for row in rows if row["value"] is not None]))


if __name__ == "__main__":
    main()
