/* cpu_probe_noise.h - what else went on on the machine while the CPU probe measured: the rule of
 * cpu_probe.h, which never looks at the samples.
 *
 * Before the measurement a control loop without limit looks for gaps; around it stand two readings
 * of stolen time (host_facts.h) and of the CPU time that others used on the measured CPUs.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_NOISE_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_NOISE_H

#include <stdint.h>

#include "experiments/replay/cpu_probe.h"
#include "experiments/replay/cpu_probe_internal.h"
#include "experiments/replay/host_facts.h"

/* Runs the control loop on each of the CPUs for CPU_PROBE_CONTROL_NS: the share of its time lost in
 * gaps longer than gap_ns, on the worst of them, 0..1. Its caller's affinity is as before. */
double cpu_probe_noise_gaps(const struct cpu_probe *p);

struct cpu_probe_noise {       /* what the machine had counted when the measurement began */
    struct host_time time;     /* of the machine, stolen time in it */
    int64_t at_ns, foreign_ns; /* monotonic; CPU time of others on the measured CPUs */
};

/* Before the measurement, when the probe's groups are there, and after it: sets steal, foreign and,
 * with the gaps that are in `quality` already, noisy. Nothing fails: what the kernel does not count
 * is 0. */
void cpu_probe_noise_begin(struct cpu_probe_noise *n, const struct cpu_probe *p);
void cpu_probe_noise_end(const struct cpu_probe_noise *n, const struct cpu_probe *p,
                         struct cpu_probe_quality *quality);

#endif
