#include "experiments/replay/client_floor.h"

#include <string.h>

#include "experiments/replay/null_server.h"
#include "experiments/replay/replay.h"
#include "experiments/run/settings.h"

static void set_workload(struct parameters *p, enum push_protocol protocol)
{
    p->server.protocol = protocol;
    p->clients = FLOOR_CLIENTS;
    p->workload.arrivals = ARRIVAL_CONSTANT;
    p->workload.drain_ns = 2000000000;
    p->workload.phases = 1;
    p->workload.phase[0] = (struct phase_params){ .name = "floor",
                                                  .duration_ns = FLOOR_S * 1000000000LL,
                                                  .rate_hz = FLOOR_RATE_HZ,
                                                  .measure = true };
}

static int run(const struct parameters *p, const struct server_spec *spec,
               struct run_record *record, struct error *err)
{
    struct replay_options how = { .server_cpu = -1, .client_cpu = -1 };
    struct schedule s;
    schedule_build(&s, p, 1, 1);
    int code = replay_run(p, &s, spec, &how, record, err);
    schedule_close(&s);
    return code;
}

static void take(struct client_floor *floor, const struct run_record *r)
{
    floor->first_s = run_record_value(r, "delivery.first.p50");
    floor->p50_s = run_record_value(r, "delivery.p50");
    floor->p99_s = run_record_value(r, "delivery.p99");
    floor->late_p99_s = run_record_value(r, "client.late.p99");
    floor->busiest_share = run_record_value(r, "client.cpu_share_max");
}

/* A floor is the lowest that was seen: what disturbs the host for a second is no part of it.
 * ERR_STATE: no run was sound. */
static int measure_light(struct client_floor *floor, const struct parameters *p,
                         const struct server_spec *spec, struct error *err)
{
    struct run_record r;
    bool any = false;
    for (int i = 0; i < FLOOR_RUNS; i++) {
        int code = run(p, spec, &r, err);
        if (code)
            return code;
        bool sound = !*replay_unsound(&r);
        if (!sound)
            error_set(err, ERR_STATE, "%s", replay_unsound(&r));
        else if (!any || run_record_value(&r, "delivery.p50") < floor->p50_s)
            take(floor, &r);
        any |= sound;
        run_record_close(&r);
    }
    return any ? 0 : ERR_STATE;
}

/* Nobody keeps its pace here, so soundness is not asked for. */
static int measure_busy(struct client_floor *floor, struct parameters *p,
                        const struct server_spec *spec, struct error *err)
{
    struct run_record r;
    p->workload.phase[0].rate_hz = FLOOR_BUSY_HZ;
    int code = run(p, spec, &r, err);
    if (code)
        return code;
    double cpu_s = run_record_value(&r, "client.cpu_share") * run_record_value(&r, "duration");
    floor->step_s = cpu_s / run_record_value(&r, "delivered");
    run_record_close(&r);
    return 0;
}

int client_floor_measure(struct client_floor *floor, enum push_protocol protocol,
                         struct error *err)
{
    struct settings settings;
    struct server_spec spec;
    struct client_floor found;
    settings_init(&settings);
    set_workload(&settings.parameters, protocol);
    int code = null_server_spec(&spec, err);
    if (code)
        return code;
    code = measure_light(&found, &settings.parameters, &spec, err);
    if (code == 0)
        code = measure_busy(&found, &settings.parameters, &spec, err);
    server_spec_close(&spec);
    if (code)
        return error_wrap(err, code, "the load client against the null server");
    *floor = found;
    return 0;
}

void client_floor_record(const struct client_floor *floor, struct run_record *out)
{
    run_record_metric(out, "floor.first", "s", floor->first_s);
    run_record_metric(out, "floor.p50", "s", floor->p50_s);
    run_record_metric(out, "floor.p99", "s", floor->p99_s);
    run_record_metric(out, "floor.late.p99", "s", floor->late_p99_s);
    run_record_metric(out, "floor.cpu_share", "1", floor->busiest_share);
    run_record_metric(out, "floor.step", "s", floor->step_s);
    run_record_metric(out, "floor.capacity", "1/s", 1 / floor->step_s);
}
