#include "tests/support/fleet_case.h"

#include <string.h>

#include "tests/support/push_case.h"

#define S INT64_C(1000000000)

struct parameters fleet_case(int64_t pods, int64_t clients, int64_t duration_ns)
{
    struct parameters p = push_case_plain();
    p.clients = clients;
    p.workload.phase[0].duration_ns = duration_ns;
    p.accept.backlog = 2048;
    p.accept.syn_retries = 6;
    p.startup_ns = S;
    p.restart = (struct restart_params){ 10 * S, 300 * S, 600 * S };
    p.reconnect = (struct reconnect_params){
        .kind = RECONNECT_FIXED, .base_ns = S, .cap_ns = 60 * S, .factor = 1
    };
    p.fleet = (struct fleet_params){
        .pods = pods,
        .pods_per_node = 1,
        .balancer = BALANCE_LEAST_CONNECTIONS,
        .grace_ns = 5 * S,
        .rebalance_tolerance = 0.1,
        .rollout = { -25, -25, 0 },
        .probe = { { 0, 2 * S, S, 3, 1 }, { 0, 0, S, 3, 1 } },
        .autoscaler = { .sync_ns = 15 * S,
                        .tolerance = 0.1,
                        .min = 1,
                        .max = 10,
                        .up = { 0, 4, 100, 15 * S, SELECT_MAX },
                        .down = { 300 * S, 0, 100, 15 * S, SELECT_MAX },
                        .cpu_initialization_ns = 300 * S,
                        .initial_readiness_ns = 30 * S,
                        .window_ns = 5 * S,
                        .lag_ns = 5 * S },
    };
    p.control = (struct slo_control_params){
        .rise = 2, .amplification = 2, .step_ns = 5 * S, .clear_ns = 30 * S
    };
    return p;
}

static bool is_it(const struct record_event *e, const char *kind, const char *detail)
{
    return strcmp(e->kind, kind) == 0 && strstr(e->detail, detail);
}

size_t fleet_case_events(const struct run_record *r, const char *kind, const char *detail)
{
    size_t n = 0;
    for (size_t i = 0; i < r->event_count; i++)
        n += is_it(&r->events[i], kind, detail);
    return n;
}

int64_t fleet_case_event_ns(const struct run_record *r, const char *kind, const char *detail,
                            size_t n)
{
    for (size_t i = 0; i < r->event_count; i++)
        if (is_it(&r->events[i], kind, detail) && n-- == 0)
            return r->events[i].at_ns;
    return -1;
}
