/* cpu_bandwidth.h - CFS bandwidth control of one group: who may run until when.
 *
 * Plain bookkeeping beside the kernel's: no clock, no events. The caller says how long a CPU ran
 * and when something happens; this says whether it may go on. Each function names its counterpart
 * in Linux kernel/sched/fair.c (6.18); Documentation/scheduler/sched-bwc.rst has the overview.
 *
 * The group owns a pool, refilled by a timer; each CPU owns what it has `remaining`, which may be
 * negative: what ran too long before anybody looked is a debt, repaid before the CPU runs again.
 */
#ifndef PUSHSIM_MODELS_CPU_BANDWIDTH_H
#define PUSHSIM_MODELS_CPU_BANDWIDTH_H

#include <stdbool.h>
#include <stdint.h>

#define CPU_MAX 64 /* CPUs of a host */

#define CPU_BANDWIDTH_KEEP_NS       1000000 /* min_cfs_rq_runtime: what an idle CPU keeps */
#define CPU_BANDWIDTH_SLACK_NS      5000000 /* cfs_bandwidth_slack_period */
#define CPU_BANDWIDTH_EXPIRATION_NS 2000000 /* min_bandwidth_expiration */

struct cpu_bandwidth_queue { /* the group on one CPU: struct cfs_rq */
    int64_t remaining_ns;    /* runtime_remaining; < 0: debt */
    bool throttled;          /* may not run */
    bool wanted;             /* throttled and somebody wants to run */
    int64_t wanted_from_ns;  /* since when (throttled_clock); valid if `wanted` */
};

struct cpu_bandwidth {       /* struct cfs_bandwidth */
    int64_t quota_ns;        /* > 0; 0 = no limit: then nothing here is used */
    int64_t period_ns;       /* from refill to refill, > 0 */
    int64_t burst_ns;        /* the pool may hold so much more than the quota, >= 0 */
    int64_t slice_ns;        /* sched_cfs_bandwidth_slice, > 0 */
    int64_t pool_ns;         /* runtime, >= 0 */
    bool idle;               /* nothing was withdrawn since the last refill */
    bool active;             /* the period timer runs */
    int64_t refill_at_ns;    /* the timer's next or, when it is stopped, some refill time on its
                                 grid: the phase */
    bool slack_active;       /* the slack timer runs */
    int64_t slack_at_ns;     /* when it fires */
    uint64_t periods;        /* nr_periods */
    uint64_t throttled;      /* nr_throttled */
    int64_t throttled_ns;    /* throttled_time of the waits that have ended */
    int cpus;                /* of the host, 1..CPU_MAX */
    int waiting;             /* throttled CPUs */
    int8_t waiters[CPU_MAX]; /* these, in the order in which they were throttled */
    struct cpu_bandwidth_queue queues[CPU_MAX]; /* by CPU, `cpus` of them */
};

/* The pool holds one quota, the timer stands still, its grid is phase_ns + k * period_ns. */
void cpu_bandwidth_init(struct cpu_bandwidth *b, int cpus, int64_t slice_ns, int64_t phase_ns);
/* Writes a limit (tg_set_cfs_bandwidth); every throttled CPU is set free: bit i of the answer is
 * CPU i. quota_ns = 0 takes the limit away. */
uint64_t cpu_bandwidth_limit(struct cpu_bandwidth *b, int64_t quota_ns, int64_t period_ns,
                             int64_t burst_ns, int64_t now_ns);

/* Starts the period timer if it stands still; account does so by itself. (start_cfs_bandwidth) */
void cpu_bandwidth_start(struct cpu_bandwidth *b, int64_t now_ns);

/* CPU `cpu` ran ran_ns (>= 0) since its last accounting; takes a slice when it needs one. False:
 * nothing remains and nothing could be had, the CPU must be throttled (cpu_bandwidth_throttle)
 * when it is next put off. (account_cfs_rq_runtime) */
bool cpu_bandwidth_account(struct cpu_bandwidth *b, int cpu, int64_t ran_ns, int64_t now_ns);
/* Throttles the CPU if nothing remains; true: it is throttled. (check_cfs_rq_runtime) */
bool cpu_bandwidth_throttle(struct cpu_bandwidth *b, int cpu, int64_t now_ns);
/* The CPU is throttled and somebody wants to run there: throttled_time goes on until it is free
 * again. (record_throttle_clock) */
void cpu_bandwidth_want(struct cpu_bandwidth *b, int cpu, int64_t now_ns);
/* The group's queue on this CPU became empty; call after accounting. (return_cfs_rq_runtime) */
void cpu_bandwidth_empty(struct cpu_bandwidth *b, int cpu, int64_t now_ns);

/* The period timer fires at refill_at_ns. Answers the CPUs that are free again, as bits.
 * (do_sched_cfs_period_timer) */
uint64_t cpu_bandwidth_refill(struct cpu_bandwidth *b, int64_t now_ns);
/* The slack timer fires at slack_at_ns. (do_sched_cfs_slack_timer) */
uint64_t cpu_bandwidth_slack(struct cpu_bandwidth *b, int64_t now_ns);

/* When the running CPU must be looked at next, as far as its own remaining goes: the first
 * instant on the grid phase_ns + k * tick_ns, later than accounted_ns, at which nothing remains.
 * tick_ns = 0: exactly when nothing remains. */
int64_t cpu_bandwidth_due(int64_t remaining_ns, int64_t accounted_ns, int64_t tick_ns,
                          int64_t phase_ns);
/* What account takes from a pool of pool_ns: min(pool, slice - remaining). */
int64_t cpu_bandwidth_take(int64_t pool_ns, int64_t slice_ns, int64_t remaining_ns);
/* throttled_time, with the waits that still last. */
int64_t cpu_bandwidth_throttled_ns(const struct cpu_bandwidth *b, int64_t now_ns);

#endif
