#!/bin/bash
# The verdicts of the claims' experiments are those in tests/golden/claims.txt: a model that changes
# a verdict must say so there.
set -e
cd "$(dirname "$0")/../.."
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
for f in experiments/claims/*.yaml; do
    code=0
    "$PUSHSIM" run --quiet "$f" --db "$here/c.db" || code=$?
    [ $code = 0 ] || [ $code = 99 ]
    "$PUSHSIM" verdict "$f" --db "$here/c.db" > "$here/text"
    sed -n '1s/:.*//; 1p' "$here/text"
    rm -f "$here"/c.db*
done > "$here/verdicts"
diff tests/golden/claims.txt "$here/verdicts"
