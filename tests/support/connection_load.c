#include "tests/support/connection_load.h"

#include "models/push_run.h"
#include "tests/support/peak_memory.h"
#include "tests/support/push_case.h"

struct work {
    enum connection_load load;
    int64_t clients;
};

/* Four publishes; the CPU time that they need grows with the connections, so the time does too. */
static struct parameters parameters_of(const struct work *w)
{
    struct parameters p = push_case_plain();
    int64_t fan_out_ns = 20000 * w->clients + 1000000;
    p.clients = w->clients;
    p.workload.phase[0].duration_ns = 4 * fan_out_ns;
    p.workload.phase[0].rate_hz = 1e9 / (double)fan_out_ns;
    p.workload.drain_ns = fan_out_ns;
    p.cost.noise_cv = 0.1;
    if (w->load == CONNECTIONS_STEADY)
        return p;
    p.cpu.quota_ns = 50000000; /* half of what the publishes need */
    p.cost.connection_cv = 0.3;
    p.cost.warm_saturation_ns = 2.5e6;
    p.cost.warm_time_ns = 3e7;
    p.heartbeat.period_ns = fan_out_ns;
    p.class_count = 2;
    p.classes[0].share = 9;
    p.classes[1] = (struct client_class){ .share = 1, .stall_at_ns = 1 };
    p.reconnect = (struct reconnect_params){
        .kind = RECONNECT_FULL_JITTER, .base_ns = 1000000000, .cap_ns = 60000000000, .factor = 2
    };
    p.fault.deploy_at_ns = 3 * fan_out_ns;
    p.startup_ns = 1000000;
    return p;
}

static void run(void *context)
{
    struct parameters p = parameters_of(context);
    struct schedule s;
    struct run_record r;
    schedule_build(&s, &p, 1, 0);
    run_record_init(&r);
    push_run(&p, &s, 1, 0, &r);
    run_record_close(&r);
    schedule_close(&s);
}

int64_t connection_load_peak(enum connection_load load, int64_t clients)
{
    struct work w = { load, clients };
    return peak_memory_bytes(run, &w);
}
