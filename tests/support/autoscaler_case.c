#include "tests/support/autoscaler_case.h"

#include <math.h>

#define S   INT64_C(1000000000)
#define OLD (-3600 * S)

const struct autoscaler_params autoscaler_case = {
    .sync_ns = AUTOSCALER_CASE_SYNC_NS,
    .tolerance = 0.1,
    .min = 1,
    .max = 50,
    .up = { 0, 4, 100, 15 * S, SELECT_MAX },
    .down = { 300 * S, 0, 100, 15 * S, SELECT_MAX },
    .cpu_initialization_ns = 300 * S,
    .initial_readiness_ns = 30 * S,
    .window_ns = 15 * S,
    .target = { [AUTOSCALE_CPU] = 0.5 },
};

struct autoscaler_pod autoscaler_case_pod(int64_t now_ns)
{
    return (struct autoscaler_pod){ .ready = true,
                                    .started_ns = OLD,
                                    .ready_changed_ns = OLD,
                                    .measured_ns = now_ns,
                                    .value = { NAN, NAN, NAN, NAN } };
}
