#include "experiments/cli/limit_measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/cells.h"
#include "analysis/slo.h"
#include "experiments/cli/campaign.h"
#include "experiments/cli/model_runs.h"
#include "experiments/replay/interrupt.h"
#include "experiments/replay/replay.h"
#include "models/push_run.h"

struct real_series { /* of one point */
    struct campaign *campaign;
    const struct limit_result *result;
    int64_t run;            /* from 1 */
    struct sample paces_ns; /* of the runs that have one, in their order; owned */
};

/* The very run as the model has it, on a host as fast as it was measured beside that run; where the
 * costs do not know their pace, of middling speed. */
static void simulate_probe(const struct real_series *r, const struct parameters *p,
                           const struct schedule *schedule, const struct run_record *real,
                           struct run_record *out)
{
    const struct limit_question *q = &r->result->question;
    struct parameters host = *p;
    double pace_ns = 1e9 * run_record_value(real, "host.pace");
    host.cost.host_cv = 0;
    if (pace_ns > 0)
        host.cost.pace_ns = pace_ns;
    run_record_init(out);
    push_run(&host, schedule, q->seed, (uint32_t)r->run, out);
}

static double each_us(const struct run_record *r)
{
    return 1e6 * run_record_value(r, "cpu.used") / run_record_value(r, "delivered");
}

/* Beside the tail, what a delivery costs: where that differs between the arms, the host has another
 * speed than when the profile was made, in a way that its pace does not tell, and where it does not,
 * the model's queues are wrong. */
static void say_probe(const struct real_series *r, double value, bool kept,
                      const struct run_record *real, const struct run_record *sim)
{
    const struct option_row *option = r->result->question.option.option;
    char text[UNIT_TEXT_BYTES], late[UNIT_TEXT_BYTES], simulated[UNIT_TEXT_BYTES];
    const char *unsound = replay_unsound(real);
    fprintf(stderr,
            "%s%sreal %lld: %s %s: p99 %s (simulated %s), CPU %.3g us a delivery (%.3g), "
            "%s%s%s\n",
            r->result->cell, *r->result->cell ? ", " : "", (long long)r->run, option->name,
            unit_format_short(text, option->unit, value),
            figure_format(late, FIGURE_P99, run_record_value(real, "delivery.p99")),
            figure_format(simulated, FIGURE_P99, run_record_value(sim, "delivery.p99")),
            each_us(real), each_us(sim), kept ? "kept" : "broken",
            *unsound ? "; not sound: " : "", unsound);
}

static int probe(void *context, double value, bool *kept, struct error *err)
{
    struct real_series *r = context;
    const struct limit_question *q = &r->result->question;
    struct settings s;
    struct schedule schedule;
    struct run_record record;
    int code = limit_settings(q, value, &s, err);
    if (code)
        return code;
    schedule_build(&schedule, &s.parameters, q->seed, (uint32_t)++r->run);
    code = campaign_measure(r->campaign, &s.parameters, &schedule, &record, err);
    if (code == 0) {
        struct run_record sim;
        simulate_probe(r, &s.parameters, &schedule, &record, &sim);
        *kept = slo_kept(&s.parameters.slo, &record);
        say_probe(r, value, *kept, &record, &sim);
        double pace_s = run_record_value(&record, "host.pace");
        sample_add(&r->paces_ns, pace_s > 0 ? 1e9 * pace_s : NAN);
        run_record_close(&sim);
        run_record_close(&record);
    }
    schedule_close(&schedule);
    return code;
}

/* The simulator's answer; 0: it was not asked, or has none. */
static double guess_of(const struct limit_result *result)
{
    return result->sim.searches > 0 ? result->sim.value : 0;
}

/* Like with like: as many simulated series as replications, from the same start (where p99 is a saw
 * there is more than one knee to come upon), their runs on hosts as fast as those of
 * the real ones, in turn; of middling speed where a run has no pace, or the costs do not know theirs.
 * It may take minutes and holds nothing that would outlive the process, so a signal ends that at once. */
static int simulate_series(const struct real_series *r, struct limit_result *result,
                           struct error *err)
{
    const struct plan *plan = &r->campaign->session->plan;
    struct limit_question q = result->question;
    q.runs = (int)result->real.probes;
    q.guess = guess_of(result);
    q.more_breaks = result->sim.more_breaks;
    if (q.settings.parameters.cost.pace_base_ns > 0 && r->paces_ns.count == (size_t)q.runs) {
        q.paces_ns = r->paces_ns.values;
        q.pace_count = r->paces_ns.count;
    }
    interrupt_release(&r->campaign->mask);
    int code = limit_model(&q, plan->replications, model_runs_jobs(), &result->alike, err);
    interrupt_hold(&r->campaign->mask);
    return code;
}

/* Starts from the simulator's answer where there is one. */
static int measure(struct campaign *c, int runs, struct limit_result *result, struct error *err)
{
    const struct limit_question *q = &result->question;
    struct real_series r = { c, result, 0, { 0 } };
    struct limit_series series = {
        .search = { .from = q->from,
                    .to = q->to,
                    .whole = limit_whole(q),
                    .guess = guess_of(result),
                    .more_breaks = result->sim.more_breaks,
                    .probe = probe,
                    .context = &r },
        .runs = runs,
    };
    int code = limit_series_run(&series, err);
    if (code == 0) {
        limit_tell_series(&series, &result->real);
        code = simulate_series(&r, result, err);
    }
    limit_series_close(&series);
    free(r.paces_ns.values);
    return code;
}

int limit_measure(const struct session *session, const char *server, int runs,
                  struct limit_result *results, struct error *err)
{
    struct campaign c = { .session = session, .server = server, .retries = 2 };
    int code = campaign_open(&c, err);
    if (code == 0)
        code = campaign_floor(&c, err);
    for (size_t i = 0; i < session->plan.count && code == 0; i++)
        code = measure(&c, runs, &results[i], err);
    campaign_close(&c);
    return code;
}
