#!/usr/bin/env bash
# Tries that are not sound are kept, with reason and figures, however often a run is made again; and nothing
# reads them as runs. Server and client on one CPU: no run is sound, and the client's floor is not known.
set -u
. "$(dirname "$0")/../support/real_arm.sh"
cat >some.yaml <<'YAML'
clients: { count: 5 }
cpu: { limit: 900m }
workload: { drain: 500ms, phases: [{ name: steady, duration: 500ms, rate: 5/s }] }
real: { repeats: 1 }
YAML
replay() { PATH="$(dirname "$PUSHSIM"):$PATH" taskset -c 0 "$PUSHSIM" replay some.yaml --server "$null" "$@" 2>said; }
ask() { sqlite3 some.db "$1"; }

needs_real_arm some.yaml
# a server that is not there is told before anything is measured
sed 's|^command: .*|command: [./not-there]|' "$null" >absent.yaml
"$PUSHSIM" replay some.yaml --server absent.yaml --db absent.db >out 2>&1 && fail "replays what is not there"
[ "$(cat out)" = "pushsim: ./not-there: No such file or directory" ] || fail "not there: $(cat out)"
for i in 1 2; do
    replay >out || fail "replay $i: exit $?: $(cat said)"
    # without a floor no further try would be sound, so that each campaign makes one
    grep -q '^pushsim: warning: .*; no run is sound until it can be measured$' said || fail "no warning: $(cat said)"
    grep -Eq "^$i (try|tries) for 0 real runs: $i rejected\$" out || fail "replay $i prints: $(cat out)"
    grep -q '^ *'$i'  server and client share CPU 0$' out || fail "replay $i: no reason: $(cat out)"
done
[ "$(ask "SELECT number, status FROM rejected ORDER BY id" | paste -sd' ')" = "1|invalid 2|invalid" ] ||
    fail "tries: $(ask 'SELECT * FROM rejected')"
[ "$(ask "SELECT count(*) FROM rejected_metric WHERE name = 'cpu.used' AND value > 0")" = 2 ] || fail "figures lost"
[ "$(ask "SELECT status FROM run")" = invalid ] || fail "runs: $(ask 'SELECT * FROM run')"
[ "$("$PUSHSIM" export --table metric --arm real some.db | wc -l)" = 1 ] || fail "a try is read as a run"
[ "$("$PUSHSIM" export --table rejected some.db | tail -n +2 | cut -d, -f2-7 | paste -sd' ')" = \
    "real,1,1,1,,invalid real,1,1,2,,invalid" ] || fail "exported: $("$PUSHSIM" export --table rejected some.db)"
