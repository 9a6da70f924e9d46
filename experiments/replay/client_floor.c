#include "experiments/replay/client_floor.h"

#include <string.h>

#include "experiments/replay/null_server.h"
#include "experiments/replay/replay.h"
#include "experiments/run/settings.h"

#define TRIES 3

static void set_workload(struct parameters *p, enum push_protocol protocol)
{
    p->server.protocol = protocol;
    p->clients = FLOOR_CLIENTS;
    p->workload.arrivals = ARRIVAL_CONSTANT;
    p->workload.drain_ns = 1000000000;
    p->workload.phases = 1;
    p->workload.phase[0] = (struct phase_params){ .name = "floor",
                                                  .duration_ns = FLOOR_S * 1000000000LL,
                                                  .rate_hz = FLOOR_RATE_HZ,
                                                  .measure = true };
}

static void take(struct client_floor *floor, const struct run_record *r)
{
    double cpu_s = run_record_value(r, "client.cpu_share") * run_record_value(r, "duration");
    *floor = (struct client_floor){
        .first_s = run_record_value(r, "delivery.first.p50"),
        .p50_s = run_record_value(r, "delivery.p50"),
        .p99_s = run_record_value(r, "delivery.p99"),
        .late_p99_s = run_record_value(r, "client.late.p99"),
        .step_s = cpu_s / run_record_value(r, "delivered"),
        .busiest_share = run_record_value(r, "client.cpu_share_max"),
    };
}

/* One try; *sound says whether it counts, and `err` then why not. */
static int try_once(struct client_floor *floor, const struct parameters *p,
                    const struct server_spec *spec, bool *sound, struct error *err)
{
    struct replay_options how = { .server_cpu = -1, .client_cpu = -1 };
    struct schedule s;
    struct run_record record;
    schedule_build(&s, p, 1, 1);
    int code = replay_run(p, &s, spec, &how, &record, err);
    schedule_close(&s);
    if (code)
        return code;
    *sound = run_record_value(&record, "client.valid") == 1;
    if (*sound)
        take(floor, &record);
    else
        error_set(err, ERR_STATE, "%s", replay_unsound(&record));
    run_record_close(&record);
    return 0;
}

int client_floor_measure(struct client_floor *floor, enum push_protocol protocol,
                         struct error *err)
{
    struct settings settings;
    struct server_spec spec;
    bool sound = false;
    settings_init(&settings);
    set_workload(&settings.parameters, protocol);
    int code = null_server_spec(&spec, err);
    if (code)
        return code;
    for (int i = 0; i < TRIES && code == 0 && !sound; i++)
        code = try_once(floor, &settings.parameters, &spec, &sound, err);
    server_spec_close(&spec);
    if (code == 0 && !sound)
        code = ERR_STATE;
    return code ? error_wrap(err, code, "the load client against the null server") : 0;
}

void client_floor_record(const struct client_floor *floor, struct run_record *out)
{
    run_record_metric(out, "floor.first", "s", floor->first_s);
    run_record_metric(out, "floor.p50", "s", floor->p50_s);
    run_record_metric(out, "floor.p99", "s", floor->p99_s);
    run_record_metric(out, "floor.late.p99", "s", floor->late_p99_s);
    run_record_metric(out, "floor.step", "s", floor->step_s);
    run_record_metric(out, "floor.cpu_share", "1", floor->busiest_share);
}
