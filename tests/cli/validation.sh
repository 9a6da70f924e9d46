# validate and limit: refusals, a prediction that is judged by made real rows, shapes of output.
cat > profile.yaml <<'Y'
cost: { publish: 100us }
fit: { cells: [ { key: "protocol=sse clients.count=300 rate=10/s" } ] }
Y
cat > held.yaml <<'Y'
profile: profile.yaml
cpu: { period: 100ms }
workload:
  same-arrivals: yes
  drain: 1s
  phases: [ { name: load, duration: 2s, rate: 10/s } ]
sweep: { clients.count: [100, 200] }
replications: 20
slo: { p99: 500ms }
Y
"$PUSHSIM" validate held.yaml --set clients.count=300 --sim-only
echo "exit $? for a cell of the fit"
"$PUSHSIM" validate held.yaml --set slo.p99=none --sim-only
echo "exit $?"
sed 's/^sweep: .*/sweep: { clients.count: [100, 200], slo.p99: [50ms, 500ms] }/; /^slo:/d' held.yaml >swept.yaml
"$PUSHSIM" validate swept.yaml --sim-only
echo "exit $? for an slo that is swept"
printf 'cost: { publish: 100us }\n' > bare.yaml
"$PUSHSIM" validate held.yaml --profile bare.yaml --sim-only
echo "exit $?"
"$PUSHSIM" validate held.yaml --sim-only --summary
echo "exit $? without real rows"
/usr/bin/python3 - <<'Y'
import sqlite3
db = sqlite3.connect("held.db")
columns = [c[1] for c in db.execute("PRAGMA table_info(run)") if c[1] not in ("id", "arm")]
names = ", ".join(columns)
for run, replication in db.execute(
        "SELECT id, replication FROM run WHERE replication <= 3 ORDER BY id").fetchall():
    new = db.execute(f"INSERT INTO run (arm, {names}) SELECT 'real', {names} FROM run "
                     "WHERE id = ?", (run,)).lastrowid
    db.execute("INSERT INTO metric SELECT ?, name, unit, CASE WHEN name LIKE 'delivery.%' "
               "THEN value * ? ELSE value END FROM metric WHERE run = ?",
               (new, 1.3 + replication / 10, run))
# two of the runs tell how many tries they took; one try was rejected
db.execute("INSERT INTO metric SELECT id, 'client.tries', '1', CASE replication WHEN 1 THEN 2 ELSE 1 END "
           "FROM run WHERE arm = 'real' AND replication < 3 AND point = 1")
db.execute("INSERT INTO rejected VALUES (1, 1, 1, 1, 1, 'clients.count=100', 'invalid', "
           "'the host took CPU time away: 3 % (at most 2 %)', 'h', 'v', 'made', '2026-11-27T00:00:00Z', 1)")
db.commit()
Y
"$PUSHSIM" validate held.yaml --sim-only
echo "exit $?"
# the client's own time is most of one cell's latency in all runs, of the other's in one
cp held.db client.db
/usr/bin/python3 - <<'Y'
import sqlite3
db = sqlite3.connect("client.db")
db.execute("INSERT INTO metric SELECT m.run, 'floor.first', 's', CASE WHEN r.point = 1 OR r.replication = 1 "
           "THEN 0.6 * m.value ELSE 0.1 * m.value END FROM metric m JOIN run r ON r.id = m.run "
           "WHERE m.name = 'delivery.p50' AND r.arm = 'real'")
db.commit()
Y
"$PUSHSIM" validate held.yaml --db client.db --sim-only
"$PUSHSIM" compare client.db
"$PUSHSIM" validate held.yaml --sim-only --format csv | head -n 3
"$PUSHSIM" validate held.yaml --sim-only --format json | /usr/bin/python3 -c '
import json, sys
v = json.load(sys.stdin)
print(sorted(v), len(v["cells"]), v["cells"][0]["metrics"][0]["metric"], v["scores"][0])'
"$PUSHSIM" limit held.yaml --set cpu.limit=100m
"$PUSHSIM" limit held.yaml --over cpu.limit --from 10m --to 900m
"$PUSHSIM" limit held.yaml --over cpu.limit --from 300m --to 900m
"$PUSHSIM" limit held.yaml --format json --set cpu.limit=100m | /usr/bin/python3 -c '
import json, sys
print(sorted(json.load(sys.stdin)[0]["sim"]))'
"$PUSHSIM" limit held.yaml --over server.queue.policy
echo "exit $?"
"$PUSHSIM" limit held.yaml --from 50 --to 20
echo "exit $?"
# the range is by the option's unit, within what it takes; errors name what was written
"$PUSHSIM" limit held.yaml --over cpu.limit
"$PUSHSIM" limit held.yaml --over workload.payload --set protocol=sse --precision 10% | head -n 1
"$PUSHSIM" limit held.yaml --over cpu.limit --to 40m
for range in "cpu.limti" "cpu.limit --from 10" "cpu.limit --from low" "cpu.limit --to high" "cpu.limit --from 0.1m" \
    "cpu.limit --to 1000000" "workload.phases.no.rate" "clients.count --from 10m"; do
    "$PUSHSIM" limit held.yaml --over $range
done
echo "exit $?"
# runs whose pace is on another scale than the profile's: judged, with a warning
cat > scaled.yaml <<'Y'
cost: { publish: 100us }
fit: { best-pace: 0.906ns, cells: [ { key: "protocol=sse clients.count=300 rate=10/s" } ] }
Y
/usr/bin/python3 - <<'Y'
import sqlite3
db = sqlite3.connect("held.db")
db.execute("INSERT INTO metric SELECT id, 'host.pace.best', 's', 1.017e-9 FROM run WHERE arm = 'real'")
db.commit()
Y
"$PUSHSIM" validate held.yaml --profile scaled.yaml --sim-only --summary >/dev/null
"$PUSHSIM" validate held.yaml --profile profile.yaml --sim-only --summary >/dev/null
# Of few replications least and greatest are no 90 %.
"$PUSHSIM" validate held.yaml --sim-only --summary --set replications=9 --db few.db 2>&1 | grep intervals
