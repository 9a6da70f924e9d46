#!/usr/bin/env bash
# Runs test programs two at a time, shows the output of those that fail, counts at the end: the
# cases that programs which passed have left out, if any, then the programs.
# usage: tools/run_tests.sh PROGRAM...      (a .sh or .py is run by its interpreter; exit 77 skips)
set -u
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
export logs

# skipped_cases LOG: what cmocka says of each, once (its summary says it again), and the reasons
skipped_cases() {
    grep -iE '^ *skip|^\[  SKIPPED \] [A-Za-z0-9_]+$' "$1" | awk '!seen[$0]++'
}

run_one() {
    name=${1//\//_}
    case $1 in
    *.sh) bash "$1" >"$logs/$name" 2>&1 ;;
    *.py) /usr/bin/python3 "$1" >"$logs/$name" 2>&1 ;;
    *) "$1" >"$logs/$name" 2>&1 ;;
    esac
    status=$?
    if [ $status = 0 ]; then
        echo 1 >>"$logs/.passed"
        # what was left out is said, never passed over in silence; at once, since two run
        left_out=$(skipped_cases "$logs/$name" | tee -a "$logs/.left_out" | sed 's/^/        /')
        printf '%s\n' "ok      $1" ${left_out:+"$left_out"}
    elif [ $status = 77 ]; then
        echo 1 >>"$logs/.skipped"
        echo "SKIPPED $1: $(tail -n 1 "$logs/$name")"
    else
        echo 1 >>"$logs/.failed"
        echo "FAILED  $1 (status $status)"
        tail -n 60 "$logs/$name"
    fi
}
export -f run_one skipped_cases

printf '%s\0' "$@" | xargs -0 -n 1 -P 2 bash -c 'run_one "$1"' _

count() {
    if [ -f "$logs/.$1" ]; then wc -l <"$logs/.$1"; else echo 0; fi
}
cases=$(grep -c '^\[  SKIPPED \]' "$logs/.left_out" 2>/dev/null) || cases=0
[ "$cases" = 0 ] || echo "$cases cases skipped in programs that passed"
echo "$(count passed) passed, $(count failed) failed, $(count skipped) skipped"
[ "$(count failed)" = 0 ] && [ "$(count passed)" != 0 ]
