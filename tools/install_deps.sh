#!/bin/sh
# Installs what is missing of the named groups of Debian packages, and says so first.
# usage: tools/install_deps.sh GROUP...   (build, server, servers, notebooks, lint)
set -eu

packages_of() {
    case $1 in
    build) echo "gcc make pkg-config libfyaml-dev libjansson-dev libgsl-dev libcsv-dev \
        libsqlite3-dev libcmocka-dev libuv1-dev libwslay-dev libhttp-parser-dev \
        librandom123-dev sqlite3 python3" ;;
    server) echo "python3 python3-fastapi python3-uvicorn python3-uvloop python3-httptools \
        python3-websockets" ;;
    servers) echo "nginx-light libnginx-mod-nchan nodejs npm" ;;
    notebooks) echo "jupyter-nbconvert python3-ipykernel python3-pandas python3-matplotlib" ;;
    lint) echo "clang clang-format cppcheck libclang-rt-14-dev" ;;
    *) echo "install_deps.sh: unknown group '$1'" >&2; exit 64 ;;
    esac
}

installed() {
    # a node that came without its package counts too
    case $1 in
    nodejs) command -v node >/dev/null && return 0 ;;
    npm) command -v npm >/dev/null && return 0 ;;
    esac
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'
}

missing=
for group in "$@"; do
    for package in $(packages_of "$group"); do
        installed "$package" || missing="$missing $package"
    done
done
[ -n "$missing" ] || exit 0

echo "installing from Debian:$missing"
as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "not root and no sudo; run as root: apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# of nginx only the program is wanted, not a service that starts at once
policy=/usr/sbin/policy-rc.d
made=
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
    $as_root chmod +x $policy
    made=1
fi
status=0
# shellcheck disable=SC2086
{ $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1 || status=$?
[ -z "$made" ] || $as_root rm -f $policy
if [ "$status" != 0 ]; then
    tail -n 15 "$log" >&2
    echo "install_deps.sh: apt-get failed with status $status" >&2
fi
exit "$status"
