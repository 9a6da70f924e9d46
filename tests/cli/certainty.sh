# What a profile says of its own errors: ranges that a question may leave, parameters that may be drawn.
cp "$CLI/knee.yaml" .
cat >server.yaml <<'Y'
name: server
provenance:
  date: "2026-11-26"
  ranges:
    protocol: sse
    clients.count: 16..400
    rate: 2/s..200/s
    cpu.limit: 80m..1000m
cost: { publish: 200us, host-noise: 0.1, host-pace: 1ns, host-power: 1 }
fit:
  noise-left: 0.5
  paces: 1ns 1.5ns
  parameters:
    - { name: cost.publish, error: 0.1 }
    - { name: cost.sse.write, error: 0.3, with: "-0.5" }
Y
sed '/^  ranges:/,/cpu.limit/d; /^fit:/,$d' server.yaml >old.yaml
sed 's/-0.5/-1.5/' server.yaml >broken.yaml
sed 's/16\.\.400/400..16/' server.yaml >turned.yaml
one="--set protocol=sse --set cpu.limit=200m --set replications=4"

echo "-- inside: nothing is said; outside: one line of all points"
"$PUSHSIM" check knee.yaml --set profile=server.yaml $one 2>&1 >/dev/null
"$PUSHSIM" check knee.yaml --set profile=server.yaml --set clients.count=5000 2>&1 >/dev/null
"$PUSHSIM" run knee.yaml --quiet --set profile=server.yaml $one --set clients.count=9000 --db a.db 2>&1
"$PUSHSIM" check knee.yaml --set profile=old.yaml --set clients.count=5000 2>&1 >/dev/null
"$PUSHSIM" check knee.yaml --set profile=turned.yaml 2>&1 >/dev/null
echo "-- of each profile that is swept, and of the answers of limit"
cat >two.yaml <<'Y'
clients: { count: 5000 }
sweep: { profile: [server.yaml, old.yaml] }
Y
"$PUSHSIM" check two.yaml 2>&1 >/dev/null
"$PUSHSIM" limit knee.yaml --set profile=server.yaml $one --set cpu.limit=1 --set slo.p99=5s --to 20000 --precision 20% 2>&1 >/dev/null
"$PUSHSIM" limit knee.yaml --set profile=server.yaml $one --set cpu.limit=100m --set slo.p99=500ms --to 20000 --precision 20% 2>&1 >/dev/null

echo "-- fixed as ever; drawn: other figures, the same ones again, and rows of their own"
for how in "--set parameters=fixed" "--set parameters=drawn"; do
    for profile in server old; do
        "$PUSHSIM" run knee.yaml --quiet --set profile=$profile.yaml $one $how --db "$profile-${how##*=}.db"
    done
done
"$PUSHSIM" run knee.yaml --quiet --set profile=server.yaml $one --set parameters=drawn --jobs 2 --db again.db
"$PUSHSIM" run knee.yaml --quiet --set profile=server.yaml $one --db default.db
dump() { "$PUSHSIM" export --table metric $1 | sha256sum | cut -c1-8; }
[ "$(dump default.db)" = "$(dump server-fixed.db)" ] && echo "the default is fixed"
[ "$(dump old-drawn.db)" = "$(dump old-fixed.db)" ] && echo "an old profile has nothing to draw"
[ "$(dump again.db)" = "$(dump server-drawn.db)" ] && echo "drawn again, the same"
[ "$(dump server-drawn.db)" = "$(dump server-fixed.db)" ] || echo "drawn differs from fixed"
echo "-- what a run drew stands beside its figures, and gives them again"
third() { sqlite3 "$1" "SELECT $2 FROM run r JOIN $3 t ON t.run = r.id WHERE r.replication = 3 $4"; }
drew=$(third server-drawn.db "'--set ' || name || '=' || text" parameter \
    "AND name IN ('cost.publish', 'cost.sse.write', 'cost.host-noise', 'host.pace')")
"$PUSHSIM" run knee.yaml --quiet --set profile=server.yaml $one $drew --db told.db
figures() { third "$1" "name || ' ' || value" metric "ORDER BY name" | sha256sum; }
[ "$(figures told.db)" = "$(figures server-drawn.db)" ] && echo "the same"
[ "$(figures told.db)" = "$(figures server-fixed.db)" ] || echo "not as fixed"
"$PUSHSIM" run knee.yaml --set profile=server.yaml $one --set parameters=drawn --db default.db | grep -A 1 'made in' | sed 's/in [0-9.]* s/in - s/'
"$PUSHSIM" run knee.yaml --quiet --set profile=broken.yaml $one --set parameters=drawn --db b.db
echo "exit $?"
"$PUSHSIM" run knee.yaml --quiet --set profile=broken.yaml $one --db b.db
echo "exit $?"
