# The same file and seed give the same bytes: twice, for any number of workers, after a kill.
cp "$CLI/knee.yaml" .
run() { "$PUSHSIM" run knee.yaml --quiet "$@"; echo "exit $?"; }
tables() {
    for table in run metric parameter series event latency; do
        "$PUSHSIM" export --table $table "$1"
        "$PUSHSIM" export --table $table --format json "$1"
    done
}
run --jobs 1 --db one.db
run --jobs 2 --db two.db
run --jobs 7 --db seven.db
tables one.db >one
tables two.db | cmp - one && echo "two workers: same bytes"
tables seven.db | cmp - one && echo "seven workers: same bytes"
run --force --db one.db
tables one.db | cmp - one && echo "again: same bytes"

{ timeout -s KILL 0.05 "$PUSHSIM" run knee.yaml --quiet --db killed.db; } 2>/dev/null
run --db killed.db
tables killed.db | cmp - one && echo "killed and resumed: same bytes"

run --set replications=1 --db part.db
run --db part.db
tables part.db | cmp - one && echo "more replications later: same bytes"
run --set replications=1 --db part.db
echo "runs left with fewer: $(($("$PUSHSIM" export --table run part.db | wc -l) - 1))"
run --set replications=1 --set seed=2 --db seed.db
"$PUSHSIM" export --table latency seed.db | cmp -s - <("$PUSHSIM" export --table latency part.db) ||
    echo "another seed: other figures"
ls -I 'killed.db-*' # a process killed between its last write and its end leaves a log
