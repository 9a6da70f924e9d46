#!/usr/bin/env bash
# limit, validate and calibrate, interrupted while they measure a real server: the server is ended, the
# cgroup is gone, the runs that were stored stay, the status tells the signal. limit also in between, where
# it simulates what it has measured.
set -u
PUSHSIM=$(realpath "${PUSHSIM:-build/pushsim}")
here=$(realpath "$(dirname "$0")/..")
null=$here/servers/null.yaml
profile=$here/../data/profiles/fastapi-uvicorn-xeon.yaml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
left() { find /sys/fs/cgroup -maxdepth 3 -name "pushsim-$1-*" 2>/dev/null; }
fail() {
    echo "$*"
    exit 1
}
cat >limit.yaml <<'YAML'
question: How many clients, if somebody stops the search?
cpu: { limit: 730m }
slo: { p99: 5s }
workload: { phases: [{ name: steady, duration: 60s, rate: 5/s }] }
YAML
cat >validate.yaml <<'YAML'
question: Which runs are kept if somebody stops the campaign?
clients: { count: 20 }
cpu: { limit: 730m }
slo: { p99: 5s }
workload: { phases: [{ name: steady, duration: 5s, rate: 5/s }] }
real: { repeats: 20 }
YAML
"$PUSHSIM" replay validate.yaml --probe >probe 2>&1 || {
    echo "skipped: $(cat probe)"
    exit 77
}

# begin NAME COMMAND ARG...: in the background; a job of a script has SIGINT ignored, which the program respects
declare -A pid
begin() {
    local name=$1
    shift
    PATH="$(dirname "$PUSHSIM"):$PATH" /usr/bin/python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$PUSHSIM" "$@" --server "$null" >"$name.out" 2>"$name.said" &
    pid[$name]=$!
}

# until NAME CONDITION...: waits at most a minute and a half for it
until_it() {
    local name=$1
    shift
    for _ in $(seq 900); do
        "$@" && return
        kill -0 "${pid[$name]}" 2>/dev/null || break
        sleep 0.1
    done
    fail "$name, waiting for '$*': $(cat "$name.said")"
}
has_server() { [ -n "$(pgrep -P "$1")" ]; }
# its limit is set, and not that of the load client's floor, which goes before without one
has_begun() {
    has_server "$1" && left "$1" |
        while read -r dir; do cat "$dir/cpu.cfs_quota_us" "$dir/cpu.max" 2>/dev/null; done | grep -q '^[1-9]'
}
rows() { [ -f "$1" ] && "$PUSHSIM" export "$1" --table run --format csv 2>/dev/null | grep -c ',real,'; }
has_row() { [ "$(rows "$1")" -ge 1 ] 2>/dev/null && has_server "$2"; }

# interrupt NAME SIGNAL STATUS
interrupt() {
    local name=$1 servers begun status
    servers=$(pgrep -P "${pid[$name]}")
    begun=$(date +%s)
    kill "-$2" "${pid[$name]}"
    wait "${pid[$name]}"
    status=$?
    [ "$status" = "$3" ] || fail "$name: exit $status after SIG$2: $(cat "$name.said")"
    [ $(($(date +%s) - begun)) -le 5 ] || fail "$name: took too long to end"
    [ -z "$(left "${pid[$name]}")" ] || fail "$name: left behind: $(left "${pid[$name]}")"
    for server in $servers; do
        kill -0 "$server" 2>/dev/null && fail "$name: its server $server runs on"
    done
}

# all at once: what they measure is not looked at
begin limit limit limit.yaml --arm real --from 10 --to 20
begin validate validate validate.yaml --db validate.db --profile "$profile"
begin calibrate calibrate --rows-only --db calibrate.db

until_it limit has_begun "${pid[limit]}"
sleep 0.3
interrupt limit INT 130
grep -q 'interrupted by SIGINT' limit.said || fail "limit says: $(cat limit.said)"

# Both real runs are there, made of simulated ones (beside the others none would be sound); the simulator
# then makes a hundred thousand series of them.
sed 's/60s/1s/' limit.yaml >brief.yaml
for clients in 10 20; do
    "$PUSHSIM" run brief.yaml --quiet --set clients.count=$clients --set replications=2 --db $clients.db
done
/usr/bin/python3 - <<'PY'
import shutil, sqlite3
shutil.copy("10.db", "search.db")
db = sqlite3.connect("search.db")
db.execute("DELETE FROM run")
for k, clients in ((1, 10), (2, 20)):
    one = sqlite3.connect(f"{clients}.db")
    run, scenario, seed = one.execute(
        "SELECT id, scenario_hash, seed FROM run WHERE replication = ?", (k,)).fetchone()
    asked = 0xcbf29ce484222325
    for byte in int(scenario, 16).to_bytes(8, "little") + seed.to_bytes(8, "little"):
        asked = (asked ^ byte) * 0x100000001b3 % 2**64
    new = db.execute(
        "INSERT INTO run (experiment, arm, point, replication, cell, seed, status, reason, "
        "config_hash, scenario_hash, code_version, host, started_at, wall_s) "
        "VALUES (1, 'real', 1, ?, ?, ?, 'done', '', ?, ?, '', 'here', '2026-11-27T03:00:00Z', 1)",
        (k, f"clients.count={clients}", seed, f"{asked:016x}", scenario)).lastrowid
    metrics = one.execute("SELECT name, unit, value FROM metric WHERE run = ?", (run,)).fetchall()
    db.executemany("INSERT INTO metric VALUES (?, ?, ?, ?)",
                   [(new, *m) for m in metrics + [("limit.value", "1", clients)]])
db.commit()
PY
begin search limit brief.yaml --arm real --from 10 --to 20 --repeats 2 --set replications=100000 --db search.db

for name in validate calibrate; do
    until_it $name has_row $name.db "${pid[$name]}"
    kept=$(rows $name.db)
    sleep 0.3
    interrupt $name TERM 143
    grep -q 'interrupted by SIGTERM' $name.said || fail "$name says: $(cat $name.said)"
    [ "$(rows $name.db)" -ge "$kept" ] || fail "$name: $kept rows before, $(rows $name.db) after"
done

simulates() { grep -q '^2 real runs, 2 of them already there' search.said && ! has_server "$1"; }
until_it search simulates "${pid[search]}"
sleep 0.5
kill -0 "${pid[search]}" 2>/dev/null || fail "search was too short: $(cat search.said)"
interrupt search INT 130
echo ok
