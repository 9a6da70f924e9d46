# What a made run is explained as, by hand: calm until 20 s, a burst until 40 s.
cat > made.yaml <<'Y'
question: What does a burst do?
clients: { count: 100 }
cpu: { limit: 200m }
workload:
  phases:
    - { name: calm, duration: 20s, rate: 1/s }
    - { name: burst, duration: 20s, rate: 4/s }
    - { name: after, duration: 40s, rate: 1/s }
sweep: { protocol: [sse, websocket] }
replications: 2
Y
"$PUSHSIM" run made.yaml --quiet
"$PUSHSIM" explain made.db
"$PUSHSIM" export --table explained made.db | head -n 2
# p95 drifts at 20 s, p99 and reconnects follow at 25 s, a fifth of the clients is gone at 30 s
/usr/bin/python3 - <<'Y'
import sqlite3
db = sqlite3.connect("made.db")
run, = db.execute("SELECT id FROM run WHERE point = 2 AND replication = 1").fetchone()
for table in "series", "event":
    db.execute(f"DELETE FROM {table} WHERE run = ?", (run,))
for second in range(80):
    at = (second + 1) * 10**9
    p50, p95, p99, lost, gone = (
        (.02, .03, .04, 0, 0) if second < 20 or second >= 47 else
        (.02, .09, .10, 0, 0) if second < 25 or second >= 42 else
        (.04, .20, .90, 5, 3) if second < 30 else (.10, .90, 3.0, 20, 20))
    for name, value in (("delivery.p50", p50), ("delivery.p95", p95), ("delivery.p99", p99),
                        ("cpu.used", 0.1), ("clients.open", 100 - gone), ("disconnects", lost)):
        db.execute("INSERT INTO series VALUES (?, ?, ?, ?)", (run, name, at, value))
db.execute("INSERT INTO event VALUES (?, 1, 31000000000, 'oom', '64 MB held, limit 64 MB')", (run,))
db.commit()
Y
"$PUSHSIM" explain made.db 2
"$PUSHSIM" explain made.db 2/1 --format json | /usr/bin/python3 -c '
import json, sys
run, = json.load(sys.stdin)
print({k: run[k] for k in ("broke_first", "recovery_s", "metastable", "phase_max", "false_green_s")})
print(run["phases"])
print(run["signals"]["p95"])'
"$PUSHSIM" explain made.db --cell protocol=sse --format json | grep -c '"broke_first": null'
# what there is, where nothing is as asked for
"$PUSHSIM" explain made.db 3
echo "exit $?"
"$PUSHSIM" explain made.db --cell protocol=quic
"$PUSHSIM" explain made.db --arm real
"$PUSHSIM" explain made.db --arm real --experiment made
"$PUSHSIM" explain made.db --experiment none
"$PUSHSIM" explain made.db 2/x 2>&1 | head -n 1
"$PUSHSIM" explain none.db
echo "exit $?"
# starved all the time, and nothing says what is too late: even is not calm
printf 'question: q?\nclients: { count: 500 }\ncpu: { limit: 60m }\nworkload:\n  arrivals: constant\n  phases: [{ name: a, duration: 8s, rate: 10/s }]\n' >even.yaml
"$PUSHSIM" run even.yaml --quiet
"$PUSHSIM" explain even.db 1
# the mean keeps what single runs break
"$PUSHSIM" run "$CLI/../../experiments/sse-vs-websocket.yaml" --db mean.db --set protocol=sse \
    --set cpu.limit=600m --set clients.count=4000 | tail -n 2
# A beginning that is beyond the slo is no calm.
"$PUSHSIM" run made.yaml --quiet --set clients.count=1000 --set cpu.limit=60m --set slo.p99=200ms --set replications=1 --db late.db 2>/dev/null
"$PUSHSIM" explain late.db 1 2>&1 | grep -E 'calm|reference'
