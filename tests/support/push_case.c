#include "tests/support/push_case.h"

#include <stdlib.h>
#include <string.h>

#include "experiments/run/settings.h"
#include "models/push_run.h"
#include "sim/error.h"

struct parameters push_case_plain(void)
{
    struct parameters p = {
        .host = { .cpus = 1, .tick_ns = 4000000, .slice_ns = 5000000 },
        .cpu = { .period_ns = 100000000, .weight = 1024 },
        .server = { .protocol = PROTOCOL_SSE,
                    .loop = LOOP_UVLOOP,
                    .workers = 1,
                    .hops = 2,
                    .queue_bound = 512,
                    .queue_policy = POLICY_DROP_OLDEST,
                    .accept_batch = 100,
                    .write_high_bytes = 65536,
                    .write_low_bytes = 16384 },
        .cost = { .publish_ns = 300000,
                  .enqueue_ns = 1500,
                  .iteration_ns = 30000,
                  .ready_fd_ns = 3000 },
        .network = { .publish_ns = 100000, .delivery_ns = 50000, .socket_bytes = 200000 },
        .accept = { .backlog = 2048, .syn_retries = 6 },
        .clients = 3,
        .workload = { .payload_bytes = 200, .drain_ns = 1000000000, .phases = 1 },
    };
    p.cost.by_protocol[PROTOCOL_SSE] = (struct protocol_costs){
        .handshake_ns = 200000,
        .disconnect_ns = 50000,
        .wake_ns = 1500,
        .item_ns = 4500,
        .write_ns = 9000,
        .write_kib_ns = 500,
        .frame_bytes = 8,
    };
    p.cost.by_protocol[PROTOCOL_WEBSOCKET] = (struct protocol_costs){
        .handshake_ns = 300000,
        .disconnect_ns = 80000,
        .wake_ns = 2500,
        .item_ns = 8500,
        .write_ns = 14000,
        .write_kib_ns = 700,
        .frame_bytes = 4,
    };
    p.workload.phase[0] = (struct phase_params){ "steady", 1000000000, 10, true, 0, 0, 0 };
    return p;
}

static int64_t pick(struct random_stream *rs, int64_t low, int64_t high)
{
    return low + (int64_t)(random_stream_u64(rs) % (uint64_t)(high - low + 1));
}

static bool chance(struct random_stream *rs, double p)
{
    return random_stream_uniform(rs) < p;
}

static void random_costs(struct parameters *p, struct random_stream *rs)
{
    struct cost_params *c = &p->cost;
    c->noise_cv = chance(rs, 0.5) ? 0.3 : 0;
    c->connection_cv = chance(rs, 0.3) ? 0.3 : 0;
    c->interference_rate_hz = chance(rs, 0.3) ? 5 : 0;
    c->interference_ns = 2e6;
    c->spell_cv = rs->key[0] % 3 == 0 ? 0.3 : 0;
    c->spell_ns = 50e6;
    c->pace_power = 1;
    c->interference_idle = rs->key[1] % 2 == 0;
    c->warm_saturation_ns = chance(rs, 0.5) ? 1e6 : 0;
    c->warm_time_ns = 3e7;
    if (rs->key[1] / 2 % 3 == 0) {
        c->code_excess = 2;
        c->code_work_ns = 3e6;
        c->code_compile_ns = 8e6;
        c->code_parse_ns = 2e6;
        c->code_first_ns = 20e3;
        c->code_connection_ns = 10e3;
        c->mark_bytes = rs->key[1] / 6 % 2 == 0 ? 0 : 100e3;
        c->code_late = true;
        for (int i = 0; i < PROTOCOLS; i++)
            c->by_protocol[i].settle_ns = 1500;
    }
    c->gc_period_ns = chance(rs, 0.3) ? 3e8 : 0;
    c->gc_base_ns = 1e6;
    c->gc_connection_ns = 1000;
    if (chance(rs, 0.2))
        c->enqueue_ns = c->by_protocol[PROTOCOL_SSE].wake_ns = 0;
    if (chance(rs, 0.1))
        c->iteration_ns = c->ready_fd_ns = 0;
    c->ack_ns = chance(rs, 0.5) ? 3000 : 0;
    if (chance(rs, 0.3)) { /* full collections in connects and fan-outs, many in a run */
        c->gc_threshold = (double)pick(rs, 1, 40);
        c->gc_live = (double)pick(rs, 0, 5000);
        c->gc_allocated = (double)pick(rs, 0, 5000);
        c->gc_wake = (double)pick(rs, 1, 5) / 2;
        c->gc_reused = (double)pick(rs, 0, 20);
        c->gc_object_ns = 500;
        c->young_space_bytes = 100 * c->gc_live; /* so in some of these cases: none */
        c->young_byte_ns = 1;
        c->text_byte_ns = 0.25;
        c->scavenge_ns = 3000;
        c->young_publish_bytes = 50;
        for (int i = 0; i < PROTOCOLS; i++)
            c->by_protocol[i].young_bytes = c->by_protocol[i].kept_bytes = 700;
        c->by_protocol[PROTOCOL_SSE].held_objects = 10.5;
        c->by_protocol[PROTOCOL_WEBSOCKET].held_objects = 20;
        c->by_protocol[PROTOCOL_SSE].first_objects = 30;
        c->gc_free_list = 25;
        c->by_protocol[PROTOCOL_SSE].renewed_objects = (double)pick(rs, 0, 10) / 2;
    }
    for (int i = 0; i < PROTOCOLS && chance(rs, 0.7); i++) {
        c->by_protocol[i].state_ns = 4000;
        c->by_protocol[i].write_state_ns = 2500;
    }
}

