#!/bin/bash
# A million connections: the shipped experiment keeps what it asserts, within its seconds.
set -e
cd "$(dirname "$0")/../.."
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"$PUSHSIM" run --quiet experiments/fleet-million.yaml --db "$here/f.db"
