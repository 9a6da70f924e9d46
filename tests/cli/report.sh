# One page of Markdown from a database: figures and failures by hand, in place of the model's.
echo "cost: { iteration: 5us }" >costs.yaml
cat >made.yaml <<'Y'
question: Which cells hold?
profile: costs.yaml
slo: { p99: 40ms, drops: 1% }
sweep: { protocol: [sse, websocket] }
replications: 2
Y
"$PUSHSIM" run made.yaml --quiet
/usr/bin/python3 - <<'Y'
import sqlite3
figures = {"delivery.p50": .01, "delivery.p95": .02, "delivery.p99": .03, "delivered": 100, "dropped": 0,
           "disconnects": 0, "disconnects.client_left": 0, "cpu.throttled_share": .25, "cpu.used": 1.5,
           "metastable": 0, "recovery.time": 2, "published": 10}
blame = {"throttled": .75, "loop": .125, "pipeline": .125, "network": 0, "queue": 0, "buffers": 0}
figures |= {f"blame.{part}.tail": share for part, share in blame.items()}
db = sqlite3.connect("made.db")
db.execute("DELETE FROM metric")
db.execute("DELETE FROM series")
def put(db, figures):
    for run, point in db.execute("SELECT id, point FROM run").fetchall():
        for name, value in figures.items():
            db.execute("INSERT OR REPLACE INTO metric VALUES (?, ?, 's', ?)",
                       (run, name, 2 * value if point == 2 and "delivery" in name else value))
put(db, figures)
db.commit()
db.execute("VACUUM INTO 'real.db'")
real = sqlite3.connect("real.db")
real.execute("UPDATE run SET arm = 'real'")
put(real, {"dropped": 5, "delivery.p95": .018})
real.execute("DELETE FROM metric WHERE name LIKE 'blame%' OR name LIKE 'cost%'")
real.execute("UPDATE run SET status = 'invalid', reason = 'client late' WHERE point = 2 AND replication = 2")
real.commit()
Y
"$PUSHSIM" report made.db | sed '/^## What broke/,$d' # one arm has no columns for the other
"$PUSHSIM" report real.db | sed '/^## What broke/,$d'
"$PUSHSIM" compare real.db
"$PUSHSIM" compare real.db --outcomes
"$PUSHSIM" merge made.db real.db
# program, host and times differ from one to the next
sed_origin='s/^| \(sim\|real\) | \([0-9]*\) | [^|]* | [^|]* | \([^|]*\) | \([0-9]*\) | 20[^|]* | 20[^|]* |/| \1 | \2 | CODE | HOST | \3 | \4 | WHEN | WHEN |/'
"$PUSHSIM" report made.db | sed "$sed_origin"
echo "exit ${PIPESTATUS[0]}"
printf 'question: And nothing swept?\n' >one.yaml
"$PUSHSIM" run one.yaml --quiet --db both.db --set replications=1
"$PUSHSIM" merge both.db made.db
"$PUSHSIM" report both.db | grep -n '^# '
"$PUSHSIM" report both.db -e one | tail -n 6
"$PUSHSIM" report both.db -e one | grep '^No profile'
"$PUSHSIM" report both.db -e made | cmp - <("$PUSHSIM" report made.db) && echo "the same alone"
"$PUSHSIM" report both.db -e none
echo "exit $?"
"$PUSHSIM" report none.db
echo "exit $?"
# which cells the profile was not fitted to: noted by each run, and followed by a merge
cat >ranged.yaml <<'Y'
cost: { iteration: 5us }
provenance: { ranges: { protocol: sse, clients.count: 10..40, workload.payload: 100B..4KiB } }
Y
cat >outside.yaml <<'Y'
profile: ranged.yaml
workload.phases: [ { name: steady, duration: 2s, rate: 5/s } ]
sweep: { protocol: [sse, websocket], clients.count: [20, 100] }
Y
"$PUSHSIM" run outside.yaml --quiet
rm ranged.yaml
"$PUSHSIM" merge elsewhere.db outside.db
"$PUSHSIM" report elsewhere.db | sed -n '/cells lie outside/,/^The p99/p'
"$PUSHSIM" export outside.db --table parameter | grep -c 'profile.outside,none,$'
printf 'cost: { iteration: 5us }\nprovenance: { ranges: { clients.count: 10..100 } }\n' >ranged.yaml
"$PUSHSIM" run outside.yaml --quiet --force
"$PUSHSIM" report outside.db | grep 'No cell lies'
"$PUSHSIM" report made.db >/dev/full
echo "exit $?"
/usr/bin/python3 - <<'Y'
import sqlite3
db = sqlite3.connect("made.db")
db.execute("UPDATE run SET status = 'failed', reason = 'no such luck'")
db.commit()
Y
"$PUSHSIM" report made.db | head -n 7
