#!/bin/bash
# Runs the experiments of the claims and prints their verdicts, the decision matrix and what the real
# arm says as Markdown; with every figure into FILE.
# usage: tools/run_claims.sh PUSHSIM DIRECTORY FILE     (DIRECTORY: for the databases)
# PROFILE: instead of the profile that the experiments name.
# ROWS: the real arm's rows, SQL text or a database (default: data/measured/claims.sql, if there).
set -euo pipefail
pushsim=$1 directory=$2 page=$3
rows=${ROWS:-data/measured/claims.sql}
mkdir -p "$directory"
files=(experiments/claims/{m,r,s,o,d,p,e}*.yaml)
real_parts=(experiments/claims/real/real-{m,r,s,o,d}*.yaml)
both=$directory/both-arms.db

database() { echo "$directory/$(basename "$1" .yaml).db"; }

# Experiments that vary the profile keep theirs.
simulate() {
    local code=0 profile=()
    [ -n "${PROFILE:-}" ] && grep -q '^profile:' "$1" && profile=(--set "profile=$PROFILE")
    "$pushsim" run --quiet "$1" --db "$2" "${profile[@]}" || code=$?
    [ $code = 0 ] || [ $code = 99 ] # an SLO is there to be broken
}

take_rows() {
    local measured=$rows
    [ -f "$rows" ] || return 0
    if [ "${rows%.sql}" != "$rows" ]; then
        measured=$directory/measured.db
        rm -f "$measured"*
        sqlite3 "$measured" <"$rows"
    fi
    "$pushsim" merge "$both" "$measured" >/dev/null
}

verdict() { "$pushsim" verdict "$1" --db "$2" "${@:3}"; }

# The verdict of the part that makes the same claim on the real arm; "-": there is none.
on_real_arm() {
    local part
    part=$(grep -lx "$(grep '^claim: ' "$1")" "${real_parts[@]}") || { echo -; return; }
    verdict "$part" "$both" --arm real --format words
}

tables() {
    local f
    echo "| claim | question | verdict in the model | real arm |"
    echo "|---|---|---|---|"
    for f in "${files[@]}"; do
        echo "$(verdict "$f" "$(database "$f")" --format row) $(on_real_arm "$f") |"
    done
    echo
    echo "| | case | risk | choice | computed verdict | real arm |"
    echo "|---|---|---|---|---|---|"
    for f in "${files[@]}"; do
        grep -q '^decision:' "$f" || continue
        echo "$(verdict "$f" "$(database "$f")" --format decision) $(on_real_arm "$f") |"
    done
    echo
    echo "The claims that fit one machine, shortened, on both arms (\`real/\`):"
    echo
    echo "| claim | question | model | real arm |"
    echo "|---|---|---|---|"
    for f in "${real_parts[@]}"; do
        verdict "$f" "$both" --arm both --format row
    done
}

evidence() {
    local f
    for f in "${files[@]}"; do
        verdict "$f" "$(database "$f")"
    done
    for f in "${real_parts[@]}"; do
        verdict "$f" "$both" --arm both
    done
}

# What the real arm measured beside what the model says: means, and the range of the runs.
figures() {
    echo "| experiment | cell | metric | model | real arm | runs |"
    echo "|---|---|---|---|---|---|"
    sqlite3 "$both" "
        SELECT printf('| %s | %s | %s | %.4g | %.4g (%.4g .. %.4g) | %d, %d |', e.name, r.cell, m.name,
                      avg(m.value) FILTER (WHERE arm = 'sim'), avg(m.value) FILTER (WHERE arm = 'real'),
                      min(m.value) FILTER (WHERE arm = 'real'), max(m.value) FILTER (WHERE arm = 'real'),
                      count(*) FILTER (WHERE arm = 'sim'), count(*) FILTER (WHERE arm = 'real'))
        FROM run r JOIN experiment e ON e.id = r.experiment JOIN metric m ON m.run = r.id
        WHERE m.name IN ('delivery.p99', 'roundtrip.p99', 'cpu.used', 'cpu.throttled_share')
          AND m.value IS NOT NULL AND r.status = 'done'
        GROUP BY e.name, m.name, r.cell HAVING max(arm = 'real')
        ORDER BY e.name, m.name, min(r.point)"
}

for f in "${files[@]}"; do
    rm -f "$(database "$f")"*
    simulate "$f" "$(database "$f")"
done
rm -f "$both"*
for f in "${real_parts[@]}"; do
    simulate "$f" "$both"
done
take_rows
tables >"$directory/tables.md"
{
    echo "# Verdicts on the claims"
    echo
    echo "Written by \`make claims\`; how they are reached: \`rules.md\`. Figures in s, B and 1; the means of"
    echo "both sides and the 95 % interval of their difference. Real arm: judged on the claim's part in"
    echo "\`real/\`; -: no part fits one machine; not measured: no rows are shipped."
    echo
    cat "$directory/tables.md"
    echo
    echo "## Evidence"
    echo
    echo '```text'
    evidence
    echo '```'
    [ ! -f "$rows" ] || { printf '\n## Measured beside simulated\n\n' && figures; }
    [ -n "${ROWS:-}" ] || printf '\n%s\n' "$(cat experiments/claims/real/findings.md)" # on the shipped rows
} >"$page"
cat "$directory/tables.md"
