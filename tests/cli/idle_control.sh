# Actions of the slo's control that did nothing at all are told of; those that did something are not.
cat >control.yaml <<'Y'
question: does control act?
clients: { count: 500 }
cpu: { limit: 100m }
workload: { drain: 1s, phases: [{ name: all, duration: 20s, rate: 30/s }] }
slo: { p99: 200ms, control: { trigger: breach } }
Y
# try ARGUMENTS...: what is said of them, the row, what is said below the table
try() {
    rm -f control.db
    echo "--- $*"
    "$PUSHSIM" run control.yaml "$@" | sed '1d;3,5d' | grep -v '^$'
}
try --set slo.control.retry-after=5s
try --set slo.control.retry-after=5s --set fault.crash-at=7s
try --set slo.control.low-priority=30%
try --set slo.control.low-priority=30% --set slo.p99=10s
try --set slo.control.shed=30% --set slo.p99=10s --set slo.control.trigger=never
