# A sweep in which nothing changes is told: no run came to where the option matters.
cat > idle.yaml <<'Y'
profile: costs.yaml
clients.count: 200
memory.limit: 256MiB
workload.phases: [ { name: steady, duration: 5s, rate: 10/s } ]
sweep:
  server.queue.bound: [256, 512]
  cpu.limit: [1000m, 20m]
Y
echo 'cost: { iteration: 5us }' > costs.yaml
"$PUSHSIM" run idle.yaml | sed -n '/MiB\|changed/p'
# together with one that matters it is not
sed -i 's/^sweep:/sweep:\n  zip:/; s/^  server/    server/; s/^  cpu/    cpu/' idle.yaml
"$PUSHSIM" run idle.yaml | grep -c changed
# only memory differs, which no column shows
sed -i 's/^  zip:/  memory.connection: [48KiB, 96KiB]/; /^    /d' idle.yaml
"$PUSHSIM" run idle.yaml | sed -n '/MiB\|changed/p'
# a limit above what the CPUs give, alone or in a sweep
"$PUSHSIM" check idle.yaml --set cpu.limit=30 2>&1 >/dev/null
"$PUSHSIM" check idle.yaml --set cpu.limit=30 --set host.cpus=32 2>&1 >/dev/null
# of a part, or where a constraint leaves values out, nothing is said
cat >part.yaml <<'Y'
clients.count: 20
workload: { phases: [{ name: load, duration: 1s, rate: 10/s }] }
sweep: { server.queue.bound: [256, 4, 512, 2] }
Y
"$PUSHSIM" run part.yaml --db all.db | grep changed
"$PUSHSIM" run part.yaml --shard 1/2 --db part.db | grep -c changed
sed -i "s/2\\] }/2], constraint: 'server.queue.bound >= 100' }/" part.yaml
"$PUSHSIM" run part.yaml --db thin.db | grep -c changed
