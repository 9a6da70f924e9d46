# Parts of a plan, for several machines: which runs, into which file, what is said, what is refused.
cp "$CLI/knee.yaml" .
# figures and times of the host are not for here
run() { "$PUSHSIM" run knee.yaml "$@" 2>&1 | sed 's/ in [0-9.]* s,/,/'; echo "exit ${PIPESTATUS[0]}"; }
part() { run "$@" | grep -E '^(shard|exit|[0-9]+ run)'; }
runs() { "$PUSHSIM" export --table run "$1" | cut -d, -f3,4 | tail -n +2 | paste -sd' '; }

echo "-- what check tells"
"$PUSHSIM" check knee.yaml --shard 2/5 | sed -n 2,4p
"$PUSHSIM" check knee.yaml --shard 9/10 | sed -n 4p
"$PUSHSIM" check knee.yaml --shard 1/1 | grep -c shard

echo "-- five parts"
for i in 1 2 3 4 5; do part --shard $i/5; runs knee.$i-of-5.db; done
part --shard 2/5
part --shard 2/5 --force
"$PUSHSIM" merge knee.db knee.*-of-5.db
part
ls

echo "-- a database for several parts, ample ones and starved ones: each is judged by its own runs"
part --shard 1/6 --db two.db --set slo.p99=100ms
part --shard 4/6 --db two.db --set slo.p99=100ms
part --shard 1/6 --db two.db --set slo.p99=100ms

echo "-- the table is the part's: one replication of three, in two cells of four"
run --shard 1/6 | awk 'NF && !/^(Does|means|with) |made|^shard/ { print $1, $2 }'
cat >>knee.yaml <<'Y'
assert:
  - lost == 0
  - dropped > 1e9 if protocol=websocket cpu.limit=20m
Y
run --shard 1/12 | sed -n '/^asserted/,$p'
run --shard 12/12 | sed -n '/^asserted/,$p'

echo "-- a verdict by a part says so"
cat >claim.yaml <<'Y'
claim: T1
question: Is the starved cell later?
evidence: { one: [delivery.p99 if cpu.limit=20m > delivery.p99 if cpu.limit=1000m] }
clients: { count: 50 }
workload: { phases: [{ name: steady, duration: 3s, rate: 20/s }] }
sweep: { cpu.limit: [1000m, 20m] }
replications: 12
Y
"$PUSHSIM" run claim.yaml --quiet --shard 1/2
"$PUSHSIM" verdict claim.yaml --db claim.1-of-2.db
"$PUSHSIM" run claim.yaml --quiet --shard 2/2
"$PUSHSIM" merge claim.db claim.?-of-2.db
"$PUSHSIM" verdict claim.yaml

echo "-- so do report and compare, until the parts are merged"
shared() { "$PUSHSIM" "$@" 2>&1 | grep -E '^A part|simulated and'; }
shared report claim.1-of-2.db
shared compare claim.1-of-2.db
shared compare --outcomes claim.1-of-2.db
"$PUSHSIM" compare --format json claim.1-of-2.db 2>&1 >/dev/null
shared compare claim.1-of-2.db claim.2-of-2.db
shared compare claim.db
shared report claim.db
# one from before plans were noted does not know
/usr/bin/python3 -c 'import sqlite3; sqlite3.connect("claim.1-of-2.db").execute("DROP TABLE plan")'
shared report claim.1-of-2.db
"$PUSHSIM" merge old.db claim.1-of-2.db

echo "-- a Slurm array, --array=3-9:2; a Kubernetes Indexed Job"
export SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_MAX=9 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=4
"$PUSHSIM" check knee.yaml | grep shard
"$PUSHSIM" check knee.yaml --shard 1/2 | grep shard
"$PUSHSIM" check knee.yaml --shard /5
SLURM_ARRAY_TASK_STEP=1 "$PUSHSIM" run knee.yaml --quiet
echo "exit $?"
unset SLURM_ARRAY_TASK_ID
JOB_COMPLETION_INDEX=0 "$PUSHSIM" check knee.yaml --shard /4 | grep shard
JOB_COMPLETION_INDEX=2 "$PUSHSIM" run knee.yaml --quiet
echo "exit $?"
JOB_COMPLETION_INDEX=4 "$PUSHSIM" run knee.yaml --shard /4
"$PUSHSIM" run knee.yaml --shard /4
echo "exit $?"

echo "-- refused, and nothing made"
mkdir empty && cd empty && cp ../knee.yaml .
for shard in 0/4 5/4 x/y 3 1/0 -1/4 ''; do
    "$PUSHSIM" run knee.yaml --shard "$shard" >../said 2>&1
    echo "exit $?: $(head -n 1 ../said)"
done
"$PUSHSIM" run knee.yaml --shard 1/13
echo "exit $?"
"$PUSHSIM" replay knee.yaml --shard 1/9
echo "exit $?"
"$PUSHSIM" replay knee.yaml --shard 1/4 --repeat 3 --record played.csv --server none.yaml
echo "exit $?"
ls
