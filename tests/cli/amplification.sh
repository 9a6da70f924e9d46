# All actions of the slo's control in their order. Their trigger, amplification, must not come and go with
# publishes that keep step with the seconds. In the end they are undone, the last one first.
cat >order.yaml <<'Y'
question: in which order do the actions begin and end?
cpu: { limit: 200m }
clients: { count: 500 }
heartbeat: { period: 5s }
workload:
  phases:
    - { name: calm, duration: 15s, rate: 5/s }
    - { name: burst, duration: 20s, rate: 40/s }
    - { name: after, duration: 60s, rate: 5/s }
slo:
  p99: 10s
  control:
    { trigger: amplification, heartbeats: 5, retry-after: 5s, low-priority: 5%, shed: 5%,
      policy: disconnect, for: 2s, step: 3s, clear: 8s }
Y
"$PUSHSIM" run order.yaml --quiet
echo "exit $?"
"$PUSHSIM" export order.db --table event | grep -E ',(trigger|action),'
