/* self_check.h - was this measurement sound? The load client judges itself.
 *
 * A run is invalid, and says so in its record (metric client.valid = 0, one event "invalid" for
 * each reason), when any of these holds over the time from 0 to the end of the drain:
 *
 *   publishes went out late            p99 > 1 ms and > 5 % of delivery.p99, or
 *                                      max > 20 ms and > 25 % of it    client.late.p99, .max
 *   the client was short of CPU        > 80 % of its core, or > 95 % in any second
 *                                                                      client.cpu_share, _max
 *   the client waited for its CPU      > 2 % of the time               client.wait_share
 *   the host took the CPUs away        steal > 2 % of all CPU time     host.steal_share
 *   others used the server's CPU       > 10 % of the time              host.other_share
 *   a CPU limit around pushsim bit     in any period                   host.throttled
 *   the client's floor is not known     could not be measured soundly     client_floor.h
 *
 * How much of a latency is the client's own time is judged over all tries of a cell
 * (analysis/client_share.h) and is no reason against a single run: of a cell near the bound the
 * runs with low latencies would be made again until they came out higher.
 *
 * The host's pace (host_pace.h) is no reason, however far it lies from the calibration's: it is an
 * input of the prediction, and to keep the calm runs alone would flatter both arms.
 *
 * host.other_share needs cgroup v1's per-CPU usage (cpuacct.usage_percpu of the root group, minus
 * the server's own); NAN elsewhere, and never a reason then. It includes what the kernel does
 * there for nobody in particular. Sources: Documentation/scheduler/sched-stats.rst (schedstat),
 * Documentation/filesystems/proc.rst (steal).
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_SELF_CHECK_H
#define PUSHSIM_EXPERIMENTS_REPLAY_SELF_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "experiments/replay/client_floor.h"
#include "experiments/replay/host_facts.h"
#include "models/run_record.h"

#define CHECK_LATE_P99_NS   1000000
#define CHECK_LATE_MAX_NS   20000000
#define CHECK_CPU_SHARE     0.80
#define CHECK_CPU_SHARE_MAX 0.95
#define CHECK_WAIT_SHARE    0.02
#define CHECK_STEAL_SHARE   0.02
#define CHECK_OTHER_SHARE   0.10

struct self_reading {      /* counters at one instant */
    int64_t at_ns;         /* monotonic */
    int64_t cpu_ns;        /* CPU time of this thread */
    int64_t wait_ns;       /* time it was runnable and waited */
    struct host_time host; /* steal */
    int64_t server_cpu_ns; /* all work on the server's CPU; -1 = unknown */
    uint64_t throttled;    /* periods in which groups around pushsim were held back */
};

struct self_check {
    int server_cpu, client_cpu; /* CPU numbers */
    struct self_reading before; /* at time 0 */
};

void self_check_begin(struct self_check *check, int server_cpu, int client_cpu);
/* Compares with the beginning, writes client.* and host.* metrics and the verdict.
 * server_used_ns: CPU time of the server over the same time; own_share_max: of the sampler; the
 * record already holds client.late.* and delivery.*; floor: may be NULL. Returns the verdict: true
 * = valid. */
bool self_check_end(const struct self_check *check, int64_t server_used_ns,
                    double own_share_max, const struct client_floor *floor,
                    struct run_record *out);

#endif
