#!/usr/bin/env bash
# The validation of every stack: its cells on both arms, its scores, its knee. Called by
# `make validate`; usage: tools/validate.sh [STACK[-HOST]...]   (fastapi, fastapi-xeon, nginx, node;
# default: fastapi). HOST picks the profile and the shipped rows of another host.
# PUSHSIM: the program; OUT: where the databases go (default: build/validate).
# ROWS=shipped: judge the rows in data/measured/ and measure nothing.
set -uo pipefail
cd "$(dirname "$0")/.."
pushsim=${PUSHSIM:-build/pushsim}
out=${OUT:-build/validate}
mkdir -p "$out"

# Without the right to make a cgroup there is only what was measured elsewhere.
rows=${ROWS:-}
if [ -z "$rows" ] && ! why=$("$pushsim" cpu --quota 20ms --period 100ms --duration 200ms --arm real 2>&1); then
    echo "real arm skipped: ${why##*$'\n'}; judging the rows in data/measured/"
    rows=shipped
fi

status=0
for stack in "${@:-fastapi}"; do
    host=${stack#"${stack%%-*}"}
    experiment=experiments/validate-${stack%%-*}.yaml
    db=$out/validate-$stack.db
    shipped=data/measured/validate-$stack.sql
    profile=$(sed -n 's#^profile: *\.\./##p' "$experiment")
    profile=${profile%.yaml}$host.yaml
    echo "== $stack"
    if [ ! -f "$profile" ]; then
        echo "skipped: $profile is not there (pushsim calibrate makes it)"
        continue
    fi
    args=(--set "profile=$profile")
    if [ "$rows" = shipped ]; then
        if [ ! -f "$shipped" ]; then
            echo "skipped: $shipped is not there"
            continue
        fi
        rm -f "$db" "$db-wal" "$db-shm"
        sqlite3 "$db" <"$shipped"
        args+=(--sim-only)
    fi
    "$pushsim" validate "$experiment" --db "$db" "${args[@]}" || status=1
    echo
    arm=both
    [ "$rows" = shipped ] && arm=sim
    "$pushsim" limit "experiments/knee-${stack%%-*}.yaml" --set "profile=$profile" --arm $arm --precision 3% || status=1
    echo
done
exit $status
