#!/bin/sh
# Writes the configuration of one run into a folder of its own and becomes nginx.
# usage: nginx_start.sh PORT WORKERS QUEUE
set -eu
[ $# = 3 ] || { echo "usage: nginx_start.sh PORT WORKERS QUEUE" >&2; exit 64; }

# A run ends by SIGKILL and leaves its folder behind: remove those whose nginx is gone.
for old in "${TMPDIR:-/tmp}"/pushsim-nginx-*; do
    if [ -O "$old" ] && [ -s "$old/nginx.pid" ] && ! kill -0 "$(cat "$old/nginx.pid")" 2>/dev/null
    then
        rm -rf "$old"
    fi
done
tmp=$(mktemp -d "${TMPDIR:-/tmp}/pushsim-nginx-XXXXXX")
sed -e "s|@PORT@|$1|" -e "s|@WORKERS@|$2|" -e "s|@QUEUE@|$3|" -e "s|@TMP@|$tmp|" \
    "$(dirname "$0")/nginx_nchan.conf.in" >"$tmp/nginx.conf"
ulimit -n "$(ulimit -H -n)" # a connection is a descriptor
exec /usr/sbin/nginx -p "$tmp" -c "$tmp/nginx.conf"
