# The slo may be swept as any option: each cell is judged by its own, as report and limit do.
cat > swept.yaml <<'Y'
clients.count: 20
workload.phases: [ { name: steady, duration: 5s, rate: 10/s } ]
sweep:
  slo.p99: [1us, 10s]
Y
"$PUSHSIM" run swept.yaml | grep 'slo'
"$PUSHSIM" run swept.yaml --quiet
echo "exit $?"
"$PUSHSIM" report swept.db | grep -A4 '^| slo.p99 | slo'
# what the file says beside the sweep is not asked
sed -i '1i slo: { p99: 1us, drops: 1% }' swept.yaml
"$PUSHSIM" run swept.yaml --set 'slo.p99=10s' | grep 'slo'
"$PUSHSIM" run swept.yaml | grep 'slo'
sed -i '1d' swept.yaml
"$PUSHSIM" limit swept.yaml --over server.queue.bound --from 1 --to 4 >limit.got 2>&1
echo "exit $?"
# a cell without limits keeps none
sed 's/slo.p99: .*/slo.p99: [none, 10s]/' swept.yaml >some.yaml
"$PUSHSIM" run some.yaml | grep 'slo'
