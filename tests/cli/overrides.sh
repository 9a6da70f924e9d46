# --set and usage: what is wrong is named, with the status of its kind.
cp "$CLI/knee.yaml" .
try() { echo "\$ pushsim $*"; "$PUSHSIM" "$@"; echo "exit $?"; }
try check knee.yaml --set cpu.limt=100m
try check knee.yaml --set cpu.limit=100ms
try check knee.yaml --set clients.count=1e9
try check knee.yaml --set autoscaler.p99=400quick
try check knee.yaml --set autoscaler.p99=400
try check knee.yaml --set cpu.limit=300
try check knee.yaml --set cpu.limit=0,3
try cpu --quota 20m --arm sim # of CPU it would be a fiftieth
try limit knee.yaml --over cpu.period --set cpu.limit=200m --set slo.p99=1s # by default from 1ms
# several values sweep it
try check knee.yaml --set 'cpu.limit=[100m, 200m]' --set protocol=sse
try check knee.yaml --set 'cpu.limit=[100m, 2x]'
try check knee.yaml --set 'cpu.limit={from:100m,to:200m}'
try check knee.yaml --set cpu.limit=100m,200m
try check knee.yaml --set cpu.limit=[100m
try check knee.yaml --set 'profile=[no.yaml]'
try check knee.yaml --set parameters=drawn 2>&1 | grep -v arm
for p99 in 400ms 0.4; do # a time, or seconds: the same
    "$PUSHSIM" run knee.yaml --quiet --db p99.db --set fleet.pods=2 --set autoscaler.on=yes --set autoscaler.p99=$p99
    "$PUSHSIM" export p99.db --table parameter | grep -m 1 autoscaler.p99
    rm p99.db
done
try check knee.yaml --set workload.phases.brust.rate=1/s
try check knee.yaml --set workload.phases.burst.size=1
try check knee.yaml --set cpu.limit 2>&1 | head -n 2
try run no-such-file.yaml
try run . 
try export no-such.db
try compare knee.yaml
try merge new.db no-such.db
try run 2>&1 | head -n 2
try frobnicate
try run knee.yaml --jobs 0 2>&1 | head -n 2
echo "not a database" >text.db
try export text.db
: >empty.db
try export empty.db
ls
# what would be lost at the end is refused at the start
try run knee.yaml --db '' 2>&1 | head -n 2
try calibrate --server no.yaml -o no-such-directory/x.yaml
try calibrate --server no.yaml -o .
try null 80x 2>&1 | head -n 2
try options no-such-word
try options CPU.LIMIT-
try options one two 2>&1 | head -n 2
# a table that is cut off is no success
for command in "options" "check knee.yaml" "--help" "--version" "run --help" "compare --usage"; do
    "$PUSHSIM" $command >/dev/full
    echo "exit $? of $command"
done
"$PUSHSIM" run knee.yaml --quiet
try merge knee.db ./knee.db
"$PUSHSIM" compare knee.db >/dev/full
echo "exit $?"
"$PUSHSIM" export knee.db >/dev/full
echo "exit $?"
rm knee.db
ls
