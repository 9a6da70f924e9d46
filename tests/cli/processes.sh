# What became of processes, below the table of run: deaths for memory, by probes, pods for nobody.
cat >memory.yaml <<'Y'
clients: { count: 50, stall-at: 1s }
memory: { limit: 64MiB, shared-payload: no }
server: { queue: { policy: none } }
workload: { payload: 16KiB, phases: [ { name: load, duration: 20s, rate: 20/s } ] }
replications: 3
Y
"$PUSHSIM" run memory.yaml | tail -n +5
"$PUSHSIM" run memory.yaml --set memory.limit=none --set server.queue.policy=drop-oldest | grep -c 'for memory'
cat >scaled.yaml <<'Y'
clients: { count: 400 }
cpu: { limit: 100m }
fleet: { pods: 1 }
autoscaler: { on: yes, cpu: 50%, max: 2 }
workload: { phases: [ { name: load, duration: 90s, rate: 10/s } ] }
Y
"$PUSHSIM" run scaled.yaml | tail -n +5
# who moves, by the balance or in an update, leaves and finds pods
"$PUSHSIM" run scaled.yaml --set fleet.rebalance.rate=20/s | grep -A1 'scaled up'
"$PUSHSIM" run scaled.yaml --set fault.deploy-at=60s | grep 'scaled up'
"$PUSHSIM" run scaled.yaml --set autoscaler.on=no --set probe.liveness.period=2s --set probe.liveness.timeout=1ms | tail -n 2
