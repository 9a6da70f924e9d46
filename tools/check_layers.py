#!/usr/bin/env python3
"""Checks the rules of the tree that no compiler knows.

usage: tools/check_layers.py [ROOT]

1. Layers: includes go only leftwards in sim <- models <- experiments/run <- experiments/replay
   <- analysis <- experiments/cli, and never into tests.
2. sim and models know no system: a short list of headers, no clock, no file, no process.
3. sqlite3.h is for experiments/run/store*.c alone.
4. Only experiments/cli/main.c exits.
5. Names of source files are unique in the tree.
6. Files have at most 450 lines, functions at most 60.
7. Structs, unions and enums are named by their tags; typedef is for callbacks.
8. What a header declares below a line `/* file.c */` is defined in that file, beside it.

Prints `file:line: what is wrong` for each fault and exits 1 if there is any.
"""

import os
import re
import sys

LAYERS = ["sim", "models", "experiments/run", "experiments/replay", "analysis", "experiments/cli"]
PURE_LAYERS = ("sim", "models")
PURE_HEADERS = {
    "assert.h", "errno.h", "float.h", "inttypes.h", "limits.h", "math.h", "stdalign.h", "stdarg.h",
    "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h",
    "immintrin.h",  # names of instructions
    "sys/platform/x86.h",  # which of them there are, as found at the start
}
PURE_HEADER_FOLDERS = ("gsl/", "Random123/")
IMPURE_CALLS = re.compile(
    r"(?<![\w.>])(clock_gettime|gettimeofday|time|clock|nanosleep|rand|srand|random|drand48|getenv"
    r"|system|popen|fopen|fdopen|open|read|write|socket|fork|getpid|pthread_\w+)\s*\("
)
FILE_LINES = 450
FUNCTION_LINES = 60
SKIPPED_FOLDERS = {"build", "node_modules", "__pycache__"}
UNIQUE_NAMES = (".c", ".h", ".py", ".sh", ".js")


def walk(root):
    """Paths of the tree's own files, relative to the root, sorted."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS and f[0] != ".")
        for name in sorted(files):
            if name[0] != "." and not name.endswith((".db", ".db-wal", ".db-shm")):
                yield os.path.relpath(os.path.join(folder, name), root)


def code_lines(text):
    """The lines without comments and without what is inside quotes; line numbers stay."""

    def blank(match):
        token = match.group(0)
        if token[0] == "/":
            return "\n" * token.count("\n")
        return token[0] + token[-1]

    tokens = r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    return re.sub(tokens, blank, text, flags=re.S).split("\n")


def layer_of(path):
    folder = os.path.dirname(path)
    return folder if folder in LAYERS else None


def check_include(path, header, quoted):
    """What is wrong with this include, or None."""
    layer = layer_of(path)
    if header == "sqlite3.h" and not path.startswith("experiments/run/store"):
        if not path.startswith("tests/"):
            return "sqlite3.h is for experiments/run/store*.c alone"
    if layer is None:
        return None
    if quoted:
        if header.startswith("tests/"):
            return f"{layer} includes a file of the tests"
        target = layer_of(header)
        if target and LAYERS.index(target) > LAYERS.index(layer):
            return f"{layer} may not include {target}: it stands to its right"
    elif layer in PURE_LAYERS:
        if header not in PURE_HEADERS and not header.startswith(PURE_HEADER_FOLDERS):
            return f"{layer} may not include <{header}>: it makes no system call, reads no clock"
    return None


def check_includes(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)', line)
        fault = match and check_include(path, match[2], match[1] == '"')
        if fault:
            yield number, fault


def check_calls(path, lines):
    layer = layer_of(path)
    for number, line in enumerate(lines, 1):
        match = IMPURE_CALLS.search(line) if layer in PURE_LAYERS else None
        if match:
            yield number, f"{layer} may not call {match[1]}()"
        if layer and path != "experiments/cli/main.c" and re.search(r"(?<!\w)exit\s*\(", line):
            yield number, "only experiments/cli/main.c exits: return an ERR_* code"


def check_lengths(lines):
    count = len(lines) - 1 if lines[-1] == "" else len(lines)
    if count > FILE_LINES:
        yield count, f"{count} lines; a file has at most {FILE_LINES}"
    start = None
    for number, line in enumerate(lines, 1):  # a function's braces stand alone at the margin
        if line.rstrip() == "{":
            start = number
        elif line.startswith("}") and start:
            if number - start - 1 > FUNCTION_LINES:
                length = number - start - 1
                yield start, f"a function of {length} lines; at most {FUNCTION_LINES}"
            start = None


def check_typedefs(lines):
    code = "\n".join(lines)
    for match in re.finditer(r"\btypedef\b([^;{]*)([;{])", code):
        if match[2] == "{" or "(" not in match[1]:
            number = code.count("\n", 0, match.start()) + 1
            yield number, "typedef is for callbacks; name a struct, union or enum by its tag"


def check_headings(root, path, text):
    name, source = None, ""
    for number, line in enumerate(text.split("\n"), 1):
        heading = re.match(r"/\* (\w+\.c) \*/$", line)
        if heading:
            name, source = heading[1], ""
            file = os.path.join(root, os.path.dirname(path), name)
            if os.path.exists(file):
                with open(file, encoding="utf-8") as opened:
                    source = opened.read()
        told = re.match(r"(?:extern\b[^(]*?|(?!static)[a-z][\w *]*)\b(\w+)(?:\(|;$)", line)
        if name and told and (line.startswith("extern") or "(" in line):
            if not re.search(rf"^(?!extern)([a-z][\w *]*\b)?{told[1]}(\(| = )", source, re.M):
                yield number, f"{told[1]} is not defined in {name}"


def check_names(paths):
    seen = {}
    for path in paths:
        name = os.path.basename(path)
        if not name.endswith(UNIQUE_NAMES):
            continue
        if name in seen:
            yield path, 1, f"the name is taken by {seen[name]}"
        seen.setdefault(name, path)


def check_file(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        text = file.read()
    lines = code_lines(text)
    yield from check_includes(path, text)
    yield from check_calls(path, lines)
    yield from check_lengths(lines)
    yield from check_typedefs(lines)
    if path.endswith(".h"):
        yield from check_headings(root, path, text)


def check_tree(root):
    paths = list(walk(root))
    faults = list(check_names(paths))
    for path in paths:
        if path.endswith((".c", ".h")):
            faults += [(path, number, what) for number, what in check_file(root, path)]
    return faults


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(__file__)) or "."
    faults = check_tree(root)
    for path, number, what in faults:
        print(f"{path}:{number}: {what}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
