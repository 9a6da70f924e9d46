/* calibration_simulate.c - a real run, simulated. */
#include "analysis/calibration_internal.h"

#include <math.h>

#include "models/cost_scale.h"
#include "models/push_run.h"
#include "models/schedule.h"

/* A prime: the seeds of further draws are none of those near the plan's own, which other
 * experiments may have. */
#define DRAW_STRIDE 7919

/* Who is to hear heartbeats has connected just before, as fast as the server would have it: its
 * own CPU time meanwhile is how long that took, and so how near the heartbeats lie. */
static int64_t connected_within(const struct calibration_cell *cell, int repeat)
{
    double s = cell->edge[EDGE_SETUP_CPU][repeat];
    return s > 0 ? llround(1e9 * s) : 0;
}

double calibration_slowed(const struct calibration *c, const struct calibration_cell *cell,
                          int repeat)
{
    return pow(cell->slowness[repeat], c->host_power) *
           pow(cell->reading[repeat], c->read_power);
}

void calibration_simulate(const struct calibration *c, const struct settings *s,
                          const struct calibration_cell *cell, int repeat, double slowed,
                          int draw, double out[CALIBRATION_METRICS])
{
    struct parameters p = s->parameters;
    struct schedule schedule;
    struct run_record record;
    uint64_t seed = (uint64_t)c->plan->seed;
    uint32_t replication = (uint32_t)cell->replication[repeat];
    cost_scale(&p.cost, slowed);
    p.cost.host_cv = 0;
    if (c->pace_s > 0)
        p.cost.pace_power = c->host_power; /* of spells */
    if (calibration_beaten(cell) && p.heartbeat.spread_ns == 0)
        p.heartbeat.spread_ns = connected_within(cell, repeat);
    schedule_build(&schedule, &p, seed, replication);
    run_record_init(&record);
    push_run(&p, &schedule, seed + DRAW_STRIDE * (uint64_t)draw, replication, &record);
    for (int m = 0; m < CALIBRATION_METRICS; m++)
        out[m] = run_record_value(&record, calibration_metric_name((enum calibration_metric)m));
    run_record_close(&record);
    schedule_close(&schedule);
}

void calibration_medians(const struct calibration *c, const struct settings *s,
                         const struct calibration_cell *cell, double out[CALIBRATION_METRICS])
{
    double all[CALIBRATION_METRICS][CALIBRATION_REPEATS];
    int runs = calibration_simulations(c, cell);
    for (int i = 0; i < runs; i++) { /* all repeats with the first random numbers, then again */
        double one[CALIBRATION_METRICS];
        int r = i % cell->repeats;
        calibration_simulate(c, s, cell, r, calibration_slowed(c, cell, r), i / cell->repeats,
                             one);
        for (int m = 0; m < CALIBRATION_METRICS; m++)
            all[m][i] = one[m];
    }
    for (int m = 0; m < CALIBRATION_METRICS; m++)
        out[m] = calibration_median(all[m], runs);
}
