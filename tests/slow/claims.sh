#!/bin/bash
# The verdicts of the claims' experiments, with their limits, are those in tests/golden/claims.txt: a
# model that changes a verdict must say so there. UPDATE=1 writes them anew.
set -e
cd "$(dirname "$0")/../.."
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
for f in experiments/claims/*.yaml experiments/claims/real/*.yaml; do
    code=0
    "$PUSHSIM" run --quiet "$f" --db "$here/c.db" || code=$?
    [ $code = 0 ] || [ $code = 99 ]
    echo "$(basename "$f" .yaml): $("$PUSHSIM" verdict "$f" --db "$here/c.db" --format words)"
    rm -f "$here"/c.db*
done > "$here/verdicts"
[ -z "$UPDATE" ] || cp "$here/verdicts" tests/golden/claims.txt
diff tests/golden/claims.txt "$here/verdicts"
