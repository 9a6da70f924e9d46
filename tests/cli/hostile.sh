# Input meant to hurt: one error, soon, and nothing left behind.
try() { "$PUSHSIM" run "$1" 2>&1 | cut -c 1-100; echo "exit ${PIPESTATUS[0]}"; }
head -c 10000000 /dev/zero | tr '\0' '[' >ten_megabytes.yaml
try ten_megabytes.yaml
head -c 1000000 /dev/zero | tr '\0' '[' >one_megabyte.yaml
try one_megabyte.yaml
head -c 1000000 /dev/zero | tr '\0' '{' >braces.yaml
try braces.yaml
head -c 900000 /dev/zero | tr '\0' 'k' >key.yaml
echo ': 1' >>key.yaml
try key.yaml
{
    echo 'a: &a [x, x, x, x, x, x, x, x, x]'
    for l in b c d e f g h i; do echo "$l: &$l [*a, *a, *a, *a, *a, *a, *a, *a, *a]"; done
} >billion.yaml
try billion.yaml
try /dev/zero
{ echo 'workload: { phases: ['; for i in $(seq 33); do echo "  { name: p$i },"; done; echo '  ]}'; } >phases.yaml
try phases.yaml
printf 'sweep: { clients.count: { from: 0, to: 99999, step: 1 }, cpu.weight: { from: 2, to: 99999, step: 1 } }\n' >points.yaml
try points.yaml
printf 'question: "%s"\n' "$(head -c 3000 /dev/zero | tr '\0' 'q')" >question.yaml
printf 'cpu: { limit: %s }\n' "$(head -c 3000 /dev/zero | tr '\0' '9')" >>question.yaml
try question.yaml
ls
# names that are none, places where nothing can be written
echo 'clients: { count: 1 }' >plain.yaml
for args in "run ''" "run plain.yaml --set profile=" "run plain.yaml --db /nowhere/x.db" "run plain.yaml --db ." "run plain.yaml --db /sys/x.db"; do
    eval "\"\$PUSHSIM\" $args" >../said 2>&1
    echo "exit $?: $(head -n 1 ../said)"
done
