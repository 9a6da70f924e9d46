#!/usr/bin/env python3
"""The two references leave nothing out and name nothing that is not there.

experiments/README.md: every key at the top of a file; each YAML block is one that `check` accepts.
data/results.md: every metric, series, histogram and event that shipped experiments record in the
simulator, that the sources name (the real arm's) or that shipped rows have; every view and column;
the thresholds and words of `explain`; each SQL block gives rows.
"""

import glob
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PUSHSIM = os.environ.get("PUSHSIM", os.path.join(ROOT, "build/pushsim"))
# Between them they record nearly all that the simulator can, in two or three seconds.
EXPERIMENTS = ["is-it-enough", "round-trip", "claims/s2-false-green", "claims/r2-memory-cliff",
               "claims/r3-lifecycle", "claims/e1-visible-bounded-shedding",
               "field/dust-19917-probes", "real/frozen-reader"]
KINDS = ("metric", "series", "histogram", "event")
UNITS = {"s": "s", "B": "B", "1/s": "1/s", "count": "1", "share": "1", "number": "1"}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def pushsim(*words):
    done = subprocess.run([PUSHSIM, *words], cwd=ROOT, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def tables(text):
    """Every table as (head, rows), cells stripped."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        rows = [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
                for line in block.splitlines()]
        yield rows[0], rows[2:]


def in_ticks(cell):
    return re.findall(r"`([^`]+)`", cell)


def names(cell):
    """`delivery.p50`, `.p95`: a dot takes the place of the last part of the name before."""
    before = ""
    for name in in_ticks(cell):
        before = before.rpartition(".")[0] + name if name.startswith(".") else name
        yield before


class Reference:
    """What data/results.md names, by kind: name -> unit, placeholders filled in."""

    def __init__(self, text):
        self.rows = {kind: [] for kind in KINDS}
        self.words = {}  # CAUSE -> its values
        for head, rows in tables(text):
            if re.fullmatch("[A-Z]+", head[0]):
                self.words[head[0]] = [w for row in rows for w in in_ticks(row[0])]
            elif head[0] in KINDS:
                unit = head.index("unit") if "unit" in head else None
                arm = head.index("arm")
                self.rows[head[0]] += [(name, unit and row[unit], row[arm])
                                       for row in rows for name in names(row[0])]

    def patterns(self, kind):
        for name, unit, arm in self.rows[kind]:
            shape = re.escape(name).replace(r"\*", ".+")
            shape = re.sub(r"\bNAME\b", r"\\w+", re.sub(r"\bN\b", r"\\d+", shape))
            for word, values in self.words.items():
                shape = re.sub(rf"\b{word}\b", "(?:" + "|".join(values) + ")", shape)
            yield name, re.compile(shape), unit, arm

    def find(self, kind, name):
        """(unit, arm), None where the name is not there. pod.N.* is what a pod alone has."""
        for shown, shape, unit, arm in self.patterns(kind):
            if shape.fullmatch(name) and not shown.endswith("*"):
                return unit, arm
        part = re.match(r"pod\.\d+\.(.*)", name)
        return self.find(kind, part.group(1)) if part else None


# -- what is recorded ------------------------------------------------------------------------------


def recorded(database):
    """(kind, name, unit or None) of all that a database holds."""
    queries = {"metric": "SELECT DISTINCT name, unit FROM metric",
               "series": "SELECT DISTINCT name, NULL FROM series",
               "histogram": "SELECT DISTINCT name, NULL FROM histogram",
               "event": "SELECT DISTINCT kind, NULL FROM event"}
    db = sqlite3.connect(database)
    found = {(kind, *row) for kind, query in queries.items() for row in db.execute(query)}
    db.close()
    return found


def source_texts():
    for path in glob.glob(os.path.join(ROOT, "*/**/*.c"), recursive=True):
        if re.match("(models|analysis|experiments)/", os.path.relpath(path, ROOT)):
            yield read(path)


def in_sources():
    """The same of what the sources name as it is."""
    calls = {"metric": "metric", "point": "series", "count": "series", "share": "series",
             "histogram": "histogram"}
    found = set()
    for text in source_texts():
        found |= {(calls[call], name, None) for call, name in
                  re.findall(rf'run_record_({"|".join(calls)})\(\s*[^,;"]+,\s*"([^"]+)"', text)}
        found |= {("event", name, None) for name in
                  re.findall(r'run_record_event\(\s*[^,;"]+,\s*[^,;"]+(?:\([^;"]*\))?,\s*"(\w+)"',
                             text)}
        found |= {("metric", *row) for row in
                  re.findall(r'\{ "([a-z][\w.]*)", "(1|s|B|1/s)",', text)}
    return found


def made_names():
    """Names that sources put together: disconnects.%s."""
    return {name for text in source_texts() for name in
            re.findall(r'snprintf\(name, sizeof name,\s*"([a-z][\w.]*\.[\w.%]*%[\w.%]*)"', text)}


def check_names(reference, found, where, arms):
    faults = []
    for kind, name, unit in sorted(found, key=str):
        shown = reference.find(kind, name)
        if not shown:
            faults.append(f"data/results.md: {kind} {name} is missing ({where})")
        elif unit and UNITS.get(shown[0]) != unit:
            faults.append(f"data/results.md: {kind} {name} has the unit {unit}, not {shown[0]}")
        elif shown[1] not in arms:
            faults.append(f"data/results.md: {kind} {name} is {where}, not of {shown[1]} alone")
    return faults


def check_made(reference):
    shown = {name for kind in KINDS for name, _, _ in reference.rows[kind]}
    return [f"data/results.md: {made} is missing (named in a source)" for made in made_names()
            if not any(re.fullmatch(re.sub(r"%\w+", r"[\\w-]+", re.escape(made)), name)
                       for name in shown)]


def check_real(reference, found):
    """What is named is there: recorded, or in the sources, or in shipped rows."""
    text = "".join(source_texts())
    faults = []
    for kind in KINDS:
        known = {n for k, n, _ in found if k == kind}
        for name, shape, _, _ in reference.patterns(kind):
            if not any(shape.fullmatch(n) for n in known) and f'"{name}"' not in text:
                faults.append(f"data/results.md: no run has the {kind} {name}")
    return faults


def shipped():
    """Metrics of the rows in data/measured, without making databases of them."""
    row = re.compile(r"INSERT INTO \"?metric\"? VALUES\(\d+,'([^']+)','([^']+)'")
    return {("metric", *found) for path in glob.glob(os.path.join(ROOT, "data/measured/*.sql"))
            for found in row.findall(read(path))}


# -- views, thresholds, words ----------------------------------------------------------------------


def check_views(text, database):
    db = sqlite3.connect(database)
    faults, shown = [], {}
    for head, rows in tables(text):
        if head[0] == "view":
            shown = {in_ticks(row[0])[0]: in_ticks(row[2]) for row in rows}
    views = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    for view in sorted(set(views) | set(shown)):
        columns = [c[1] for c in db.execute(f"PRAGMA table_info({view})")]
        if sorted(columns) != sorted(shown.get(view, [])):
            faults.append(f"data/results.md: {view} has the columns {', '.join(columns)}")
    for table, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        if f"`{table}`" not in text:
            faults.append(f"data/results.md: the table {table} is missing")
    for query in re.findall(r"^```sql\n(.*?)^```$", text, re.M | re.S):
        if not db.execute(query).fetchall():
            faults.append(f"data/results.md: no row comes of\n{query}")
    db.close()
    return faults


def check_thresholds(text):
    """The thresholds that are shown are phases_defaults."""
    fine = re.search(r"#define CPU_FINE_SHARE (\S+)", read("models/parameters.h")).group(1)
    block = re.search(r"phases_defaults = \{(.*?)\};", read("analysis/phases.c"), re.S).group(1)
    real = {k: float(fine if v == "CPU_FINE_SHARE" else v)
            for k, v in re.findall(r"\.(\w+) = (\w[\w.]*)", block)}
    shown = {in_ticks(row[0])[0]: float(row[1]) for head, rows in tables(text)
             if head[0].startswith("threshold") for row in rows}
    return [] if real == shown else [f"data/results.md: the thresholds are {real}"]


def check_words(text, here):
    """Column heads of `run`, lines and columns of `explain`."""
    faults = []
    database = os.path.join(here, "words.db")
    code, out = pushsim("run", "experiments/real/burst.yaml", "--set", "replications=1",
                        "--db", database)
    assert code in (0, 99), out
    head = re.search(r"^protocol.*$", out, re.M).group().split()
    for word in head:
        if "." not in word and word != "protocol" and f"`{word}`" not in text:
            faults.append(f"data/results.md: the column {word} of run is missing")
    head = re.search(r"^protocol.*$", pushsim("explain", database)[1], re.M).group()
    lines = set(re.split(r"  +", head.strip()))
    for point in "1", "6":
        run = pushsim("explain", database, point + "/1")[1]
        lines |= {line[2:14].strip() for line in run.splitlines() if re.match(r"  \S", line)}
    for word in {re.sub(r" \d+$", "", line) for line in lines}:
        if "." not in word and word not in text:
            faults.append(f"data/results.md: the word '{word}' of explain is missing")
    for name in re.findall(r'"([^"]+)"', re.search(
            r"failure_phase_name.*?\{.*?\}", read("analysis/phases.c"), re.S).group()):
        if name not in text:
            faults.append(f"data/results.md: the phase '{name}' is missing")
    return faults


# -- the experiment file ---------------------------------------------------------------------------


def accepted_keys():
    """What may stand at the top of a file: the parser's own keys and the options' first level."""
    block = re.search(r"experiment_keys\[\] = \{(.*?)NULL", read("experiments/run/config.c"), re.S)
    options = json.loads(pushsim("options", "--format", "json")[1])
    return set(re.findall(r'"(\w+)"', block.group(1))) | {o["name"].split(".")[0] for o in options}


def check_keys(text):
    shown = {k for head, rows in tables(text) if head[0] == "key"
             for row in rows for k in in_ticks(row[0])}
    keys = accepted_keys()
    return ([f"experiments/README.md: the key {k} is missing" for k in sorted(keys - shown)] +
            [f"experiments/README.md: there is no key {k}" for k in sorted(shown - keys)])


def check_parts(text):
    """Every option of a phase, and all that a sweep takes beside options."""
    options = set(re.findall(r"^workload\.phases\.NAME\.(\S+)", pushsim("options")[1], re.M))
    source = read("experiments/run/config_sweep.c") + read("experiments/run/sweep_range.c")
    options |= set(re.findall(r'strcmp\(n->key, "(\w+)"\)', source))
    return [f"experiments/README.md: {o} is missing" for o in sorted(options)
            if not re.search(rf"\b{o}\b", text)]


def check_examples(text, here):
    """Each block is a file that is accepted where it would stand, and judged where it claims."""
    folder = os.path.join(here, "experiments")
    os.mkdir(folder)
    os.symlink(os.path.join(ROOT, "data"), os.path.join(here, "data"))
    os.symlink(os.path.join(ROOT, "experiments/replay"), os.path.join(folder, "replay"))
    faults = []
    blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.M | re.S)
    assert blocks, "no example"
    for i, block in enumerate(blocks):
        path = os.path.join(folder, f"example{i}.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(block)
        code, out = pushsim("check", path)
        if code == 0 and "evidence:" in block:
            database = os.path.join(here, "claim.db")
            pushsim("run", path, "--quiet", "--db", database)
            code, out = pushsim("verdict", path, "--db", database)
        if code != 0:
            faults.append(f"experiments/README.md: example {i + 1} is refused\n{out}")
    return faults


def main():
    experiment, results = read("experiments/README.md"), read("data/results.md")
    reference = Reference(results)
    with tempfile.TemporaryDirectory() as here:
        faults = check_keys(experiment) + check_parts(experiment) + check_examples(experiment, here)
        runs = set()
        for name in EXPERIMENTS:
            database = os.path.join(here, os.path.basename(name) + ".db")
            code, out = pushsim("run", f"experiments/{name}.yaml", "--set", "replications=1",
                                "--quiet", "--db", database)
            assert code in (0, 1, 99), out
            runs |= recorded(database)
        faults += check_views(results, database) + check_words(results, here)
    sources, rows = in_sources(), shipped()
    assert len(runs) > 300 and len(sources) > 200 and len(rows) > 200, "nothing was found"
    faults += check_names(reference, runs, "recorded by the simulator", ("both", "sim", "fleet"))
    faults += check_names(reference, rows, "in data/measured", ("both", "real"))
    faults += check_names(reference, sources, "named in a source", ("both", "sim", "fleet", "real"))
    faults += check_made(reference) + check_real(reference, runs | sources | rows)
    faults += check_thresholds(results)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


sys.exit(main())
