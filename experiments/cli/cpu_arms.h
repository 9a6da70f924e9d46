/* cpu_arms.h - the two arms of `pushsim cpu`, each as several repeats with fresh phases. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_CPU_ARMS_H
#define PUSHSIM_EXPERIMENTS_CLI_CPU_ARMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/cpu_summary.h"
#include "analysis/wake_up.h"
#include "experiments/replay/cpu_probe.h"
#include "models/cpu_workload.h"
#include "sim/error.h"

#define CPU_REPEATS_MAX 1000
#define CPU_ENOUGH      8 /* quiet repeats: phases of this many are no luck */
#define CPU_WARM_CELLS  4 /* of one working set, at most */
#define CPU_ARMS_MAX    10

struct cpu_plan {
    struct cpu_workload_params params; /* what both arms run */
    size_t set_bytes;                  /* working set of TOUCH; 0 = one cache line */
    int repeats;                       /* 1..CPU_REPEATS_MAX */
    uint64_t seed;                     /* of the phases and of the random starts */
    /* What wake-ups took between the repeats of the real arm goes here (borrowed); NULL: not asked
     * for. */
    struct wake_up_log *wake_ups;
};

struct cpu_arm {
    bool present;               /* false: not run, the rest is unset */
    struct cpu_summary summary; /* samples of all repeats; cost is the median of the repeats' */
    int repeats;                /* that the figures are of */
    int noisy;                  /* real: measurements that were noisy */
    bool disturbed;             /* real: too few quiet repeats */
    uint64_t left_out;          /* real: waits of other causes in the repeats above */
    double left_out_ms;         /* their lengths together */
};

/* Where the repeats of the real arm start: a sequence that fills the square of both phases evenly
 * from its first points on (M. Roberts 2018, R2: the Kronecker sequence of the plastic number),
 * moved as a whole by a random amount. */
struct cpu_probe_start cpu_arm_start(uint64_t seed, int repeat);
void cpu_arm_sim(const struct cpu_plan *plan, struct cpu_arm *arm);
/* A repeat of each of `n` (1..CPU_ARMS_MAX) plans, in random order, then another: a slow spell of
 * the host hits them all. A noisy measurement is made again at the same phases, but not many times
 * more than `repeats` are made; the figures are of the quiet ones, or of all when none was.
 * CPU_ENOUGH of them are enough, or all `repeats` if those are fewer; with less the arm is
 * disturbed. Errors as cpu_probe_run. */
int cpu_arms_real(const struct cpu_plan *plans, int n, struct cpu_arm *arms, struct error *err);
void cpu_arm_close(struct cpu_arm *arm);

/* The host's parameters for the model, cpus aside, with what a wake-up takes measured in some four
 * seconds by a thread without a limit that sleeps and works (analysis/wake_up.h). ERR_STATE: it
 * never ran; else as cpu_probe_run. */
int cpu_arms_read_host(struct cpu_host_params *host, uint64_t seed, struct error *err);
/* What wake-ups took, as the log has it; an empty one changes nothing. */
void cpu_arms_apply(const struct wake_up_log *log, struct cpu_host_params *host);

/* The real arms of `n` (1..CPU_WARM_CELLS) plans of TOUCH with one working set and, measured in
 * turn with them, what gives the model its warm-up (analysis/warmth_fit.h): a thread without a
 * limit that works and sleeps for several lengths of time. The fit sees nothing of the plans' own
 * figures; host, repeats, seed and set are the first plan's. Some 7 s of measuring for each repeat
 * besides theirs. */
int cpu_arms_warmth(const struct cpu_plan *cells, int n, struct cpu_arm *arms,
                    struct cache_warmth *warmth, struct error *err);

#endif
