#!/usr/bin/env python3
"""The README tells the truth: its commands print what it shows, its files are accepted.

In ```console blocks each line after "$ " is run in the root of the tree; what follows is its output
(times aside). UPDATE=1 writes the outputs anew.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PUSHSIM = os.environ.get("PUSHSIM", os.path.join(ROOT, "build/pushsim"))
README = os.path.join(ROOT, "README.md")
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "data/README.md",
             "data/results.md", "data/validation.md", "experiments/README.md"]
FOLDERS = "sim|models|experiments|analysis|data|tests|tools|notebooks"


def pushsim(words, here):
    done = subprocess.run([PUSHSIM] + words, cwd=ROOT, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.replace(here + "/", "")


def printed(command, here):
    """What a command of the README prints, with its database out of the way."""
    words = shlex.split(command)
    assert words[0] == "pushsim", command
    name = os.path.splitext(os.path.basename(words[2]))[0]
    database = ["--db", os.path.join(here, name + ".db")] if words[1] == "run" else []
    code, out = pushsim(words[1:] + database, here)
    assert code in (0, 99), f"{command}: exit status {code}\n{out}"
    return re.sub(r"made in [0-9.]+ s", "made in 0.1 s", out).strip("\n")


def renewed(block, here):
    commands = re.findall(r"^\$ (.*)$", block, re.M)
    assert commands, block
    return "".join(f"$ {c}\n{printed(c, here)}\n" for c in commands)


def check_outputs(text, here):
    blocks = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.M | re.S)
    assert blocks.search(text), "no console block"
    new = blocks.sub(lambda m: renewed(m.group(), here), text)
    if new != text and os.environ.get("UPDATE"):
        with open(README, "w", encoding="utf-8") as f:
            f.write(new)
    elif new != text:
        with open(os.path.join(here, "now"), "w", encoding="utf-8") as f:
            f.write(new)
        subprocess.run(["diff", README, os.path.join(here, "now")], check=False)
        return ["README.md: a command prints something else now (UPDATE=1 writes it)"]
    return []


def check_files(text, here):
    """The experiment that is shown is the file, and with the server that is shown `check` takes it."""
    shown = re.findall(r"^```yaml\n(.*?)^```$", text, re.M | re.S)
    experiment = [b for b in shown if b.startswith("question:")]
    server = [b for b in shown if b.startswith("name:")]
    assert len(experiment) == 1 and len(server) == 1, "one experiment and one server are shown"
    with open(os.path.join(ROOT, "experiments/is-it-enough.yaml"), encoding="utf-8") as f:
        file = "".join(line for line in f if not line.startswith("#"))
    if experiment[0] != file:
        return ["README.md: the experiment shown is not experiments/is-it-enough.yaml"]
    os.mkdir(os.path.join(here, "mine"))
    os.symlink(os.path.join(ROOT, "data"), os.path.join(here, "data"))
    files = {"mine.yaml": re.sub(r"(?m)^server_spec: .*", "server_spec: my-server.yaml", file),
             "my-server.yaml": server[0]}
    for name, content in files.items():
        with open(os.path.join(here, "mine", name), "w", encoding="utf-8") as f:
            f.write(content)
    code, out = pushsim(["check", os.path.join(here, "mine/mine.yaml")], here)
    return [] if code == 0 else [f"README.md: the experiment shown is refused\n{out}"]


def check_links(document):
    """Links and paths in backticks lead somewhere, from the document or the root; x is any name."""
    with open(os.path.join(ROOT, document), encoding="utf-8") as f:
        text = f.read()
    paths = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    paths += [p for p in re.findall(r"`([\w./-]+)`", text)
              if re.match(rf"({FOLDERS})/(?!.*\bx\.|.*_x\.)", p)]
    bases = (os.path.dirname(os.path.join(ROOT, document)), ROOT)
    return [f"{document}: {p} is not there" for p in paths
            if not any(os.path.exists(os.path.join(base, p)) for base in bases)]


def main():
    with open(README, encoding="utf-8") as f:
        text = f.read()
    with tempfile.TemporaryDirectory() as here:
        faults = check_outputs(text, here) + check_files(text, here)
    for document in DOCUMENTS:
        faults += check_links(document)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


sys.exit(main())
