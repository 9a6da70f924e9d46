# What an experiment asserts is judged after the run: each line with its figure; exit 1 when one
# does not hold, also when nothing had to be run, and it is named even when all else is quiet.
cp "$CLI/knee.yaml" good.yaml
cat >>good.yaml <<'EOF'
assert:
  - lost == 0
  - published > 100 if protocol=sse cpu.limit=1000m
EOF
cp good.yaml bad.yaml
cat >>bad.yaml <<'EOF'
  - dropped > 1e9 if cpu.limit=20m
  - no.such.metric == 0
EOF
"$PUSHSIM" run good.yaml | sed -n '/^asserted/,$p'
echo "exit ${PIPESTATUS[0]}"
"$PUSHSIM" run bad.yaml 2>&1 | sed -n '/^asserted/,$p'
echo "exit ${PIPESTATUS[0]}"
"$PUSHSIM" run bad.yaml --quiet
echo "exit $?"
printf 'assert: [ lost == 0 if cpu.limt=20m ]\n' >cell.yaml
"$PUSHSIM" run cell.yaml --quiet
"$PUSHSIM" run bad.db
