#!/usr/bin/env bash
# An interrupted probe removes its cgroups and ends its processes before the signal ends it.
set -u
PUSHSIM=${PUSHSIM:-build/pushsim}
said=$(mktemp)
left() { find /sys/fs/cgroup -maxdepth 3 -name "pushsim-$1-*" 2>/dev/null; }
"$PUSHSIM" cpu --arm real --duration 30s --neighbour 256 >/dev/null 2>"$said" &
pid=$!
for _ in $(seq 50); do # until it measures, or cannot
    [ -n "$(left "$pid")" ] && break
    if ! kill -0 "$pid" 2>/dev/null; then
        echo "skipped: $(cat "$said")"
        rm -f "$said"
        exit 77
    fi
    sleep 0.1
done
sleep 0.5
kill -TERM "$pid"
wait "$pid"
status=$?
rm -f "$said"
[ "$status" = 143 ] || { echo "exit $status, not 143"; exit 1; }
[ -z "$(left "$pid")" ] || { echo "left behind: $(left "$pid")"; exit 1; }
echo ok
