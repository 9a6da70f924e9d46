#!/usr/bin/env bash
# An interrupted run ends at once, though a simulation is under way that takes long: it keeps the finished runs,
# also those behind the unfinished one in the plan, closes the database, says so and tells the signal by
# its exit status. The next time only the rest is made.
set -u
PUSHSIM=$(realpath "${PUSHSIM:-build/pushsim}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "$*"
    exit 1
}
# the third of seven runs is long
cat >"$work/x.yaml" <<'YAML'
question: What stays of a run that is interrupted?
workload: { phases: [{ name: steady, duration: 30s, rate: 5/s }] }
sweep:
  zip:
    clients.count: [10, 20, 200000, 30, 40, 50, 60]
    clients.stalls: [0, 0, 10/s, 0, 0, 0, 0]
YAML
rows() { "$PUSHSIM" export "$work/x.db" --table run --format csv | grep -c ',done,'; }

for signal in INT:130 TERM:143 HUP:129; do
    rm -f "$work"/x.db*
    # a background job of a script has SIGINT ignored, which the program respects
    /usr/bin/python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$PUSHSIM" run "$work/x.yaml" --db "$work/x.db" --jobs 2 >"$work/out" 2>"$work/said" &
    pid=$!
    for _ in $(seq 100); do
        [ -f "$work/x.db" ] && [ "$(rows)" = 2 ] && break
        sleep 0.1
    done
    sleep 0.3 # the other worker makes those behind the long one meanwhile
    kill -0 "$pid" 2>/dev/null || fail "ended by itself: $(cat "$work/said")"
    begun=$(date +%s)
    kill "-${signal%:*}" "$pid"
    wait "$pid"
    status=$?
    [ "$status" = "${signal#*:}" ] || fail "exit $status after SIG${signal%:*}: $(cat "$work/said")"
    [ $(($(date +%s) - begun)) -le 5 ] || fail "took too long to end"
    grep -q "interrupted by SIG${signal%:*}; 6 finished runs kept -> $work/x.db" "$work/said" ||
        fail "says: $(cat "$work/said")"
    [ "$(rows)" = 6 ] || fail "$(rows) runs kept, not 6"
    ls "$work"/x.db-* 2>/dev/null && fail "the database was not closed"
done

sed -i 's|200000|25|; s|10/s|0|' "$work/x.yaml"
"$PUSHSIM" run "$work/x.yaml" --db "$work/x.db" >"$work/out" || fail "cannot go on"
grep -q '^1 run made in .* 6 already there' "$work/out" || fail "made anew: $(cat "$work/out")"
echo ok
