# check prints the plan and makes nothing.
cp "$CLI/knee.yaml" .
"$PUSHSIM" check knee.yaml
echo "exit $?"
"$PUSHSIM" check knee.yaml --set protocol=sse --set workload.phases.burst.rate=10/s
echo "exit $?"
cat >zip.yaml <<'Y'
sweep:
  zip: { cpu.quota: [10ms, 5ms, 2ms], cpu.period: [100ms, 50ms, 20ms] }
  clients.count: { from: 10, to: 1000, points: 3 }
  workload.phases.steady.rate: { from: 5/s, to: 15/s, step: 5/s }
  constraint: [ cpu.period > 20ms and clients.count < 1000, cpu.quota <= cpu.period ]
Y
"$PUSHSIM" check zip.yaml
cat >sample.yaml <<'Y'
sweep:
  sample: 5
  cpu.limit: { from: 50m, to: 1000m, scale: log }
  clients.count: { from: 10, to: 500 }
  protocol: [websocket]
Y
"$PUSHSIM" check sample.yaml
# workers that will not run at the same time
"$PUSHSIM" check zip.yaml --set server.workers=4 --set host.cpus=2 2>&1 | grep -v '^ \|^point'
# what replay would refuse is told here, and not promised
"$PUSHSIM" check zip.yaml --set fleet.pods=3 | grep arm
ls
