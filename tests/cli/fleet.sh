# A fleet with everything that acts on it gives the same bytes for any number of workers.
cat > fleet.yaml <<'Y'
question: Do the results of a fleet depend on who computes them?
fleet: { pods: 3, grace: 5s, rebalance: { rate: 5/s } }
cpu: { limit: 50m }
clients: { count: 300 }
server: { startup: 1s }
probe: { readiness: { period: 2s }, liveness: { period: 5s } }
autoscaler: { on: yes, cpu: 60%, max: 6, window: 5s, lag: 5s }
slo: { p99: 300ms, control: { trigger: breach, for: 1s, step: 2s, clear: 10s, heartbeats: 4, retry-after: 3s, shed: 50% } }
heartbeat: { period: 5s }
workload:
  arrivals: poisson
  phases:
    - { name: calm, duration: 20s, rate: 4/s }
    - { name: burst, duration: 20s, rate: 200/s }
    - { name: after, duration: 40s, rate: 4/s }
fault: { deploy-at: 50s }
sweep: { fleet.balancer: [random, round-robin, least-connections] }
replications: 2
Y
for jobs in 1 2 7; do
    "$PUSHSIM" run fleet.yaml --quiet --jobs $jobs --db $jobs.db
    echo "exit $?"
    for table in run metric series event; do "$PUSHSIM" export --table $table $jobs.db; done >$jobs
    cmp $jobs 1 && echo "$jobs workers: same bytes"
done
"$PUSHSIM" export --table event 1.db | cut -d, -f8 | sort | uniq -c | sed 's/^ *[0-9]* //'
# without a fleet the control acts on the lone pod
"$PUSHSIM" run fleet.yaml --quiet --set fleet.pods=0 2>&1 | head -n 1
sed -i '/^fleet:/d; /^probe:/d; /^autoscaler:/d; /^sweep:/d' fleet.yaml
"$PUSHSIM" run fleet.yaml --quiet --db lone.db
echo "exit $?"
"$PUSHSIM" export --table event lone.db | grep action | cut -d, -f9 | sort -u
