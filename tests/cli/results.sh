# run, export, merge and compare end to end, with figures of our own in place of the model's.
cp "$CLI/knee.yaml" .
"$PUSHSIM" run knee.yaml --quiet
echo "exit $?"
"$PUSHSIM" run knee.yaml --set slo.p99=1us --quiet
echo "exit $? when a threshold is broken"
/usr/bin/python3 - <<'Y'
import sqlite3
figures = {"delivery.p50": 0.010, "delivery.p95": 0.020, "delivery.p99": 0.030, "dropped": 0,
           "cpu.throttled_share": 0.25, "cpu.used": 1.5}
db = sqlite3.connect("knee.db")
db.execute("DELETE FROM metric")
for run, point, replication in db.execute("SELECT id, point, replication FROM run").fetchall():
    for name, value in figures.items():
        scale = (10 if point % 2 == 0 else 1) * (1 + replication / 100)
        db.execute("INSERT INTO metric VALUES (?, ?, 's', ?)",
                   (run, name, value if "share" in name else value * scale))
db.commit()
db.execute("VACUUM INTO 'real.db'")
real = sqlite3.connect("real.db")
real.execute("UPDATE run SET arm = 'real'")
real.execute("UPDATE metric SET value = value * 1.25 WHERE name LIKE 'delivery.%'")
real.execute("UPDATE run SET scenario_hash = 'ff' WHERE point = 4")
real.execute("UPDATE run SET status = 'invalid', reason = 'client late' WHERE point = 3")
real.commit()
Y
"$PUSHSIM" compare knee.db real.db
echo "exit $?"
"$PUSHSIM" compare knee.db real.db --threshold 400ms --spread 2>/dev/null | head -n 9
"$PUSHSIM" compare knee.db real.db --format json 2>/dev/null | /usr/bin/python3 -c '
import json, sys
rows = json.load(sys.stdin)
print(len(rows), rows[0])'
"$PUSHSIM" merge all.db knee.db real.db
"$PUSHSIM" merge all.db knee.db real.db
"$PUSHSIM" compare all.db 2>&1 | cmp - <("$PUSHSIM" compare knee.db real.db 2>&1) && echo "merged: same"
"$PUSHSIM" export --table latency all.db --arm real
"$PUSHSIM" export --table run all.db | cut -d, -f1-8 | tail -n 7
"$PUSHSIM" export --table runs all.db
echo "exit $?"
ls
# what only reads makes no database
cat >claim.yaml <<'Y'
claim: T1
question: Is there anything to be judged?
evidence: { one: [delivery.p99 < 1] }
sweep: { protocol: [sse, websocket] }
Y
"$PUSHSIM" verdict claim.yaml -d none.db
echo "exit $?"
"$PUSHSIM" compare none.db
echo "exit $?"
"$PUSHSIM" run claim.yaml --db all.db --quiet
"$PUSHSIM" compare all.db
"$PUSHSIM" explain none.db
echo "exit $?"
"$PUSHSIM" export none.db
echo "exit $?"
ls none.db* 2>/dev/null
# how many runs an answer is true of
/usr/bin/python3 - <<'Y'
import sqlite3
db = sqlite3.connect("knee.db")
for name in ("disconnects", "disconnects.client_left", "metastable", "recovery.time"):
    db.execute("INSERT INTO metric SELECT id, ?, '1', 0 FROM run", (name,))
db.execute("UPDATE metric SET value = 40 WHERE name = 'dropped' AND run IN (SELECT id FROM run WHERE point = 1 AND replication = 1)")
db.execute("UPDATE metric SET value = 40 WHERE name = 'dropped' AND run IN (SELECT id FROM run WHERE point = 2 AND replication > 1)")
db.execute("UPDATE metric SET value = 1 WHERE name = 'metastable' AND run IN (SELECT id FROM run WHERE point = 2 AND replication > 1)")
db.commit()
Y
"$PUSHSIM" compare -o knee.db | head -n 3
# runs of another seed: how many were replaced, what they are of, whose text stays
"$PUSHSIM" run claim.yaml --quiet --set replications=2 --db one.db
"$PUSHSIM" run claim.yaml --quiet --set seed=7 --db seven.db
"$PUSHSIM" merge both.db one.db seven.db 2>&1
"$PUSHSIM" report both.db | grep '^| sim' | cut -d'|' -f3,7
