# pushsim cpu: messages and exit codes, the JSON shape, the same bytes twice, nothing left behind.
try() { "$PUSHSIM" cpu "$@" 2>&1 | head -3; echo "exit ${PIPESTATUS[0]}"; }
try --quota 20
try --quota 0.5ms
try --period 2s
try --quota 10ms --burst 20ms
for burst in '--burst' '--burst=20ms' '--burst 20ms' '-b 20ms'; do # a whole quota, in all these words
    # shellcheck disable=SC2086
    "$PUSHSIM" cpu $burst --quota 20ms --duration 1s | sha256sum
done | sort -u | wc -l
"$PUSHSIM" cpu --quota 10ms --duration 1s --burst | head -1
try --burst 5ms surplus
try --threads 0
try --work walk
try --work onoff:1ms
try --work onoff:1ms/0.5
try --work touch:4
try --matrix=none
try --arm imaginary
try --format xml
try surplus
"$PUSHSIM" cpu --list | wc -l
"$PUSHSIM" cpu --format json >one.json
"$PUSHSIM" cpu --format json >two.json
cmp one.json two.json && echo same bytes
grep -o '"[a-z_0-9]*":' one.json | sort -u | tr '\n' ' '
echo
"$PUSHSIM" cpu --quota 0 --duration 1s
try --samples /nonexistent/file --duration 10ms
try --gap 0
"$PUSHSIM" cpu --duration 1s --work onoff:1ms/0.5ms --samples samples.csv >/dev/null
cut -d, -f1,2 samples.csv | sort | uniq -c
try --warmth 3ms
try --warmth 3ms/20ms/5
# 2 ms of work after a long time off: 3 ms before any of it, or 3 (1 - exp(-2 / 10)) ms along with it
for warmth in 3ms/20ms 3ms/20ms/10ms; do
    "$PUSHSIM" cpu --quota 0 --work touch:1MiB:500ms/2ms --total 40ms --duration 20s \
        --warmth $warmth --format json | grep '"cost"' | head -1
done
