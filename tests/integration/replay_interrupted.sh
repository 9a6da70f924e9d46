#!/usr/bin/env bash
# An interrupted replay ends its server, removes its cgroup, keeps its run as a failed row (but not in the
# place of a good one) and tells the signal by its exit status; the next one removes what a killed
# one left behind.
set -u
PUSHSIM=$(realpath "${PUSHSIM:-build/pushsim}")
null=$(realpath "$(dirname "$0")/../servers/null.yaml")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
left() { find /sys/fs/cgroup -maxdepth 3 -name "pushsim-$1-*" 2>/dev/null; }
fail() {
    echo "$*"
    exit 1
}
cat >"$work/long.yaml" <<'YAML'
question: Is a run that is interrupted ended in order?
clients: { count: 20 }
cpu: { limit: 730m }
workload: { phases: [{ name: steady, duration: 60s, rate: 5/s }] }
YAML

# begin: starts a replay in the background ($pid); waits until its run has begun, which its limit
# shows (the load client's floor goes before, without one)
begin() {
    PATH="$(dirname "$PUSHSIM"):$PATH" "$PUSHSIM" replay "$work/long.yaml" --db "$work/long.db" \
        --server "$null" --force >/dev/null 2>"$work/said" &
    pid=$!
    for _ in $(seq 300); do
        left "$pid" | while read -r dir; do cat "$dir/cpu.cfs_quota_us" "$dir/cpu.max" 2>/dev/null; done |
            grep -q '^73000\b' && return
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    grep -q 'cannot make a cgroup\|no cpu controller' "$work/said" &&
        echo "skipped: $(cat "$work/said")" && exit 77
    fail "no run begins: $(cat "$work/said")"
}

begin
sleep 0.5
server=$(pgrep -P "$pid")
[ -n "$server" ] || fail "the run has no server"
kill -TERM "$pid"
wait "$pid"
status=$?
[ "$status" = 143 ] || fail "exit $status, not 143: $(cat "$work/said")"
[ -z "$(left "$pid")" ] || fail "left behind: $(left "$pid")"
kill -0 "$server" 2>/dev/null && fail "the server runs on"
"$PUSHSIM" export "$work/long.db" --table run --format csv >"$work/rows"
grep -q 'failed.*interrupted by SIGTERM' "$work/rows" || fail "no failed row: $(cat "$work/rows")"

# With --force an older run stays where the new one comes to nothing: a sound one, not a failed one.
/usr/bin/python3 - "$work/long.db" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE run SET status = 'done', reason = ''")
run = db.execute("SELECT id FROM run").fetchall()
assert len(run) == 1, run
db.execute("INSERT INTO metric VALUES (?, 'delivery.p99', 's', 0.0625)", run[0])
db.commit()
PY
begin
sleep 0.5
kill -TERM "$pid"
wait "$pid"
[ $? = 143 ] || fail "a second time, not 143: $(cat "$work/said")"
"$PUSHSIM" export "$work/long.db" --table run --format csv >"$work/rows"
grep -q failed "$work/rows" && fail "the good row is gone: $(cat "$work/rows")"
"$PUSHSIM" export "$work/long.db" | grep -q 'delivery.p99,s,0.0625' || fail "the good row lost its figures"
grep -q 'the run that was there stays' "$work/said" || fail "says nothing of it: $(cat "$work/said")"

# What a killed one leaves, the next campaign removes: of processes that are gone, and empty.
tops=$(for dir in cpu cpuacct memory; do [ -d "/sys/fs/cgroup/$dir" ] && echo "/sys/fs/cgroup/$dir"; done)
for top in ${tops:-/sys/fs/cgroup}; do
    mkdir "$top/pushsim-$pid-killed" "$top/pushsim-$$-alive" 2>/dev/null
done
"$PUSHSIM" replay "$work/long.yaml" --probe
swept=$(left "$pid") kept=$(left "$$")
for top in ${tops:-/sys/fs/cgroup}; do
    rmdir "$top/pushsim-$pid-killed" "$top/pushsim-$$-alive" 2>/dev/null
done
[ -z "$swept" ] || fail "not swept away: $swept"
[ -n "$kept" ] || fail "swept away what a living process holds"
echo ok
