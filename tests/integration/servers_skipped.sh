#!/usr/bin/env bash
# The servers' smoke test on a host without what a server needs: it is skipped, by a line that says what
# is missing and how it comes, and what else can run does not fail for it. On a copy of the
# tree without node_modules, and with a PATH on which no `node` is.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 -c 'import yaml' 2>/dev/null || { echo "SKIPPED: needs python3-yaml"; exit 77; }

mkdir -p "$work/tests/integration" "$work/experiments/replay" "$work/tests/servers" "$work/bin"
cp "$root/tests/integration/servers_smoke.py" "$work/tests/integration"
cp -r "$root/experiments/replay/servers" "$work/experiments/replay"
cp "$root/tests/servers/any-server.yaml" "$work/tests/servers"
rm -rf "$work/experiments/replay/servers/node/node_modules"
printf '#!/bin/sh\nexit 1\n' >"$work/bin/node"
chmod +x "$work/bin/node"

# expect PATH LINE: node-ws is skipped with LINE, exit 77
expect() {
    code=0
    said=$(PATH=$1 /usr/bin/python3 "$work/tests/integration/servers_smoke.py" node-ws 2>&1) || code=$?
    [ "$said" = "$2" ] || { echo "FAILED: said '$said', not '$2'"; exit 1; }
    [ "$code" = 77 ] || { echo "FAILED: exit $code, not 77 (skipped)"; exit 1; }
}

expect "$work/bin" "skipped node-ws: this host lacks ws (make servers)"
expect "$work/none" "skipped node-ws: this host lacks node"
# with the module there, but a node that cannot run the server: no skip, a failure
mkdir -p "$work/experiments/replay/servers/node/node_modules/ws"
code=0
said=$(PATH=$work/bin /usr/bin/python3 "$work/tests/integration/servers_smoke.py" node-ws 2>&1) || code=$?
case "$code $said" in
"1 node-ws: FAILED: ended before it was ready"*) ;;
*) echo "FAILED: exit $code, '$said'"; exit 1 ;;
esac
echo "a server whose programs are missing is skipped with a line that says so"
