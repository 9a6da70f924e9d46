/* pod_noise.h - other work of a pod's processes: on every worker Poisson outliers (work of its
 * own, or time that the host takes away from it while it computes) and garbage collections that
 * grow with its live connections. While a pod has no process it has neither; the draws go on. And
 * what its connections cost more or less than the mean.
 */
#ifndef PUSHSIM_MODELS_POD_NOISE_H
#define PUSHSIM_MODELS_POD_NOISE_H

#include "models/pod.h"
#include "sim/random_stream.h"

struct pod_noise {
    struct pod *pod;            /* borrowed */
    struct random_stream other; /* times and lengths of interference */
};

/* From now on. `number` of the pod names its random streams; 0 for the only one. */
void pod_noise_start(struct pod_noise *noise, struct pod *pod, uint64_t seed,
                     uint32_t replication, uint32_t number);

#endif
