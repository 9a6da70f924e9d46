#!/usr/bin/env python3
"""tools/check_layers.py finds each fault it promises to find, where it is, and nothing else.

Every case plants one file in an otherwise clean tree. (path, text, line and words of the complaint;
None where the text is right and must pass.)
"""

import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "tools/check_layers.py")

CLEAN = {
    "sim/clock.h": "#include <stdint.h>\nstruct clock {\n    int64_t now_ns;\n};\n",
    "models/server.c": '#include "sim/clock.h"\n\nint server_run(void)\n{\n    return 0;\n}\n',
    "README.md": "",
    "experiments/cli/main.c": "#include <stdlib.h>\n\nint main(void)\n{\n    exit(0);\n}\n",
}


def function(lines):
    return "int f(void)\n{\n" + "    ;\n" * lines + "}\n"


CASES = [
    ("sim/x.c", '\n#include "models/server.h"\n', 2, "sim may not include models"),
    ("models/x.c", '#include "experiments/run/store.h"\n', 1, "models may not include experiments/run"),
    ("experiments/replay/x.c", '#include "analysis/fit.h"\n', 1, "may not include analysis"),
    ("analysis/x.c", '#include "experiments/replay/client.h"\n', None, None),
    ("experiments/run/x.c", '#include "tests/support/x.h"\n', 1, "a file of the tests"),
    ("sim/x.c", "#include <time.h>\n", 1, "may not include <time.h>"),
    ("models/x.c", "#include <sys/socket.h>\n", 1, "may not include <sys/socket.h>"),
    ("models/x.c", "#include <uv.h>\n", 1, "may not include <uv.h>"),
    ("models/x.c", "#include <gsl/gsl_rng.h>\n", None, None),
    ("sim/x.c", "\n\nint a = 1 + rand();\n", 3, "may not call rand()"),
    ("models/x.c", "long t = time(NULL);\n", 1, "may not call time()"),
    ("models/x.c", "int a = clock_gettime(0, 0);\n", 1, "may not call clock_gettime()"),
    ("models/x.c", "/* as time() does */\nlong a = next_time(1) + s->time(2);\n", None, None),
    ("models/x.c", 'const char *a = "call rand()";\n', None, None),
    ("experiments/replay/x.c", "#include <time.h>\nlong a = time(NULL);\n", None, None),
    ("experiments/run/plan.c", "#include <sqlite3.h>\n", 1, "store*.c alone"),
    ("experiments/run/store_read.c", "#include <sqlite3.h>\n", None, None),
    ("analysis/x.c", "\nvoid f(void) { exit(1); }\n", 2, "only experiments/cli/main.c exits"),
    ("experiments/cli/run.c", "void f(void) { exit(1); }\n", 1, "only experiments/cli/main.c exits"),
    ("experiments/replay/x.c", "void f(void) { _exit(127); }\n", None, None),
    ("tests/unit/clock.h", "", 1, "the name is taken by sim/clock.h"),
    ("tests/cli/clock.sh", "", None, None),
    ("data/README.md", "", None, None),
    ("analysis/x.c", ";\n" * 450, None, None),
    ("analysis/x.c", ";\n" * 451, 451, "451 lines"),
    ("analysis/x.c", function(60), None, None),
    ("tests/unit/test_x.c", function(61), 2, "a function of 61 lines"),
    ("models/x.h", "typedef struct { int a; } thing;\n", 1, "typedef is for callbacks"),
    ("models/x.h", "\ntypedef enum kind kind_t;\n", 2, "typedef is for callbacks"),
    ("models/x.h", "typedef unsigned long count_t;\n", 1, "typedef is for callbacks"),
    ("models/x.h", "typedef void (*on_event)(void *user);\n", None, None),
    ("models/x.h", "typedef void on_event(void *user,\n                      int what);\n", None, None),
    ("models/x.h", "/* server.c */\nint server_run(void);\n", None, None),
    ("models/x.h", "/* server.c */\n/* Runs. */\nint server_walk(int how,\n    int far);\n", 3,
     "server_walk is not defined in server.c"),
    ("models/x.h", "/* server.c */\nextern const struct x server_run;\n", None, None),
    ("models/x.h", "/* gone.c */\nextern const int server_run;\n", 2, "not defined in gone.c"),
    ("models/x.h", "int server_walk(void);\n", None, None),
]


def plant(root, files):
    for path, text in files.items():
        whole = os.path.join(root, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w", encoding="utf-8") as file:
            file.write(text)


def complaints(files):
    with tempfile.TemporaryDirectory() as root:
        plant(root, files)
        done = subprocess.run([sys.executable, TOOL, root], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    if done.stderr or done.returncode != (1 if lines else 0):
        lines.append(f"status {done.returncode}: {done.stderr}")
    return lines


def judge(path, text, line, words):
    """What went wrong with this case, or None."""
    found = complaints({**CLEAN, path: text})
    if line is None:
        return f"complained: {found}" if found else None
    if len(found) == 1 and found[0].startswith(f"{path}:{line}: ") and words in found[0]:
        return None
    return f"expected line {line}, '{words}'; got {found}"


def main():
    failed = 0
    for case in CASES:
        wrong = judge(*case)
        if wrong:
            failed += 1
            print(f"{case[0]}: {case[1][:60]!r}: {wrong}")
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
