/* cpu_probe_phase.h - a group's limit, with its refills where they are wanted against the tick.
 *
 * How long a thread runs on depends on where the refills lie between two ticks, and a period of
 * whole ticks keeps that for ever: a handful of random phases is a poor sample of it. The kernel
 * gives each group's timer a random phase (init_cfs_bandwidth), but the phase can be moved: the
 * timer goes on from its last expiry by the period of the moment (sched_cfs_period_timer,
 * hrtimer_forward_now), so one period that is longer by d moves all later refills by d.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_PHASE_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_PHASE_H

#include "experiments/replay/cgroup.h"
#include "models/cpu.h"

/* Gives an idle group the limit of `params` (quota_ns > 0) and moves its refills to tick_share
 * (0..1) of tick_ns after the whole multiples of it on CLOCK_MONOTONIC, on which the ticks lie but
 * for a constant. *refill_ns is the time of a refill to come, a period or less away. Takes two to
 * three periods. Where the kernel shows no refill in time, the phase stays as it is and *refill_ns
 * is some time. ERR_IO. */
int cpu_probe_phase_limit(const struct cgroup *group, const struct cpu_group_params *params,
                          int64_t tick_ns, double tick_share, int64_t *refill_ns,
                          struct error *err);

#endif
