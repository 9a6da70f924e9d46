/* cpu_probe_setup.h - what the CPU probe makes before it measures and takes away afterwards: CPUs,
 * channels, the measured child and its neighbours, each in a group of its own.
 *
 * In the order of the calls: cpus, channels, keep_away, child, rivals, end. All but `end` return
 * 0, or ERR_IO or ERR_UNAVAILABLE as cgroup.h; whatever was made until then stays in *p for `end`.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_SETUP_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_SETUP_H

#include <signal.h>

#include "experiments/replay/cpu_probe_internal.h"
#include "sim/error.h"

/* Which host.cpus CPUs are measured: the highest that this process may use, since the lowest one
 * serves most interrupts. ERR_UNAVAILABLE: there are fewer. */
int cpu_probe_setup_cpus(struct cpu_probe *p, struct error *err);
/* The mapping and the pipes to the child, and a signalfd of the signals in `set`. */
int cpu_probe_setup_channels(struct cpu_probe *p, const sigset_t *set, struct error *err);
/* This process wakes up just before the threads start, and would then be one more in the queue that
 * the group and its neighbour share: it keeps off the measured CPUs if there are others. */
void cpu_probe_setup_keep_away(const struct cpu_probe *p);
/* The measured child, which waits for its first step. Its group begins without a quota, so that
 * what is warmed up and calibrated is never throttled. */
int cpu_probe_setup_child(struct cpu_probe *p, struct error *err);
/* A neighbour on each CPU, as in the model; none where neighbour_weight is 0. */
int cpu_probe_setup_rivals(struct cpu_probe *p, struct error *err);
/* Ends the processes, removes the groups. `code` is the error so far and is returned if it is one;
 * else the first one of this, with its text in err. */
int cpu_probe_setup_end(struct cpu_probe *p, int code, struct error *err);

#endif
