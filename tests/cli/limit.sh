# limit judged by rows that are there: made ones, of the simulator itself, so that both arms agree.
cat > knee.yaml <<'Y'
cpu: { limit: 100m }
clients.count: 100
workload:
  arrivals: poisson
  phases: [ { name: load, duration: 2s, rate: 10/s } ]
replications: 20
slo: { p99: 500ms }
Y
"$PUSHSIM" limit knee.yaml --sim-only
echo "exit $?, and no database: $(ls *.db 2>/dev/null)"
for clients in 600 700 800 900 1000; do
    "$PUSHSIM" run knee.yaml --quiet --set clients.count=$clients --db $clients.db
done
# One real run of each replication, at one of the values in turn; the 7th was not sound, the 8th failed.
/usr/bin/python3 - <<'Y'
import shutil
import sqlite3
def asked(scenario, seed):
    value = 0xcbf29ce484222325
    for byte in int(scenario, 16).to_bytes(8, "little") + seed.to_bytes(8, "little"):
        value = (value ^ byte) * 0x100000001b3 % 2**64
    return f"{value:016x}"
shutil.copy("800.db", "knee.db")
db = sqlite3.connect("knee.db")
db.execute("DELETE FROM run")
for k in range(1, 21):
    clients = 600 + 100 * (k % 5)
    one = sqlite3.connect(f"{clients}.db")
    run, scenario, seed = one.execute(
        "SELECT id, scenario_hash, seed FROM run WHERE replication = ?", (k,)).fetchone()
    status, why = {7: ("invalid", "others"), 8: ("failed", "no server")}.get(k, ("done", ""))
    new = db.execute(
        "INSERT INTO run (experiment, arm, point, replication, cell, seed, status, reason, "
        "config_hash, scenario_hash, code_version, host, started_at, wall_s) "
        "VALUES (1, 'real', 1, ?, ?, ?, ?, ?, ?, ?, '', 'here', '2026-11-27T03:00:00Z', 1)",
        (k, f"clients.count={clients}", seed, status, why, asked(scenario, seed), scenario)).lastrowid
    metrics = one.execute("SELECT name, unit, value FROM metric WHERE run = ?", (run,)).fetchall()
    metrics += [("limit.value", "1", clients), ("limit.tries", "1", 3 if k == 7 else 1)]
    if status != "failed":
        db.executemany("INSERT INTO metric VALUES (?, ?, ?, ?)", [(new, *m) for m in metrics])
db.commit()
Y
"$PUSHSIM" limit knee.yaml --sim-only
echo "exit $?"
"$PUSHSIM" limit knee.yaml --sim-only --format json | /usr/bin/python3 -c '
import json, sys
answer = json.load(sys.stdin)[0]
print(answer["real"]["runs"], answer["sim_alike"]["runs"])'
# Rows that were asked something else say nothing of this.
"$PUSHSIM" limit knee.yaml --sim-only --set cpu.limit=200m
echo "exit $?"
# A range that is at odds with another option; and one that most searches find no limit in.
"$PUSHSIM" limit knee.yaml --over cpu.burst
echo "exit $?"
"$PUSHSIM" limit knee.yaml --sim-only --from 10 --to 850
# Of what there are few the range starts at one.
"$PUSHSIM" limit knee.yaml --over fleet.pods --set replications=2 2>&1 | grep slo
# Nothing in the range keeps the slo, or all of it does.
"$PUSHSIM" limit knee.yaml --set replications=2 --set slo.p99=1us
"$PUSHSIM" limit knee.yaml --set replications=2 --to 20
# Above what the CPUs give there is no more to be had.
"$PUSHSIM" limit knee.yaml --set replications=2 --over cpu.limit --set slo.p99=1us
# Nobody starts half a worker.
"$PUSHSIM" limit knee.yaml --set replications=4 --over server.workers --set slo.p99=30ms
# The option that is asked about is set as well: where there is no room for it, that is said.
"$PUSHSIM" limit knee.yaml --sim-only $(seq -f '--set seed=%g' 63)
echo "exit $?"
# More runs than the simulator can tell apart: each of the twenty as often as to be too many.
/usr/bin/python3 - <<'Y'
import sqlite3
db = sqlite3.connect("knee.db")
columns = [c[1] for c in db.execute("PRAGMA table_info(run)")]
names = ", ".join(c for c in columns if c not in ("id", "replication"))
for run, k in db.execute("SELECT id, replication FROM run WHERE status = 'done'").fetchall():
    for more in range(1, 112):
        new = db.execute(f"INSERT INTO run (replication, {names}) SELECT ?, {names} FROM run "
                         "WHERE id = ?", (k + 20 * more, run)).lastrowid
        db.execute("INSERT INTO metric SELECT ?, name, unit, value FROM metric "
                   "WHERE run = ?", (new, run))
db.commit()
Y
"$PUSHSIM" limit knee.yaml --sim-only 2>&1 | tail -n 1
echo "exit ${PIPESTATUS[0]}"
# A queue that may be neither too short (drops) nor too long (a slow class's latencies).
cat > queue.yaml <<'Y'
protocol: websocket
server: { queue: { policy: drop-oldest }, write-high: 1KiB, write-low: 0 }
clients: { count: 100, classes: 2, slow: { share: 0.04, read-rate: 400KiB } }
network: { socket: 16KiB }
workload: { payload: 64KiB, phases: [ { name: load, duration: 30s, rate: 10/s } ] }
replications: 3
slo: { p99: 8s, drops: 0.8% }
Y
"$PUSHSIM" limit queue.yaml --over server.queue.bound --from 1 --to 1000
"$PUSHSIM" limit queue.yaml --over server.queue.bound --to 75
# Where nothing was measured nothing keeps the slo.
sed 's/rate: 10/measure: no, rate: 10/' knee.yaml > unmeasured.yaml
"$PUSHSIM" limit unmeasured.yaml
echo "exit $?"
