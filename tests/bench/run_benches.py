#!/usr/bin/python3
"""Run benchmark programs; show their lines; write all figures to a JSON file.

usage: run_benches.py FILE.json PROGRAM...

A program prints `name value unit low high runs`, one line a figure: the median, the smallest and the
largest of so many runs. After it, `# name pace MEDIAN LOW HIGH set_aside N off_pace N best BEST` tells
the pace of the host beside those runs, ns a step: "pace" and the numbers in the file. The best pace
of one program is the next one's to keep (tests/support/bench_pace.h). Where the same work was timed on another simulator (name mm1.X beside
mm1.customer), the ratio of the two medians is added as mm1.X.ratio. Nothing is written when a program
fails, when one of the figures in WANTED is missing or when it was taken fewer than 5 times.
"""

import json
import os
import subprocess
import sys

WANTED = (
    "mm1.customer hold.1e3 hold.1e5 hold.1e6 churn.1e5 delivery.mixed delivery.mixed_1m "
    "delivery.uniform sim.realtime_ratio sweep.scaling run.overhead bytes.connection"
).split()


def figure_of(line):
    name, value, unit, low, high, runs = line.split()
    return {
        "name": name,
        "value": float(value),
        "unit": unit,
        "low": float(low),
        "high": float(high),
        "runs": int(runs),
    }


def pace_of(line):
    """What the line after a figure says of the host."""
    word = line.split()
    median, low, high = map(float, word[3:6])
    rest = dict(zip(word[6::2], word[7::2]))
    return {
        "pace": {"median": median, "low": low, "high": high, "best": float(rest["best"])},
        "set_aside": int(rest["set_aside"]),
        "off_pace": int(rest["off_pace"]),
    }


def run(program, best):
    """The figures that a program prints."""
    print(f"# {os.path.basename(program)}", flush=True)
    environment = dict(os.environ, **({"BENCH_PACE_BEST": repr(best)} if best else {}))
    figures = []
    try:
        process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True, env=environment)
    except OSError as error:
        sys.exit(f"{program}: {error.strerror}")
    with process:
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith("# "):
                figures[-1].update(pace_of(line))
            else:
                figures.append(figure_of(line))
    if process.returncode != 0:
        sys.exit(f"{program}: exit status {process.returncode}")
    return figures


def run_all(programs):
    """The figures of all, each program keeping the best pace of those before it."""
    figures = []
    for program in programs:
        paces = [figure["pace"]["best"] for figure in figures if "pace" in figure]
        figures += run(program, min(paces, default=None))
    return figures


def ratios(figures):
    """How many times longer the other simulators take for a customer."""
    by_name = {figure["name"]: figure for figure in figures}
    ours = by_name.get("mm1.customer")
    for other, package in (("simpy", "python3-simpy"), ("ns3", "libns3-dev")):
        theirs = by_name.get(f"mm1.{other}")
        if not ours:
            continue
        if not theirs:
            print(f"# mm1.{other} skipped: {package} is not installed")
            continue
        yield {
            "name": f"mm1.{other}.ratio",
            "value": theirs["value"] / ours["value"],
            "unit": "times",
            "low": theirs["low"] / ours["high"],
            "high": theirs["high"] / ours["low"],
            "runs": min(ours["runs"], theirs["runs"]),
        }


def check(figures):
    """Exits unless all that is wanted was measured often enough."""
    runs = {figure["name"]: figure["runs"] for figure in figures}
    for name in WANTED:
        if runs.get(name, 0) < 5:
            sys.exit(f"{name}: measured {runs.get(name, 0)} times, 5 are wanted")


def main(output, programs):
    if os.path.exists(output):
        os.remove(output)  # the figures of an earlier run are none of this one
    figures = run_all(programs)
    for figure in ratios(figures):
        print("{name} {value:.6g} {unit} {low:.6g} {high:.6g} {runs}".format(**figure))
        figures.append(figure)
    check(figures)
    partial = output + ".part"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=1)
        file.write("\n")
    os.replace(partial, output)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