struct parameters push_case_random(struct random_stream *rs)
{
    struct parameters p = push_case_plain();
    p.host.cpus = (int)pick(rs, 1, 2);
    p.host.generation = chance(rs, 0.5) ? CPU_THROTTLE_QUEUE : CPU_THROTTLE_TASK;
    p.host.wake_latency_ns = pick(rs, 0, 1) * 50000;
    p.host.wake_cost_ns = pick(rs, 0, 1) * 20000;
    if (chance(rs, 0.7))
        p.cpu.quota_ns = pick(rs, 1, 30) * 1000000;
    p.server.protocol = (enum push_protocol)pick(rs, 0, PROTOCOLS - 1);
    p.server.loop = (enum loop_kind)pick(rs, LOOP_UVLOOP, LOOP_THREADS);
    p.server.workers = pick(rs, 1, p.host.cpus);
    p.server.hops = pick(rs, 0, 4);
    p.server.queue_bound = chance(rs, 0.5) ? pick(rs, 1, 5) : 512;
    p.server.queue_policy = (enum queue_policy)pick(rs, POLICY_DROP_OLDEST, POLICY_NONE);
    p.server.accept_batch = pick(rs, 1, 10);
    p.network.socket_bytes = pick(rs, 4096, 20000);
    p.server.write_high_bytes = pick(rs, 1000, 5000);
    p.server.write_low_bytes = p.server.write_high_bytes / 4;
    random_costs(&p, rs);
    p.clients = pick(rs, 0, 200);
    p.workload.arrivals = chance(rs, 0.5) ? ARRIVAL_CONSTANT : ARRIVAL_POISSON;
    p.workload.payload_bytes = pick(rs, 1, 2000);
    p.workload.drain_ns = pick(rs, 0, 2) * 300000000;
    p.websocket.close_timeout_ns = chance(rs, 0.6) ? pick(rs, 1, 400) * 1000000 : 0;
    p.workload.phases = 2;
    for (int i = 0; i < 2; i++)
        p.workload.phase[i] = (struct phase_params){
            "phase", pick(rs, 100, 1200) * 1000000, (double)pick(rs, 0, 80), i > 0, 0, 0, 0
        };
    if (chance(rs, 0.4)) {
        int64_t count = pick(rs, 2, 12);
        p.workload.topics = (struct topic_params){ count, (double)pick(rs, 0, 2),
                                                   chance(rs, 0.6) ? 1 : pick(rs, 1, count),
                                                   (enum topic_choice)pick(rs, 0, 1) };
    }
    return p;
}

static int by_time(const void *a, const void *b)
{
    const struct action *x = a, *y = b;
    return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

void push_case_schedule(struct schedule *s, const struct parameters *p,
                        struct random_stream *rs)
{
    schedule_build(s, p, random_stream_u64(rs), 0);
    uint32_t extra = s->clients ? (uint32_t)pick(rs, 0, 30) : 0;
    s->initial = (uint32_t)pick(rs, 0, s->clients);
    s->actions = mem_realloc(s->actions, (s->count + extra + 1) * sizeof *s->actions);
    for (uint32_t i = 0; i < extra; i++) {
        int64_t at = pick(rs, 0, s->end_ns - 1), length = pick(rs, 1, 800) * 1000000;
        s->actions[s->count++] = (struct action){
            .at_ns = at,
            .kind = (enum action_kind)pick(rs, ACTION_CONNECT, ACTION_STALL),
            .client = (uint32_t)pick(rs, 0, s->clients - 1),
            .duration_ns = length,
        };
    }
    qsort(s->actions, s->count, sizeof *s->actions, by_time);
}

void push_case_publishes(struct schedule *s, uint32_t clients, const int64_t *at_ns, size_t n,
                         int64_t end_ns)
{
    *s = (struct schedule){ .actions = mem_alloc((n + 1) * sizeof *s->actions),
                            .count = n,
                            .initial = clients,
                            .clients = clients,
                            .end_ns = end_ns };
    for (size_t i = 0; i < n; i++)
        s->actions[i] = (struct action){
            .at_ns = at_ns[i], .kind = ACTION_PUBLISH, .bytes = 1024, .measured = true
        };
}

struct parameters push_case_node(enum push_protocol protocol, uint32_t clients)
{
    struct settings s;
    settings_init(&s);
    struct parameters p = s.parameters;
    p.server.protocol = protocol;
    p.server.loop = LOOP_NODE;
    p.server.hops = 0;
    p.clients = clients;
    p.cpu.quota_ns = p.cpu.period_ns;
    p.workload.arrivals = ARRIVAL_CONSTANT;
    p.cost.noise_cv = 0;
    p.cost.warm_saturation_ns = 0;
    p.cost.by_protocol[protocol].state_ns = p.cost.by_protocol[protocol].write_state_ns = 0;
    return p;
}

void push_case_run(const struct parameters *p, uint64_t seed, struct run_record *out)
{
    struct schedule s;
    run_record_init(out);
    schedule_build(&s, p, seed, 1);
    push_run(p, &s, seed, 1, out);
    schedule_close(&s);
}
