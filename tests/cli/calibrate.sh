# calibrate: what it cannot measure or fit is said with the place; nothing is left behind.
try() { echo "\$ pushsim $*"; "$PUSHSIM" "$@"; echo "exit $?"; }
try calibrate 2>&1 | head -n 2
try calibrate --server no-such.yaml
printf 'name: x\ncommand: [x]\nready: http://127.0.0.1/\npublish: http://127.0.0.1/\n' >deaf.yaml
try calibrate --server deaf.yaml
{ cat deaf.yaml && printf 'sse: http://127.0.0.1/\nloop: libuv\n'; } >loop.yaml
try calibrate --server loop.yaml
# no run is sound where server and client share a CPU
{ cat deaf.yaml && printf 'sse: http://127.0.0.1/\n'; } >sse.yaml
taskset -c 0 "$PUSHSIM" calibrate --server sse.yaml || echo "exit $?"
try calibrate --server deaf.yaml --budget 5s 2>&1 | head -n 2
try calibrate --server deaf.yaml --budget 90 2>&1 | head -n 2
try calibrate no-such.db
try calibrate no-such.db --quick 2>&1 | head -n 2
try calibrate no-such.db --rows-only 2>&1 | head -n 2
# rows of the simulator alone are nothing to fit
printf 'question: what?\nworkload: { phases: [{ name: a, duration: 100ms, rate: 20/s }] }\n' >sim.yaml
"$PUSHSIM" run --quiet sim.yaml
try calibrate sim.db
"$PUSHSIM" run --quiet --db sim.db "$CLI/knee.yaml" --set workload.phases.burst.duration=10ms >/dev/null
try calibrate sim.db
# one host's costs and another's are not fitted as one in silence
rm sim.db && printf 'replications: 2\n' >>sim.yaml && "$PUSHSIM" run --quiet sim.yaml
sqlite3 sim.db "UPDATE run SET arm = 'real', host = 'Linux, 2 x CPU ' || replication"
try calibrate sim.yaml 2>&1 | grep -E 'hosts|exit'
rm sim.db sim.profile.yaml && sed -i '$d' sim.yaml && "$PUSHSIM" run --quiet sim.yaml
# files are named from where the experiment lies, not from here
mkdir study && cp sim.yaml study/far.yaml
printf 'cost: { sse: { write: 30us } }\n' | tee study/costs.yaml costs.yaml >/dev/null
printf 'profile: costs.yaml\n' >>study/far.yaml
"$PUSHSIM" run --quiet study/far.yaml
try calibrate far.db
try calibrate study/far.yaml
ls
