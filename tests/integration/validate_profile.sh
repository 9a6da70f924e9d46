#!/usr/bin/env bash
# tools/validate.sh takes the profile that was fitted on this CPU, warns of any other, and fails for what
# failed, not for a target that was missed. The program is one that tells what it was asked.
set -u
tool=$(realpath "$(dirname "$0")/../../tools/validate.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "$*"
    exit 1
}
cat >"$work/pushsim" <<'SH'
#!/bin/sh
[ "$1" = cpu ] || echo "asked: $*"
[ "$1" != validate ] || exit "${VALIDATE:-0}"
[ "$1" != limit ] || exit "${LIMIT:-0}"
SH
chmod +x "$work/pushsim"
# on MODEL STATUS [STACK...]: what is said goes to $work/out
on() {
    printf 'processor\t: 0\nmodel name\t: %s\n' "$1" >"$work/cpuinfo"
    status=$2
    shift 2
    PUSHSIM=$work/pushsim OUT=$work/db CPUINFO=$work/cpuinfo bash "$tool" "$@" >"$work/out" 2>&1
    code=$?
    [ "$code" = "$status" ] || fail "exit $code, not $status: $(cat "$work/out")"
}
asked() { grep -q "^asked: validate .*--set profile=$1\( --sim-only\)*\$" "$work/out" || fail "not with $1: $(cat "$work/out")"; }
says() { grep -q "$1" "$work/out" || fail "does not say '$1': $(cat "$work/out")"; }
says_not() { ! grep -q "$1" "$work/out" || fail "says '$1': $(cat "$work/out")"; }

profiles=data/profiles
unset ROWS VALIDATE LIMIT
for stack in fastapi:fastapi-uvicorn nginx:nginx-nchan node:node-ws; do
    on "Intel(R) Xeon(R) Processor" 0 "${stack%:*}"
    asked "$profiles/${stack#*:}-xeon.yaml"
    says_not warning
    on "AMD EPYC" 0 "${stack%:*}"
    asked "$profiles/${stack#*:}-epyc.yaml"
    says_not warning
done
on "ARM Neoverse" 0 node
asked $profiles/node-ws.yaml
says "^warning: $profiles/node-ws.yaml was fitted on another CPU (AMD EPYC; this is ARM Neoverse): "
on "AMD EPYC" 0 node-xeon # asked for by name: taken, and told
asked $profiles/node-ws-xeon.yaml
says "^warning: $profiles/node-ws-xeon.yaml was fitted on another CPU (Intel(R) Xeon(R) Processor; this is AMD EPYC): "
# shipped rows are judged by their own host's profile, wherever that is done
export ROWS=shipped
on "Intel(R) Xeon(R) Processor" 0 node
asked $profiles/node-ws.yaml
says_not warning
on "AMD EPYC" 0 node-xeon
asked $profiles/node-ws-xeon.yaml
says_not warning
# missed targets are told; what failed, or could not be judged, is a failure
VALIDATE=99 on "AMD EPYC" 0 node nginx
says "^targets missed (see the tables): node nginx$"
VALIDATE=1 on "AMD EPYC" 1 node
VALIDATE=2 on "AMD EPYC" 1 node
LIMIT=1 on "AMD EPYC" 1 node
on "AMD EPYC" 1 node-vax
says "^skipped: $profiles/node-ws-vax.yaml is not there"
exit 0
