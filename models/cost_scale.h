/* cost_scale.h - what costs depend on: how fast the host is, and how many bytes a fan-out moves.
 *
 * A virtual machine shares cores, caches and memory with neighbours that nobody sees: two runs of
 * one server minutes apart differ by that. The factor of a run is log-normal with median 1, drawn
 * once for each replication, so that the spread over replications holds the host's as well.
 */
#ifndef PUSHSIM_MODELS_COST_SCALE_H
#define PUSHSIM_MODELS_COST_SCALE_H

#include <stdint.h>

#include "models/parameters.h"

/* The CPU costs of the server, times `factor` > 0: all times of struct cost_params that are
 * work, those of garbage collections that are told by objects or bytes with them (gc_object_ns,
 * scavenge_ns and what a scavenge copies). What stays: collections by time (gc_period_ns,
 * gc_base_ns, gc_connection_ns) and interference, which stand for pauses of any cause; and times
 * that are no work (warm_time_ns, spell_ns, paces). TLS (accept.tls_ns) and compression
 * (websocket.deflate_ns, _kib_ns) lie outside and stay as they are given: no calibration measures
 * them. */
void cost_scale(struct cost_params *cost, double factor);

/* Share (0..1) of a fan-out's bytes (message times connections) that costs what a byte costs
 * though the CPU was never left: buffers that fit into the caches and that the allocator has at
 * hand cost next to nothing, beyond that each is fetched from memory, or even from the kernel. W^2
 * / (W^2 + cached_bytes^2): measured on FastAPI with 4 KiB, 110 to 1,900 connections. Those that
 * fit cool like a connection's state while the CPU is left (push_server_topic.c): 4 KiB to 100
 * clients of FastAPI by WebSocket cost 49 us a delivery at 20 messages a second, 35 where half of
 * them came at 80. */
double cost_spilled_share(const struct cost_params *cost, double bytes);

/* Share (0..1) of a connection's state that the other ones' have driven out of the caches since its
 * last message, though the CPU was never left: n^2 / (n^2 + warm_connections^2). Fan-outs one after
 * the other to 2,000 clients of nginx + nchan cost no less than those with a pause between. */
double cost_spilled_state(const struct cost_params *cost, double connections);

/* What this run's pace makes of all costs: (step / base)^power, times the same of a read; exactly
 * 1 where a time or its base is 0. The thread of a core that a virtual CPU is shares the core with
 * another thread, maybe a stranger's: both get more done than one and less than two, so each step
 * takes longer for as long as the other one computes (Tullsen, Eggers, Levy: Simultaneous
 * multithreading, ISCA 1995); and reads wait for caches and memory that the whole machine shares.
 * A server's work is some of both: FastAPI, nginx and Node alike go with some step^0.7 read^0.35
 * (calibration_host.c). */
double cost_pace_factor(const struct cost_params *cost);

/* The factor that cost->host_cv gives to this replication; exactly 1 where that is 0. */
double cost_host_factor(const struct cost_params *cost, uint64_t seed, uint32_t replication);

#endif
