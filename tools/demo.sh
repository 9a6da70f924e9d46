#!/usr/bin/env bash
# The shipped experiment on both arms, and how close they are. Called by `make demo`.
# PUSHSIM: the program; PUSHSIM_DB: where the rows go (default: sse-vs-websocket.db here).
set -euo pipefail
cd "$(dirname "$0")/.."
pushsim=${PUSHSIM:-build/pushsim}
experiment=experiments/sse-vs-websocket.yaml
shipped=data/measured/sse-vs-websocket.sql
db=${PUSHSIM_DB:-sse-vs-websocket.db}

# breaking the slo (99) is what the starved cells are there for
run() {
    local status=0
    "$@" || status=$?
    [ "$status" = 0 ] || [ "$status" = 99 ]
}

rm -f "$db" "$db-wal" "$db-shm"
echo "== sim arm"
run "$pushsim" run "$experiment" --db "$db"

echo
echo "== real arm: FastAPI on uvicorn in a cgroup, about two minutes"
if "$pushsim" replay --probe "$experiment"; then
    run "$pushsim" replay "$experiment" --db "$db"
else
    echo "showing the rows of $shipped instead"
    measured=$(mktemp -d)
    trap 'rm -rf "$measured"' EXIT
    sqlite3 "$measured/real.db" <"$shipped"
    "$pushsim" merge "$db" "$measured/real.db"
fi

echo
echo "== both arms"
"$pushsim" compare "$db"
