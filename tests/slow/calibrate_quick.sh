#!/usr/bin/env bash
# A short real calibration of FastAPI and of a server that is none of the shipped three, as CI
# runs it (make check-slow; under 4 minutes). Not a part of `make check`: it wants a machine of
# its own. Each profile must be one that an experiment can use, with every cell that it was
# fitted to, and what nobody can tell must be said to be so.
set -eu
cd "$(dirname "$0")/../.."
PUSHSIM=${PUSHSIM:-$PWD/build/pushsim}
PATH=$PWD/build/tests/servers:$PATH
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

fail() {
    echo "$1"
    cat "$here/log"
    exit 1
}

# calibrate NAME SERVER: the profile is $here/NAME.yaml
calibrate() {
    begin=$SECONDS
    if ! "$PUSHSIM" calibrate --quick --server "$2" --db "$here/$1.db" -o "$here/$1.yaml" \
        >"$here/log" 2>&1; then
        if grep -qE 'cgroup|cannot be started' "$here/log"; then
            echo "skipped: calibration of $1: $(tail -n 1 "$here/log")"
            return 1
        fi
        fail "calibration of $1 failed"
    fi
    grep 'chi2' "$here/log"
    echo "$1: $((SECONDS - begin)) s"
    cells=$(grep -c 'key: "protocol=' "$here/$1.yaml") || true
    [ "$cells" -ge 6 ] || fail "$1: only $cells cells in the profile"
    grep -q 'gc:' "$here/$1.yaml" && grep -q 'not told' "$here/$1.yaml" ||
        fail "$1: nothing is said of what was not told"
    for cost in handshake disconnect write; do
        grep -qE "^ +$cost: .*# \+-" "$here/$1.yaml" || echo "note: $1: $cost is not told"
    done
    printf 'question: can it be used?\nprofile: %s.yaml\n' "$1" >"$here/use-$1.yaml"
    (cd "$here" && "$PUSHSIM" run --quiet "use-$1.yaml" >>"$here/log" 2>&1) ||
        fail "$1: the profile cannot be used"
}

# the C server is there wherever a cgroup can be made: what FastAPI lacks is no reason to skip it
calibrate fastapi experiments/replay/servers/fastapi-uvicorn.yaml || true
calibrate any tests/servers/any-server.yaml || exit 77

# the rows alone give the same profile again
"$PUSHSIM" calibrate "$here/any.db" -o "$here/again.yaml" >"$here/log" 2>&1 || fail "no fit of rows"
echo ok
