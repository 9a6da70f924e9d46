#!/usr/bin/env bash
# A short real calibration of FastAPI and of a server that is none of the shipped three, as CI
# runs it (make check-slow; under 4 minutes). Not a part of `make check`: it wants a machine of
# its own. Each profile must be one that an experiment can use, with every cell that it was
# fitted to, and what nobody can tell must be said to be so. Runs that the load client itself has
# rejected for what the machine did meanwhile are no fault of the program: then the calibration goes
# on where it stood, a minute later, for PATIENCE_S, and is skipped at last, with the reasons.
set -eu
cd "$(dirname "$0")/../.."
PUSHSIM=${PUSHSIM:-$PWD/build/pushsim}
PATH=$PWD/build/tests/servers:$PATH
PATIENCE_S=${PATIENCE_S:-600} PAUSE_S=${PAUSE_S:-60}
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

fail() {
    echo "$1"
    cat "$here/log"
    exit 1
}

# spoiled NAME: why runs were rejected that the load client found unsound, once each; none: false
spoiled() {
    sqlite3 "$here/$1.db" "SELECT group_concat(kind, ', ') FROM (SELECT DISTINCT substr(reason, 1,
        instr(reason || ':', ':') - 1) AS kind FROM rejected WHERE status = 'invalid')" | grep .
}

# attempt NAME SERVER: 0 when $here/NAME.yaml has enough cells
attempt() {
    if ! "$PUSHSIM" calibrate --quick --server "$2" --db "$here/$1.db" -o "$here/$1.yaml" \
        >"$here/log" 2>&1; then
        why="calibration of $1 failed"
        return 1
    fi
    cells=$(grep -c 'key: "protocol=' "$here/$1.yaml") || true
    why="$1: only $cells cells in the profile"
    [ "$cells" -ge 6 ]
}

# calibrate NAME SERVER: the profile is $here/NAME.yaml; 1: skipped, and it was said why
calibrate() {
    last=$((SECONDS + PATIENCE_S))
    while true; do
        begin=$SECONDS
        attempt "$1" "$2" && break
        if grep -qE 'cgroup|cannot be started|a CPU each' "$here/log"; then
            echo "skipped: calibration of $1: $(tail -n 1 "$here/log")"
            return 1
        fi
        reasons=$(spoiled "$1") || fail "$why"
        if [ $((SECONDS + PAUSE_S)) -gt "$last" ]; then
            echo "skipped: calibration of $1: the machine is too busy: $reasons"
            return 1
        fi
        echo "$1: the machine is too busy: $reasons; again in $PAUSE_S s"
        sleep "$PAUSE_S"
    done
    grep 'chi2' "$here/log"
    echo "$1: $((SECONDS - begin)) s"
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
