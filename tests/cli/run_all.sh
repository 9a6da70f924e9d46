#!/usr/bin/env bash
# Runs the command line as people do and compares what it says, byte by byte.
#   tests/cli/NAME.sh     a script, run in an empty directory, against NAME.out (both streams)
#   tests/cli/bad/*.yaml  wrong experiments, each against NAME.expect: exit 2, no database
# PUSHSIM is the program (default build/pushsim). UPDATE=1 rewrites what is expected.
set -u
here=$(cd "$(dirname "$0")" && pwd)
unset SLURM_ARRAY_TASK_ID JOB_COMPLETION_INDEX # a part of every plan would be run
PUSHSIM=$(realpath "${PUSHSIM:-$here/../../build/pushsim}")
export PUSHSIM CLI="$here" LC_ALL=C.UTF-8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# same NAME GOT EXPECTED: counts; shows the difference
same() {
    [ "${UPDATE:-}" ] && cp "$2" "$3"
    if diff -u "$3" "$2"; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAILED $1"
    fi
}

for script in "$here"/*.sh; do
    name=$(basename "$script" .sh)
    [ "$name" = run_all ] && continue
    mkdir "$work/$name"
    (cd "$work/$name" && bash "$script") >"$work/$name.got" 2>&1
    same "$name" "$work/$name.got" "$here/$name.out"
done

cp -r "$here/bad" "$work/bad"
cd "$work/bad" || exit 1
for file in *.yaml; do
    name=${file%.yaml}
    "$PUSHSIM" run "$file" >"$work/got" 2>&1
    echo "exit $?" >>"$work/got"
    same "bad/$name" "$work/got" "$here/bad/$name.expect"
    grep -q '^exit 2$' "$work/got" || { failed=$((failed + 1)); echo "FAILED bad/$name: not exit 2"; }
    if compgen -G '*.db*' >/dev/null; then
        failed=$((failed + 1))
        echo "FAILED bad/$name left a database behind"
        rm -f ./*.db*
    fi
done

echo "$passed command lines as expected, $failed not"
[ "$failed" = 0 ]
