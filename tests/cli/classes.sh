# Classes of clients have figures of their own, below the table of cells.
cat >classes.yaml <<'EOF'
question: Do the others notice two clients that stop reading?
protocol: sse
clients:
  count: 100
  classes: 2
  share: 98
  slow: { share: 2, stall-at: 2s }
server: { queue: { bound: 8 } }
workload:
  payload: 16KiB
  drain: 1s
  arrivals: constant
  phases:
    - { name: steady, duration: 20s, rate: 2/s }
slo: { p99: 300ms }
replications: 2
sweep:
  server.queue.policy: [drop-oldest, disconnect]
EOF
"$PUSHSIM" run classes.yaml --quiet
echo "exit $?"
"$PUSHSIM" run classes.yaml | sed '1,2d' # what was made, and how fast, is not
