/* sampler.h - once a second during a run: what the server's cgroup used, and what we did.
 *
 * Series written, each point at the end of its second: cpu.used and cpu.throttled (s, in that
 * second), cpu.throttled_share (of the periods that ended in it; none did: no point), memory
 * (bytes, now; where memory is controlled), connections (open at the client); of that second's
 * deliveries, where there were any, delivery.p50, .p95, .p99 and .p999 (s). Where there were any:
 * disconnects (by the server, and of clients that left), disconnects.client_left, reconnects, drops
 * (gaps in what clients received), connects (attempts begun), connects.failed; where any attempt
 * ended, connects.failure_rate (of those, the share that failed). Where clients send messages,
 * those of duplex_series. Events: oom (the kernel has ended processes for memory), exit (the server
 * has ended by itself; once).
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_SAMPLER_H
#define PUSHSIM_EXPERIMENTS_REPLAY_SAMPLER_H

#include <stdint.h>
#include <uv.h>

#include "experiments/replay/cgroup.h"
#include "experiments/replay/client.h"
#include "experiments/replay/server_process.h"
#include "models/run_record.h"

struct sampler {
    uv_timer_t timer;                /* its data is this sampler */
    const struct cgroup *group;      /* borrowed, as all below */
    struct server_process *server;   /* whether it has ended */
    struct client_pool *clients;     /* whose counts are sampled */
    struct run_record *out;          /* takes series and events */
    struct cgroup_usage first, last; /* at time 0 and at the latest sample */
    int64_t last_ns;                 /* time of the latest sample */
    int64_t own_cpu_ns;              /* our thread's CPU time at the latest sample */
    double own_share_max;            /* of a core that we used in a second, the largest */
    uint64_t backlog_max;            /* most messages sent and not yet received at a sample */
    int64_t backlog_bytes;           /* memory charged at that sample */
    /* What the clients had counted at the latest sample. */
    uint64_t closed, left, reconnects, dropped, refused, opened, attempts;
    bool ended; /* the server has ended by itself; said once */
};

/* Reads the counters for time 0 and starts the timer. ERR_IO. */
int sampler_start(struct sampler *s, uv_loop_t *loop, struct error *err);
/* Takes the last sample, of a second cut short. */
void sampler_finish(struct sampler *s);
/* Writes cpu.*, memory.peak, memory.end, backlog.* and oom.kills (processes that the kernel
 * ended for memory) for the time between the first and the last sample. cpu.used.beside: by
 * other threads than the first of each process, on which Node's and Python's event loops run;
 * not where a process came or went. Nothing of memory where it is not controlled, no peak where the
 * kernel does not tell it (cgroup v2 before Linux 5.19). */
void sampler_record(const struct sampler *s);

#endif
