#!/bin/bash
# Runs the experiments of the claims and prints their verdicts and the decision matrix as Markdown;
# with every figure into FILE.
# usage: tools/run_claims.sh PUSHSIM DIRECTORY FILE     (DIRECTORY: for the databases)
set -euo pipefail
pushsim=$1 directory=$2 page=$3
mkdir -p "$directory"
files=(experiments/claims/{m,r,s,o,d,p,e}*.yaml)

database() { echo "$directory/$(basename "$1" .yaml).db"; }

for f in "${files[@]}"; do
    rm -f "$(database "$f")"*
    code=0
    "$pushsim" run --quiet "$f" --db "$(database "$f")" || code=$?
    [ $code = 0 ] || [ $code = 99 ] # an SLO is there to be broken
done

rows() {
    for f in "${files[@]}"; do
        "$pushsim" verdict "$f" --db "$(database "$f")" --format "$1"
    done
}

tables() {
    echo "| claim | question | verdict in the model |"
    echo "|---|---|---|"
    rows row
    echo
    echo "| | case | risk | choice | computed verdict |"
    echo "|---|---|---|---|---|"
    rows decision
}

{
    echo "# Verdicts on the claims"
    echo
    echo "Written by \`make claims\`; how they are reached: \`rules.md\`. Figures in s, B and 1; the means of"
    echo "both sides and the 95 % interval of their difference."
    echo
    tables
    echo
    echo "## Evidence"
    echo
    echo '```text'
    rows text
    echo '```'
} > "$page"
tables
