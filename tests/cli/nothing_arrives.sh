# A service from which nothing arrives keeps no slo: run, explain and limit.
cat >late.yaml <<'Y'
question: Is a service from which nothing arrives within its slo?
clients: { count: 4000 }
cpu: { limit: 20m }
workload: { drain: 1s, phases: [{ name: all, duration: 2s, rate: 10/s }] }
slo: { p99: 500ms }
Y
"$PUSHSIM" run late.yaml | sed 's/in [0-9.]* s/in - s/'
echo "exit ${PIPESTATUS[0]}"
"$PUSHSIM" explain late.db 1/1
"$PUSHSIM" run late.yaml --quiet --set slo.p99=none --set slo.p95=400s
echo "exit $? by p95"
"$PUSHSIM" run late.yaml --quiet --set slo.p99=none --set slo.drops=1%
echo "exit $? with a limit that says nothing of latency"
"$PUSHSIM" limit late.yaml --from 1000
"$PUSHSIM" limit late.yaml --over cpu.limit --from 20m --to 30m
# messages of a phase that is not measured arrive, those that count do not: no p99 either
cat >warm.yaml <<'Y'
question: Is it, where only the warm-up arrives?
cpu: { limit: 100m }
workload:
  drain: 0s
  phases: [{ name: warm, duration: 1s, rate: 2/s, measure: no }, { name: load, duration: 2s, rate: 10/s }]
slo: { p99: 500ms }
Y
"$PUSHSIM" run warm.yaml --quiet --set clients.count=9000
echo "exit $?"
"$PUSHSIM" export warm.db | grep -E ',(delivered|delivery.p99|in_flight),'
"$PUSHSIM" limit warm.yaml --from 3000
"$PUSHSIM" limit warm.yaml
