/* autoscaler_case.h - an autoscaler of CPU with Kubernetes' defaults, and the pods that it looks
 * at. */
#ifndef PUSHSIM_TESTS_SUPPORT_AUTOSCALER_CASE_H
#define PUSHSIM_TESTS_SUPPORT_AUTOSCALER_CASE_H

#include "models/autoscaler.h"

#define AUTOSCALER_CASE_SYNC_NS INT64_C(15000000000)

/* Target 0.5 of the requested CPU, 1..50 pods, metrics of the last 15 s. */
extern const struct autoscaler_params autoscaler_case;
/* Ready since long ago, past its initialisation; measured now, but no metric has a value yet. */
struct autoscaler_pod autoscaler_case_pod(int64_t now_ns);

#endif
