# One database, asked again with --set: what stands in it answers the last question, and where it
# cannot (files of two questions) it is told.
cp "$CLI/knee.yaml" .
run() { "$PUSHSIM" run knee.yaml "$@" 2>&1 | sed 's/ in [0-9.]* s,/,/'; echo "exit ${PIPESTATUS[0]}"; }
cells() { "$PUSHSIM" export "$1" --table run | cut -d, -f3-5; }
few="--set workload.phases.burst.rate=20/s"

echo "-- a swept option is given: the runs are there already, under the text of this sweep"
run -q --set replications=2
"$PUSHSIM" run knee.yaml --set cpu.limit=1000m --set protocol=sse --set replications=3 --quiet
cells knee.db
rm knee.db

echo "-- a part of another question: none of the former's runs stay beside it"
run -q --set replications=2
run $few --set replications=2 --shard 1/2 --db knee.db | grep -E '^in place|^shard'
cells knee.db
"$PUSHSIM" compare knee.db -e knee | head -n 1

echo "-- two files of one name and two questions"
"$PUSHSIM" run knee.yaml -q --set clients.count=7 --db other.db --set replications=1
"$PUSHSIM" run knee.yaml -q --db one.db --set replications=1
"$PUSHSIM" compare one.db other.db 2>&1 >/dev/null

echo "-- and of two sweeps: each value below its option"
"$PUSHSIM" run knee.yaml -q --set protocol=sse --db two.db --set replications=1
"$PUSHSIM" compare one.db two.db 2>&1 | head -n 8
