# real_arm.sh - sourced by scripts that measure the null server: PUSHSIM and $null with whole paths, a
# directory of their own to work in, fail. needs_real_arm FILE.yaml skips where no cgroup can be made.
unset SLURM_ARRAY_TASK_ID JOB_COMPLETION_INDEX
PUSHSIM=$(realpath "${PUSHSIM:-build/pushsim}")
null=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../servers/null.yaml")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
fail() {
    echo "$*"
    exit 1
}
needs_real_arm() {
    "$PUSHSIM" replay "$1" --probe >/dev/null 2>said && return
    echo "skipped: $(cat said)"
    exit 77
}
