#include "tests/support/made_server.h"

#include "models/push_run.h"
#include "tests/support/need.h"

#define JOBS 2 /* no result hangs on it */

const char made_experiment[] =
    "question: what does a delivery cost?\n"
    "workload:\n"
    "  arrivals: poisson\n"
    "  phases: [{ name: load, duration: 8s, rate: 11/s }]\n"
    "sweep:\n"
    "  zip:\n"
    "    protocol:         [sse, sse, sse, sse, sse, sse, sse, sse, sse, sse]\n"
    "    clients.count:    [10, 10, 50, 500, 1000, 500, 500, 500, 1500, 500]\n"
    "    workload.payload: [100B, 100B, 100B, 100B, 100B, 4KiB, 100B, 100B, 4KiB, 100B]\n"
    "    cpu.limit:        [1000m, 1000m, 1000m, 1000m, 1000m, 1000m, 130m, 70m, 1000m, "
    "1000m]\n"
    "    workload.phases.load.rate: [150/s, 7/s, 40/s, 11/s, 7/s, 11/s, 11/s, 11/s, 5/s, 2/s]\n"
    "    heartbeat.period: [0, 0, 0, 0, 0, 0, 0, 0, 0, 500ms]\n";

static const struct made_truth truths[] = {
    { "cost.publish", 320e3 },
    { "cost.sse.wake", 8e3 },
    { "cost.sse.write", 9e3 },
    { "cost.sse.write-kib", 600 },
    { "cost.warm.saturation", 2.5e6 },
    { "cost.warm.time", 40e6 },
    { "cost.ack", 3e3 },
    { "cost.sse.write-state", 4e3 },
    { "cost.cached", 2e6 },
    { "cost.sse.item-kib", 500 },
    { "cost.sse.heartbeat", 90e3 },
};

const struct made_server made_uvloop = { LOOP_UVLOOP, 2, truths, sizeof truths / sizeof *truths,
                                         0 };

static struct settings true_server(const struct settings *asked, const struct made_server *m)
{
    struct error err;
    struct settings s = *asked;
    for (size_t i = 0; i < m->count; i++) {
        struct setting which;
        need(settings_find(&s, m->truths[i].option, &which, &err), &err);
        need(settings_assign(&s, &which, m->truths[i].value, &err), &err);
    }
    s.parameters.server.loop = m->loop;
    s.parameters.server.hops = m->hops;
    return s;
}

static void measure_once(const struct plan *plan, size_t point, uint32_t replication,
                         struct store *store, int64_t experiment, const struct made_server *m)
{
    struct error err;
    struct settings s = true_server(&plan->points[point].settings, m);
    struct schedule schedule;
    struct run_record record;
    schedule_build(&schedule, &s.parameters, (uint64_t)plan->seed, replication);
    run_record_init(&record);
    push_run(&s.parameters, &schedule, 4711 + m->chance, replication, &record);
    struct store_run run = { .arm = ARM_REAL,
                             .replication = replication,
                             .status = RUN_DONE,
                             .reason = "",
                             .host = "made" };
    need(store_put(store, experiment, plan, &plan->points[point], &run, &record, &err), &err);
    run_record_close(&record);
    schedule_close(&schedule);
}

void made_server_collect(struct calibration *c, struct planned_store *b, uint32_t repeats,
                         const struct made_server *m)
{
    struct error err;
    for (size_t i = 0; i < b->plan.count; i++)
        for (uint32_t r = 1; r <= repeats; r++)
            measure_once(&b->plan, i, r, b->store, b->id, m);
    need(calibration_collect(c, &b->plan, b->store, "x", &err), &err);
    c->jobs = JOBS;
}
