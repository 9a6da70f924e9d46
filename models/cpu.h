/* cpu.h - threads on CPUs under CFS bandwidth control: the supply of CPU time.
 *
 * A host has CPUs and a tick; a group is a cgroup with weight and optional quota; a thread asks
 * for CPU time ("demand") and is told of every stretch in which it ran. Source of the behaviour:
 * Linux kernel/sched/fair.c and Documentation/scheduler/sched-bwc.rst; see cpu_bandwidth.h.
 *
 * A sleep ends late by the thread's timer slack (50 us; prctl(2), PR_SET_TIMERSLACK) and the way of
 * the interrupt; the interrupt runs every timer of the CPU whose time has come, so sleeps that end
 * within the latency end together (kernel/time/hrtimer.c: hrtimer_set_expires_range_ns,
 * __hrtimer_run_queues). Traced on 6.18 in a virtual machine: 88 us from the time asked for to the
 * enqueue on a busy CPU, and on an idle one 107, of which some 20 are the way out of idle: a part
 * of wake_cost_ns here.
 */
#ifndef PUSHSIM_MODELS_CPU_H
#define PUSHSIM_MODELS_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/random_stream.h"
#include "sim/simulation.h"

enum cpu_generation {
    CPU_THROTTLE_QUEUE, /* before Linux 6.18: the whole queue stops at once */
    CPU_THROTTLE_TASK,  /* from 6.18: a task is dequeued on its return to user mode */
};

struct cpu_host_params {
    int cpus;                       /* CPUs it has, 1..64 */
    int64_t tick_ns;                /* 1e9 / HZ; 4,000,000 at 250 Hz */
    int64_t slice_ns;               /* sched_cfs_bandwidth_slice_us; 5,000,000 */
    bool hrtick;                    /* accounting exact instead of on the tick grid */
    enum cpu_generation generation; /* how a group whose quota is used up stops */
    int64_t base_slice_ns;   /* EEVDF request (debugfs sched/base_slice_ns); 0 = 1,400,000 */
    int64_t wake_latency_ns; /* from the demand of a sleeper to the interrupt that enqueues it
                                and every other on its CPU whose demand came by then, >= 0 */
    int64_t wake_cost_ns; /* CPU time a wake-up of an idle CPU costs besides the demand, >= 0 */
    int64_t syscall_ns;   /* CPU_THROTTLE_TASK: time a throttled thread runs on until it
                                       returns to user mode, >= 0 */
};

struct cpu_group_params {
    int64_t quota_ns;  /* CPU time a period; 0 = unlimited */
    int64_t period_ns; /* 1 ms .. 1 s; 100 ms by default */
    int64_t burst_ns;  /* unused quota that the pool may keep on top, 0..quota */
    int64_t weight;    /* cpu.shares (v1 scale, 1024 = default), 2..262144 */
};

struct cpu_counters {     /* as cpu.stat and cpuacct.usage show them */
    int64_t usage_ns;     /* CPU time used */
    int64_t throttled_ns; /* summed over CPUs */
    uint64_t periods;     /* nr_periods: periods with the timer active */
    uint64_t throttled;   /* nr_throttled */
};

struct cache_warmth;
struct cpu_host;
struct cpu_group;
struct cpu_thread;

/* The thread worked on its demand in [from_ns, to_ns); `done`: its whole demand is now served. In
 * the call with done == true the owner must either ask for more (cpu_thread_demand) or
 * cpu_thread_sleep. It is called at simulation time to_ns, once for each contiguous stretch. The
 * lengths of a demand's stretches add up to the demand exactly: overhead (wake_cost_ns, cache
 * warm-up) is served first, uses CPU time and is no part of any stretch. Where the warm-up is paid
 * along with the work (cache_warmth.h, work_ns > 0) the stretches contain it: then
 * cpu_thread_worked_ns tells the work. */
typedef void cpu_ran_fn(struct cpu_thread *thread, void *owner, int64_t from_ns, int64_t to_ns,
                        bool done);

/* `phases` gives the tick's phase, then each new group's period phase; NULL: all are 0. */
struct cpu_host *cpu_host_new(struct simulation *sim, const struct cpu_host_params *params,
                              struct random_stream *phases);
void cpu_host_free(struct cpu_host *host); /* frees its groups and threads too */
struct cpu_group *cpu_group_new(struct cpu_host *host, const struct cpu_group_params *params);
/* Pinned to `cpu` (0 .. cpus - 1); sleeps until its first demand. */
struct cpu_thread *cpu_thread_new(struct cpu_group *group, int cpu, cpu_ran_fn *ran,
                                  void *owner);

/* Changes the limit of a group at work (a write to cpu.max); the weight stays as it is. */
void cpu_group_limit(struct cpu_group *group, const struct cpu_group_params *params);
/* Refills at phase_ns + k * period_ns. Before the first demand. */
void cpu_group_set_period_phase(struct cpu_group *group, int64_t phase_ns);
/* As after a long time without work: the period's timer stands, the pool is full. Before the first
 * demand; a new group's timer runs from its limit on (tg_set_cfs_bandwidth). */
void cpu_group_settle(struct cpu_group *group);
/* The thread's cache warm-up after time off the CPU (copied); none by default. */
void cpu_thread_set_warmth(struct cpu_thread *thread, const struct cache_warmth *warmth);

/* Asks for work_ns (> 0) more; wakes the thread when it slept. May be called from `ran`. */
void cpu_thread_demand(struct cpu_thread *thread, int64_t work_ns);
/* Takes back work_ns of the demand, less than what remains of it. Not from `ran`. */
void cpu_thread_shorten(struct cpu_thread *thread, int64_t work_ns);
/* Dequeues the thread: nothing to do. Only from `ran` with done == true. */
void cpu_thread_sleep(struct cpu_thread *thread);

/* Something that the guest does not see takes the CPU for `length_ns` (>= 0) from the thread while
 * it runs: the time counts as the thread's own (no steal time is told), and is no part of a
 * stretch. False: it does not run, so nothing happens. Not from `ran`. */
bool cpu_thread_disturb(struct cpu_thread *thread, int64_t length_ns);

/* What is left of the thread's demand now: the stretch in progress counts up to now. */
int64_t cpu_thread_remaining_ns(const struct cpu_thread *thread);

struct cpu_counters cpu_group_counters(const struct cpu_group *group); /* up to now */
/* Time up to now in which this thread wanted to run and its group was throttled on its CPU: the
 * clock of the blame "throttled". */
int64_t cpu_thread_throttled_ns(const struct cpu_thread *thread);
/* Work done in all, without any overhead, up to the last stretch reported (in `ran`: that one's
 * end). */
int64_t cpu_thread_worked_ns(const struct cpu_thread *thread);
/* Time off the CPU, for whatever reason, until it was last put on it: the clock by which caches
 * cool. */
int64_t cpu_thread_off_ns(const struct cpu_thread *thread);

#endif
