/* replay.h - one run of the real arm: a schedule played against a real server in a real cgroup.
 *
 * The server runs in a cgroup of its own, pinned to one CPU; the client runs in the calling
 * thread, pinned to another for the time of the run and, where that is allowed, ahead of
 * everything else there (SCHED_FIFO). Clients 0..initial-1 connect before time 0, with no CPU
 * limit when p->limit_after_connect; the limit is set on the live cgroup when they are all
 * connected and it has been idle for a moment. Then the schedule is played open loop. After its
 * end the run waits until every client has all that it can get, at most p->workload.drain_ns.
 *
 * The record holds what models/run_record.h names (cpu.*, for the time from 0 to the end of the
 * drain, from the cgroup's own counters) and, of the real arm alone:
 *   duration              s     from time 0 to the end of the drain
 *   drained               s     the drain alone: what is in flight at the end has waited so long
 *   delivery.first.p50 .p10  s  first delivery of a publish, over publishes
 *   delivery.last.p50     s     last delivery of a publish, over publishes
 *   delivery.slope .p50 .p10  s  time between two neighbours of one fan-out: mean, quantiles
 *   delivery.first.calm delivery.slope.calm  s  see models/fan_out.h
 *   delivery.order        1     correlation of a client's number with its place in a fan-out
 *   delivery.order.kept   1     of its places in two fan-outs in a row
 *   connect.p50 .p99      s     from connect to the answer that opens the stream
 * and, named as the model's (from time 0 on, as the clients know it, unless said otherwise):
 *   connections clients.open     open at the end: at the server, where it counts its subscribers; at
 *                                the clients. More at the server: zombies
 *   queue.depth.mean .max        of one connection, where the server says it (not after a restart):
 *                                as publishes find it, and the deepest
 *   clients.vanished .stalls     see client_churn.h
 *   connects .opened .failed .failure_rate   attempts; what became of them
 *   reconnects reconnects.delay.mean clients.given_up   after a loss
 *   disconnects .<cause>         slow_consumer and write_timeout: what the server counted, since a
 *                                client that does not read does not notice
 *   disconnects.server           closed by the server, nobody says why
 *   publish.answered .failed .pipelined    POSTs: 2xx; other; sent behind an unanswered one
 *   setup.cpu             s     CPU time of connecting the initial clients
 *   setup.memory .memory.before  B  charged when they are connected and quiet; before the first
 *   teardown.cpu          s     CPU time of closing all clients after the end, without a limit
 *   gc.full gc.pause      1, s  full garbage collections, where the server counts them as
 *                                servers/fastapi_server.py and node_server.js do (gc_full,
 *                                gc_full_pause)
 *   backlog.max           1     most messages sent and not yet received, once a second
 *   backlog.memory        B     charged at that moment
 *   host.work.before .after, host.memory.before .after   s   see host_speed.h
 *   host.pace .best       s     see host_pace.h: from time 0 to the end, mean and fastest
 *   host.pace.near .far   1     see host_pace_spells.h: how it goes with itself 100 and 300 ms on
 *   host.memory_pace      s     see host_pace.h: one cold read, mean over the same time
 *   client.* host.*             the self-check: see self_check.h
 *   server.*                    the server's own counters at the end, where its file has a URL
 * due: messages sent to a connection that was open = delivered + dropped + lost + in_flight;
 * dropped: what the server says it dropped, else the gaps that clients saw (client.gaps); lost:
 * sent to a connection that closed before it came, or (lost.shared_queue) taken by another
 * connection from the one queue of all; in_flight: the rest. A run that was not sound has
 * client.valid = 0 and events "invalid"; see self_check.h.
 *
 * Payloads are digits and filling, at least MESSAGE_DIGITS bytes whatever was asked for.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_REPLAY_H
#define PUSHSIM_EXPERIMENTS_REPLAY_REPLAY_H

#include "experiments/replay/client_floor.h"
#include "experiments/replay/server_spec.h"
#include "models/parameters.h"
#include "models/run_record.h"
#include "models/schedule.h"
#include "sim/error.h"

struct replay_options {
    int server_cpu; /* CPU number; -1 = the first that we may use */
    int client_cpu; /* CPU number; -1 = the second, or the only one */
    int ready_ms;   /* the server must be ready within so long; 0 = 60,000 */
    int settle_ms;  /* idle before time 0, before and after the limit is set; 0 = 300 */
    const struct client_floor *floor; /* may be NULL: then it need not be known */
    uint64_t seed;           /* with the replication: of the draws of clients that come back */
    uint32_t replication;    /* from 1 */
    struct schedule *played; /* may be NULL, else empty; the actions at the times they really
                              * had, closed by the caller with schedule_close */
};

/* ERR_INVALID: the server does not speak the protocol. ERR_UNAVAILABLE: no cgroup can be made,
 * or the server cannot be started here. ERR_IO, ERR_STATE: the run could not be made, or it says
 * nothing of the server (delivery_verdict.h). A run that was made but is invalid returns 0. `out`
 * is initialised and filled; untouched on error. */
int replay_run(const struct parameters *p, const struct schedule *s,
               const struct server_spec *spec, const struct replay_options *options,
               struct run_record *out, struct error *err);

/* Whether this host lets us make a cgroup at all: makes one and removes it; before that, those that
 * earlier real runs left behind when they were killed (cgroup_sweep). ERR_UNAVAILABLE: no; the text
 * says what to do. ERR_IO. */
int replay_possible(struct error *err);

/* Whether server and load client get a CPU each: where not, no run is sound (self_check.h).
 * ERR_UNAVAILABLE: this process may use one alone. */
int replay_two_cpus(struct error *err);

/* Why a run was not sound: the first reason; "" when it was. Borrowed from the record. */
const char *replay_unsound(const struct run_record *record);

#endif
