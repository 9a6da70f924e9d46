# The series as an exporter would tell them: rows by hand, so that each sample can be counted.
cat >made.yaml <<'Y'
workload.phases: [ { name: steady, duration: 4s, rate: 1/s } ]
sweep: { workload.phases.steady.rate: [1/s, 2/s] }
replications: 1
Y
"$PUSHSIM" run made.yaml --quiet 2>/dev/null
/usr/bin/python3 - <<'Y'
import sqlite3
db = sqlite3.connect("made.db")
db.execute("DELETE FROM series")
db.execute("UPDATE metric SET value = 4 WHERE name = 'duration'")
db.execute("UPDATE experiment SET name = 'a \"b\" \\ c'")
def put(run, name, points):
    for at_s, value in points:
        db.execute("INSERT INTO series VALUES (?, ?, ?, ?)", (run, name, round(at_s * 1e9), value))
put(1, "drops", [(2, 5), (3, 2)])                          # none in the first second nor the last
put(2, "drops", [(1, 1)])
put(1, "cpu.used", [(1, .25), (2, .5), (3, .125), (4, .125), (4.5, .03125)])
put(1, "delivery.p99", [(1, .002), (3, None), (4.5, 1.5)]) # a gauge has its points alone
put(1, "failure.phase", [(1, 0), (3, 2)])                  # a state holds
put(1, "pod.2.queue", [(1, 3)])
put(1, "pod.10.queue", [(1, 4)])
put(1, "pod.2.restarts", [(3, 1)])
put(1, "disconnects.client_left", [(4, 1)])
put(1, "memory", [(1, 3 * 2 ** 30)])
put(1, "some.day", [(1, 7)])                               # of a later program
db.commit()
Y
"$PUSHSIM" export made.db --format openmetrics
"$PUSHSIM" export made.db --format openmetrics --table series --begin 1764000000 | grep -E 'memory|p99'
"$PUSHSIM" export made.db --format openmetrics --arm real
"$PUSHSIM" export made.db --format openmetrics --table run 2>&1 | head -n 1
"$PUSHSIM" export made.db --format openmetrics --begin -1 2>&1 | head -n 1
"$PUSHSIM" export made.db --begin 5 2>&1 | head -n 1
"$PUSHSIM" export made.db --format openmetrics >/dev/full
echo "exit $?"
# of a whole run: each family once, its samples together, times of a stream in order, one end
printf 'workload.phases: [ { name: s, duration: 20s, rate: 5/s } ]\nfleet.pods: 2\nfault.crash-at: 9s\n' >fleet.yaml
"$PUSHSIM" run fleet.yaml --quiet 2>/dev/null
"$PUSHSIM" export fleet.db --format openmetrics >fleet.txt
/usr/bin/python3 - <<'Y'
import re
families, streams, family, kind = set(), {}, None, None
lines = open("fleet.txt").read().split("\n")
assert lines[-2:] == ["# EOF", ""], lines[-2:]
for line in lines[:-2]:
    if line.startswith("# TYPE"):
        _, _, family, kind = line.split()
        assert family not in families, family
        families.add(family)
    elif line.startswith("# UNIT"):
        assert line.split()[2] == family and family.endswith("_" + line.split()[3]), line
    else:
        name, labels, value, at = re.fullmatch(r"(\w+)(\{.*\}) (\S+) (\S+)", line).groups()
        assert name == family + ("_total" if kind == "counter" else ""), line
        before = streams.get((name, labels), (-1, 0))
        assert float(at) > before[0] and (kind == "gauge" or float(value) >= before[1]), line
        streams[name, labels] = float(at), float(value)
print(len(families) > 20, {s[0] for s in streams} >= {"pushsim_restarts_total", "pushsim_pod_cpu_ratio"})
Y
# what is summed up is the run's metric
for metric in restarts reconnects; do
    total=$(grep "^pushsim_${metric}_total" fleet.txt | tail -n 1 | cut -d' ' -f2)
    "$PUSHSIM" export fleet.db | grep ",$metric,1,$total$"
done
# no two labels of one name, and all that is swept, however much: else two pods were one stream
cat >wide.yaml <<Y
workload.phases: [ { name: x-y, duration: 2s, rate: 5/s }, { name: x_y, duration: 2s, rate: 5/s },
$(for i in $(seq 10 29); do echo "  { name: a-rather-long-named-phase-$i, duration: 100ms, rate: 5/s },"; done) ]
fleet.pods: 2
fault.crash-at: 1s
sweep:
  workload.phases.x-y.rate: [5/s]
  workload.phases.x_y.rate: [6/s]
$(for i in $(seq 10 29); do echo "  workload.phases.a-rather-long-named-phase-$i.rate: [5/s]"; done)
Y
"$PUSHSIM" run wide.yaml --quiet 2>/dev/null
"$PUSHSIM" export wide.db --format openmetrics >wide.txt
/usr/bin/python3 - <<'Y'
import re
for line in open("wide.txt"):
    if "_total{" in line:
        names = re.findall(r'(\w+)="', line)
        assert len(names) == len(set(names)) == 4 + 22 + ("pushsim_pod_" in line), line
    if line.startswith("pushsim_pod_restarts_total"):
        last = line
print(re.findall(r'\w*x_y\w*="[^"]*"|pod="[^"]*"', last))
Y
