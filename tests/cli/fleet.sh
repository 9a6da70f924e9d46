# A fleet that is deployed and scaled while it runs: the same bytes for any number of workers.
cp "$CLI/fleet.yaml" .
run() { "$PUSHSIM" run fleet.yaml --quiet "$@"; echo "exit $?"; }
tables() { for table in run metric series event; do "$PUSHSIM" export --table $table "$1"; done; }
run --jobs 1 --db one.db
run --jobs 2 --db two.db
run --jobs 5 --db five.db
tables one.db >one
tables two.db | cmp - one && echo "two workers: same bytes"
tables five.db | cmp - one && echo "five workers: same bytes"
grep -c rollout one
