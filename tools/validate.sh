#!/usr/bin/env bash
# The validation of every stack: its cells on both arms, its scores, its knee. Called by
# `make validate`; usage: tools/validate.sh [STACK[-HOST]...]   (fastapi, fastapi-xeon, nginx, node;
# default: fastapi). HOST picks the profile and the shipped rows of another host. Without it, where the
# real arm is measured, the profile is one whose provenance names this host's CPU model, a named host's
# first; a profile of another is told by a warning, since the comparison is then with a foreign one.
# PUSHSIM: the program; OUT: where the databases go (default: build/validate).
# ROWS=shipped: judge the rows in data/measured/ and measure nothing.
# Exit status: 0 when every stack was judged, whether or not it met its targets (those that it missed
# stand in its table, and its name in the last line); 1 when one failed or was skipped. For the targets
# alone ask `pushsim validate`: 99 when one is missed.
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

# The CPU model of a profile's host: a fact of its own, or in the line of the rows' host.
model_of() { sed -n 's/^  cpu model: "\(.*\)"$/\1/p; s/^  host: "[^,]*, [0-9]* x \([^,]*\), .*/\1/p' "$1" | head -n 1; }
here=$(sed -n 's/^model name[[:space:]]*: //p' "${CPUINFO:-/proc/cpuinfo}" | head -n 1)

# The profile of a name ("data/profiles/node-ws") that was fitted on this CPU model, one of a named host
# before the first of all, which is older; else that.
profile_here() {
    for candidate in "$1"-*.yaml "$1".yaml; do
        if [ -f "$candidate" ] && [ "$(model_of "$candidate")" = "$here" ]; then
            echo "$candidate"
            return
        fi
    done
    echo "$1.yaml"
}

# knee STACK PROFILE: how many clients 200m bears, simulated and measured
knee() {
    local db=$out/knee-$1.db shipped=data/measured/knee-$1.sql how=(--arm both)
    if [ "$rows" = shipped ] && [ -f "$shipped" ]; then
        rm -f "$db" "$db-wal" "$db-shm"
        sqlite3 "$db" <"$shipped"
        how=(--sim-only)
    elif [ "$rows" = shipped ]; then
        echo "no measured knee: $shipped is not there (data/README.md: how it is made)"
        how=(--arm sim)
    fi
    "$pushsim" limit "experiments/knee-${1%%-*}.yaml" --db "$db" --set "profile=$2" --precision 3% "${how[@]}"
}

status=0
missed=
for stack in "${@:-fastapi}"; do
    host=${stack#"${stack%%-*}"}
    experiment=experiments/validate-${stack%%-*}.yaml
    db=$out/validate-$stack.db
    shipped=data/measured/validate-$stack.sql
    profile=$(sed -n 's#^profile: *\.\./##p' "$experiment")
    profile=${profile%.yaml}$host.yaml
    [ "$rows" = shipped ] || [ -n "$host" ] || profile=$(profile_here "${profile%.yaml}")
    echo "== $stack: $profile"
    if [ ! -f "$profile" ]; then
        echo "skipped: $profile is not there (pushsim calibrate makes it)"
        status=1
        continue
    fi
    if [ "$rows" != shipped ] && [ "$(model_of "$profile")" != "$here" ]; then
        echo "warning: $profile was fitted on another CPU ($(model_of "$profile"); this is ${here:-unknown}):" \
            "its scores below are a foreign profile's (pushsim calibrate makes one of this host)"
    fi
    args=(--set "profile=$profile")
    if [ "$rows" = shipped ]; then
        if [ ! -f "$shipped" ]; then
            echo "skipped: $shipped is not there"
            status=1
            continue
        fi
        rm -f "$db" "$db-wal" "$db-shm"
        sqlite3 "$db" <"$shipped"
        args+=(--sim-only)
    fi
    "$pushsim" validate "$experiment" --db "$db" "${args[@]}"
    case $? in
    0) ;;
    99) missed+=" $stack" ;;
    *) status=1 ;;
    esac
    echo
    knee "$stack" "$profile" || status=1
    echo
done
[ -z "$missed" ] || echo "targets missed (see the tables):$missed"
exit $status
