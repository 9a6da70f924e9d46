#!/usr/bin/env bash
# Runs of a server whose program has changed are made again; those of the same one are there already.
set -u
. "$(dirname "$0")/../support/real_arm.sh"
cat >some.yaml <<'YAML'
clients: { count: 5 }
workload: { drain: 500ms, phases: [{ name: steady, duration: 500ms, rate: 5/s }] }
real: { repeats: 1 }
YAML
sed 's|^command: .*|command: [sh, start.sh, "{port}"]|' "$null" >own.yaml
echo 'exec pushsim null "$1"' >start.sh
# what is made, not whether this host was calm enough for it to be sound
replay() {
    PATH="$(dirname "$PUSHSIM"):$PATH" "$PUSHSIM" replay some.yaml --server own.yaml --retries 0 "$@" >out 2>said ||
        fail "replay: exit $?: $(cat said)"
    /usr/bin/python3 -c "import sqlite3
db = sqlite3.connect('some.db')
db.execute(\"UPDATE run SET status = 'done', reason = ''\")
db.commit()"
}

needs_real_arm some.yaml
replay
grep -q '^1 run made, 0 already there, 0 failed' out || fail "the first: $(cat out)"
replay
grep -q '^0 runs made, 1 already there' out || fail "the same server: $(cat out)"
grep -q ' there already; --force measures again$' said || fail "says nothing of it: $(cat said)"
echo '# another one' >>start.sh
replay
grep -q '^1 run made, 0 already there' out || fail "another program: $(cat out)"
