#!/usr/bin/env bash
# Every shipped experiment is accepted, and those in experiments/ itself run, with one replication.
# What the others find is asserted by test_field_cases.c (field/, real/), tests/slow/claims.sh and
# fleet_million.sh.
set -u
cd "$(dirname "$0")/../.."
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
fail() {
    echo "$*"
    exit 1
}
for file in experiments/*.yaml experiments/{claims,claims/real,field,real}/*.yaml; do
    "$PUSHSIM" check "$file" >"$here/said" 2>&1 || fail "$file: check: $(cat "$here/said")"
done
for file in experiments/*.yaml; do
    name=$(basename "$file" .yaml)
    [ "$name" != fleet-million ] || continue # its assertions are of a million
    "$PUSHSIM" run --quiet "$file" --set replications=1 --db "$here/$name.db" >"$here/said" 2>&1
    code=$? # 99: an slo that is there to be broken
    [ $code = 0 ] || [ $code = 99 ] || fail "$file: run: exit $code: $(cat "$here/said")"
    left=$(sqlite3 "$here/$name.db" "SELECT (SELECT runs FROM plan WHERE arm = 'sim') -
        (SELECT count(*) FROM run WHERE status = 'done')")
    [ "$left" = 0 ] || fail "$file: $left runs of the plan are not done"
done
