#!/bin/bash
# However a plan is split and the parts are merged, in whatever order and how often, every table is the
# same, byte by byte, as after one unbroken run; a killed shard goes on where it was.
set -e
unset SLURM_ARRAY_TASK_ID JOB_COMPLETION_INDEX
cd "$(dirname "$0")/../cli"
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cp knee.yaml "$here"
cd "$here"

RANDOM=${SEED:-20261126}
echo "seed ${SEED:-20261126}"
tables() {
    for table in run metric parameter series event latency explained rejected; do
        "$PUSHSIM" export --table $table "$1"
        "$PUSHSIM" export --table $table --format json "$1"
    done
}
shuffled() { for f in "$@"; do echo "$RANDOM $f"; done | sort -n | cut -d' ' -f2; }

"$PUSHSIM" run knee.yaml --quiet --db whole.db
tables whole.db >whole
[ "$(wc -l <whole)" -gt 1000 ]

for n in 2 3 4 5 7 11 12; do
    for i in $(shuffled $(seq $n)); do
        "$PUSHSIM" run knee.yaml --quiet --shard $i/$n --jobs $((1 + RANDOM % 3))
    done
    "$PUSHSIM" merge all.db $(shuffled knee.*-of-$n.db) >first
    tables all.db | cmp - whole
    for f in $(shuffled knee.*-of-$n.db) $(shuffled knee.*-of-$n.db); do "$PUSHSIM" merge all.db $f; done >second
    grep -qv ' 0 runs copied' first
    if grep -v ' 0 runs copied' second; then exit 1; fi # the second time there is nothing left
    tables all.db | cmp - whole
    # the same experiment over the merged file has nothing left to do
    "$PUSHSIM" run knee.yaml --db all.db | grep -q '^0 runs made in .*, 12 already there, 0 failed'
    rm -f all.db knee.*.db
done

# parts of different splits overlap
"$PUSHSIM" run knee.yaml --quiet --shard 1/2
"$PUSHSIM" run knee.yaml --quiet --shard 2/3
"$PUSHSIM" run knee.yaml --quiet --shard 4/4
"$PUSHSIM" merge all.db knee.*.db >/dev/null
"$PUSHSIM" run knee.yaml --quiet --shard 2/2 --db all.db
tables all.db | cmp - whole
rm -f all.db knee.*.db

# all at once into one database that is not there yet
for n in 2 4 12; do
    pids=()
    for i in $(seq $n); do
        "$PUSHSIM" run knee.yaml --quiet --shard $i/$n --jobs 1 --db all.db &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid"; done
    tables all.db | cmp - whole
    rm -f all.db*
done

# killed at some moment of the first runs, again and again, then left to end
for wait in 0.01 0.02 0.03 0.05; do
    { timeout -s KILL $wait "$PUSHSIM" run knee.yaml --quiet --shard 2/2 --jobs 1 || true; } 2>/dev/null
done
"$PUSHSIM" run knee.yaml --quiet --shard 2/2
"$PUSHSIM" run knee.yaml --quiet --shard 1/2
"$PUSHSIM" merge all.db knee.2-of-2.db knee.1-of-2.db >/dev/null
tables all.db | cmp - whole
