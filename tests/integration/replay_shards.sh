#!/usr/bin/env bash
# Shards of a replay measure each run once between them, each its own alone, and are merged beside the
# simulated rows; a shard that is there is not measured again.
set -u
. "$(dirname "$0")/../support/real_arm.sh"
cat >some.yaml <<'YAML'
question: Who measures which run?
clients: { count: 5 }
workload: { phases: [{ name: steady, duration: 1s, rate: 5/s }] }
sweep: { cpu.limit: [900m, 1000m] }
real: { repeats: 2 }
YAML
# what is made, not whether this host was calm enough for it to be sound
replay() { PATH="$(dirname "$PUSHSIM"):$PATH" "$PUSHSIM" replay some.yaml --server "$null" --retries 0 "$@" 2>said; }
runs() { "$PUSHSIM" export --table run --arm real "$1" | cut -d, -f3,4 | tail -n +2 | paste -sd' '; }

needs_real_arm some.yaml
for i in 1 2 3; do
    replay --shard $i/3 >out || fail "shard $i: exit $?: $(cat said)"
    grep -q "^shard $i of 3: $((i == 1 ? 2 : 1)) of 4 runs$" out || fail "shard $i says: $(cat out)"
done
[ "$(runs some.1-of-3.db)" = "1,1 2,2" ] || fail "shard 1 has $(runs some.1-of-3.db)"
[ "$(runs some.2-of-3.db)" = "1,2" ] || fail "shard 2 has $(runs some.2-of-3.db)"
[ "$(runs some.3-of-3.db)" = "2,1" ] || fail "shard 3 has $(runs some.3-of-3.db)"
/usr/bin/python3 - <<'PY'
import sqlite3
db = sqlite3.connect("some.2-of-3.db")
db.execute("UPDATE run SET status = 'done', reason = ''")
db.commit()
PY
replay --shard 2/3 | grep -q '^0 runs made, 1 already there' || fail "measured again: $(cat said)"
"$PUSHSIM" run some.yaml --quiet || fail "run: exit $?"
"$PUSHSIM" merge some.db some.3-of-3.db some.1-of-3.db some.2-of-3.db >/dev/null || fail "merge: exit $?"
[ "$(runs some.db)" = "1,1 1,2 2,1 2,2" ] || fail "merged: $(runs some.db)"
